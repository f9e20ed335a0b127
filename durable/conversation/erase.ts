// Erasing for whoever runs the installation: all of a conversation, or what one person said in a shared one. Unlike a
// deletion by its owner it leaves no tombstone here; Postgres knows who was erased, and takes nothing late of them.
import { z } from 'zod';
import { OutboxItem } from '../audit/outbox.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { stop } from './manage.ts';
import { changeSession } from './session.ts';

/** Who was erased, and who stands in for them in rows that need somebody. */
export const ErasedPerson = z.object({ userId: z.uuid(), standInId: z.uuid() });
export type ErasedPerson = z.infer<typeof ErasedPerson>;

/** What stands where words were: providers take no empty message. */
const ERASED_PARTS = JSON.stringify([{ type: 'text', content: '[erased]' }]);

/** Turns that begin while others end are stopped as well. */
export async function stopTurns(deps: ConversationDeps, isMeant: (turn: LiveTurn) => boolean): Promise<void> {
  for (;;) {
    const turns = [...deps.live.values()].filter(isMeant);
    if (turns.length === 0) return;
    for (const turn of turns) stop(deps, turn);
    await Promise.all(turns.map((turn) => turn.ended.promise));
  }
}

/** Takes out the words of one person and the answers to them. Asking again changes nothing. */
export async function eraseWords(deps: ConversationDeps, person: ErasedPerson): Promise<void> {
  await stopTurns(deps, ({ run }) => run.actorId === person.userId);
  const session = deps.session.get();
  if (!session || session.deletedAt !== null) return;
  deps.transaction(() => {
    const { sql } = deps;
    // A copy has the messages of its original, and none of its runs.
    const theirs = `select run_id from runs where actor_id = ?1
      union select run_id from messages where json_extract(author, '$.id') = ?1`;
    const runIds = new Set(
      sql
        .exec<{ run_id: string }>(theirs, person.userId)
        .toArray()
        .map((run) => run.run_id),
    );
    sql.exec('delete from feedback where user_id = ?', person.userId);
    for (const runId of runIds) {
      sql.exec("delete from messages where run_id = ? and role = 'tool'", runId);
      sql.exec('delete from copied_cards where message_id in (select id from messages where run_id = ?)', runId);
      sql.exec(
        'update messages set parts = ?, author = null, error_detail = null, draft = null where run_id = ?',
        ERASED_PARTS,
        runId,
      );
      for (const table of ['events', 'approvals', 'runs']) sql.exec(`delete from ${table} where run_id = ?`, runId);
    }
    eraseFromOutbox(deps, person, runIds);
    const isTheirs = session.ownerId === person.userId;
    const owner = isTheirs ? { ownerId: person.standInId, ownerSubject: `erased:${person.standInId}` } : {};
    deps.session.put(changeSession(session, owner, deps.now()));
  });
}

/** What waits there must neither tell of the words nor be refused for a user who is no more. */
function eraseFromOutbox({ sql }: ConversationDeps, person: ErasedPerson, runIds: ReadonlySet<string>): void {
  for (const row of sql.exec<{ seq: number; payload: string }>('select seq, payload from outbox').toArray()) {
    const items = z.array(OutboxItem).safeParse(JSON.parse(row.payload));
    const kept = items.success ? items.data.flatMap((item) => withoutPerson(item, person, runIds)) : [];
    if (kept.length === 0) sql.exec('delete from outbox where seq = ?', row.seq);
    else sql.exec('update outbox set payload = ? where seq = ?', JSON.stringify(kept), row.seq);
  }
}

function withoutPerson(
  item: OutboxItem,
  { userId, standInId }: ErasedPerson,
  runIds: ReadonlySet<string>,
): OutboxItem[] {
  if (item.kind === 'settlement') return [item];
  if (item.kind === 'run') return runIds.has(item.runId) ? [] : [item];
  if (item.kind === 'index' || item.kind === 'index-removed') return [item];
  if (item.kind === 'message' && runIds.has(item.message.runId)) return [];
  const owned = { ...item, userId: item.userId === userId ? standInId : item.userId };
  if (owned.kind !== 'audit' || owned.audit.actorId !== userId) return [owned];
  const { parameters: _parameters, result: _result, ...fact } = owned.audit;
  return [{ ...owned, audit: { ...fact, actorId: null } }];
}
