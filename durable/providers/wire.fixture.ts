// For tests: complete answers in each wire format, frame by frame, and the adapters that read them.
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Response as OpenAiResponse, ResponseUsage } from 'openai/resources/responses/responses';
import { connectAnthropic } from './anthropic/anthropic.ts';
import { connectOpenAiCompatible } from './openai/openai-compatible.ts';
import { connectOpenAiResponses } from './openai-responses/openai-responses.ts';
import type { Provider } from './provider.ts';
import {
  ANTHROPIC_USAGE,
  anthropicFrame,
  openAiFrame,
  openAiResponse,
  responsesFrame,
} from './scripted-upstream.fixture.ts';
import type { Connection, ProviderDeps } from './stream/connection.ts';

const KEY = 'sk-test-0123456789';

export const CONNECTION: Connection = {
  name: 'tested',
  baseUrl: 'https://provider.test',
  apiKey: KEY,
  // Each wire below connects its own adapter.
  wire: 'chat-completions',
  quirks: { outputLimitField: 'max_completion_tokens', acceptsPromptCacheKey: true, silenceMs: 30_000 },
};

/** The same answers in one wire format. */
export type Wire = {
  readonly name: string;
  readonly connect: (deps: ProviderDeps, connection?: Connection) => Provider;
  /** Text in pieces, with usage and a finish. */
  readonly text: (...pieces: string[]) => string[];
  /** One call of `find_parts` with its arguments in pieces. */
  readonly toolCall: (...pieces: string[]) => string[];
  /** Text that ends for another reason, as this wire names it. */
  readonly endedBy: (reason: string) => string[];
  /** An overload error in a stream that started normally. */
  readonly overloaded: string;
  /** A keep-alive, which produces no event. */
  readonly keepAlive: string;
};

const delta = (index: number, of: Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>['delta']) =>
  anthropicFrame({ type: 'content_block_delta', index, delta: of });

const anthropicStart = anthropicFrame({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
    usage: ANTHROPIC_USAGE,
  },
});

const anthropicEnd = (stopReason: 'end_turn' | 'tool_use' | 'max_tokens') => [
  anthropicFrame({
    type: 'message_delta',
    delta: { container: null, stop_details: null, stop_reason: stopReason, stop_sequence: null },
    usage: {
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      input_tokens: null,
      output_tokens: 42,
      output_tokens_details: { thinking_tokens: 7 },
      server_tool_use: null,
    },
  }),
  anthropicFrame({ type: 'message_stop' }),
];

export const ANTHROPIC: Wire = {
  name: 'anthropic',
  connect: (deps, connection = CONNECTION) => connectAnthropic(connection, deps),
  text: (...pieces) => [
    anthropicStart,
    anthropicFrame({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'text', text: '', citations: null },
    }),
    anthropicFrame({ type: 'ping' }),
    ...pieces.map((text) => delta(0, { type: 'text_delta', text })),
    anthropicFrame({ type: 'content_block_stop', index: 0 }),
    ...anthropicEnd('end_turn'),
  ],
  toolCall: (...pieces) => [
    anthropicStart,
    anthropicFrame({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'find_parts', input: {}, caller: { type: 'direct' } },
    }),
    ...pieces.map((piece) => delta(0, { type: 'input_json_delta', partial_json: piece })),
    anthropicFrame({ type: 'content_block_stop', index: 0 }),
    ...anthropicEnd('tool_use'),
  ],
  endedBy: (reason) => endedWith('end_turn', reason === 'length' ? 'max_tokens' : reason),
  overloaded:
    'event: error\ndata: {"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}\n\n',
  keepAlive: anthropicFrame({ type: 'ping' }),
};

const endedWith = (usual: string, reason: string) =>
  (usual === 'stop' ? OPENAI : ANTHROPIC)
    .text('half')
    .map((frame) => frame.replace(JSON.stringify(usual), JSON.stringify(reason)));

type Delta = ChatCompletionChunk.Choice.Delta;
type Finish = ChatCompletionChunk.Choice['finish_reason'];

export const openAiDelta = (of: Delta, finish: Finish = null) =>
  openAiFrame({ choices: [{ index: 0, delta: of, finish_reason: finish, logprobs: null }] });

export const openAiEnd = (finish: Finish) => [
  openAiDelta({}, finish),
  openAiFrame({
    choices: [],
    usage: {
      prompt_tokens: 1212,
      completion_tokens: 42,
      total_tokens: 1254,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 200 },
      completion_tokens_details: { reasoning_tokens: 7 },
    },
  }),
  'data: [DONE]\n\n',
];

