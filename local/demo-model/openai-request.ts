// Reads a chat completions request the way the real endpoint does, its commonest refusals included.
import { z } from 'zod';
import { type DemoMessage, isJsonObject } from './chat.ts';
import type { Segment } from './prefix-cache.ts';
import type { WireFailure, WireRequest } from './wire.ts';

const Content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .nullish();
const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const Request = z.looseObject({
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
type Request = z.infer<typeof Request>;

const DEFAULT_MAX_TOKENS = 32_768;

export function parseOpenAiRequest(body: unknown): WireRequest | WireFailure {
  const parsed = Request.safeParse(body);
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
      system: system.map((message) => textOf(message.content)).join('\n'),
      messages: toMessages(request),
      tools: toTools(request),
    },
    segments: toSegments(request),
  };
}

/** The rule of the wire that this request breaks, in the words of the real endpoint; null when it breaks none. */
function findRefusal(request: Request): string | null {
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

function toMessages(request: Request): readonly DemoMessage[] {
  const names = new Map<string, string>();
  return request.messages.flatMap((message): DemoMessage[] => {
    const text = textOf(message.content);
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

function toTools(request: Request) {
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

/** OpenAI caches without being asked, so every boundary may be one. */
function toSegments(request: Request): readonly Segment[] {
  return [...(request.tools ?? []), ...request.messages].map((part) => ({
    text: JSON.stringify(part),
    breakpoint: true,
  }));
}

function textOf(content: z.infer<typeof Content>): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}

/** A model may have written broken arguments; the history then shows the call without them. */
function parseArguments(json: string) {
  try {
    const parsed: unknown = JSON.parse(json);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
