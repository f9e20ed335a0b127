// What a fork takes along: the shown turns up to a message, as they stand. Of an answer under way that is what is shown of
// it now. Nothing here changes the conversation that is copied.
import { getVisible } from './audience.ts';
import { pathTo, type Range, readBranches } from './branches.ts';
import type { CopyOutCall } from './branching-calls.ts';
import type { ConversationCopy, CopiedMessage } from './conversation-copy.ts';
import { cardsToCopy } from './copied-cards.ts';
import type { ConversationDeps } from './deps.ts';
import type { Answer, TranscriptMessage } from './requests.ts';
import { findPlace, type Place, readTurn } from './transcript.ts';

/** Far more than a model is ever sent, and what one call between objects takes. */
const MAX_COPY_CHARS = 12_000_000;

export function copyOut(deps: ConversationDeps, call: CopyOutCall): Answer<{ copy: ConversationCopy }> {
  const session = getVisible(deps, call.access);
  const end = session && findPlace(deps.sql, call.messageId);
  if (!session || !end) return { ok: false, code: 'NOT_FOUND' };
  const turns = turnsOf(pathTo(readBranches(deps.sql), end.ordinal));
  const messages = turns.flatMap((ordinal, index) => copyTurn(deps, { ordinal, as: index + 1, end }));
  if (messages.length === 0) return { ok: false, code: 'NOT_FOUND' };
  const chars = messages.reduce((sum, { message }) => sum + JSON.stringify(message.parts).length, 0);
  if (chars > MAX_COPY_CHARS) return { ok: false, code: 'PAYLOAD_TOO_LARGE', detail: TOO_LONG };
  const { id: sessionId, title, model, programId, designId } = session;
  const copy: ConversationCopy = {
    ...{ sessionId, messageId: call.messageId, title, model, programId, designId, messages },
    cacheKey: session.audience === 'shared' ? null : (session.cacheKey ?? session.id),
    historyFrom: turns.indexOf(session.historyFrom) + 1,
  };
  return { ok: true, copy };
}

const TOO_LONG = 'This conversation is too long to be forked as a whole. Fork it at an earlier message.';

/** The turns of a path in their order. */
const turnsOf = (path: readonly Range[]): number[] =>
  path.toReversed().flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

function copyTurn(
  deps: ConversationDeps,
  { ordinal, as, end }: { readonly ordinal: number; readonly as: number; readonly end: Place },
): CopiedMessage[] {
  const rows = positioned(deps.sql, ordinal);
  const kept = ordinal === end.ordinal ? upTo(rows, end.position) : rows;
  return kept.map(({ position, message }) => ({
    ordinal: as,
    position,
    message: asCopy(asShown(deps, message)),
    cards: cardsToCopy(deps.sql, message.id, deps.now()),
  }));
}

type Row = { readonly position: number; readonly message: TranscriptMessage };

function positioned(sql: SqlStorage, ordinal: number): Row[] {
  const positions = sql
    .exec<{ position: number }>('select position from messages where ordinal = ? order by position', ordinal)
    .toArray();
  return readTurn(sql, ordinal).map((message, index) => ({ position: positions[index]?.position ?? index, message }));
}

/** What tools answered to the last message belongs to it. */
function upTo(rows: readonly Row[], position: number): readonly Row[] {
  const next = rows.findIndex((row) => row.position > position && row.message.role !== 'tool');
  return next < 0 ? rows : rows.slice(0, next);
}

/** An answer that is being written is stored up to here before it is told, as to any reader. */
function asShown({ live, log }: ConversationDeps, message: TranscriptMessage): TranscriptMessage {
  if (message.status !== 'streaming') return message;
  const turn = live.get(message.runId);
  const isWritten = turn?.step.messageId === message.id && log.storeNow(message.runId);
  return { ...message, status: 'stopped', parts: turn && isWritten ? turn.step.writer.parts() : message.parts };
}

/** What it cost was counted where it was answered. */
const asCopy = (message: TranscriptMessage): TranscriptMessage => ({
  ...message,
  usage: null,
  costMicros: null,
  priceVersion: null,
});
