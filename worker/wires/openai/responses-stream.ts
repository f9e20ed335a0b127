// A run in the form of the Responses API: one message with the text of all steps. The product's tools run out of sight, and a
// change that waits for approval is text with a link, as in Chat Completions.
import type { TokenUsage } from '@ag-ui/core';
import { ERRORS } from '../../../durable/errors.ts';
import type { Encode, Payload } from '../projection.ts';
import type { RunSummary, RunSummaryEnd } from '../run-summary.ts';
import { openAiTypeOf } from '../wire-problem.ts';
import { type Completion, extend, shownText, toUsage, wordsFor } from './openai-stream.ts';
import { responseIdOf } from './responses-request.ts';

export type ResponseHead = Completion & {
  readonly previousId: string | null;
  readonly instructions: string | null;
  readonly maxOutputTokens: number | null;
};

/** As a stream. It has no `[DONE]`: the last event has the whole response. */
export function encodeResponse(summary: RunSummary, head: ResponseHead): Encode {
  const place = { item_id: itemIdOf(head), output_index: 0, content_index: 0 };
  let sequence = 0;
  let isOpen = false;
  const send = (type: string, fields: object): Payload => {
    sequence += 1;
    return { type, sequence_number: sequence - 1, ...fields };
  };

  function open(): readonly Payload[] {
    if (isOpen) return [];
    isOpen = true;
    const item = { ...itemOf(head, [], 'in_progress') };
    return [
      send('response.output_item.added', { output_index: 0, item }),
      send('response.content_part.added', { ...place, part: textPart('') }),
    ];
  }

  const say = (delta: string): readonly Payload[] => [
    ...open(),
    send('response.output_text.delta', { ...place, delta, logprobs: [] }),
  ];

  function ending(end: RunSummaryEnd): readonly Payload[] {
    const added = wordsFor(end, summary, head);
    const said = added === '' ? [] : say(added);
    const response = toResponse(summary, end, head);
    const [item] = response.output;
    const text = shownText(summary, head);
    const closing = isOpen
      ? [
          send('response.output_text.done', { ...place, text, logprobs: [] }),
          send('response.content_part.done', { ...place, part: textPart(text) }),
          send('response.output_item.done', { output_index: 0, item }),
        ]
      : [];
    return [...said, ...closing, send(lastEventOf(end), { response })];
  }

  return function encode(event): readonly Payload[] {
    const addition = summary.take(event);
    if (event.type === 'RUN_STARTED') {
      const response = { ...base(head), status: 'in_progress', output: [], usage: null };
      return [send('response.created', { response }), send('response.in_progress', { response })];
    }
    if (addition?.kind === 'text') return say(addition.delta);
    return addition?.kind === 'end' ? ending(addition.end) : [];
  };
}

/** As one JSON object. */
export function toResponse(summary: RunSummary, end: RunSummaryEnd, head: ResponseHead) {
  const text = shownText(summary, head);
  const { model = head.model } = summary.usage().at(-1) ?? {};
  const refusal = end.kind === 'refused' ? [{ type: 'refusal' as const, refusal: end.detail }] : [];
  const content = [...(text === '' ? [] : [textPart(text)]), ...refusal];
  const isWhole = end.kind === 'complete' || end.kind === 'waiting';
  return {
    ...base(head),
    model,
    status: STATUSES[end.kind],
    error:
      end.kind === 'failed'
        ? { code: end.code, message: end.detail, type: openAiTypeOf(ERRORS[end.code].status) }
        : null,
    incomplete_details: REASONS[end.kind] ? { reason: REASONS[end.kind] } : null,
    output: content.length === 0 ? [] : [itemOf(head, content, isWhole ? 'completed' : 'incomplete')],
    usage: toResponseUsage(summary.usage()),
    ...(end.kind !== 'failed' && extend(end, head)),
  };
}

const STATUSES = {
  complete: 'completed',
  waiting: 'completed',
  cut: 'incomplete',
  refused: 'incomplete',
  stopped: 'cancelled',
  failed: 'failed',
} as const satisfies Record<RunSummaryEnd['kind'], string>;

const REASONS: Partial<Record<RunSummaryEnd['kind'], string>> = { cut: 'max_output_tokens', refused: 'content_filter' };

function lastEventOf({ kind }: RunSummaryEnd): string {
  if (kind === 'failed') return 'response.failed';
  return STATUSES[kind] === 'completed' ? 'response.completed' : 'response.incomplete';
}

const itemIdOf = ({ runId }: ResponseHead): string => `msg_${runId}`;

const textPart = (text: string) => ({ type: 'output_text' as const, text, annotations: [], logprobs: [] });

const itemOf = (
  head: ResponseHead,
  content: readonly object[],
  status: 'in_progress' | 'completed' | 'incomplete',
) => ({
  type: 'message' as const,
  id: itemIdOf(head),
  role: 'assistant' as const,
  status,
  content,
});

/** What the client sees of its own request. Fields of the API that have no effect here have their defaults. */
const base = (head: ResponseHead) => ({
  id: responseIdOf(head),
  object: 'response' as const,
  created_at: head.created,
  model: head.model,
  error: null,
  incomplete_details: null,
  instructions: head.instructions,
  max_output_tokens: head.maxOutputTokens,
  previous_response_id: head.previousId,
  conversation: { id: head.sessionId },
  metadata: {},
  parallel_tool_calls: false,
  store: true,
  temperature: null,
  text: { format: { type: 'text' as const } },
  tool_choice: 'none' as const,
  tools: [],
  top_p: null,
  truncation: 'disabled' as const,
});

function toResponseUsage(steps: readonly TokenUsage[]) {
  const usage = toUsage(steps);
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: usage.prompt_tokens_details,
    output_tokens: usage.completion_tokens,
    output_tokens_details: usage.completion_tokens_details,
    total_tokens: usage.total_tokens,
  };
}
