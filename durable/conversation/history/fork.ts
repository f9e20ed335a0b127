// A fork: a new conversation that starts with the shown turns of another one, up to a message. The original's object returns
// the copy and doesn't change; the new object stores all of it in one commit, or nothing. A fork is private to the user who
// made it, and its runs use their rights.

import type {
  ConversationCopy,
  ConversationReply,
  CopiedMessage,
  CopyForForkCall,
  ForkCall,
  SessionReply,
} from '../../contracts/conversation.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import { approvalsToCopy, storeCopiedApprovals } from '../approvals/approvals.ts';
import { changedSession, messageItem } from '../audit-events.ts';
import { storeCopiedSummary, summaryOn } from '../compaction/summaries.ts';
import { getVisible, isSharedPlace } from '../conversation-access.ts';
import type { ConversationDeps } from '../deps.ts';
import { beginSession, type Session } from '../session.ts';
import { readSession, type SessionDeps } from '../session-operations.ts';
import { migrateConversation } from '../sqlite-migrations.ts';
import { pathTo, type Range, readBranches } from './branches.ts';
import { findPlace, type MessagePlace, putMessage, readTurn } from './transcript.ts';

/** Far more than is ever sent to a model, and within the size limit of a call between objects. */
const MAX_COPY_CHARS = 12_000_000;
/** One outbox row must fit into a row of the object's storage and into one delivery. */
const CHUNK_CHARS = 500_000;
const TOO_LONG = 'This conversation is too long to fork as a whole. Fork it at an earlier message.';

type CopyDeps = Pick<ConversationDeps, 'sql' | 'session' | 'members' | 'live' | 'log' | 'now'>;

/** For an answer in progress, the copy has what is shown so far. */
export function copyForFork(
  deps: CopyDeps,
  { access, messageId }: CopyForForkCall,
): ConversationReply<{ copy: string }> {
  const session = getVisible(deps, access);
  const end = session && findPlace(deps.sql, messageId);
  if (!session || !end) return { ok: false, code: 'NOT_FOUND' };
  const turns = turnsOf(pathTo(readBranches(deps.sql), end.ordinal));
  const messages = turns.flatMap((ordinal, index) =>
    copyTurn(deps, { ordinal, as: index + 1, end, by: access.userId }),
  );
  if (messages.length === 0) return { ok: false, code: 'NOT_FOUND' };
  const chars = messages.reduce((sum, { message }) => sum + JSON.stringify([message.parts, message.context]).length, 0);
  if (chars > MAX_COPY_CHARS) return { ok: false, code: 'PAYLOAD_TOO_LARGE', detail: TOO_LONG };
  const copy: ConversationCopy = {
    sessionId: session.id,
    messageId,
    title: session.title,
    model: session.model,
    programId: session.programId,
    designId: session.designId,
    messages,
    cacheKey: session.audience === 'shared' ? null : (session.cacheKey ?? session.id),
    historyFrom: turns.indexOf(session.historyFrom) + 1,
    summary: copySummary(deps, turns, end.ordinal),
  };
  return { ok: true, copy: JSON.stringify(copy) };
}

/** It says nothing that the copied messages don't. The last turn may be copied in part. */
function copySummary({ sql }: CopyDeps, turns: readonly number[], end: number): ConversationCopy['summary'] {
  const summary = summaryOn(sql, () => pathTo(readBranches(sql), end), end);
  return summary && { ...summary, through: turns.indexOf(summary.through) + 1 };
}

/** The turns of a path in order. */
const turnsOf = (path: readonly Range[]): number[] =>
  path.toReversed().flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

type TurnToCopy = {
  readonly ordinal: number;
  readonly as: number;
  readonly end: MessagePlace;
  /** The user who forks. */
  readonly by: string;
};

function copyTurn(deps: CopyDeps, { ordinal, as, end, by }: TurnToCopy): CopiedMessage[] {
  const rows = positioned(deps.sql, ordinal);
  const kept = ordinal === end.ordinal ? upTo(rows, end.position) : rows;
  return kept.map(({ position, message }) => ({
    ordinal: as,
    position,
    message: withOwnNote(withoutCost(asShown(deps, message)), by),
    cards: approvalsToCopy(deps.sql, message.id, deps.now()),
  }));
}

type PositionedMessage = { readonly position: number; readonly message: TranscriptMessage };

function positioned(sql: SqlStorage, ordinal: number): PositionedMessage[] {
  const positions = sql
    .exec<{ position: number }>('select position from messages where ordinal = ? order by position', ordinal)
    .toArray();
  return readTurn(sql, ordinal).map((message, index) => ({ position: positions[index]?.position ?? index, message }));
}

