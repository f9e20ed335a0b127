// Arguments of tool calls are JSON text that a model wrote, in pieces. A tool may run only from a whole JSON object.

/** The object that the text holds, or null. */
export function parseJsonObject(text: string): Record<string, unknown> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not whole, or never JSON: the caller decides what that means.
    return null;
  }
  return isRecord(value) ? value : null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Both wires take these as ids of tool calls, so that a conversation can change its provider. */
const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** The provider's id where it is usable and new in this answer, else one of ours. */
export function toolCallId(given: unknown, taken: ReadonlySet<string>): string {
  if (typeof given === 'string' && ID_PATTERN.test(given) && !taken.has(given)) return given;
  return `call_${crypto.randomUUID()}`;
}
