// What operators can do with a conversation: erase all of it, erase one user's messages in a shared one, and retry parked
// rows. Each chore can be repeated, and does nothing to an empty object. Unlike a deletion by the owner, erasing leaves no
// tombstone here: Postgres knows who was erased and rejects late writes about them.

import * as z from 'zod';
import { accountOf } from '../contracts/account.ts';
import { type ConversationChore, ErasedPerson } from '../contracts/conversation.ts';
import { AppError } from '../errors.ts';
import { forgetRows, keepAuditAndCharges, OutboxItem, retryParked } from '../outbox/outbox.ts';
import type { Pump } from '../outbox/pump.ts';
import { hasTables, schemaVersion } from '../sqlite-migrate.ts';
import { eraseSummariesOf } from './compaction/summaries.ts';
import type { ConversationDeps } from './deps.ts';
import { eraseModelData } from './history/model-data.ts';
import type { Watchers } from './log/watchers.ts';
import { stopRuns } from './run/admission/start-run.ts';
import { changeSession } from './session.ts';

type ChoreContext = {
  readonly pump: Pump;
  readonly watchers: Watchers;
  readonly ctx: DurableObjectState;
  readonly env: Env;
};

export async function doChore(chore: ConversationChore, deps: ConversationDeps, world: ChoreContext): Promise<void> {
  const { pump, watchers } = world;
  if (schemaVersion(deps.sql) === 0) return;
  // All that is left of a deleted conversation is that it was deleted.
  if (!hasTables(deps.sql) && chore.kind !== 'erase') return;
  switch (chore.kind) {
    case 'erase':
      return eraseAll(deps, world);
    case 'erase-words':
      await eraseWords(deps, ErasedPerson.parse(chore.person));
      watchers.notify();
      return pump.soon(0);
    case 'retry-parked':
      deps.transaction(() => retryParked(deps.sql, deps.now()));
      deps.keepAlive();
      return pump.soon(0);
  }
}

/**
 * Charges and audit events in the outbox are delivered first.
 * @throws if something can't be delivered yet, and after everything is erased, because the instance then ends
 */
async function eraseAll(deps: ConversationDeps, { pump, watchers, ctx, env }: ChoreContext): Promise<void> {
  watchers.endAll('NOT_FOUND');
  await stopRuns(deps, new AppError('CONVERSATION_DELETED'));
  if (hasTables(deps.sql)) keepAuditAndCharges(deps.sql);
  if (!(await pump.now())) throw new Error('the outbox is not empty yet');
  const session = deps.session.get();
  if (session?.audience === 'private')
    await accountOf(env, session.ownerSubject).forgetSession({ orgId: session.orgId, sessionId: session.id });
  await ctx.storage.deleteAlarm();
  await ctx.storage.deleteAll();
  ctx.abort('erased');
}

/** Replaces erased text, because providers reject empty messages. */
const ERASED_PARTS = JSON.stringify([{ type: 'text', content: '[erased]' }]);

/** Erases one user's messages and the answers to them. */
async function eraseWords(deps: ConversationDeps, person: ErasedPerson): Promise<void> {
  await stopRuns(deps, new AppError('ACCESS_REVOKED'), ({ run }) => run.actorId === person.userId);
  const session = deps.session.get();
  if (!session || session.deletedAt !== null) return;
  deps.log.forgetEnded();
  deps.transaction(() => {
    const { sql } = deps;
    // A fork has the messages of its original, but none of its runs.
    const theirs = `select run_id from runs where actor_id = ?1
      union select run_id from messages where json_extract(author, '$.id') = ?1`;
    const rows = sql.exec<{ run_id: string }>(theirs, person.userId).toArray();
    const runIds = new Set(rows.map((row) => row.run_id));
    sql.exec('delete from feedback where user_id = ?', person.userId);
    for (const runId of runIds) {
      eraseModelData(sql, runId);
      eraseSummariesOf(sql, runId);
      sql.exec("delete from messages where run_id = ? and role = 'tool'", runId);
      sql.exec('delete from copied_cards where message_id in (select id from messages where run_id = ?)', runId);
      sql.exec(
        `update messages set parts = ?, author = null, error_detail = null, draft = null, note = null, context = null
           where run_id = ?`,
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

/** Waiting rows must not contain the erased text. They would also be rejected in the name of an erased user. */
function eraseFromOutbox(
  { sql }: Pick<ConversationDeps, 'sql'>,
  person: ErasedPerson,
  runIds: ReadonlySet<string>,
): void {
  forgetRows(sql);
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
  const { parameters: _parameters, result: _result, ...event } = owned.audit;
  return [{ ...owned, audit: { ...event, actorId: null } }];
}
