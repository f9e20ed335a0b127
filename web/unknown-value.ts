// Reads values of unknown shape, such as JSON from the server.

export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const asText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Undefined if the text isn't JSON, as with tool arguments that are still streaming. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Incomplete JSON is expected here.
  }
}
