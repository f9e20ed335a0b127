// A request in the words of Anthropic's Messages API, with the cache breakpoints where the next turn profits from them.
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import { AppError } from '../errors.ts';
import type { ModelMessage, ModelRequest } from './provider.ts';
import { parseJsonObject } from './tool-arguments.ts';

const CACHED = { type: 'ephemeral' } as const;

export function anthropicRequest(request: ModelRequest): MessageCreateParamsStreaming {
  const messages = request.messages.reduce(appendMessage, []);
  // At most four breakpoints are allowed: tools, system, and the ends of the last two user messages. The end of this
  // turn is written for the next one; the end of the one before is where this turn reads what that one wrote.
  for (const message of messages.filter(({ role }) => role === 'user').slice(-2)) markEnd(message);
  const tools = request.tools.map(
    (tool): Tool => ({
      name: tool.name,
      description: tool.description,
      input_schema: { ...tool.parameters, type: 'object' },
    }),
  );
  const lastTool = tools.at(-1);
  if (lastTool) lastTool.cache_control = CACHED;
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    ...(request.system ? { system: [{ type: 'text', text: request.system, cache_control: CACHED }] } : {}),
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    stream: true,
  };
}

type Blocks = Exclude<MessageParam['content'], string>;

/** Neighbours of one role become one message, as the API wants results of parallel tools in one. */
function appendMessage(messages: MessageParam[], message: ModelMessage): MessageParam[] {
  const content = blocksOf(message);
  // Stopped before its first word: the API refuses empty text.
  if (content.length === 0) return messages;
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  const last = messages.at(-1);
  if (last?.role === role && Array.isArray(last.content)) last.content.push(...content);
  else messages.push({ role, content });
  return messages;
}

function blocksOf(message: ModelMessage): Blocks {
  const text: Blocks = message.text.trim() === '' ? [] : [{ type: 'text', text: message.text }];
  switch (message.role) {
    case 'user':
      return text;
    case 'assistant': {
      const calls = (message.toolCalls ?? []).map((call): ContentBlockParam => {
        const input = parseJsonObject(call.arguments);
        if (!input)
          throw new AppError('INTERNAL', { cause: new Error('history holds a tool call with broken arguments') });
        return { type: 'tool_use', id: call.id, name: call.name, input };
      });
      return [...text, ...calls];
    }
    case 'tool':
      return [
        {
          type: 'tool_result',
          tool_use_id: message.toolCallId,
          content: message.text,
          ...(message.isError ? { is_error: true } : {}),
        },
      ];
  }
}

function markEnd(message: MessageParam): void {
  if (typeof message.content === 'string') return;
  const last = message.content.at(-1);
  if (last && (last.type === 'text' || last.type === 'tool_result')) last.cache_control = CACHED;
}
