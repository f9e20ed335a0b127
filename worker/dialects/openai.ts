// A run as Chat Completions tells it: text, an end, the tokens used. The product's tools run unseen. A write that waits
// for the user becomes words with the way to its card: a client of this wire can neither run it nor confirm it.
import type { TokenUsage } from '@ag-ui/core';
import { ERRORS } from '../../durable/errors.ts';
import { toOpenAiError } from '../wire-problem.ts';
import type { Encode, Payload } from './projection.ts';
import type { Proposal, RunEnd, RunSummary } from './run-summary.ts';

export type Completion = {
  readonly runId: string;
  readonly sessionId: string;
  readonly requestId: string;
  /** What was asked for; which model answered is known at the end. */
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
  /** The page on which the user finds the cards. */
  readonly pageUrl: string;
  readonly includesUsage: boolean;
};

/** What the wire has no place for. */
type Extension = {
  readonly groundwire: {
    readonly session_id: string;
    readonly run_id: string;
    readonly outcome: Exclude<RunEnd['kind'], 'failed'>;
    readonly approvals?: readonly object[];
  };
};

type Finish = Exclude<RunEnd, { kind: 'failed' }>;

type Delta = { readonly role?: 'assistant'; readonly content?: string };

/** As a stream. */
export function encodeOpenAi(summary: RunSummary, completion: Completion): Encode {
  const { includesUsage } = completion;
  const chunkHead = { ...head(completion), object: 'chat.completion.chunk' };
  const chunk = (delta: Delta, finish: 'stop' | 'length' | null = null) => ({
    ...chunkHead,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(includesUsage && { usage: null }),
  });

  function ending(end: RunEnd): readonly Payload[] {
    if (end.kind === 'failed') return [failure(end, completion), '[DONE]'];
    const added = wordsFor(end, summary, completion);
    const last = { ...chunk({}, finishOf(end)), ...extend(end, completion) };
    const used = { ...chunkHead, choices: [], usage: toUsage(summary.usage()) };
    return [...(added === '' ? [] : [chunk({ content: added })]), last, ...(includesUsage ? [used] : []), '[DONE]'];
  }

  return function encode(event): readonly Payload[] {
    const addition = summary.take(event);
    if (event.type === 'RUN_STARTED') return [chunk({ role: 'assistant', content: '' })];
    if (addition?.kind === 'text') return [chunk({ content: addition.delta })];
    return addition?.kind === 'end' ? ending(addition.end) : [];
  };
}

/** As one JSON. */
export function toChatCompletion(summary: RunSummary, end: Finish, completion: Completion) {
  const { model = completion.model } = summary.usage().at(-1) ?? {};
  return {
    ...head(completion),
    model,
    object: 'chat.completion' as const,
    choices: [
      {
        index: 0,
        message: { role: 'assistant' as const, content: shownText(summary, completion), refusal: null },
        logprobs: null,
        finish_reason: finishOf(end),
      },
    ],
    usage: toUsage(summary.usage()),
    ...extend(end, completion),
  };
}

/** What the client has for an answer, and repeats with its next request. */
export const shownText = (summary: RunSummary, completion: Completion): string =>
  summary.text() + wordsFor(summary.end(), summary, completion);

const head = ({ runId, created, model }: Completion) => ({ id: `chatcmpl-${runId}`, created, model });

/** A stop was the user's wish, so it is no failure; the extension tells it from an answer that ended by itself. */
const finishOf = (end: Finish): 'stop' | 'length' => (end.kind === 'complete' && end.isCut ? 'length' : 'stop');

const extend = (end: Finish, { sessionId, runId }: Completion): Extension => ({
  groundwire: {
    session_id: sessionId,
    run_id: runId,
    outcome: end.kind,
    ...(end.kind === 'waiting' && { approvals: end.proposals.map(toApproval) }),
  },
});

const toApproval = ({ approvalId, toolName, title, message, expiresAt }: Proposal) => ({
  id: approvalId,
  tool: toolName,
  title,
  message,
  expires_at: expiresAt,
});

function wordsFor(end: RunEnd, summary: RunSummary, { pageUrl }: Completion): string {
  if (end.kind !== 'waiting') return '';
  const cards = end.proposals.map(({ title, message }) => `**${title}**: ${message}`);
  const words = [...cards, `Nothing is changed until you confirm it: [open the conversation](${pageUrl}).`].join(
    '\n\n',
  );
  return summary.text() === '' ? words : `\n\n${words}`;
}

function failure({ code, detail }: Extract<RunEnd, { kind: 'failed' }>, { requestId }: Completion): Payload {
  return toOpenAiError({ code, detail, status: ERRORS[code].status, requestId });
}

function toUsage(steps: readonly TokenUsage[]) {
  const sum = (count: (step: TokenUsage) => number | undefined): number =>
    steps.reduce((total, step) => total + (count(step) ?? 0), 0);
  const prompt = sum(({ inputTokens }) => inputTokens);
  const completion = sum(({ outputTokens }) => outputTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(({ cachedInputTokens }) => cachedInputTokens) },
    completion_tokens_details: { reasoning_tokens: sum(({ reasoningTokens }) => reasoningTokens) },
  };
}
