// Reads the start of a reply that may have any size.

/** The first `maxChars` characters or a little more. What came before a failure is returned too. */
export async function readStart(response: Response, maxChars: number): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const utf8 = new TextDecoder();
  let text = '';
  try {
    while (text.length < maxChars) {
      const { value, done } = await reader.read();
      if (done) break;
      text += utf8.decode(value, { stream: true });
    }
  } catch {
    // What came is enough to say what it is.
  }
  reader.cancel().catch(() => undefined);
  return text;
}