/** The replies to the last message's tool calls belong to it. */
function upTo(rows: readonly PositionedMessage[], position: number): readonly PositionedMessage[] {
  const next = rows.findIndex((row) => row.position > position && row.message.role !== 'tool');
  return next < 0 ? rows : rows.slice(0, next);
}

/** An answer in progress is stored up to here first, as for any reader. */
function asShown({ live, log }: Pick<CopyDeps, 'live' | 'log'>, message: TranscriptMessage): TranscriptMessage {
  if (message.status !== 'streaming') return message;
  const step = live.get(message.runId)?.steps.current();
  const isStored = step?.messageId === message.id && log.storeNow(message.runId);
  const ending = { kind: 'stopped' as const, cause: 'copied', requestId: null };
  return { ...message, status: 'stopped', ending, parts: step && isStored ? step.writer.parts() : message.parts };
}

/** What the page showed another author stays with the original. */
const withOwnNote = (message: TranscriptMessage, userId: string): TranscriptMessage =>
  message.author && message.author.id !== userId ? { ...message, note: null, context: null } : message;

/** The original has already counted the cost. */
const withoutCost = (message: TranscriptMessage): TranscriptMessage => ({
  ...message,
  usage: null,
  costMicros: null,
  priceVersion: null,
});

/** Repeating the same fork as the same user returns the existing one. */
export function fork(
  deps: SessionDeps & Pick<ConversationDeps, 'viewOf'>,
  call: ForkCall,
): ConversationReply<SessionReply> {
  const { access, copy } = call;
  if (deps.session.get()) return existingFork(deps, call);
  if (isSharedPlace(deps)) return { ok: false, code: 'NOT_FOUND' };
  deps.transaction(() => {
    migrateConversation(deps.sql);
    const ids = new Map(copy.messages.map(({ message }) => [message.id, deps.newId()]));
    const session = beginFork(call, ids.get(copy.messageId) ?? copy.messageId, deps.now());
    deps.session.put(session);
    const items = copy.messages.map(({ message, cards, ...place }): OutboxItem => {
      const kept = { ...message, id: ids.get(message.id) ?? message.id };
      putMessage(deps.sql, place, kept);
      storeCopiedApprovals(deps.sql, kept.id, cards);
      return messageItem(deps, session, place, kept);
    });
    if (copy.summary) storeCopiedSummary(deps.sql, copy.summary);
    const meta = { forkedFrom: copy.sessionId, messageId: copy.messageId, copiedMessages: copy.messages.length };
    const by = { actorId: access.userId, requestId: call.requestId, meta };
    addToOutbox(deps.sql, changedSession(deps, session, 'session.created', by));
    for (const chunk of inChunks(items)) addToOutbox(deps.sql, chunk);
  });
  // The names in view are part of the prompt. They are looked up now, so that the first message has them, as in the
  // original.
  deps.viewOf(access, { programId: copy.programId, designId: copy.designId });
  deps.keepAlive();
  deps.drainSoon(0);
  return readSession(deps, access);
}

function existingFork(deps: SessionDeps, { access, copy }: ForkCall): ConversationReply<SessionReply> {
  const session = getVisible(deps, access);
  if (!session) return { ok: false, code: 'NOT_FOUND' };
  const from = session.forkedFrom;
  const isSame = from?.sessionId === copy.sessionId && from.messageId === copy.messageId;
  return isSame ? readSession(deps, access) : { ok: false, code: 'SESSION_ID_TAKEN' };
}

function beginFork({ access, id, copy }: ForkCall, copyId: string, now: number): Session {
  const { sessionId, messageId, title, model, programId, designId, cacheKey, summary } = copy;
  const historyFrom = Math.max(copy.historyFrom, summary ? summary.through + 1 : 0);
  const created = beginSession(access, { id, title, model, programId, designId }, 'private', now);
  return { ...created, cacheKey, historyFrom, forkedFrom: { sessionId, messageId, copyId, title } };
}

function inChunks(items: readonly OutboxItem[]): OutboxItem[][] {
  const chunks: OutboxItem[][] = [];
  let chars = CHUNK_CHARS;
  for (const item of items) {
    const size = JSON.stringify(item).length;
    const last = chars + size > CHUNK_CHARS ? undefined : chunks.at(-1);
    if (last) last.push(item);
    else chunks.push([item]);
    chars = last ? chars + size : size;
  }
  return chunks;
}
