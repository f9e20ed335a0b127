// Small sums, read and computed without evaluating code. Null where the text is no sum.

type Cursor = { readonly tokens: readonly string[]; at: number };

const TOKEN = /\d+(?:\.\d+)?|[-+*/^()%]/g;
const MAX_LENGTH = 200;

/** The first sum in the text with its value: `{ sum: "17 * 3", value: 51 }`. */
export function findSum(text: string): { readonly sum: string; readonly value: number } | null {
  const spoken = text
    .slice(0, MAX_LENGTH)
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/\bplus\b/gi, '+')
    .replace(/\bminus\b/gi, '-')
    .replace(/\b(?:times|multiplied by)\b|×/gi, '*')
    .replace(/(?<=\d\s*)x(?=\s*\d)/gi, '*')
    .replace(/\bdivided by\b|÷/gi, '/')
    .replace(/%\s*of\b|\bpercent of\b/gi, '/100*')
    .replace(/\bto the power of\b|\*\*/gi, '^')
    .replace(/\bsquared\b/gi, '^2');
  const sum = /[-(]?\s*\d[\d\s.+\-*/^()%]*[\d)]/.exec(spoken)?.[0]?.trim();
  if (sum === undefined || !/\d\s*[-+*/^%]\s*[-(]*\s*\d|\)\s*[-+*/^%]|[-+*/^%]\s*\(/.test(sum)) return null;
  // A date, a range, an item number and a phone number are no sums.
  if (/\d-\d|\d{4}-\d{2}/.test(sum)) return null;
  const cursor: Cursor = { tokens: sum.match(TOKEN) ?? [], at: 0 };
  const value = readTerms(cursor);
  return value === null || cursor.at < cursor.tokens.length
    ? null
    : { sum: sum.replace(/\s*\/100\*\s*/g, '% of ').replace(/\s+/g, ' '), value };
}

export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'not defined';
  return String(Number(value.toPrecision(12)));
}

function readTerms(cursor: Cursor): number | null {
  let value = readFactors(cursor);
  for (let sign = peek(cursor); value !== null && (sign === '+' || sign === '-'); sign = peek(cursor)) {
    cursor.at += 1;
    const next = readFactors(cursor);
    if (next === null) return null;
    value = sign === '+' ? value + next : value - next;
  }
  return value;
}

function readFactors(cursor: Cursor): number | null {
  let value = readPower(cursor);
  for (let sign = peek(cursor); value !== null && (sign === '*' || sign === '/' || sign === '%'); sign = peek(cursor)) {
    cursor.at += 1;
    const next = readPower(cursor);
    if (next === null) return null;
    value = sign === '*' ? value * next : sign === '/' ? value / next : value % next;
  }
  return value;
}

function readPower(cursor: Cursor): number | null {
  const base = readAtom(cursor);
  if (base === null || peek(cursor) !== '^') return base;
  cursor.at += 1;
  const exponent = readPower(cursor);
  return exponent === null ? null : base ** exponent;
}

function readAtom(cursor: Cursor): number | null {
  const token = peek(cursor);
  cursor.at += 1;
  if (token === '-') {
    const value = readAtom(cursor);
    return value === null ? null : -value;
  }
  if (token === '(') {
    const value = readTerms(cursor);
    if (peek(cursor) !== ')') return null;
    cursor.at += 1;
    return value;
  }
  return token !== undefined && /^\d/.test(token) ? Number(token) : null;
}

function peek(cursor: Cursor): string | undefined {
  return cursor.tokens[cursor.at];
}
