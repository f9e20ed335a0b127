// For tests: whole answers on both wires, frame by frame, and the adapters that read them.
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { connectAnthropic } from './anthropic.ts';
import type { Connection, ProviderDeps } from './connection.ts';
import { connectOpenAiCompatible } from './openai-compatible.ts';
import type { Provider } from './provider.ts';
import { ANTHROPIC_USAGE, anthropicFrame, openAiFrame } from './scripted-upstream.ts';

const KEY = 'sk-test-0123456789';

export const CONNECTION: Connection = {
  name: 'tested',
  baseUrl: 'https://provider.test',
  apiKey: KEY,
  quirks: { outputLimitField: 'max_completion_tokens', acceptsPromptCacheKey: true },
};

/** What the same answer is on one wire. */
export type Wire = {
  readonly name: string;
  readonly connect: (deps: ProviderDeps, connection?: Connection) => Provider;
  /** Text in pieces, with a finish and usage. */
  readonly text: (...pieces: string[]) => string[];
  /** One call of `find_parts`, its arguments in pieces. */
  readonly toolCall: (...pieces: string[]) => string[];
  /** An overload told inside a stream that began well. */
  readonly overloaded: string;
  /** What nothing answers to, and keeps the connection alive. */
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
  overloaded:
    'event: error\ndata: {"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}\n\n',
  keepAlive: anthropicFrame({ type: 'ping' }),
};

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
  overloaded: 'data: {"error":{"message":"The engine is overloaded","type":"engine_overloaded","code":503}}\n\n',
  keepAlive: ': keep-alive\n\n',
};

export const WIRES: readonly Wire[] = [ANTHROPIC, OPENAI];

/** What both fixtures report. */
export const REPORTED_USAGE = {
  inputTokens: 12,
  outputTokens: 42,
  cacheReadTokens: 1000,
  cacheWriteTokens: 200,
  reasoningTokens: 7,
  estimated: false,
};