export const OPENAI: Wire = {
  name: 'openai-compatible',
  connect: (deps, connection = CONNECTION) => connectOpenAiCompatible(connection, deps),
  text: (...pieces) => [
    openAiDelta({ role: 'assistant', content: '' }),
    ...pieces.map((content) => openAiDelta({ content })),
    ...openAiEnd('stop'),
  ],
  toolCall: (...pieces) => [
    openAiDelta({
      role: 'assistant',
      content: null,
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'find_parts', arguments: '' } }],
    }),
    ...pieces.map((piece) => openAiDelta({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    ...openAiEnd('tool_calls'),
  ],
  endedBy: (reason) => endedWith('stop', reason),
  overloaded: 'data: {"error":{"message":"The engine is overloaded","type":"engine_overloaded","code":503}}\n\n',
  keepAlive: ': keep-alive\n\n',
};

const RESPONSES_USAGE: ResponseUsage = {
  input_tokens: 1212,
  output_tokens: 42,
  total_tokens: 1254,
  input_tokens_details: { cached_tokens: 1000, cache_write_tokens: 200 },
  output_tokens_details: { reasoning_tokens: 7 },
};

const responsesStart = responsesFrame({ type: 'response.created', response: openAiResponse({}) });

export const responsesEnd = (
  type: 'response.completed' | 'response.incomplete' | 'response.failed',
  given: Partial<OpenAiResponse> = {},
) => responsesFrame({ type, response: openAiResponse({ usage: RESPONSES_USAGE, ...given }) });

const messageItem = (text: string, status: 'in_progress' | 'completed') => ({
  ...{ type: 'message' as const, id: 'msg_1', role: 'assistant' as const, status },
  content: text === '' ? [] : [{ type: 'output_text' as const, text, annotations: [] }],
});

const callItem = (text: string, status: 'in_progress' | 'completed') => ({
  ...{ type: 'function_call' as const, id: 'fc_1', call_id: 'call_1', name: 'find_parts', arguments: text, status },
});

const responsesText = (...pieces: string[]) => [
  responsesStart,
  responsesFrame({ type: 'response.output_item.added', output_index: 0, item: messageItem('', 'in_progress') }),
  responsesFrame({
    ...{ type: 'response.content_part.added', item_id: 'msg_1', output_index: 0, content_index: 0 },
    part: { type: 'output_text', text: '', annotations: [] },
  }),
  ...pieces.map((delta) =>
    responsesFrame({
      ...{ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0 },
      ...{ delta, logprobs: [] },
    }),
  ),
  responsesFrame({
    ...{ type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0 },
    ...{ text: pieces.join(''), logprobs: [] },
  }),
  responsesFrame({
    ...{ type: 'response.output_item.done', output_index: 0 },
    item: messageItem(pieces.join(''), 'completed'),
  }),
];

export const RESPONSES: Wire = {
  name: 'openai-responses',
  connect: (deps, connection = CONNECTION) => connectOpenAiResponses(connection, deps),
  text: (...pieces) => [...responsesText(...pieces), responsesEnd('response.completed')],
  toolCall: (...pieces) => [
    responsesStart,
    responsesFrame({ type: 'response.output_item.added', output_index: 0, item: callItem('', 'in_progress') }),
    ...pieces.map((delta) =>
      responsesFrame({ type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta }),
    ),
    responsesFrame({
      ...{ type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 0 },
      arguments: pieces.join(''),
    }),
    responsesFrame({
      ...{ type: 'response.output_item.done', output_index: 0 },
      item: callItem(pieces.join(''), 'completed'),
    }),
    responsesEnd('response.completed'),
  ],
  endedBy: (reason) => [
    ...responsesText('half'),
    ...(reason === 'refusal'
      ? [
          responsesFrame({
            ...{ type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, content_index: 1, delta: 'No.' },
          }),
          responsesEnd('response.completed'),
        ]
      : [
          responsesEnd('response.incomplete').replace(
            '"incomplete_details":null',
            JSON.stringify({
              incomplete_details: { reason: reason === 'length' ? 'max_output_tokens' : reason },
            }).slice(1, -1),
          ),
        ]),
  ],
  overloaded: responsesFrame({
    ...{ type: 'error', code: 'server_is_overloaded', message: 'Our servers are currently overloaded.', param: null },
  }),
  keepAlive: ': keep-alive\n\n',
};

export const WIRES: readonly Wire[] = [ANTHROPIC, OPENAI, RESPONSES];

/** The usage in all fixtures. */
export const REPORTED_USAGE = {
  inputTokens: 12,
  outputTokens: 42,
  cacheReadTokens: 1000,
  cacheWriteTokens: 200,
  reasoningTokens: 7,
  estimated: false,
};
