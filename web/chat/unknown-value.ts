// Reads what came over the wire without trusting its form.

export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const asText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Undefined where the text is no JSON, as arguments are while they still stream. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Nothing to read yet is an answer here, not a failure.
  }
}
