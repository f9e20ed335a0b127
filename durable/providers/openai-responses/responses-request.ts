// Builds a request for OpenAI's Responses API. Nothing in it refers to what a provider may have stored.
import type {
  FunctionTool,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
} from 'openai/resources/responses/responses';
import type { Reasoning } from 'openai/resources/shared';
import { passGate, toPlainId, type WireRules } from '../gate/wire-gate.ts';
import type { ModelEntry } from '../models/model-entry.ts';
import type { AssistantPart, ModelMessage, ModelRequest, ModelTool, ToolCall } from '../provider.ts';
import type { ServerQuirks } from '../stream/connection.ts';
import { isRecord } from '../stream/tool-arguments.ts';
import { payloadOf, readPhase, readReasoning } from './responses-state.ts';

export type ReasoningTraits = Pick<ModelEntry, 'capabilities' | 'effort'>;

/** The API refuses less. */
const LEAST_OUTPUT_TOKENS = 16;

export const RESPONSES_RULES: WireRules = {
  wire: 'openai-responses',
  // Another model of the same connection that reasons reads it or ignores it.
  bindsStateToModel: false,
  needsFollower: true,
  toCallId: toPlainId,
};

export function responsesRequest(
  given: ModelRequest,
  options: {
    readonly quirks: ServerQuirks;
    readonly safetyIdentifier: string | null;
    /** Null for a model that the catalog doesn't list. */
    readonly traits: ReasoningTraits | null;
  },
): ResponseCreateParamsStreaming {
  const request = passGate(given, RESPONSES_RULES);
  const { quirks, safetyIdentifier, traits } = options;
  const reasons = traits?.capabilities.includes('reasoning') === true;
  // Models that don't reason refuse the reasoning of others. One that isn't listed may reason.
  const takesReasoning = traits === null || reasons;
  return {
    model: request.model,
    ...(request.system ? { instructions: request.system } : {}),
    input: request.messages.flatMap(itemsOf).filter(({ type }) => type !== 'reasoning' || takesReasoning),
    ...(request.tools.length > 0 ? { tools: request.tools.map(toFunctionTool) } : {}),
    max_output_tokens: Math.max(request.maxOutputTokens, LEAST_OUTPUT_TOKENS),
    // Models that don't reason refuse both.
    ...(reasons ? { reasoning: reasoningOf(request, traits), include: ['reasoning.encrypted_content' as const] } : {}),
    // Otherwise the provider keeps the conversation for 30 days.
    store: false,
    ...(quirks.acceptsPromptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
    ...(safetyIdentifier === null ? {} : { safety_identifier: safetyIdentifier }),
    stream: true,
  };
}

function reasoningOf({ effort }: ModelRequest, { effort: known }: ReasoningTraits): Reasoning {
  const level = known?.levels.find((one) => one === effort);
  if (level === 'none') return { effort: level };
  return { ...(level ? { effort: level } : {}), summary: 'auto' };
}

function itemsOf(message: ModelMessage): ResponseInputItem[] {
  switch (message.role) {
    case 'user':
      return [{ type: 'message', role: 'user', content: message.text }];
    case 'assistant':
      return message.parts.flatMap((part) => itemOf(part) ?? []);
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.text }];
  }
}

function itemOf(part: AssistantPart): ResponseInputItem | null {
  if (part.type === 'tool-call') return toCallItem(part);
  const payload = payloadOf(part.state);
  if (part.type === 'reasoning') return readReasoning(payload);
  const phase = readPhase(payload);
  return { type: 'message', role: 'assistant', content: part.text, ...(phase ? { phase } : {}) };
}

/** Without the item's own id, which a provider that stores nothing would look for and not find. */
const toCallItem = (call: ToolCall): ResponseInputItem => ({
  type: 'function_call',
  call_id: call.id,
  name: call.name,
  // As the model wrote them, because reasoning is bound to the text before it.
  arguments: call.arguments,
});

const toFunctionTool = ({ name, description, parameters }: ModelTool): FunctionTool => ({
  type: 'function',
  name,
  description,
  parameters,
  strict: isStrict(parameters),
});

/** What a schema may say about a value in strict mode. */
const STRICT_KEYWORDS = [
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
];

/**
 * Whether the API accepts a tool's schema in strict mode: each object lists all of its properties as required and allows no
 * others. Anything that isn't known to be accepted would make the whole request fail.
 */
export function isStrict(schema: unknown): boolean {
  if (!isRecord(schema) || schema['type'] !== 'object') return false;
  return isStrictValue(schema);
}

function isStrictValue(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  const { type, properties, required, additionalProperties, items, anyOf } = schema;
  if (Object.keys(schema).some((keyword) => keyword !== 'anyOf' && !STRICT_KEYWORDS.includes(keyword))) return false;
  if (anyOf !== undefined && !(Array.isArray(anyOf) && anyOf.every(isStrictValue))) return false;
  if (type === 'array') return isStrictValue(items);
  if (type !== 'object') return true;
  if (additionalProperties !== false || !isRecord(properties) || !Array.isArray(required)) return false;
  return Object.entries(properties).every(([name, value]) => required.includes(name) && isStrictValue(value));
}
