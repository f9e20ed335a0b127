// The part of the conversation that a model reads: whole turns, limited by tokens, with a start that rarely moves. A window
// that moved with each turn would change the start of the prompt each time and lose the provider's cache.

import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { NO_RESULT } from '../../providers/gate/wire-gate.ts';
import { estimateMessageTokens } from '../../providers/models/estimate-tokens.ts';
import type { AssistantPart, ModelMessage, PartState } from '../../providers/provider.ts';
import { draftMaterial } from '../../templates/draft-prompt.ts';
import type { Summary } from '../compaction/summaries.ts';
import { summaryText } from '../compaction/summary-prompt.ts';
import type { ModelData } from '../history/model-data.ts';
import { readTurns, textOf } from '../history/transcript.ts';
import { saidBy } from './author-prefix.ts';
import { withPageNote } from './page-note.ts';

export type HistoryTurn = {
  readonly ordinal: number;
  readonly messages: readonly TranscriptMessage[];
  /** By message. */
  readonly modelData?: ReadonlyMap<string, ModelData>;
};

/** Most prompts need no more turns than this. */
const TURNS_PER_READ = 16;

/** Reads turns for one prompt, several with one query: a prompt needs those before the one it starts with. */
export function historyReader(sql: SqlStorage): (ordinal: number) => HistoryTurn {
  const read = new Map<number, HistoryTurn>();
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;

  function readTo(last: number): void {
    [lowest, highest] = [last - TURNS_PER_READ + 1, last];
    for (const turn of readTurns(sql, { first: lowest, last })) read.set(turn.ordinal, turn);
  }

  return (ordinal) => {
    if (!read.has(ordinal) && (ordinal < lowest || ordinal > highest)) readTo(ordinal);
    return read.get(ordinal) ?? { ordinal, messages: [] };
  };
}

export type HistoryDeps = {
  /** The turn with this ordinal; without messages if there is none. */
  readTurn(ordinal: number): HistoryTurn;
  /** The turn that this one follows; the one before it by default. */
  parentOf?(ordinal: number): number;
  /** Names the author of each question. */
  readonly isShared?: boolean;
  /** What the request is sent to. State of other connections isn't sent, so it takes no room. */
  readonly connection?: string;
  /** The owner. In a fork, messages of other people are marked with their authors. */
  readonly ownerId?: string;
};

export type History = {
  readonly messages: readonly ModelMessage[];
  /** Estimated tokens of `messages`. */
  readonly tokens: number;
  /** The ordinal of the first turn that is sent; the next turn starts there too. */
  readonly from: number;
  /** Turns before it are neither sent nor summarized. */
  readonly hasGap: boolean;
};

type HistoryOptions = {
  readonly from: number;
  readonly current: number;
  readonly maxTokens: number;
  /** Sent in place of the turns up to its last one. */
  readonly summary?: Pick<Summary, 'through' | 'text' | 'isPartial'> | null;
};

/** A longer summary, made for a model with a larger context, isn't sent. */
const MAX_SUMMARY_PART = 0.25;

/**
 * The summary and the turns `from` … `current` as a model reads them. If they exceed `maxTokens`, the start moves until at most
 * half is filled, so that it can then stay for many turns. The current turn is always whole.
 */
export function assembleHistory(deps: HistoryDeps, options: HistoryOptions): History {
  const { current, maxTokens, summary = null } = options;
  const covered = summary?.through ?? 0;
  const from = Math.max(options.from, covered + 1);
  const notes = summary && { role: 'user' as const, text: summaryText(summary) };
  const size = notes ? estimateMessageTokens(notes) : 0;
  const sent = size <= maxTokens * MAX_SUMMARY_PART ? notes : null;
  const room = maxTokens - (sent ? size : 0);
  const window = readBack(deps, current, from, room);
  const kept = window.complete ? window : readBack(deps, current, from, room - maxTokens / 2);
  const turns = kept.turns.reduce(joinTurn, []);
  const added = turns.length - kept.turns.flat().length;
  return {
    messages: sent ? [sent, ...turns] : turns,
    tokens: kept.tokens + added * estimateMessageTokens(CLICKED) + (sent ? size : 0),
    from: kept.from,
    hasGap: parentIn(deps, kept.from) > covered || (notes !== null && sent === null),
  };
}

export const parentIn = (deps: Pick<HistoryDeps, 'parentOf'>, ordinal: number): number =>
  deps.parentOf?.(ordinal) ?? ordinal - 1;

/** Estimated tokens of a turn as a model reads it. */
const costOf = (messages: readonly ModelMessage[]): number =>
  messages.reduce((sum, message) => sum + estimateMessageTokens(message), 0);

export const tokensOfTurn = (turn: HistoryTurn, deps: HistoryDeps): number => costOf(toModelMessages(turn, deps));

