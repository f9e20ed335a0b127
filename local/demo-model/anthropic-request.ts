// Reads a Messages API request the way the real endpoint does, its commonest refusals included.
import { z } from 'zod';
import { type DemoMessage, type DemoToolCall, isJsonObject } from './chat.ts';
import type { Segment } from './prefix-cache.ts';
import type { WireFailure, WireRequest } from './wire.ts';

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

const Request = z.looseObject({
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
type Request = z.infer<typeof Request>;

export function parseAnthropicRequest(body: unknown): WireRequest | WireFailure {
  const parsed = Request.safeParse(body);
  if (!parsed.success) return { status: 400, message: z.prettifyError(parsed.error) };
  const request = parsed.data;
  const refusal = findRefusal(request);
  if (refusal !== null) return { status: 400, message: refusal };
  const system = [blocksOf(request.system ?? ''), ...request.messages.filter(isSystem).map((m) => blocksOf(m.content))];
  return {
    model: request.model,
    stream: request.stream ?? false,
    maxTokens: request.max_tokens,
    thinking: request.thinking !== undefined && request.thinking.type !== 'disabled',
    includeUsage: true,
    chat: { system: system.flat().map(textOf).join('\n'), messages: toMessages(request), tools: toTools(request) },
    segments: toSegments(request),
  };
}

/** The rule of the wire that this request breaks, in the words of the real endpoint; null when it breaks none. */
function findRefusal(request: Request): string | null {
  for (const [index, message] of request.messages.entries()) {
    const blocks = blocksOf(message.content);
    if (blocks.length === 0) return `messages.${index}: all messages must have non-empty content`;
    if (blocks.some((block) => block.type === 'text' && textOf(block).trim() === '')) {
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

function toMessages(request: Request): readonly DemoMessage[] {
  const names = new Map<string, string>();
  const messages: DemoMessage[] = [];
  for (const message of request.messages) {
    const blocks = blocksOf(message.content);
    const text = blocks
      .filter((block) => block.type === 'text')
      .map(textOf)
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
      messages.push({ role: 'tool', callId, toolName: names.get(callId) ?? '', text: textOf(block), isError });
    }
    if (text !== '') messages.push({ role: 'user', text });
  }
  return messages;
}

function toTools(request: Request) {
  const choice = request.tool_choice;
  if (choice?.type === 'none') return [];
  const offered = (request.tools ?? []).filter((tool) => choice?.type !== 'tool' || tool.name === choice.name);
  return offered.map((tool) => ({
    name: tool.name,
    description: tool.description ?? '',
    schema: tool.input_schema,
  }));
}

/** Tools, then system, then messages: the order in which the provider's cache reads a prompt. */
function toSegments(request: Request): readonly Segment[] {
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

function isSystem(message: Request['messages'][number]): boolean {
  return message.role === 'system';
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  if (typeof content !== 'string') return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function textOf(block: Block): string {
  if (block.type === 'text') return String(block.text);
  if (block.type !== 'tool_result') return '';
  const content = block.content;
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: { readonly text: string }) => part.text).join('') : '';
}
