// Which turns a run should summarize before it answers. It changes nothing.

import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import type { Model } from '../../providers/models/models.ts';
import { type HistoryDeps, type HistoryTurn, parentIn, tokensOfTurn } from '../prompt/history.ts';
import { chooseBoundary } from './boundary.ts';
import type { Summary } from './summaries.ts';
import { type SummaryRequest, summaryRequest } from './summary-prompt.ts';

/** Where the model's history begins, for readers. */
export type HistoryStart = {
  /** The ordinal of the first turn that is sent. */
  readonly ordinal: number;
  readonly messageId: string | null;
  /** Questions from there on, including the one being answered. */
  readonly questions: number;
};

export type Plan = {
  /** The last turn that the summary will cover. */
  readonly through: number;
  readonly request: SummaryRequest;
  readonly hasPrevious: boolean;
  readonly turns: number;
  /** The longest summary that is of use, in tokens. */
  readonly maxTokens: number;
  readonly start: HistoryStart;
  /** Where it begins without the summary; null if all turns are sent or summarized. */
  readonly startWithout: HistoryStart | null;
};

type PlanInput = {
  readonly current: number;
  readonly previous: Summary | null;
  readonly model: Pick<Model, 'contextTokens' | 'maxOutputTokens'>;
  readonly maxHistoryTokens: number;
  /** The first turn of the request without a summary. */
  readonly historyFrom: number;
  /** Turns with a call that waits for a decision. */
  readonly waiting: ReadonlySet<number>;
};

/** Null if nothing can be summarized. */
export function planCompaction(deps: HistoryDeps, input: PlanInput): Plan | null {
  const { current, previous, model, maxHistoryTokens: maxTokens, historyFrom } = input;
  const { turns, isCut } = readTurns(deps, input);
  const sizes = turns.map(({ turn, tokens }) => ({
    ordinal: turn.ordinal,
    tokens,
    hasQuestion: hasQuestion(turn),
    isWaiting: turn.ordinal !== current && input.waiting.has(turn.ordinal),
  }));
  const through = chooseBoundary(sizes, maxTokens);
  if (through === null) return null;
  const covered = turns.filter(({ turn }) => turn.ordinal <= through).map(({ turn }) => turn.messages);
  const request = summaryRequest({
    previous: isCut ? null : previous,
    turns: covered,
    isShared: deps.isShared ?? false,
    maxTokens,
    ...model,
  });
  if (!request) return null;
  const startAt = (ordinal: number): HistoryStart => {
    const sent = turns.filter(({ turn }) => turn.ordinal >= ordinal).map(({ turn }) => turn);
    const messageId = sent[0]?.messages[0]?.id ?? null;
    return { ordinal: sent[0]?.ordinal ?? current, messageId, questions: sent.filter(hasQuestion).length };
  };
  return {
    through,
    request: { ...request, isPartial: request.isPartial || isCut },
    hasPrevious: previous !== null,
    turns: covered.length,
    maxTokens: Math.floor(maxTokens / 5),
    start: startAt(through + 1),
    startWithout: parentIn(deps, historyFrom) > (previous?.through ?? 0) ? startAt(historyFrom) : null,
  };
}

const hasQuestion = ({ messages }: HistoryTurn): boolean => messages[0]?.role === 'user';

/** The turns since the previous summary, oldest first, or the newest that a model can read at once. */
function readTurns(deps: HistoryDeps, { current, previous, model, maxHistoryTokens }: PlanInput) {
  const turns: { readonly turn: HistoryTurn; readonly tokens: number }[] = [];
  let room = model.contextTokens + maxHistoryTokens;
  for (let ordinal = current; ordinal > (previous?.through ?? 0); ordinal = parentIn(deps, ordinal)) {
    const turn = deps.readTurn(ordinal);
    const tokens = tokensOfTurn(turn, deps);
    room -= tokens;
    if (room < 0 && turns.length > 0) return { turns, isCut: true };
    turns.unshift({ turn, tokens });
  }
  return { turns, isCut: false };
}

export const isTooLong = (text: string, { maxTokens }: Plan): boolean => estimateTokens(text) > maxTokens;
