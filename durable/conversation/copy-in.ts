// Begins a conversation with a copy of another one: all of it in one commit, or nothing. It is the forker's own and private,
// whatever it was copied from, and its turns run with their rights.
import { addToOutbox, type OutboxItem } from '../audit/outbox.ts';
import { migrate } from '../sqlite-migrate.ts';
import { getVisible, isSharedPlace } from './audience.ts';
import type { CopyInCall } from './branching-calls.ts';
import { keepCopiedCards } from './copied-cards.ts';
import type { ConversationDeps } from './deps.ts';
import { auditOfSession, indexItems, messageItem } from './facts.ts';
import { type Read, read } from './manage.ts';
import type { Answer } from './requests.ts';
import { beginSession, type Session, toRecord } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { putMessage } from './transcript.ts';

/** One row of the outbox must fit into a row of the object's storage, and be a delivery by itself. */
const CHUNK_CHARS = 500_000;

/** Asking again for the same fork by the same person answers what is there. */
export function copyIn(deps: ConversationDeps, call: CopyInCall): Answer<Read> {
  const { access, copy } = call;
  if (deps.session.get()) return asBefore(deps, call);
  if (isSharedPlace(deps)) return { ok: false, code: 'NOT_FOUND' };
  deps.transaction(() => {
    migrate(deps.sql, CONVERSATION_STEPS);
    const ids = new Map(copy.messages.map(({ message }) => [message.id, deps.newId()]));
    const session = beginCopy(call, ids.get(copy.messageId) ?? copy.messageId, deps.now());
    deps.session.put(session);
    const items = copy.messages.map(({ message, cards, ...place }): OutboxItem => {
      const kept = { ...message, id: ids.get(message.id) ?? message.id };
      putMessage(deps.sql, place, kept);
      keepCopiedCards(deps.sql, kept.id, cards);
      return messageItem(deps, session, place, kept);
    });
    tell(deps, session, call);
    for (const chunk of inChunks(items)) addToOutbox(deps.sql, chunk);
  });
  // What is in view stands in the prompt: looked up now, the first message finds it there, as it stood in the original.
  deps.viewOf(access, { programId: copy.programId, designId: copy.designId });
  deps.keepAlive();
  deps.drainSoon(0);
  return read(deps, access);
}

function asBefore(deps: ConversationDeps, { access, copy }: CopyInCall): Answer<Read> {
  const session = getVisible(deps, access);
  if (!session) return { ok: false, code: 'NOT_FOUND' };
  const from = session.forkedFrom;
  const isSame = from?.sessionId === copy.sessionId && from.messageId === copy.messageId;
  return isSame ? read(deps, access) : { ok: false, code: 'SESSION_ID_TAKEN' };
}

function beginCopy({ access, id, copy }: CopyInCall, copyId: string, now: number): Session {
  const { sessionId, messageId, title, model, programId, designId, cacheKey, historyFrom } = copy;
  const begun = beginSession(access, { id, title, model, programId, designId }, 'private', now);
  return { ...begun, cacheKey, historyFrom, forkedFrom: { sessionId, messageId, copyId, title } };
}

function tell(deps: ConversationDeps, session: Session, { access, copy, requestId }: CopyInCall): void {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const meta = { forkedFrom: copy.sessionId, messageId: copy.messageId, copiedMessages: copy.messages.length };
  const who = { actorId: access.userId, requestId, meta };
  addToOutbox(deps.sql, [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    { kind: 'audit', ...owner, audit: auditOfSession(deps, session, 'session.created', who) },
    ...indexItems(session, null),
  ]);
}

function inChunks(items: readonly OutboxItem[]): OutboxItem[][] {
  const chunks: OutboxItem[][] = [];
  let chars = CHUNK_CHARS;
  for (const item of items) {
    const weight = JSON.stringify(item).length;
    const last = chars + weight > CHUNK_CHARS ? undefined : chunks.at(-1);
    if (last) last.push(item);
    else chunks.push([item]);
    chars = last ? chars + weight : weight;
  }
  return chunks;
}
