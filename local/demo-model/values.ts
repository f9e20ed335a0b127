// Reads values out of a sentence: names, amounts, dates, states, words of a fixed list. Null where it says none.
import { capitalised, findIds, findItemNumbers, findQuotes, singular, spaced } from './words.ts';

/** Where a name that stands without quotes ends. */
const NAME_END =
  /\s+(?:in|into|to|for|on|under|with|made|using|via|and|as|because|priority|from|that|which|of type|type|weighing|costing|at|by|about|due|assigned|it should)\b|[,.;!?\n]/i;
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  ChangeOrder: ['change order', 'eco', 'ecn', 'mco', 'deviation', 'engineering change'],
  Part: ['part', 'assembly', 'component'],
  Document: ['document', 'drawing', 'spec', 'specification', 'doc', 'manual'],
  Requirement: ['requirement', 'req'],
  Task: ['task', 'to-do', 'todo'],
  Purchase: ['purchase', 'purchased', 'bought', 'buy', 'off-the-shelf'],
  Manufacture: ['manufacture', 'manufactured', 'made in-house', 'fabricated', 'machined'],
  Software: ['software', 'firmware'],
  critical: ['critical', 'urgent', 'asap', 'highest'],
  'affected-items': ['affected items', 'affected-items'],
  upcoming: ['upcoming', 'coming up', 'coming', 'next', 'future'],
  past: ['past', 'previous', 'so far'],
  w9_missing: [
    'without a w-9',
    'without w-9',
    'no w-9',
    'missing w-9',
    'missing a w-9',
    'lack a w-9',
    'w-9 is missing',
  ],
  insurance_expired: ['expired insurance', 'expired coi', 'insurance expired', 'insurance has expired'],
  insurance_expiring: ['expiring insurance', 'insurance expires', 'insurance about to expire'],
  insurance_missing: ['without insurance', 'no insurance', 'missing insurance', 'uninsured'],
  email_missing: ['without an e-mail', 'without e-mail', 'without email', 'no e-mail', 'no email', 'missing email'],
};
const STATES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:in|into|to|for|under) review\b|\bsubmit\w*\b/i, 'In Review'],
  [/\bin progress\b|^start\b/i, 'In Progress'],
  [/\bto[- ]do\b/i, 'To Do'],
  [/\bbacklog\b/i, 'Backlog'],
  [/\brelease[ds]?\b|\breleasing\b/i, 'Released'],
  [/\bapprove[ds]?\b|\bapproving\b/i, 'Approved'],
  [/\breject(?:s|ed)?\b/i, 'Rejected'],
  [/\bobsoleted?\b/i, 'Obsolete'],
  [/\bsuperseded?\b/i, 'Superseded'],
  [/\bpropose[ds]?\b/i, 'Proposed'],
  [/\bimplement(?:s|ed)?\b/i, 'Implemented'],
  [/\bverif(?:y|ied)\b/i, 'Verified'],
  [/\bcancel(?:s|l?ed)?\b/i, 'Cancelled'],
  [/\bdone\b|^(?:complete|finish|close)\b|\bcompleted\b/i, 'Done'],
  [/\bdrafts?\b|^reopen\b/i, 'Draft'],
];
const CURRENCIES: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP', dollars: 'USD', euros: 'EUR' };
const MONTHS = 'january february march april may june july august september october november december'.split(' ');

/** A quote that names something else than the thing itself. */
const OTHER_QUOTE =
  /\b(?:design|program|project|material|description|comments?|reason|because|assigned to)\b:?\s+(?:is\s+|of\s+)?(?:"[^"]*"|“[^”]*”)/gi;

/** What comes after "called", "named", "titled", or stands in quotes. */
export function readName(text: string): string | null {
  const [quoted] = findQuotes(text.replace(OTHER_QUOTE, ' '));
  if (quoted !== undefined) return quoted;
  const called = /\b(?:called|named|titled|name it|call it|with (?:the )?name|name:|title:)\s+(?:the\s+)?(.+)/is.exec(
    text,
  )?.[1];
  return called === undefined ? null : cutName(called);
}

