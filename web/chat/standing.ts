// How the server says that a conversation stands, and what a page makes of it. Pure: whether there is more to read than
// what this page shows, whose turn it is, and who waits.
import type { UIMessage } from '@tanstack/ai-client';
import type { WatchFact } from '../../worker/watch-contract.ts';
import { type Person, parseAuthor } from './people.ts';
import { asRecord, asText } from './unknown-value.ts';

export type Standing = Omit<Extract<WatchFact, { type: 'state' }>, 'type'>;
type TurnOf = Standing['queue'][number];

/** A question that the server has taken and that waits for its turn; its words, where this page knows them. */
export type Waiting = { readonly runId: string; readonly author: Person; readonly text: string | null };

/** Null where a value is no standing: an older server, or nothing. */
export function parseStanding(value: unknown): Standing | null {
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

function parseTurn(value: unknown): TurnOf | null {
  const fields = asRecord(value);
  const runId = asText(fields['runId']);
  const author = parseAuthor(fields['author']);
  return runId === null || author === null ? null : { runId, author };
}

/** What this page has read. */
export type Read = {
  readonly live: boolean;
  /** The run that this page sends, streams or follows. */
  readonly runId: string | null;
  /** The run whose events come in. One that waits for its turn has none yet. */
  readonly streaming: string | null;
  /** A message is on its way, and the server may not have taken it yet. */
  readonly sending: boolean;
  /** The server is being asked already. */
  readonly reading: boolean;
  /** The run that the last reading found under way. */
  readonly following: string | null;
  /** The run that this page saw end last. */
  readonly ended: string | null;
  /** The version that this page last read. */
  readonly version: number;
};

/** What a page does about a standing: nothing, note that it is up to date, or read again. */
export function weigh(page: Read, standing: Standing): 'nothing' | 'up to date' | 'read again' {
  const active = standing.active?.runId ?? null;
  if (page.reading || page.sending || (active !== null && active === page.following)) return 'nothing';
  if (page.live) {
    // What streams here is shown to its end first. What only waits would hide the turn that is answered meanwhile.
    const waits = page.streaming === null;
    return waits && active !== null && active !== page.runId ? 'read again' : 'nothing';
  }
  // The end of a run reaches its reader before those who watch.
  if (active !== null) return active === page.ended ? 'nothing' : 'read again';
  if (standing.version <= page.version) return 'nothing';
  return standing.last !== null && standing.last === page.ended ? 'up to date' : 'read again';
}

/** Whose turn is answered now, where it is somebody else's; null for one's own and where nothing is answered. */
export function otherSpeaker(standing: Standing | null, meId: string | null): Person | null {
  const author = standing?.active?.author ?? null;
  return author === null || author.id === meId ? null : author;
}

type TurnShown = {
  readonly me: Person | null;
  readonly standing: Standing | null;
  readonly log: { readonly run: { readonly id: string } | null };
  readonly read: Pick<Read, 'following' | 'ended'>;
};

/** True while this page shows how somebody else is answered, so that one can write meanwhile. */
export function isOthersTurn({ me, standing, log, read }: TurnShown): boolean {
  const active = standing?.active?.runId ?? null;
  const isShown = active !== null && (log.run?.id ?? read.following) === active;
  return isShown && otherSpeaker(standing, me?.id ?? null) !== null;
}

/** True while one's own question is answered. A stream outlives the end of its run by a moment, which holds nobody up. */
export function isOwnTurn(state: TurnShown & { readonly live: boolean; readonly runId: string | null }): boolean {
  const hasEnded = state.runId !== null && state.runId === state.read.ended;
  return state.live && !hasEnded && !isOthersTurn(state);
}

/** The questions that wait, in their order, with the words that are known of them. */
export const toWaiting = (queue: Standing['queue'], words: Readonly<Record<string, string>>): Waiting[] =>
  queue.map(({ runId, author }) => ({ runId, author, text: words[runId] ?? null }));

/** The same standing with a question that the server has just taken, until it says so itself. */
export function withQueued(standing: Standing | null, turn: TurnOf): Standing | null {
  if (standing === null) return null;
  const { active, queue, last } = standing;
  const isTold = [active?.runId, last, ...queue.map(({ runId }) => runId)].includes(turn.runId);
  return isTold ? standing : { ...standing, queue: [...queue, turn] };
}

/** Parts messages whose turn has not come, which stand apart until it does, from the rest. */
export function partWaiting(
  messages: readonly UIMessage[],
  queue: Standing['queue'],
): { readonly shown: readonly UIMessage[]; readonly words: Readonly<Record<string, string>> } {
  const waiting = new Set(queue.map(({ runId }) => runId));
  const words: Record<string, string> = {};
  const shown = messages.filter((message) => {
    const runId = asText(asRecord(asRecord(message.metadata)['groundwire'])['runId']);
    if (runId === null || !waiting.has(runId)) return true;
    if (message.role === 'user') words[runId] = textOf(message);
    return false;
  });
  return { shown, words };
}

const textOf = (message: UIMessage): string =>
  message.parts.map((part) => (part.type === 'text' ? part.content : '')).join('');
