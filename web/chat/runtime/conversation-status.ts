// What the server says about a conversation besides its messages, and what this page does about it: whether to load the
// transcript again, whose turn it is, and which questions are queued. Pure functions; the store holds the state.
import type { UIMessage } from '@tanstack/ai-client';
import type { WatchFact } from '../../../worker/api/chat/chat-schema.ts';
import { asRecord, asText } from '../../unknown-value.ts';
import { textOf } from '../transcript/message-text.ts';
import { type Person, parseAuthor } from '../transcript/people.ts';

/** The run being answered, the runs queued behind it, the last finished run, and a version that grows with each change. */
export type ConversationStatus = Omit<Extract<WatchFact, { type: 'state' }>, 'type'>;
type RunTurn = ConversationStatus['queue'][number];

/** A question the server has accepted that waits for its turn. `text` is null until this page has loaded it. */
export type QueuedQuestion = { readonly runId: string; readonly author: Person; readonly text: string | null };

/** Null if the value is not a status, for example from an older server. */
export function parseStatus(value: unknown): ConversationStatus | null {
  const fields = asRecord(value);
  const version = fields['version'];
  if (typeof version !== 'number') return null;
  const queue = Array.isArray(fields['queue']) ? fields['queue'] : [];
  return {
    active: parseTurn(fields['active']),
    queue: queue.map(parseTurn).filter((turn) => turn !== null),
    last: asText(fields['last']),
    version,
  };
}

function parseTurn(value: unknown): RunTurn | null {
  const fields = asRecord(value);
  const runId = asText(fields['runId']);
  const author = parseAuthor(fields['author']);
  return runId === null || author === null ? null : { runId, author };
}

/** How far this page is in sync with the server. */
export type SyncState = {
  readonly live: boolean;
  /** The run that this page sends, streams or follows. */
  readonly runId: string | null;
  /** The run whose events are arriving. A queued run has none yet. */
  readonly streaming: string | null;
  /** A message is being sent, and the server may not have accepted it yet. */
  readonly sending: boolean;
  /** The transcript is being loaded. */
  readonly reading: boolean;
  /** The run that was active when the transcript was last loaded. */
  readonly following: string | null;
  /** The last run that this page saw end. */
  readonly ended: string | null;
  /** The last status version that this page has loaded. */
  readonly version: number;
  /** While this page was busy, a run began whose messages it doesn't show. */
  readonly missed: boolean;
};

/**
 * Decides what a page does with a status: ignore it, record that it is up to date, load the transcript again, or record that
 * it missed a run and has to load the transcript later.
 */
export function syncDecision(
  page: SyncState,
  status: ConversationStatus,
): 'ignore' | 'up to date' | 'reload' | 'missed' {
  const active = status.active?.runId ?? null;
  if (page.reading || page.sending || (active !== null && active === page.following)) return 'ignore';
  if (page.live) {
    if (active === null || active === page.runId || active === page.streaming) return 'ignore';
    // Show a stream to its end. A run that is only queued must not hide the run that is answered in the meantime.
    return page.streaming === null ? 'reload' : 'missed';
  }
  // A run's own stream ends before the watch connection reports it.
  if (active !== null) return active === page.ended ? 'ignore' : 'reload';
  if (status.version <= page.version) return 'ignore';
  return status.last !== null && status.last === page.ended && !page.missed ? 'up to date' : 'reload';
}

/**
 * The newer of the status that this page has and the one that a transcript was loaded with. The watch connection may have
 * reported the end of a run before the response of an earlier request arrives; at the same version the pushed one is kept,
 * because each later change is pushed too.
 */
export function newerStatus(
  known: ConversationStatus | null,
  loaded: ConversationStatus,
  { isPushed }: { readonly isPushed: boolean },
): ConversationStatus {
  if (known === null) return loaded;
  return known.version > loaded.version || (isPushed && known.version === loaded.version) ? known : loaded;
}

/** The author of the run being answered, if it is someone else. */
export function activeOtherAuthor(status: ConversationStatus | null, meId: string | null): Person | null {
  const author = status?.active?.author ?? null;
  return author === null || author.id === meId ? null : author;
}

type TurnState = {
  readonly me: Person | null;
  readonly status: ConversationStatus | null;
  readonly log: { readonly activeRun: { readonly id: string } | null };
  readonly sync: Pick<SyncState, 'following' | 'ended'>;
};

/** True while this page shows the answer to someone else's question. New messages are queued in the meantime. */
export function isOthersTurn({ me, status, log, sync }: TurnState): boolean {
  const active = status?.active?.runId ?? null;
  const isShown = active !== null && (log.activeRun?.id ?? sync.following) === active;
  return isShown && activeOtherAuthor(status, me?.id ?? null) !== null;
}

/** True while the user's own question is answered. Its stream closes slightly after the run ends; that gap doesn't count. */
export function isOwnTurn(state: TurnState & { readonly live: boolean; readonly runId: string | null }): boolean {
  const hasEnded = state.runId !== null && state.runId === state.sync.ended;
  return state.live && !hasEnded && !isOthersTurn(state);
}

/** The queued questions in order, with their text where it is known. */
export const toQueuedQuestions = (
  queue: ConversationStatus['queue'],
  texts: Readonly<Record<string, string>>,
): QueuedQuestion[] => queue.map(({ runId, author }) => ({ runId, author, text: texts[runId] ?? null }));

/** Adds a question that the server has just accepted, until the server's own status includes it. */
export function withQueued(status: ConversationStatus | null, turn: RunTurn): ConversationStatus | null {
  if (status === null) return null;
  const { active, queue, last } = status;
  const isKnown = [active?.runId, last, ...queue.map(({ runId }) => runId)].includes(turn.runId);
  return isKnown ? status : { ...status, queue: [...queue, turn] };
}

/** Separates queued messages, which are shown below the transcript until their turn, from the rest. */
export function splitQueued(
  messages: readonly UIMessage[],
  queue: ConversationStatus['queue'],
): { readonly shown: readonly UIMessage[]; readonly texts: Readonly<Record<string, string>> } {
  const queued = new Set(queue.map(({ runId }) => runId));
  const texts: Record<string, string> = {};
  const shown = messages.filter((message) => {
    const runId = asText(asRecord(asRecord(message.metadata)['groundwire'])['runId']);
    if (runId === null || !queued.has(runId)) return true;
    if (message.role === 'user') texts[runId] = textOf(message);
    return false;
  });
  return { shown, texts };
}
