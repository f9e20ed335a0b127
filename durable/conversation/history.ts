// What of the conversation a model reads: whole turns, bounded by tokens, with a start that rarely moves.
// A window that slid with each turn would change the prompt's first words each time and lose the provider's cache.
import { estimateMessageTokens } from '../providers/estimate-tokens.ts';
import type { ModelMessage } from '../providers/provider.ts';
import type { TranscriptMessage } from './requests.ts';
import { saidBy } from './speakers.ts';
import { textOf } from './transcript.ts';

export type Turn = { readonly ordinal: number; readonly messages: readonly TranscriptMessage[] };

export type HistoryDeps = {
  /** The turn with this ordinal; no messages where there is none. */
  readTurn(ordinal: number): Turn;
  /** The turn that this one follows; the one before it where this is left out. */
  parentOf?(ordinal: number): number;
  /** Several people speak, and the model is told who said what. */
  readonly isShared?: boolean;
  /** Whose conversation it is. What others said, where it was copied, is told to be theirs. */
  readonly ownerId?: string;
};

export type History = {
  readonly messages: readonly ModelMessage[];
  /** Estimated tokens of `messages`. */
  readonly tokens: number;
  /** The ordinal of the first turn that is sent, to be kept for the next time. */
  readonly from: number;
};

/**
 * The turns `from` … `current` as a model reads them. Where they exceed `maxTokens` the start moves on until
 * at most half is filled, so that it then stays for many turns. The current turn is always whole.
 */
export function assembleHistory(
  deps: HistoryDeps,
  options: { from: number; current: number; maxTokens: number },
): History {
  const window = readBack(deps, options.current, options.from, options.maxTokens);
  const kept = window.complete ? window : readBack(deps, options.current, options.from, options.maxTokens / 2);
  const messages = kept.turns.reduce(joinTurn, []);
  const added = messages.length - kept.turns.flat().length;
  return { messages, tokens: kept.tokens + added * estimateMessageTokens(CLICKED), from: kept.from };
}

function readBack(deps: HistoryDeps, current: number, from: number, maxTokens: number) {
  const turns: ModelMessage[][] = [];
  let tokens = 0;
  let first = current;
  const parentOf = (ordinal: number): number => deps.parentOf?.(ordinal) ?? ordinal - 1;
  for (let ordinal = current; ordinal >= from; ordinal = parentOf(ordinal)) {
    const messages = toModelMessages(deps.readTurn(ordinal), deps);
    const cost = messages.reduce((sum, message) => sum + estimateMessageTokens(message), 0);
    // A turn that carries out a decision goes on with the one before it, which holds the call.
    const isComplete = turns[0]?.[0]?.role === 'user';
    if (isComplete && tokens + cost > maxTokens) return { turns, tokens, from: first, complete: false };
    turns.unshift(messages);
    tokens += cost;
    first = ordinal;
  }
  return { turns, tokens, from: first, complete: true };
}

/**
 * A turn that carries out a decision goes on with the call and its result. Where something was said in between, the user's
 * click stands as a turn of its own, without words from the data: those are for results.
 */
function joinTurn(
  before: ModelMessage[],
  turn: ModelMessage[],
  index: number,
  turns: ModelMessage[][],
): ModelMessage[] {
  // Of a turn whose rows could not be read nothing is left.
  if (turn.length === 0 && index < turns.length - 1) return before;
  const last = before.at(-1)?.role;
  const isBegun = turn[0]?.role === 'user' || last === 'tool' || last === 'user';
  return [...before, ...(isBegun ? [] : [CLICKED]), ...turn];
}

/** A turn without an answer is left with a note in its place: roles alternate, and the model knows. */
function toModelMessages(turn: Turn, { isShared, ownerId }: HistoryDeps): ModelMessage[] {
  const isOthers = ({ author }: TranscriptMessage): boolean =>
    isShared === true || (ownerId !== undefined && author != null && author.id !== ownerId);
  return turn.messages.flatMap((message, index): ModelMessage[] => {
    const text = textOf(message.parts);
    if (message.role === 'user')
      return [{ role: 'user', text: isOthers(message) ? saidBy(message.author, text) : text }];
    if (message.role === 'tool' || message.status === 'streaming') return [];
    const toolCalls = message.parts.filter((part) => part.type === 'tool-call');
    if (toolCalls.length === 0) return [{ role: 'assistant', text: text === '' ? NO_ANSWER : text }];
    // Some models number their calls anew in each answer: what answers this one stands right behind it.
    const next = turn.messages.findIndex(({ role }, place) => place > index && role === 'assistant');
    const replies = turn.messages.slice(index + 1, next < 0 ? undefined : next);
    const answers = toolCalls.map(({ id, name }) => toReply(id, name, replies));
    return [{ role: 'assistant', text, toolCalls }, ...answers];
  });
}

/** Providers want a result for each call, also for one that waits for the user or was never run. */
function toReply(toolCallId: string, toolName: string, replies: readonly TranscriptMessage[]): ModelMessage {
  const reply = replies.find(({ tool }) => tool?.callId === toolCallId);
  if (!reply) return { role: 'tool', toolCallId, toolName, text: NO_RESULT };
  return { role: 'tool', toolCallId, toolName, text: textOf(reply.parts), isError: reply.tool?.isError ?? false };
}

const NO_ANSWER = '[No answer was given to this message.]';
const NO_RESULT = JSON.stringify({
  status: 'no result',
  message: 'There is no result: the call waits for the user to confirm it, or it was interrupted.',
});
const CLICKED: ModelMessage = {
  role: 'user',
  text: '[The user decided on a card that an earlier call had put before them. The result of that call, where it stands above, now tells what came of it. Report it in a sentence or two.]',
};
