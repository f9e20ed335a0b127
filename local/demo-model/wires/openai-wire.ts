// OpenAI chat completions: reads requests as strictly as the real endpoint and encodes answers as it does. The official SDK's
// types check every chunk.
import { randomUUID } from 'node:crypto';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import * as z from 'zod';
import {
  type DemoMessage,
  type Frame,
  isJsonObject,
  type PromptTokens,
  type Segment,
  sseFrame,
  type Wire,
  type WireFailure,
  type WireReply,
  type WireRequest,
} from './wire.ts';

export const openAiWire: Wire = {
  name: 'openai',
  callIdPrefix: 'call_demo_',
  parse,
  count: countInSteps,
  encodeStream,
  encodeUnstreamed,
  encodeError,
};

// ── Requests

const Content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .nullish();
const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const CompletionRequest = z.looseObject({
  model: z.string().min(1),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
        content: Content,
        tool_calls: z.array(ToolCall).nonempty().optional(),
        tool_call_id: z.string().optional(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal('function'),
        function: z.looseObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    )
    .optional(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.looseObject({ function: z.looseObject({ name: z.string() }) })])
    .optional(),
});
type CompletionRequest = z.infer<typeof CompletionRequest>;

const DEFAULT_MAX_TOKENS = 32_768;

function parse(body: unknown): WireRequest | WireFailure {
  const parsed = CompletionRequest.safeParse(body);
  if (!parsed.success) return { status: 400, message: z.prettifyError(parsed.error) };
  const request = parsed.data;
  const refusal = findRefusal(request);
  if (refusal !== null) return { status: 400, message: refusal };
  const system = request.messages.filter((message) => message.role === 'system' || message.role === 'developer');
  return {
    model: request.model,
    stream: request.stream ?? false,
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS,
    thinking: false,
    includeUsage: request.stream_options?.include_usage ?? false,
    chat: {
      system: system.map((message) => contentText(message.content)).join('\n'),
      messages: toMessages(request),
      tools: toTools(request),
    },
    segments: toSegments(request),
  };
}

