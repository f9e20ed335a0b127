// Parses JSON from outside. JSON.parse reads any depth, but everything that walks the value afterwards is recursive, so a
// deeply nested value would overflow the stack far from the parser.

/** Far more than any request or tool has. */
export const MAX_JSON_DEPTH = 64;

/** @throws SyntaxError if the text isn't JSON, RangeError if it is nested too deeply */
export function parseBoundedJson(text: string): unknown {
  if (depthOf(text) > MAX_JSON_DEPTH) throw new RangeError('the JSON is nested too deeply');
  return JSON.parse(text);
}

/** The deepest nesting of JSON text. Text that isn't JSON gets some number: the parser refuses it. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  // A loop over code units: a regular expression for strings would take quadratic time for unclosed ones.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInString && code === BACKSLASH) at++;
    else if (code === QUOTE) isInString = !isInString;
    else if (isInString) continue;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