/** A new name: "rename it to X", "change the name to X". */
export function readNewName(text: string): string | null {
  const renamed = /\b(?:rename|name|title)\b.*?\b(?:to|as|into)\s+(.+)/is.exec(text)?.[1];
  if (renamed !== undefined) return findQuotes(renamed)[0] ?? cutName(renamed);
  return /\b(?:called|named|titled)\b/i.test(text) ? readName(text) : null;
}

export function cutName(rest: string): string | null {
  const name = rest.split(NAME_END)[0]?.trim() ?? '';
  return name === '' ? null : name;
}

/** The text after one of these words, up to the end of the sentence, or in quotes. */
export function readAfter(text: string, keywords: RegExp): string | null {
  const match = new RegExp(`(?:${keywords.source})\\s*(?:to|is|as|of|:|=)?\\s+(.+)`, 'is').exec(text);
  const rest = match?.at(-1)?.trim() ?? '';
  if (rest === '') return null;
  const [quoted] = findQuotes(rest);
  if (quoted !== undefined && /^["“`'„«]/.test(rest)) return quoted;
  return rest.split(/[;\n]|[.!?](?:\s|$)/)[0]?.trim() || null;
}

/** The one of these values that the sentence names, in its own spelling, plurals and usual words included. */
export function readChoice(text: string, choices: readonly string[]): string | null {
  const words = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}-]+/gu, ' ')} `;
  const singulars = ` ${words.trim().split(' ').map(singular).join(' ')} `;
  let best: { readonly choice: string; readonly at: number } | null = null;
  for (const choice of choices) {
    for (const name of [choice.toLowerCase(), spaced(choice), ...(SYNONYMS[choice] ?? [])]) {
      const at = Math.max(words.indexOf(` ${name} `), singulars.indexOf(` ${singular(name)} `));
      if (at >= 0 && (best === null || at < best.at)) best = { choice, at };
    }
  }
  return best?.choice ?? null;
}

/** A lifecycle state, among the allowed ones where there are such. */
export function readState(text: string, choices: readonly string[]): string | null {
  const exact = readChoice(text, choices);
  if (exact !== null) return exact;
  const state = STATES.find(([words]) => words.test(text))?.[1] ?? null;
  if (state === null || choices.length === 0) return state;
  return choices.find((choice) => choice.toLowerCase() === state.toLowerCase()) ?? null;
}

/** The number beside one of these words: "quantity 4", "4 levels". */
export function readNumberBy(text: string, words: RegExp): number | null {
  const bare = withoutIds(text);
  const before = new RegExp(
    `(?:${words.source})\\s*(?:to|of|is|=|:|no\\.?|number)?\\s*(-?\\d+(?:[.,]\\d+)?)`,
    'i',
  ).exec(bare);
  const after = new RegExp(`(-?\\d+(?:[.,]\\d+)?)\\s*-?\\s*(?:${words.source})`, 'i').exec(bare);
  const found = before?.at(-1) ?? after?.[1];
  return found === undefined ? null : Number(found.replace(',', '.'));
}

export function readQuantity(text: string): number | null {
  const said = readNumberBy(text, /\bquantity|\bqty|\bamount|\bpieces?\b|\bpcs\b|\btimes\b|\bunits?\b/);
  if (said !== null) return said;
  const bare = withoutIds(text);
  const found =
    /\b(\d+)\s*(?:x|×|of)\s/i.exec(bare)?.[1] ??
    /\b(?:add|use|put|insert|include|link|attach)\s+(\d+)\b/i.exec(bare)?.[1];
  return found === undefined ? null : Number(found);
}

export function readWeight(text: string): { readonly value: number; readonly unit: string | null } | null {
  const found = /(-?\d+(?:[.,]\d+)?)\s*(kg|g|mg|lbs?|oz|t|kilograms?|grams?)\b/i.exec(withoutIds(text));
  if (found === null) {
    const plain = /\bweigh/i.test(text) ? readNumberBy(text, /\bweight|\bweighs?/) : null;
    return plain === null ? null : { value: plain, unit: null };
  }
  const unit = (found[2] ?? '')
    .toLowerCase()
    .replace(/^kilograms?$/, 'kg')
    .replace(/^grams?$/, 'g')
    .replace(/^lbs$/, 'lb');
  return { value: Number((found[1] ?? '').replace(',', '.')), unit };
}

export function readCost(text: string): { readonly value: number; readonly currency: string | null } | null {
  const bare = withoutIds(text);
  const amount = '(-?\\d+(?:[.,]\\d+)?)';
  const code = '([$€£]|\\b(?:USD|EUR|GBP|CHF|JPY|dollars|euros)\\b)';
  const leading = new RegExp(`${code}\\s*${amount}`, 'i').exec(bare);
  const trailing = new RegExp(`${amount}\\s*${code}`, 'i').exec(bare);
  const value = leading?.[2] ?? trailing?.[1];
  const currency = leading?.[1] ?? trailing?.[2] ?? '';
  if (value !== undefined) {
    return {
      value: Number(value.replace(',', '.')),
      currency: CURRENCIES[currency.toLowerCase()] ?? currency.toUpperCase(),
    };
  }
  const plain = readNumberBy(text, /\bcosts?|\bprice|\bcosting/);
  return plain === null ? null : { value: plain, currency: null };
}

/** A day as `YYYY-MM-DD`, from that form or from "12 December 2026". Relative days are not guessed. */
export function readDate(text: string): string | null {
  const iso = /\b(\d{4}-\d{2}-\d{2})(?:T\S+)?\b/.exec(text)?.[1];
  if (iso !== undefined) return iso;
  const spoken = /\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]+)\s+(\d{4})\b/i.exec(text);
  const american = /\b([a-z]+)\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b/i.exec(text);
  const [day, month, year] = spoken ? spoken.slice(1) : [american?.[2], american?.[1], american?.[3]];
  const index = MONTHS.findIndex((name) => name.startsWith((month ?? '-').toLowerCase()) && (month ?? '').length >= 3);
  if (index < 0 || day === undefined || year === undefined) return null;
  return `${year}-${String(index + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** "Create an ECO to replace the bearing" is about "Replace the bearing". */
export function readPurpose(text: string): string | null {
  const purpose = /\b(?:to|for|because|since|as)\s+(?!design\b|program\b)(.+)/is
    .exec(text)?.[1]
    ?.replace(/[.!?]+\s*$/, '')
    .trim();
  return purpose === undefined || purpose === '' ? null : capitalised(purpose);
}

/** Why a change is asked for: after "because", else its purpose. */
export function readReason(text: string): string | null {
  return readAfter(text, /\b(?:because|since|due to|reason)\b:?/) ?? readPurpose(text);
}

export function readDepth(text: string, maximum: number): number | null {
  const said = readNumberBy(text, /\blevels?\b(?: deep)?|\bdepth\b/);
  if (said !== null) return said;
  const whole = /\b(?:all levels|full|complete|whole|entire|multi-?level|explode|indented)\b/i;
  return whole.test(text) ? maximum : null;
}

export function readDesignator(text: string): string | null {
  const found = /\b(?:designator|refdes|ref\.? des\.?)s?\s+([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)/i.exec(text);
  return found?.[1] ?? null;
}

export function readMaterial(text: string): string | null {
  const said = /\b(?:made (?:of|from|out of)|material\b(?:[^.;]*?\bto|\s+is|\s+of|:)?)\s+(.+)/is.exec(text)?.[1];
  if (said === undefined) return null;
  return findQuotes(said)[0] !== undefined && /^["“]/.test(said) ? (findQuotes(said)[0] ?? null) : cutName(said);
}

export function readAssignee(text: string): string | null {
  const named =
    /\b[Aa]ssign(?:ed|ee)?\b[^,;]*?(?:\bto\b|\bis\b|:)\s+([\w.+-]+@[\w.-]+\w|\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)?)/u;
  return named.exec(text)?.[1] ?? null;
}

function withoutIds(text: string): string {
  let bare = text;
  for (const mention of [...findItemNumbers(text), ...findIds(text)])
    bare = bare.replaceAll(new RegExp(mention, 'gi'), ' # ');
  return bare;
}
