// Reads what a tool gave back, whatever envelope it came in: a value, a refusal, or a wish for a change order.
import { type DemoMessage, isJsonObject, type JsonObject } from './chat.ts';

export type ToolOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly message: string; readonly declined: boolean }
  | { readonly kind: 'wants-change-order'; readonly message: string; readonly value: JsonObject };

const ENVELOPES = ['data', 'result', 'output', 'value'];
const DECLINED = /\b(?:declined|denied by the user|cancell?ed by the user|user (?:declined|cancell?ed|said no))\b/i;

export function readOutcome(message: Extract<DemoMessage, { role: 'tool' }>): ToolOutcome {
  const parsed = parseLoosely(message.text);
  if (isJsonObject(parsed)) {
    const told = refusalIn(parsed);
    if (message.isError || told !== null) return refused(told ?? wordsOf(parsed) ?? message.text, parsed);
    const value = unwrap(parsed);
    if (isJsonObject(value) && (value.suggestCreateEco === true || parsed.suggestCreateEco === true)) {
      return { kind: 'wants-change-order', message: wordsOf(value) ?? 'This needs a change order first.', value };
    }
    return { kind: 'value', value };
  }
  if (message.isError) return refused(message.text, {});
  return { kind: 'value', value: parsed };
}

function refused(message: string, data: JsonObject): ToolOutcome {
  const declined = data.declined === true || data.status === 'declined' || DECLINED.test(message);
  return { kind: 'refused', message, declined };
}

/** Why the tool refused, in its own words; null when it did not. */
function refusalIn(data: JsonObject): string | null {
  if (isJsonObject(data.error)) return wordsOf(data.error) ?? JSON.stringify(data.error);
  if (typeof data.error === 'string' && data.error !== '') return data.error;
  const failed = data.ok === false || data.success === false || data.refused === true || data.isError === true;
  const declined = data.declined === true || data.status === 'declined';
  return failed || declined ? (wordsOf(data) ?? 'The tool gave no reason.') : null;
}

function wordsOf(data: JsonObject): string | null {
  for (const key of ['message', 'detail', 'reason', 'text', 'title', 'code']) {
    const words = data[key];
    if (typeof words === 'string' && words !== '') return words;
  }
  return null;
}

function unwrap(data: JsonObject): unknown {
  const inner = ENVELOPES.find((key) => typeof data[key] === 'object' && data[key] !== null);
  if (inner === undefined) return data;
  const beside = Object.keys(data).filter((key) => key !== inner && key !== 'ok' && key !== 'success');
  return beside.some((key) => typeof data[key] === 'object' || key === 'id') ? data : data[inner];
}

/** JSON where it can be found in the text, else the text. Results may be fenced or followed by a note. */
function parseLoosely(text: string): unknown {
  const start = text.search(/[[{]/);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  for (const candidate of [text, start >= 0 ? text.slice(start, end + 1) : '']) {
    try {
      const parsed: unknown = JSON.parse(candidate);
      if (typeof parsed === 'object' && parsed !== null) return parsed;
    } catch {
      // Not JSON: the next candidate, or the plain text.
    }
  }
  return text;
}
