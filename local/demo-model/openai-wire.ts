// Encodes answers as OpenAI chat completions; the official SDK's types check every chunk.
import { randomUUID } from 'node:crypto';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import { parseOpenAiRequest } from './openai-request.ts';
import { textOf } from './output.ts';
import type { PromptTokens } from './prefix-cache.ts';
import { type Frame, type Reply, sseFrame, type Wire, type WireFailure } from './wire.ts';

export const openAiWire: Wire = {
  name: 'openai',
  callIdPrefix: 'call_demo_',
  parse: parseOpenAiRequest,
  count: countInSteps,
  encodeStream,
  encodeWhole,
  encodeError,
};

/** The real endpoint reports cached tokens in steps of this many. */
const CACHE_STEP_TOKENS = 128;
const FINISH_REASONS = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls' } as const;

/** Reads are counted in steps and writes cost nothing. */
function countInSteps(tokens: PromptTokens): PromptTokens {
  const cacheRead = tokens.cacheRead - (tokens.cacheRead % CACHE_STEP_TOKENS);
  return { cacheRead, cacheWrite: 0, fresh: tokens.fresh + tokens.cacheWrite + tokens.cacheRead - cacheRead };
}

function encodeStream(reply: Reply): readonly Frame[] {
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

function encodeWhole(reply: Reply): ChatCompletion {
  const { output, request } = reply;
  const calls = output.parts.flatMap((part) =>
    part.kind === 'tool'
      ? [{ id: part.id, type: 'function' as const, function: { name: part.name, arguments: part.pieces.join('') } }]
      : [],
  );
  const message = { role: 'assistant', content: textOf(output), refusal: null } as const;
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

function usageOf(reply: Reply): CompletionUsage {
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
