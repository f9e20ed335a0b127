/** What we stored is JSON; a model's own words may not be, and are shown as they are then. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so it is text.
    return text;
  }
}
