// Builds a request for the Chat Completions API, with only the fields that its server accepts.
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { passGate, toPlainId, toShortId, type WireRules } from '../gate/wire-gate.ts';
import type { EffortLevel } from '../models/model-entry.ts';
import { findTraits } from '../models/models.ts';
import type { AssistantPart, ModelMessage, ModelRequest } from '../provider.ts';
import type { ServerQuirks } from '../stream/connection.ts';
import { callStateOf, reasoningOf } from './chat-state.ts';

/** What a server's settings say, and what it has refused since. */
export type ChatQuirks = ServerQuirks & {
  /** Some servers accept only ids of nine letters or digits. */
  readonly needsShortIds?: boolean;
  readonly refusesReasoning?: boolean;
  readonly refusesStreamOptions?: boolean;
  readonly refusesEffort?: boolean;
};

export const chatRules = ({ needsShortIds }: Pick<ChatQuirks, 'needsShortIds'>): WireRules => ({
  wire: 'chat-completions',
  // A router sends each model to another server.
  bindsStateToModel: true,
  needsFollower: false,
  toCallId: needsShortIds ? toShortId : toPlainId,
});

export function openAiRequest(given: ModelRequest, quirks: ChatQuirks): ChatCompletionCreateParamsStreaming {
  const request = passGate(given, chatRules(quirks));
  const effort = quirks.refusesEffort ? undefined : effortLevelOf(request);
  const system: ChatCompletionMessageParam[] = request.system ? [{ role: 'system', content: request.system }] : [];
  return {
    model: request.model,
    messages: [...system, ...request.messages.map((message) => messageOf(message, quirks))],
    ...(request.tools.length > 0
      ? {
          tools: request.tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters },
          })),
        }
      : {}),
    [quirks.outputLimitField]: request.maxOutputTokens,
    ...(quirks.acceptsPromptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    stream: true,
    ...(quirks.refusesStreamOptions ? {} : { stream_options: { include_usage: true } }),
  };
}

/** Only a level that the catalog has for the model: other values are refused. */
const effortLevelOf = ({ model, effort }: ModelRequest): EffortLevel | undefined =>
  findTraits(model)?.effort?.levels.find((level) => level === effort);

function messageOf(message: ModelMessage, quirks: ChatQuirks): ChatCompletionMessageParam {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.text };
    case 'assistant':
      return answerOf(message.parts, quirks);
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.text };
  }
}

function answerOf(parts: readonly AssistantPart[], { refusesReasoning }: ChatQuirks): ChatCompletionMessageParam {
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [callOf(part)] : []));
  const answer: ChatCompletionAssistantMessageParam = {
    role: 'assistant',
    content: text || null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const states = parts.flatMap((part) => (part.type === 'reasoning' ? [reasoningOf(part.state)] : []));
  // The SDK's types don't know these fields.
  return refusesReasoning ? answer : Object.assign(answer, ...states);
}

function callOf(part: Extract<AssistantPart, { type: 'tool-call' }>): ChatCompletionMessageFunctionToolCall {
  const { id, name, arguments: args, state } = part;
  return { id, type: 'function', function: { name, arguments: args }, ...callStateOf(state) };
}
