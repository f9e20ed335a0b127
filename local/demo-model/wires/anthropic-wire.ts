// The Anthropic Messages API: reads requests as strictly as the real endpoint and encodes answers as it does. The official
// SDK's types check every event.
import { randomUUID } from 'node:crypto';
import type { ContentBlock, Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import * as z from 'zod';
import {
  type DemoMessage,
  type DemoToolCall,
  type Frame,
  isJsonObject,
  type OutputPart,
  type Segment,
  sseFrame,
  type Wire,
  type WireFailure,
  type WireReply,
  type WireRequest,
} from './wire.ts';

export const anthropicWire: Wire = {
  name: 'anthropic',
  callIdPrefix: 'toolu_demo_',
  parse,
  count: (tokens) => tokens,
  encodeStream,
  encodeUnstreamed: message,
  encodeError,
};

// ── Requests

const CacheControl = z.looseObject({ type: z.literal('ephemeral') }).nullish();
const TextBlock = z.looseObject({ type: z.literal('text'), text: z.string(), cache_control: CacheControl });
const Block = z.union([
  TextBlock,
  z.looseObject({
    type: z.literal('tool_use'),
    id: z.string(),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
    cache_control: CacheControl,
  }),
  z.looseObject({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.union([z.string(), z.array(TextBlock)]).optional(),
    is_error: z.boolean().optional(),
    cache_control: CacheControl,
  }),
  z.looseObject({ type: z.enum(['thinking', 'redacted_thinking']), cache_control: CacheControl }),
]);
type Block = z.infer<typeof Block>;

const MessagesRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  messages: z
    .array(
      z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: z.union([z.string(), z.array(Block)]) }),
    )
    .min(1),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control: CacheControl,
      }),
    )
    .optional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']), name: z.string().optional() }).optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
  cache_control: CacheControl,
});
type MessagesRequest = z.infer<typeof MessagesRequest>;

function parse(body: unknown): WireRequest | WireFailure {
  const parsed = MessagesRequest.safeParse(body);
  if (!parsed.success) return { status: 400, message: z.prettifyError(parsed.error) };
  const request = parsed.data;
  const refusal = findRefusal(request);
  if (refusal !== null) return { status: 400, message: refusal };
  const system = [blocksOf(request.system ?? ''), ...request.messages.filter(isSystem).map((m) => blocksOf(m.content))];
  return {
    model: request.model,
    stream: request.stream ?? false,
    maxTokens: request.max_tokens,
    // With `adaptive`, a model decides whether to think. This one has nothing to think about.
    thinking: request.thinking?.type === 'enabled',
    includeUsage: true,
    chat: { system: system.flat().map(blockText).join('\n'), messages: toMessages(request), tools: toTools(request) },
    segments: toSegments(request),
  };
}

/** The wire's rule that this request breaks, in the real endpoint's words. Null if it breaks none. */
function findRefusal(request: MessagesRequest): string | null {
  for (const [index, message] of request.messages.entries()) {
    const blocks = blocksOf(message.content);
    if (blocks.length === 0) return `messages.${index}: all messages must have non-empty content`;
    if (blocks.some((block) => block.type === 'text' && blockText(block).trim() === '')) {
      return `messages.${index}: text content blocks must be non-empty`;
    }
    const called = blocks.flatMap((block) => (block.type === 'tool_use' ? [String(block.id)] : []));
    const answered = blocksOf(request.messages[index + 1]?.content ?? []).flatMap((block) =>
      block.type === 'tool_result' ? [String(block.tool_use_id)] : [],
    );
    const unanswered = called.filter((id) => !answered.includes(id));
    if (unanswered.length > 0) {
      return `messages.${index}: tool_use ids were found without tool_result blocks immediately after: ${unanswered.join(', ')}`;
    }
    const strangers = answered.filter((id) => !called.includes(id));
    if (strangers.length > 0) {
      return `messages.${index + 1}: unexpected tool_use_id found in tool_result blocks: ${strangers.join(', ')}`;
    }
  }
  const [first] = request.messages;
  if (first !== undefined && blocksOf(first.content).some((block) => block.type === 'tool_result')) {
    return 'messages.0: tool_result blocks need a previous message with tool_use blocks';
  }
  return null;
}

