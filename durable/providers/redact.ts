// Takes keys out of what a provider said. Providers quote them back, whole, in part, or with the middle starred out.

const MAX_CHARS = 300;
/** More is not looked at: an error's body may be of any size. */
const MAX_READ_CHARS = 4_000;
/** What is shorter stands for no key (local servers, the demo model) and would be found inside words. */
const SHORTEST_KEY = 8;

/** At most so much of `text`, without `apiKey`, any longer part of it, or anything that looks like a key. */
export function redact(text: string, apiKey: string): string {
  // What looks like a key first: a starred out one is a part of the real one and more.
  const read = text.slice(0, MAX_READ_CHARS).replace(/\b(sk|pk|key)[-_][\w*.-]{4,}/gi, '[key]');
  return (apiKey.length >= SHORTEST_KEY ? withoutParts(read, apiKey) : read).slice(0, MAX_CHARS);
}

/** Each longest run of the text that is also in the key, as far as it is long enough to be one. */
function withoutParts(text: string, key: string): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    let end = at;
    while (end < text.length && key.includes(text.slice(at, end + 1))) end += 1;
    if (end - at >= SHORTEST_KEY) {
      out += '[key]';
      at = end;
    } else {
      out += text[at];
      at += 1;
    }
  }
  return out;
}