function readBack(deps: HistoryDeps, current: number, from: number, maxTokens: number) {
  const turns: ModelMessage[][] = [];
  let tokens = 0;
  let first = current;
  for (let ordinal = current; ordinal >= from; ordinal = parentIn(deps, ordinal)) {
    const messages = toModelMessages(deps.readTurn(ordinal), deps);
    const cost = costOf(messages);
    // A turn that executes a decision continues the one before it, which contains the call.
    const isComplete = turns[0]?.[0]?.role === 'user';
    if (isComplete && tokens + cost > maxTokens) return { turns, tokens, from: first, complete: false };
    turns.unshift(messages);
    tokens += cost;
    first = ordinal;
  }
  return { turns, tokens, from: first, complete: true };
}

/**
 * A turn that executes a decision continues the call and its result. If there were messages in between, the user's click becomes
 * a turn of its own. It contains no data, because data belongs into results.
 */
function joinTurn(
  before: ModelMessage[],
  turn: ModelMessage[],
  index: number,
  turns: ModelMessage[][],
): ModelMessage[] {
  // A turn whose rows couldn't be read is empty.
  if (turn.length === 0 && index < turns.length - 1) return before;
  const last = before.at(-1)?.role;
  const hasStart = turn[0]?.role === 'user' || last === 'tool' || last === 'user';
  return [...before, ...(hasStart ? [] : [CLICKED]), ...turn];
}

/** A missing answer is replaced by a note, so that roles alternate and the model knows. */
function toModelMessages(turn: HistoryTurn, { isShared, ownerId, connection }: HistoryDeps): ModelMessage[] {
  const isOthers = ({ author }: TranscriptMessage): boolean =>
    isShared === true || (ownerId !== undefined && author != null && author.id !== ownerId);
  return turn.messages.flatMap((message, index): ModelMessage[] => {
    const text = textOf(message.parts);
    if (message.role === 'user')
      return [{ role: 'user', text: asked(message, isOthers(message) ? saidBy(message.author, text) : text) }];
    if (message.role === 'tool' || message.status === 'streaming') return [];
    // What a model wrote before it declined is not its answer, and can make it decline again.
    if (message.ending?.kind === 'refused') return [{ role: 'assistant', parts: [{ type: 'text', text: DECLINED }] }];
    const parts = toAssistantParts(message, statesFor(connection, turn.modelData?.get(message.id)));
    const toolCalls = parts.filter((part) => part.type === 'tool-call');
    if (toolCalls.length === 0) {
      const isAnswered = parts.some((part) => part.type === 'text');
      return [{ role: 'assistant', parts: isAnswered ? parts : [{ type: 'text', text: NO_ANSWER }] }];
    }
    // Some models number their calls from 1 in each answer, so only the replies right behind this message are its own.
    const next = turn.messages.findIndex(({ role }, place) => place > index && role === 'assistant');
    const replies = turn.messages.slice(index + 1, next < 0 ? undefined : next);
    const answers = toolCalls.map(({ id, name }) => toReply(id, name, replies));
    return [{ role: 'assistant', parts }, ...answers];
  });
}

const statesFor = (connection: string | undefined, { states = [] }: ModelData = {}): NonNullable<ModelData['states']> =>
  states.filter((state) => connection === undefined || state.connection === connection);

/** In the order in which the model wrote them. */
function toAssistantParts({ parts }: TranscriptMessage, states: NonNullable<ModelData['states']>): AssistantPart[] {
  const ownBefore = (index: number): AssistantPart[] =>
    states
      .filter((one) => one.isOwn && one.index === index)
      .map(({ index: _index, isOwn: _isOwn, ...state }) => ({ type: 'reasoning', state }));
  const stateOf = (index: number): { state?: PartState } => {
    const found = states.find((one) => !one.isOwn && one.index === index);
    if (!found) return {};
    const { index: _index, isOwn: _isOwn, ...state } = found;
    return { state };
  };
  const sent = parts.flatMap((part, index): AssistantPart[] => {
    const { state } = stateOf(index);
    const before = ownBefore(index);
    if (part.type === 'thinking') return state ? [...before, { type: 'reasoning', state }] : before;
    if (part.type === 'text') return [...before, { type: 'text', text: part.content, ...(state && { state }) }];
    const { id, name, arguments: args } = part;
    return [...before, { type: 'tool-call', id, name, arguments: args, ...(state && { state }) }];
  });
  return [...sent, ...ownBefore(parts.length)];
}

/** A question with what belongs to it: the rows that a draft is made of, and what the page showed. */
const asked = (message: TranscriptMessage, text: string): string =>
  withPageNote(message.draft?.type === 'brief' ? `${text}\n\n${draftMaterial(message.draft)}` : text, message);

/** Providers require a result for each call, even for one that waits for the user or was never run. */
function toReply(toolCallId: string, toolName: string, replies: readonly TranscriptMessage[]): ModelMessage {
  const reply = replies.find(({ tool }) => tool?.callId === toolCallId);
  if (!reply) return { role: 'tool', toolCallId, toolName, text: NO_RESULT };
  return { role: 'tool', toolCallId, toolName, text: textOf(reply.parts), isError: reply.tool?.isError ?? false };
}

const DECLINED = '[The model declined to answer this message.]';
const NO_ANSWER = '[No answer was given to this message.]';
const CLICKED: ModelMessage = {
  role: 'user',
  text: '[The user decided on an approval that an earlier call had asked for. The result of that call above now contains the outcome. Report it in a sentence or two.]',
};
