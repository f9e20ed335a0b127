// Parses the arguments of tool calls: JSON text that a model wrote. A tool runs only with a complete JSON object.
import { parseBoundedJson } from '../../bounded-json.ts';

import type { ModelRequest, ToolCall } from '../provider.ts';

/** Null if the text is not a JSON object, or nested too deeply to handle. */
export function parseJsonObject(text: string): Record<string, unknown> | null {
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    // Incomplete, not JSON or nested too deeply. The caller decides what that means.
    return null;
  }
  return isRecord(value) ? value : null;
}

/** Whether a model finished writing its arguments. The tool runner refuses those that it can't handle. */
export function isWholeObject(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    // Incomplete, or not JSON.
    return false;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The arguments of a call in the history. Providers accept only an object, and the model should still see what it wrote and
 * was refused for.
 */
export const argumentsOf = (call: Pick<ToolCall, 'arguments'>): Record<string, unknown> =>
  parseJsonObject(call.arguments) ?? { unparsed: call.arguments };

/** Ids that both wire formats accept, so that a conversation can switch providers. */
const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export interface TakenIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** The ids of the conversation's calls, to which a decoder adds its own. Some models number their calls from 0 each time. */
export function takenCallIds(request: Pick<ModelRequest, 'messages' | 'isCallIdTaken'>): TakenIds {
  const sent = request.messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
  const ids = new Set(sent.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
  return {
    has: (id) => ids.has(id) || request.isCallIdTaken?.(id) === true,
    add: (id) => void ids.add(id),
  };
}

/** The provider's id if it is usable and unique in the conversation, otherwise a new one. */
export function toolCallId(given: unknown, taken: Pick<TakenIds, 'has'>): string {
  if (typeof given === 'string' && ID_PATTERN.test(given) && !taken.has(given)) return given;
  return `call_${crypto.randomUUID()}`;
}
