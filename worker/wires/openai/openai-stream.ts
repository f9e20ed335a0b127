// A run in the form of Chat Completions: text, an end, token usage. The product's tools run out of sight. A change that
// waits for approval becomes text with a link to it, because a client of this wire can neither run nor approve it.
import type { TokenUsage } from '@ag-ui/core';
import { ERRORS } from '../../../durable/errors.ts';
import type { Encode, Payload } from '../projection.ts';
import type { Proposal, RunSummary, RunSummaryEnd } from '../run-summary.ts';
import { toOpenAiError } from '../wire-problem.ts';

export type Completion = {
  readonly runId: string;
  readonly sessionId: string;
  readonly requestId: string;
  /** The requested model. The one that answered is known at the end. */
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
  /** The page with the approvals. */
  readonly pageUrl: string;
  readonly includesUsage: boolean;
  readonly ignored: readonly string[];
};

/** What the wire has no field for. */
type Extension = {
  readonly groundwire: {
    readonly session_id: string;
    readonly run_id: string;
    readonly outcome: Exclude<RunSummaryEnd['kind'], 'failed'>;
    readonly approvals?: readonly object[];
    /** Parameters that had no effect. */
    readonly ignored?: readonly string[];
  };
};

type StreamFinish = Exclude<RunSummaryEnd, { kind: 'failed' }>;

type Delta = { readonly role?: 'assistant'; readonly content?: string; readonly refusal?: string };

type CompletionFinish = 'stop' | 'length' | 'content_filter';

/** As a stream. */
export function encodeOpenAi(summary: RunSummary, completion: Completion): Encode {
  const { includesUsage } = completion;
  const chunkHead = { ...head(completion), object: 'chat.completion.chunk' };
  const chunk = (delta: Delta, finish: CompletionFinish | null = null) => ({
    ...chunkHead,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(includesUsage && { usage: null }),
  });

  function ending(end: RunSummaryEnd): readonly Payload[] {
    if (end.kind === 'failed') return [failure(end, completion), '[DONE]'];
    const added = wordsFor(end, summary, completion);
    const last = { ...chunk({}, finishOf(end)), ...extend(end, completion) };
    const used = { ...chunkHead, choices: [], usage: toUsage(summary.usage()) };
    const refused = end.kind === 'refused' ? [chunk({ refusal: end.detail })] : [];
    return [
      ...(added === '' ? [] : [chunk({ content: added })]),
      ...refused,
      last,
      ...(includesUsage ? [used] : []),
      '[DONE]',
    ];
  }

  return function encode(event): readonly Payload[] {
    const addition = summary.take(event);
    if (event.type === 'RUN_STARTED') return [chunk({ role: 'assistant', content: '' })];
    if (addition?.kind === 'text') return [chunk({ content: addition.delta })];
    return addition?.kind === 'end' ? ending(addition.end) : [];
  };
}

/** As one JSON object. */
export function toChatCompletion(summary: RunSummary, end: StreamFinish, completion: Completion) {
  const { model = completion.model } = summary.usage().at(-1) ?? {};
  return {
    ...head(completion),
    model,
    object: 'chat.completion' as const,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant' as const,
          content: shownText(summary, completion),
          refusal: end.kind === 'refused' ? end.detail : null,
        },
        logprobs: null,
        finish_reason: finishOf(end),
      },
    ],
    usage: toUsage(summary.usage()),
    ...extend(end, completion),
  };
}

/** The answer as the client shows it and repeats it with its next request. */
export const shownText = (summary: RunSummary, completion: Completion): string =>
  summary.text() + wordsFor(summary.end(), summary, completion);

const head = ({ runId, created, model }: Completion) => ({ id: `chatcmpl-${runId}`, created, model });

/** A stop by the user is not a failure. The extension distinguishes it from an answer that ended by itself. */
const finishOf = ({ kind }: StreamFinish): CompletionFinish =>
  kind === 'cut' ? 'length' : kind === 'refused' ? 'content_filter' : 'stop';

export const extend = (end: StreamFinish, { sessionId, runId, ignored }: Completion): Extension => ({
  groundwire: {
    session_id: sessionId,
    run_id: runId,
    outcome: end.kind,
    ...(end.kind === 'waiting' && { approvals: end.proposals.map(toApproval) }),
    ...(ignored.length > 0 && { ignored }),
  },
});

const toApproval = ({ approvalId, toolName, title, message, expiresAt }: Proposal) => ({
  id: approvalId,
  tool: toolName,
  title,
  message,
  expires_at: expiresAt,
});

export function wordsFor(end: RunSummaryEnd, summary: RunSummary, { pageUrl }: Completion): string {
  if (end.kind !== 'waiting') return '';
  const cards = end.proposals.map(({ title, message }) => `**${title}**: ${message}`);
  const words = [...cards, `Nothing is changed until you confirm it: [open the conversation](${pageUrl}).`].join(
    '\n\n',
  );
  return summary.text() === '' ? words : `\n\n${words}`;
}

function failure({ code, detail }: Extract<RunSummaryEnd, { kind: 'failed' }>, { requestId }: Completion): Payload {
  return toOpenAiError({ code, detail, status: ERRORS[code].status, requestId });
}

export function toUsage(steps: readonly TokenUsage[]) {
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
