// What of the conversation a model reads: whole turns, bounded by tokens, with a start that rarely moves.
// A window that slid with each turn would change the prompt's first words each time and lose the provider's cache.
import { estimateMessageTokens } from '../providers/estimate-tokens.ts';
import type { ModelMessage } from '../providers/provider.ts';
import type { TranscriptMessage } from './requests.ts';
import { textOf } from './transcript.ts';

export type Turn = { readonly ordinal: number; readonly messages: readonly TranscriptMessage[] };

export type HistoryDeps = {
  /** The turn with this ordinal; no messages where there is none. */
  readTurn(ordinal: number): Turn;
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
  return { messages: kept.turns.flat(), tokens: kept.tokens, from: kept.from };
}

function readBack(deps: HistoryDeps, current: number, from: number, maxTokens: number) {
  const turns: ModelMessage[][] = [];
  let tokens = 0;
  let first = current;
  for (let ordinal = current; ordinal >= from; ordinal -= 1) {
    const messages = toModelMessages(deps.readTurn(ordinal));
    const cost = messages.reduce((sum, message) => sum + estimateMessageTokens(message), 0);
    if (ordinal < current && tokens + cost > maxTokens) return { turns, tokens, from: first, complete: false };
    turns.unshift(messages);
    tokens += cost;
    first = ordinal;
  }
  return { turns, tokens, from: first, complete: true };
}

/** A turn without an answer is left with a note in its place: roles alternate, and the model knows. */
function toModelMessages(turn: Turn): ModelMessage[] {
  return turn.messages.flatMap((message): ModelMessage[] => {
    const text = textOf(message.parts);
    if (message.role === 'user') return [{ role: 'user', text }];
    if (message.status === 'streaming') return [];
    return [{ role: 'assistant', text: text === '' ? NO_ANSWER : text }];
  });
}

const NO_ANSWER = '[No answer was given to this message.]';
