// Builds a request for Anthropic's Messages API, with cache breakpoints that the next turn can read from. Parameters that some
// models refuse, such as temperature, are never sent.
import type { ContentBlockParam, MessageCreateParamsStreaming, Tool } from '@anthropic-ai/sdk/resources/messages';
import * as z from 'zod';
import { passGate, toPlainId, type WireRules } from '../gate/wire-gate.ts';
import type { AssistantPart, ModelMessage, ModelRequest } from '../provider.ts';
import { argumentsOf } from '../stream/tool-arguments.ts';
import { blockOf, stateRemedyOf, type ThinkingTraits, thinkingConfig } from './thinking.ts';

export const ANTHROPIC_RULES: WireRules = {
  wire: 'anthropic',
  // The API drops what another model can't read.
  bindsStateToModel: false,
  needsFollower: true,
  toCallId: toPlainId,
};

const OutputEffort = z.enum(['low', 'medium', 'high', 'xhigh', 'max']);

const CACHED = { type: 'ephemeral' } as const;

/** @param traits null for a model that the catalog doesn't list */
export function anthropicRequest(
  given: ModelRequest,
  traits: ThinkingTraits | null = null,
): MessageCreateParamsStreaming {
  const request = passGate(given, ANTHROPIC_RULES);
  const remedy = stateRemedyOf(request.remedies);
  const messages = request.messages
    .map((message) => toMessageParam(message, remedy !== 'send-none'))
    .reduce<BlockMessage[]>(joinResults, []);
  // The API allows four breakpoints: tools, system, and the ends of the last two user messages. This turn reads the cache
  // at the earlier one, which the previous turn wrote, and writes it at the later one for the next turn.
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
  const thinking = thinkingConfig(traits, remedy);
  const { effort } = request;
  const level = traits?.effort?.levels.find((one) => one === effort);
  const output = OutputEffort.safeParse(level);
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    ...(request.system ? { system: [{ type: 'text', text: request.system, cache_control: CACHED }] } : {}),
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...(thinking ? { thinking } : {}),
    ...(output.success ? { output_config: { effort: output.data } } : {}),
    stream: true,
  };
}

type BlockMessage = { readonly role: 'user' | 'assistant'; readonly content: ContentBlockParam[] };

/** The API expects the results of parallel tools in one message, followed by what the user writes. */
function joinResults(messages: BlockMessage[], message: BlockMessage): BlockMessage[] {
  const last = messages.at(-1);
  if (last?.role === message.role) last.content.push(...message.content);
  else messages.push(message);
  return messages;
}

function toMessageParam(message: ModelMessage, sendsThinking: boolean): BlockMessage {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap((part) => toBlocks(part, sendsThinking)) };
    case 'tool':
      return {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: message.toolCallId,
            content: message.text,
            ...(message.isError ? { is_error: true } : {}),
          },
        ],
      };
  }
}

function toBlocks(part: AssistantPart, sendsThinking: boolean): ContentBlockParam[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  if (part.type === 'tool-call') {
    return [{ type: 'tool_use', id: part.id, name: part.name, input: argumentsOf(part) }];
  }
  const block = sendsThinking ? blockOf(part.state) : null;
  return block ? [block] : [];
}

function markEnd(message: BlockMessage): void {
  const last = message.content.at(-1);
  if (last && (last.type === 'text' || last.type === 'tool_result')) last.cache_control = CACHED;
}

export const hasThinking = ({ messages }: Pick<MessageCreateParamsStreaming, 'messages'>): boolean =>
  messages.some(
    ({ content }) =>
      Array.isArray(content) && content.some(({ type }) => type === 'thinking' || type === 'redacted_thinking'),
  );