/** The wire's rule that this request breaks, in the real endpoint's words. Null if it breaks none. */
function findRefusal(request: CompletionRequest): string | null {
  let open = new Set<string>();
  for (const [index, message] of request.messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) {
        return `messages[${index}]: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.`;
      }
      continue;
    }
    if (open.size > 0) break;
    open = new Set((message.tool_calls ?? []).map((toolCall) => toolCall.id));
  }
  if (open.size === 0) return null;
  return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`;
}

function toMessages(request: CompletionRequest): readonly DemoMessage[] {
  const names = new Map<string, string>();
  return request.messages.flatMap((message): DemoMessage[] => {
    const text = contentText(message.content);
    if (message.role === 'user') return [{ role: 'user', text }];
    if (message.role === 'assistant') {
      const toolCalls = (message.tool_calls ?? []).map((toolCall) => ({
        id: toolCall.id,
        name: toolCall.function.name,
        args: parseArguments(toolCall.function.arguments),
      }));
      for (const toolCall of toolCalls) names.set(toolCall.id, toolCall.name);
      return [{ role: 'assistant', text, toolCalls }];
    }
    if (message.role !== 'tool') return [];
    const callId = message.tool_call_id ?? '';
    return [{ role: 'tool', callId, toolName: names.get(callId) ?? '', text, isError: false }];
  });
}

function toTools(request: CompletionRequest) {
  const choice = request.tool_choice;
  if (choice === 'none') return [];
  const forced = typeof choice === 'object' ? choice.function.name : null;
  const offered = (request.tools ?? []).filter((tool) => forced === null || tool.function.name === forced);
  return offered.map(({ function: tool }) => ({
    name: tool.name,
    description: tool.description ?? '',
    schema: tool.parameters ?? {},
  }));
}

/** OpenAI caches automatically, so every boundary can be a breakpoint. */
function toSegments(request: CompletionRequest): readonly Segment[] {
  return [...(request.tools ?? []), ...request.messages].map((part) => ({
    text: JSON.stringify(part),
    breakpoint: true,
  }));
}

function contentText(content: z.infer<typeof Content>): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}

/** A model may have written broken arguments; the history then has the call without them. */
function parseArguments(json: string) {
  try {
    const parsed: unknown = JSON.parse(json);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

// ── Answers

/** The real endpoint reports cached tokens in steps of this many. */
const CACHE_STEP_TOKENS = 128;
const FINISH_REASONS = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls' } as const;

/** Reads are counted in steps and writes cost nothing. */
function countInSteps(tokens: PromptTokens): PromptTokens {
  const cacheRead = tokens.cacheRead - (tokens.cacheRead % CACHE_STEP_TOKENS);
  return { cacheRead, cacheWrite: 0, fresh: tokens.fresh + tokens.cacheWrite + tokens.cacheRead - cacheRead };
}

function encodeStream(reply: WireReply): readonly Frame[] {
  const { output, request } = reply;
  const head = {
    id: `chatcmpl-demo-${randomUUID()}`,
    object: 'chat.completion.chunk',
    created: unixSeconds(),
    model: request.model,
  } as const;
  const usage = request.includeUsage ? { usage: null } : {};

  const frames = [chunk({ role: 'assistant', content: '', refusal: null }, false)];
  let call = -1;
  for (const part of output.parts) {
    if (part.kind === 'thinking') continue;
    if (part.kind === 'tool') {
      call += 1;
      const start = {
        index: call,
        id: part.id,
        type: 'function',
        function: { name: part.name, arguments: '' },
      } as const;
      frames.push(chunk({ tool_calls: [start] }, false));
    }
    for (const piece of part.pieces) {
      const delta = { tool_calls: [{ index: call, function: { arguments: piece } }] };
      frames.push(chunk(part.kind === 'text' ? { content: piece } : delta, true));
    }
  }
  frames.push(chunk({}, false, FINISH_REASONS[output.reason]));
  if (request.includeUsage) frames.push(frame({ ...head, choices: [], usage: usageOf(reply) }, false));
  frames.push(sseFrame({ data: '[DONE]', token: false }));
  return frames;

  function chunk(
    delta: ChatCompletionChunk.Choice.Delta,
    token: boolean,
    finishReason: ChatCompletionChunk.Choice['finish_reason'] = null,
  ): Frame {
    return frame(
      { ...head, ...usage, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] },
      token,
    );
  }
}

function encodeUnstreamed(reply: WireReply): ChatCompletion {
  const { output, request } = reply;
  const calls = output.parts.flatMap((part) =>
    part.kind === 'tool'
      ? [{ id: part.id, type: 'function' as const, function: { name: part.name, arguments: part.pieces.join('') } }]
      : [],
  );
  const text = output.parts.filter(({ kind }) => kind === 'text');
  const message = {
    role: 'assistant',
    content: text.length === 0 ? null : text.flatMap(({ pieces }) => pieces).join(''),
    refusal: null,
  } as const;
  return {
    id: `chatcmpl-demo-${randomUUID()}`,
    object: 'chat.completion',
    created: unixSeconds(),
    model: request.model,
    choices: [
      {
        index: 0,
        message: calls.length === 0 ? message : { ...message, tool_calls: calls },
        logprobs: null,
        finish_reason: FINISH_REASONS[output.reason],
      },
    ],
    usage: usageOf(reply),
  };
}

function encodeError(failure: WireFailure): unknown {
  const type =
    failure.status >= 500 ? 'server_error' : failure.status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  const code = failure.status === 401 ? 'invalid_api_key' : failure.status === 429 ? 'rate_limit_exceeded' : null;
  return { error: { message: failure.message, type, param: null, code } };
}

function usageOf(reply: WireReply): CompletionUsage {
  const prompt = reply.prompt.fresh + reply.prompt.cacheRead;
  return {
    prompt_tokens: prompt,
    completion_tokens: reply.output.outputTokens,
    total_tokens: prompt + reply.output.outputTokens,
    prompt_tokens_details: { cached_tokens: reply.prompt.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function frame(chunk: ChatCompletionChunk, token: boolean): Frame {
  return sseFrame({ data: chunk, token });
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
