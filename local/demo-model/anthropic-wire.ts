// Encodes answers as the Anthropic Messages API does; the official SDK's types check every event.
import { randomUUID } from 'node:crypto';
import type { ContentBlock, Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { parseAnthropicRequest } from './anthropic-request.ts';
import type { Part } from './output.ts';
import { type Frame, type Reply, sseFrame, type Wire, type WireFailure } from './wire.ts';

export const anthropicWire: Wire = {
  name: 'anthropic',
  callIdPrefix: 'toolu_demo_',
  parse: parseAnthropicRequest,
  count: (tokens) => tokens,
  encodeStream,
  encodeWhole,
  encodeError,
};

/** Marks a thinking block as ours; the real value is a signature that only the provider can make. */
const THINKING_SIGNATURE = 'demo-model-no-signature';

function encodeStream(reply: Reply): readonly Frame[] {
  const frames = [frame({ type: 'message_start', message: opening(reply) })];
  frames.push(sseFrame({ event: 'ping', data: { type: 'ping' }, token: false }));
  for (const [index, part] of reply.output.parts.entries()) {
    frames.push(frame({ type: 'content_block_start', index, content_block: emptyBlock(part) }));
    for (const piece of part.pieces) frames.push({ ...frame(delta(index, part, piece)), token: true });
    if (part.kind === 'thinking') {
      const signature = { type: 'signature_delta', signature: THINKING_SIGNATURE } as const;
      frames.push(frame({ type: 'content_block_delta', index, delta: signature }));
    }
    frames.push(frame({ type: 'content_block_stop', index }));
  }
  const whole = message(reply);
  const { cache_creation_input_tokens, cache_read_input_tokens, input_tokens, output_tokens } = whole.usage;
  frames.push(
    frame({
      type: 'message_delta',
      delta: { container: null, stop_details: null, stop_reason: whole.stop_reason, stop_sequence: null },
      usage: {
        cache_creation_input_tokens,
        cache_read_input_tokens,
        input_tokens,
        output_tokens,
        output_tokens_details: whole.usage.output_tokens_details,
        server_tool_use: null,
      },
    }),
  );
  frames.push(frame({ type: 'message_stop' }));
  return frames;
}

function encodeWhole(reply: Reply): Message {
  return message(reply);
}

function encodeError(failure: WireFailure): unknown {
  return {
    type: 'error',
    error: { type: errorType(failure.status), message: failure.message },
    request_id: `req_demo_${randomUUID()}`,
  };
}

function message(reply: Reply): Message {
  const { output, prompt, request } = reply;
  const reasons = { stop: 'end_turn', length: 'max_tokens', 'tool-calls': 'tool_use' } as const;
  return {
    id: `msg_demo_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: output.parts.map(fullBlock),
    stop_reason: reasons[output.reason],
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: prompt.fresh,
      cache_creation_input_tokens: prompt.cacheWrite,
      cache_read_input_tokens: prompt.cacheRead,
      cache_creation: { ephemeral_5m_input_tokens: prompt.cacheWrite, ephemeral_1h_input_tokens: 0 },
      output_tokens: output.outputTokens,
      output_tokens_details: output.thinkingTokens > 0 ? { thinking_tokens: output.thinkingTokens } : null,
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: null,
      speed: null,
    },
  };
}

/** The message as the stream opens it: no content, and hardly any output counted yet. */
function opening(reply: Reply): Message {
  const whole = message(reply);
  const usage = { ...whole.usage, output_tokens: 1, output_tokens_details: null };
  return { ...whole, content: [], stop_reason: null, usage };
}

function emptyBlock(part: Part): ContentBlock {
  if (part.kind === 'text') return { type: 'text', text: '', citations: null };
  if (part.kind === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { type: 'tool_use', id: part.id, name: part.name, input: {}, caller: { type: 'direct' } };
}

function fullBlock(part: Part): ContentBlock {
  const text = part.pieces.join('');
  if (part.kind === 'text') return { type: 'text', text, citations: null };
  if (part.kind === 'thinking') return { type: 'thinking', thinking: text, signature: THINKING_SIGNATURE };
  return { type: 'tool_use', id: part.id, name: part.name, input: parseWhole(text), caller: { type: 'direct' } };
}

/** Arguments that the output limit cut are no JSON: a whole message then carries none of them. */
function parseWhole(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function delta(index: number, part: Part, piece: string): RawMessageStreamEvent {
  const type = 'content_block_delta';
  if (part.kind === 'text') return { type, index, delta: { type: 'text_delta', text: piece } };
  if (part.kind === 'thinking') return { type, index, delta: { type: 'thinking_delta', thinking: piece } };
  return { type, index, delta: { type: 'input_json_delta', partial_json: piece } };
}

function frame(event: RawMessageStreamEvent): Frame {
  return sseFrame({ event: event.type, data: event, token: false });
}

function errorType(status: number): string {
  if (status === 400) return 'invalid_request_error';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 413) return 'request_too_large';
  if (status === 429) return 'rate_limit_error';
  if (status === 529) return 'overloaded_error';
  return 'api_error';
}