function toMessages(request: MessagesRequest): readonly DemoMessage[] {
  const names = new Map<string, string>();
  const messages: DemoMessage[] = [];
  for (const message of request.messages) {
    const blocks = blocksOf(message.content);
    const text = blocks
      .filter((block) => block.type === 'text')
      .map(blockText)
      .join('');
    if (message.role === 'assistant') {
      const toolCalls = blocks.flatMap((block): DemoToolCall[] =>
        block.type === 'tool_use' && isJsonObject(block.input)
          ? [{ id: String(block.id), name: String(block.name), args: block.input }]
          : [],
      );
      for (const toolCall of toolCalls) names.set(toolCall.id, toolCall.name);
      messages.push({ role: 'assistant', text, toolCalls });
    }
    if (message.role !== 'user') continue;
    for (const block of blocks) {
      if (block.type !== 'tool_result') continue;
      const callId = String(block.tool_use_id);
      const isError = block.is_error === true;
      messages.push({ role: 'tool', callId, toolName: names.get(callId) ?? '', text: blockText(block), isError });
    }
    if (text !== '') messages.push({ role: 'user', text });
  }
  return messages;
}

function toTools(request: MessagesRequest) {
  const choice = request.tool_choice;
  if (choice?.type === 'none') return [];
  const offered = (request.tools ?? []).filter((tool) => choice?.type !== 'tool' || tool.name === choice.name);
  return offered.map((tool) => ({
    name: tool.name,
    description: tool.description ?? '',
    schema: tool.input_schema,
  }));
}

/** Tools, system, messages: the order in which the provider's cache reads a prompt. */
function toSegments(request: MessagesRequest): readonly Segment[] {
  const tools = (request.tools ?? []).map((tool) => segment(tool, 'tool'));
  const system = blocksOf(request.system ?? '').map((block) => segment(block, 'system'));
  const messages = request.messages.flatMap((message) =>
    blocksOf(message.content).map((block) => segment(block, message.role)),
  );
  const segments = [...tools, ...system, ...messages];
  const automatic = request.cache_control != null;
  return segments.map((one, index) =>
    automatic && index === segments.length - 1 ? { ...one, breakpoint: true } : one,
  );
}

function segment(block: { readonly cache_control?: unknown }, prefix: string): Segment {
  const { cache_control: cacheControl, ...content } = block;
  return { text: `${prefix} ${JSON.stringify(content)}`, breakpoint: cacheControl != null };
}

function isSystem(message: MessagesRequest['messages'][number]): boolean {
  return message.role === 'system';
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  if (typeof content !== 'string') return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function blockText(block: Block): string {
  if (block.type === 'text') return String(block.text);
  if (block.type !== 'tool_result') return '';
  const content = block.content;
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: { readonly text: string }) => part.text).join('') : '';
}

// ── Answers

/** A real signature can only be made by the provider. */
const THINKING_SIGNATURE = 'demo-model-no-signature';

function encodeStream(reply: WireReply): readonly Frame[] {
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

function encodeError(failure: WireFailure): unknown {
  return {
    type: 'error',
    error: { type: errorType(failure.status), message: failure.message },
    request_id: `req_demo_${randomUUID()}`,
  };
}

function message(reply: WireReply): Message {
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

/** The start of a stream: no content, and almost no output counted yet. */
function opening(reply: WireReply): Message {
  const whole = message(reply);
  const usage = { ...whole.usage, output_tokens: 1, output_tokens_details: null };
  return { ...whole, content: [], stop_reason: null, usage };
}

function emptyBlock(part: OutputPart): ContentBlock {
  if (part.kind === 'text') return { type: 'text', text: '', citations: null };
  if (part.kind === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { type: 'tool_use', id: part.id, name: part.name, input: {}, caller: { type: 'direct' } };
}

function fullBlock(part: OutputPart): ContentBlock {
  const text = part.pieces.join('');
  if (part.kind === 'text') return { type: 'text', text, citations: null };
  if (part.kind === 'thinking') return { type: 'thinking', thinking: text, signature: THINKING_SIGNATURE };
  return { type: 'tool_use', id: part.id, name: part.name, input: parseIfComplete(text), caller: { type: 'direct' } };
}

/** Arguments that were cut at the output limit are not JSON; a complete message then has none. */
function parseIfComplete(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function delta(index: number, part: OutputPart, piece: string): RawMessageStreamEvent {
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
