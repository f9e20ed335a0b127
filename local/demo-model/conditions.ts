// Conditions of a question that a tool's parameters can't filter by: comparisons, superlatives, negations, dates, people.
// Each condition is tested against the rows that a tool returned, and has a text for the answer.
import type { JsonObject } from './wires/wire.ts';
import { escaped, spaced } from './words.ts';

/** A field of rows, and the words that refer to it. */
export type Property = {
  readonly noun: string;
  readonly asks: RegExp;
  /** The field's names, depending on the kind of row. */
  readonly keys: readonly string[];
  /** How a sentence states it: "weighs", "starts", "has the budget". */
  readonly verb: string;
};

export const PROPERTIES: readonly Property[] = [
  property('weight', /\b(?:heav(?:y|ier|iest)|light(?:er|est)|weigh\w*|mass)\b/i, ['weight'], { verb: 'weighs' }),
  property('day rate', /\b(?:day rates?|paid|earns?)\b/i, ['dayRate']),
  property('budget', /\bbudgets?\b/i, ['budget']),
  property(
    'cost',
    /\b(?:costs?|costing|prices?|priced|expensive|cheap(?:er|est)?|dollars|usd)\b|\$/i,
    ['cost', 'dayRate', 'budget'],
    { verb: 'costs' },
  ),
  property('material', /\b(?:materials?|made (?:of|from))\b/i, ['material'], { verb: 'is made of' }),
  property('revision', /\b(?:revisions?|rev)\b/i, ['revision'], { verb: 'is at revision' }),
  property('assignee', /\b(?:assign\w*|responsible|owners?|owned|owns)\b/i, ['assigneeName', 'responsible'], {
    verb: 'is assigned to',
  }),
  property('due date', /\b(?:due|deadlines?)\b/i, ['dueDate', 'dueOn', 'dueAt'], { verb: 'is due' }),
  property('load-in', /\bload[- ]?ins?\b/i, ['loadInAt'], { verb: 'loads in' }),
  property('doors', /\bdoors\b/i, ['doorsAt'], { verb: 'opens its doors' }),
  property('call time', /\bcall times?\b/i, ['callAt'], { verb: 'is called' }),
  property('end', /\b(?:ends?|finish\w*)\b/i, ['endsAt', 'endsOn', 'plannedFinish'], { verb: 'ends' }),
  property('start', /\b(?:when|starts?|begins?|dates?)\b/i, ['startsAt', 'startsOn', 'plannedStart'], {
    verb: 'starts',
  }),
  property('time', /\b(?:when|happened|occurred)\b/i, ['occurredAt'], { verb: 'happened on' }),
  property('creation date', /\bcreated\b/i, ['createdAt'], { verb: 'was created on' }),
  property('email address', /\be-?mails?(?: address(?:es)?)?\b/i, ['email', 'contactEmail']),
  property('phone number', /\bphones?(?: numbers?)?\b/i, ['phone', 'contactPhone']),
  property('contact', /\bcontacts?\b/i, ['contactName']),
  property('W-9', /\bw-?9s?\b/i, ['w9ReceivedOn'], { verb: 'sent its W-9 on' }),
  property('insurance date', /\b(?:insur\w+|coi)\b/i, ['coiExpiresOn'], { verb: 'is insured until' }),
  property('capacity', /\b(?:capacit(?:y|ies)|seats)\b/i, ['capacity']),
  property('float', /\b(?:float|slack)\b/i, ['totalFloatDays']),
  property('duration', /\b(?:durations?|how long)\b/i, ['durationDays']),
  property('progress', /\b(?:progress|percent complete)\b/i, ['percentComplete']),
  property('quantity', /\bquantit(?:y|ies)\b/i, ['quantity']),
  property('priority', /\bpriorit(?:y|ies)\b/i, ['priority']),
  property('client', /\b(?:clients?|customers?)\b/i, ['client', 'customer']),
  property('city', /\b(?:city|cities|home cit(?:y|ies))\b/i, ['city', 'homeCity']),
  property('venue', /\bvenues?\b/i, ['venue']),
  property('role', /\broles?\b/i, ['role']),
  property(
    'state',
    /\b(?:states?|status|(?:released|approved|verified|done|obsolete)(?=\s*\?))/i,
    ['state', 'status'],
    {
      verb: 'is in state',
    },
  ),
  property('description', /\bdescriptions?\b/i, ['description']),
];

function property(noun: string, asks: RegExp, keys: readonly string[], { verb = `has the ${noun}` } = {}): Property {
  return { noun, asks, keys, verb };
}

/** The properties in a text. "When are doors?" asks for the doors, not for the start as well. */
export function propertiesIn(text: string): readonly Property[] {
  const found = PROPERTIES.filter(({ asks }) => asks.test(text));
  return found.some(({ noun }) => TIMES.includes(noun))
    ? found.filter(({ noun }) => noun !== 'start' && noun !== 'time')
    : found;
}

const TIMES = ['doors', 'load-in', 'call time', 'end', 'due date'];

/** The text without the words for a property. */
export const withoutProperties = (text: string): string =>
  PROPERTIES.reduce((rest, { asks }) => rest.replace(new RegExp(asks, 'gi'), ' '), text);

/** @throws Error for an unknown noun */
export function requireProperty(noun: string): Property {
  const found = PROPERTIES.find((one) => one.noun === noun);
  if (!found) throw new Error(`no property is called ${noun}`);
  return found;
}

export type Condition = {
  /** The condition in words, for the answer: "cost over 100 USD". */
  readonly words: string;
  readonly property: Property;
  /** Null if the row doesn't have the value. */
  readonly test?: (row: JsonObject, today: string) => boolean | null;
  /** Keeps the rows with the highest or lowest value of those that pass. */
  readonly extreme?: 'highest' | 'lowest';
  /** The days, if the words name a period. */
  readonly period?: (today: string) => Period | null;
};
export type Period = { readonly from: string; readonly to: string };

/** The conditions in a text, and the text without their words. */
export type ParsedConditions = { readonly conditions: readonly Condition[]; readonly rest: string };

/** The property's value in a row; null if it is not on record, undefined if the row doesn't have the field. */
export function fieldOf(row: JsonObject, { keys }: Property): unknown {
  const key = keys.find((one) => row[one] !== undefined && row[one] !== null && row[one] !== '');
  if (key !== undefined) return row[key];
  return keys.some((one) => one in row) ? null : undefined;
}

export function unitOf(row: JsonObject, { noun }: Property): string {
  const key = noun === 'weight' ? 'weightUnit' : MONEY.includes(noun) ? 'currency' : '';
  return typeof row[key] === 'string' ? row[key] : '';
}
const MONEY = ['cost', 'day rate', 'budget'];

const GRAMS: Readonly<Record<string, number>> = { mg: 0.001, g: 1, kg: 1000, t: 1e6, oz: 28.349523125, lb: 453.59237 };
const CURRENCIES: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP', dollar: 'USD', euro: 'EUR' };
const NUMBER = String.raw`([$€£])?\s*(\d[\d,]*(?:\.\d+)?)\s*(k\b|thousand|million|m\b)?\s*(USD|EUR|GBP|dollars?|euros?|kg|g|mg|lbs?|oz|t|days?|people|seats|%|percent)?(?:\s+(?:a|per)\s+day)?`;
const OVER = `more than|greater than|higher than|heavier than|larger than|bigger than|longer than|over|above|exceed(?:s|ing)?|at least|>=?`;
const UNDER = `less than|lower than|lighter than|smaller than|shorter than|cheaper than|fewer than|under|below|at most|up to|<=?`;
const COMPARISON = new RegExp(
  String.raw`\b(?:(?:for|of|with|that|which|is|are|have|has|a|an)\s+)*(${OVER}|${UNDER})\s*${NUMBER}(?!\w|-\d)`,
  'i',
);
const BETWEEN = new RegExp(String.raw`\bbetween\s+${NUMBER}\s+and\s+${NUMBER}(?!\w)`, 'i');

const HIGHEST =
  /\b(?:(?:the )?most (expensive)|(heaviest|costliest|priciest|largest|biggest|longest|highest|greatest|most|latest|newest))\b/i;
const LOWEST =
  /\b(?:(?:the )?least (expensive)|(lightest|cheapest|smallest|shortest|lowest|least|fewest|earliest|oldest|soonest))\b/i;
const IMPLIED: Readonly<Record<string, string>> = {
  expensive: 'cost',
  costliest: 'cost',
  priciest: 'cost',
  cheapest: 'cost',
  heaviest: 'weight',
  lightest: 'weight',
  longest: 'duration',
  shortest: 'duration',
  largest: 'capacity',
  biggest: 'capacity',
  smallest: 'capacity',
};

/** "this week", "by 4 December", "the next show". `dates` is the property that a period applies to. */
export function takePeriod(text: string, dates: Property, options: { readonly overdue: boolean }): ParsedConditions {
  const next = /\bnext(?=\s+(?:\w+\s+)?(?:show|gig|concert|deadline|deliverable|task|milestone|activity)\b)/i;
  const last = /\b(?:last|latest|most recent|previous)(?=\s+(?:\w+\s+)?(?:show|gig|concert|incident)\b)/i;
  return takeAll(text, [
    [PERIOD, ([words]) => during(words, dates)],
    [options.overdue ? /\b(?:overdue|late)\b/i : /(?!)/, () => during('before today', dates)],
    [next, () => ({ ...during('from today on', dates), words: 'next', extreme: 'lowest' })],
    [last, () => ({ ...during('up to today', dates), words: 'latest', extreme: 'highest' })],
  ]);
}

type Scope = {
  /** The property that "the latest" applies to. */
  readonly dates: Property;
  /** The user behind "me". */
  readonly person: string | null;
  /** The records have an assignee, so "my" means the user's own. */
  readonly isAssigned: boolean;
  /** "critical" is a priority. */
  readonly isTask: boolean;
};

/** All other conditions: amounts, superlatives, people, and whether a value is on record. */
export function takeConditions(text: string, { dates, person, isAssigned, isTask }: Scope): ParsedConditions {
  const named = String.raw`(me\b|\p{Lu}[\p{L}'’.-]+(?:\s\p{Lu}[\p{L}'’.-]+)*)`;
  return takeAll(text, [
    ...PROPERTIES.flatMap((one): Rule[] => [
      [
        new RegExp(String.raw`\b${LACKING}\s+(?:an?\s+|the\s+|any\s+)?(?:${one.asks.source})`, 'i'),
        () => onRecord(one, false),
      ],
      [
        new RegExp(String.raw`\b${HAVING}\s+(?:an?\s+)?(?:${one.asks.source})\s+on (?:record|file)`, 'i'),
        () => onRecord(one, true),
      ],
    ]),
    [new RegExp(String.raw`\b(?:assigned to|owned by)\s+${named}`, 'u'), ([, who = '']) => ofPerson(who, person)],
    [
      new RegExp(String.raw`\b(?:is|are)\s+${named}\s+responsible(?: for)?`, 'u'),
      ([, who = '']) => ofPerson(who, person),
    ],
    [/\bam I (?:responsible for|assigned to)|\bmine\b/i, () => ofPerson('me', person)],
    [isAssigned ? /\bmy\b/i : /(?!)/, () => ofPerson('me', person)],
    [/\bmade (?:of|from|out of)\s+([^,?.!]+)/i, ([, what = '']) => containing(requireProperty('material'), what)],
    [
      /\b(low|medium|high|critical|urgent)[- ]priority\b|\bpriority (?:is )?(low|medium|high|critical)\b/i,
      ([, before, after]) => containing(requireProperty('priority'), before ?? after ?? ''),
    ],
    [
      isTask ? /\b(low|medium|high|critical)\b/i : /(?!)/,
      ([, level = '']) => containing(requireProperty('priority'), level),
    ],
    [BETWEEN, (found) => compare(found[0], text, found.slice(1, 5), found.slice(5, 9))],
    [COMPARISON, (found) => compare(found[0], text, found.slice(2, 6))],
    [HIGHEST, (found) => extreme(found, 'highest', dates)],
    [LOWEST, (found) => extreme(found, 'lowest', dates)],
  ]);
}

type Rule = readonly [pattern: RegExp, make: (found: RegExpExecArray) => Condition | null];

function takeAll(text: string, rules: readonly Rule[]): ParsedConditions {
  const conditions: Condition[] = [];
  let rest = text;
  for (const [pattern, make] of rules) {
    const found = pattern.exec(rest);
    const condition = found && make(found);
    if (!found || !condition) continue;
    conditions.push(condition);
    rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
  }
  return { conditions, rest };
}

const HAVING = '(?:have|has|with|having)';
const LACKING = String.raw`(?:${HAVING}\s+no|without|missing|lack(?:s|ing)?|(?:do|does|did)(?:n['’]t| not) have)`;

/** Whether there is a value at all. "No float" means none is left, so 0 counts as none. */
const onRecord = (property: Property, isWanted: boolean): Condition => ({
  words: `${isWanted ? 'with' : 'without'} ${property.noun}`,
  property,
  test: (row) => {
    const value = fieldOf(row, property);
    return (value !== null && value !== undefined && value !== 0) === isWanted;
  },
});

function ofPerson(who: string, person: string | null): Condition | null {
  const name = who.toLowerCase() === 'me' ? person : who;
  return name === null ? null : containing(requireProperty('assignee'), name);
}

/** The property's text contains these words. */
export function containing(property: Property, text: string): Condition {
  const wanted = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(text.trim())}(?![\\p{L}\\p{N}])`, 'iu');
  return {
    words: `${property.noun} ${text.trim()}`,
    property,
    test: (row) => wanted.test(textOf(fieldOf(row, property))),
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');

/** "more than 100 dollars", "between 2 and 5 kg". Null if it is unclear which amount is meant. */
function compare(
  said: string,
  text: string,
  first: readonly MatchGroup[],
  second?: readonly MatchGroup[],
): Condition | null {
  const from = toAmount(first);
  const to = second === undefined ? null : toAmount(second);
  const unit = from.unit || (to?.unit ?? '');
  const isMeasured = ({ noun }: Property) => MEASURED.includes(noun);
  const property = propertiesIn(said).find(isMeasured) ?? propertyOfUnit(unit) ?? propertiesIn(text).find(isMeasured);
  if (property === undefined) return null;
  const isUpper = new RegExp(UNDER, 'i').test(said);
  const isInclusive = /\b(?:at least|at most|up to|between)\b|=/i.test(said);
  const sign = isUpper ? (isInclusive ? 'at most' : 'under') : isInclusive ? 'at least' : 'over';
  const suffix = unit === '' ? '' : ` ${unit}`;
  return {
    words:
      to === null
        ? `${property.noun} ${sign} ${from.value}${suffix}`
        : `${property.noun} from ${from.value} to ${to.value}${suffix}`,
    property,
    test: (row) => {
      const value = numberIn(row, property, unit);
      if (value === null) return null;
      if (to !== null) return value >= from.value && value <= to.value;
      if (value === from.value) return isInclusive;
      return isUpper ? value < from.value : value > from.value;
    },
  };
}

type MatchGroup = string | undefined;
const MEASURED = ['weight', 'day rate', 'budget', 'cost', 'capacity', 'float', 'duration', 'progress', 'quantity'];

function toAmount([symbol, digits = '', thousands, word = '']: readonly MatchGroup[]) {
  const unit = (symbol ?? word).toLowerCase().replace(/s$/, '');
  const value = Number(digits.replaceAll(',', '')) * (thousands === undefined ? 1 : /^m/i.test(thousands) ? 1e6 : 1000);
  return { value, unit: CURRENCIES[unit] ?? (/^(?:usd|eur|gbp)$/.test(unit) ? unit.toUpperCase() : unit) };
}

function propertyOfUnit(unit: string): Property | undefined {
  if (/^[A-Z]{3}$/.test(unit)) return requireProperty('cost');
  if (unit in GRAMS) return requireProperty('weight');
  return /^(?:people|seat)$/.test(unit) ? requireProperty('capacity') : undefined;
}

/** The number in the requested unit; null if there is none or its unit can't be converted. */
function numberIn(row: JsonObject, property: Property, unit: string): number | null {
  const value = fieldOf(row, property);
  if (typeof value !== 'number') return null;
  const own = unitOf(row, property);
  if (property.noun === 'weight') {
    const [from, to] = [GRAMS[own], GRAMS[unit === '' ? 'kg' : unit]];
    return from === undefined || to === undefined ? null : (value * from) / to;
  }
  return /^[A-Z]{3}$/.test(unit) && own !== unit ? null : value;
}

function extreme(found: RegExpExecArray, which: 'highest' | 'lowest', dates: Property): Condition | null {
  const word = (found[1] ?? found[2] ?? '').toLowerCase();
  const nearby = propertiesIn(found.input.slice(found.index, found.index + 40));
  const implied = IMPLIED[word];
  const isTime = /^(?:latest|newest|earliest|oldest|soonest)$/.test(word);
  const property = isTime
    ? (nearby.find(({ noun }) => TIMES.includes(noun)) ?? dates)
    : (nearby.find(({ noun }) => MEASURED.includes(noun)) ??
      (implied === undefined ? undefined : requireProperty(implied)));
  return property === undefined
    ? null
    : { words: `${isTime ? word : which} ${property.noun}`, property, extreme: which };
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const MONTH = MONTHS.map((month) => `${month}|${month.slice(0, 3)}`).join('|');
const DAY = String.raw`\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:${MONTH})(?:\s+\d{4})?|(?:${MONTH})\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?`;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const PERIOD = new RegExp(
  String.raw`\b(?:today|tomorrow|yesterday|(?:this|next|last) (?:week|weekend|month|year)|(?:in |within )?(?:the )?(?:next|last|past) \d+ (?:days?|weeks?)|(?:by|before|after|since|until|on|from) (?:${DAY})|in (?:${MONTH})(?: \d{4})?|(?:by|before|until|on) (?:${WEEKDAYS.join('|')}))\b`,
  'i',
);

/** A period as ISO days, both inclusive. Weeks start on Monday. */
export function readPeriod(words: string, today: string): Period | null {
  const said = words.toLowerCase();
  const now = new Date(`${today}T00:00:00Z`);
  const plus = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const monday = -((now.getUTCDay() + 6) % 7);
  if (said === 'before today') return { from: '0000-01-01', to: plus(-1) };
  if (said === 'from today on') return { from: today, to: '9999-12-31' };
  if (said === 'up to today') return { from: '0000-01-01', to: today };
  if (/\btoday\b/.test(said)) return { from: today, to: today };
  if (/\btomorrow\b/.test(said)) return { from: plus(1), to: plus(1) };
  if (/\byesterday\b/.test(said)) return { from: plus(-1), to: plus(-1) };
  const [, relative, span] = /\b(this|next|last) (week|weekend|month|year)\b/.exec(said) ?? [];
  const shift = relative === 'next' ? 1 : relative === 'last' ? -1 : 0;
  if (span === 'week') return { from: plus(monday + 7 * shift), to: plus(monday + 7 * shift + 6) };
  if (span === 'weekend') return { from: plus(monday + 7 * shift + 5), to: plus(monday + 7 * shift + 6) };
  if (span === 'month') return monthOf(now.getUTCFullYear(), now.getUTCMonth() + shift);
  if (span === 'year')
    return { from: `${now.getUTCFullYear() + shift}-01-01`, to: `${now.getUTCFullYear() + shift}-12-31` };
  const [, way, count, unit] = /\b(next|last|past) (\d+) (days?|weeks?)\b/.exec(said) ?? [];
  if (count !== undefined) {
    const days = Number(count) * (unit?.startsWith('week') ? 7 : 1);
    return way === 'next' ? { from: today, to: plus(days) } : { from: plus(-days), to: today };
  }
  const weekday = WEEKDAYS.findIndex((name) => said.includes(name));
  const day = weekday < 0 ? readDay(said, now.getUTCFullYear()) : plus((weekday - now.getUTCDay() + 7) % 7);
  if (day !== null) {
    if (/\b(?:by|until)\b/.test(said)) return { from: '0000-01-01', to: day };
    if (/\bbefore\b/.test(said)) return { from: '0000-01-01', to: shiftDay(day, -1) };
    if (/\b(?:since|from)\b/.test(said)) return { from: day, to: '9999-12-31' };
    return /\bafter\b/.test(said) ? { from: shiftDay(day, 1), to: '9999-12-31' } : { from: day, to: day };
  }
  const [, month, year] = new RegExp(String.raw`\bin (${MONTH})(?: (\d{4}))?`).exec(said) ?? [];
  return month === undefined ? null : monthOf(Number(year ?? now.getUTCFullYear()), monthIndex(month));
}

/** A day as `YYYY-MM-DD`, from that format or from "12 December 2026" and "Dec 12". Null if the text has none. */
export function readDay(text: string, year: number | null = null): string | null {
  const iso = /\b(\d{4}-\d{2}-\d{2})\b/.exec(text)?.[1];
  if (iso !== undefined) return iso;
  const british = new RegExp(String.raw`\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${MONTH})\b(?:\s+(\d{4}))?`, 'i').exec(
    text,
  );
  const american = new RegExp(String.raw`\b(${MONTH})\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4}))?`, 'i').exec(text);
  const [day, month, said] = british ? british.slice(1) : [american?.[2], american?.[1], american?.[3]];
  const known = said ?? (year === null ? undefined : String(year));
  if (day === undefined || month === undefined || known === undefined) return null;
  return `${known}-${String(monthIndex(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const monthIndex = (name: string): number =>
  MONTHS.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3)));
const shiftDay = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

function monthOf(year: number, month: number) {
  const iso = (at: Date) => at.toISOString().slice(0, 10);
  return { from: iso(new Date(Date.UTC(year, month, 1))), to: iso(new Date(Date.UTC(year, month + 1, 0))) };
}

function during(words: string, property: Property) {
  return {
    words: `${property.noun} ${words}`,
    property,
    period: (today: string) => readPeriod(words, today),
    test: (row: JsonObject, today: string) => {
      const period = readPeriod(words, today);
      const day = textOf(fieldOf(row, property)).slice(0, 10);
      return period !== null && day !== '' && day >= period.from && day <= period.to;
    },
  };
}

export type TestResult =
  | { readonly kind: 'rows'; readonly rows: readonly JsonObject[]; readonly unknown: number }
  /** No row has the field. */
  | { readonly kind: 'no-such-field'; readonly property: Property }
  | { readonly kind: 'mixed-units'; readonly property: Property };

/**
 * The rows that meet every condition, and the number of rows that couldn't be tested because their value is not on record.
 */
export function testRows(rows: readonly JsonObject[], conditions: readonly Condition[], today: string): TestResult {
  const absent = conditions.find(
    ({ property }) => rows.length > 0 && rows.every((row) => fieldOf(row, property) === undefined),
  );
  if (absent !== undefined) return { kind: 'no-such-field', property: absent.property };
  let kept = rows;
  let unknown = 0;
  for (const { test } of conditions) {
    if (test === undefined) continue;
    unknown += kept.filter((row) => test(row, today) === null).length;
    kept = kept.filter((row) => test(row, today) === true);
  }
  for (const { property, extreme: which } of conditions) {
    if (which === undefined) continue;
    const ranked = kept.flatMap((row) => {
      const rank = rankOf(row, property);
      return rank === null ? [] : [{ row, rank }];
    });
    unknown += kept.length - ranked.length;
    const units = new Set(ranked.map(({ row }) => (property.noun === 'weight' ? '' : unitOf(row, property))));
    if (units.size > 1) return { kind: 'mixed-units', property };
    const sorted = ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
    const best = (which === 'highest' ? sorted.at(-1) : sorted[0])?.rank;
    kept = sorted.filter(({ rank }) => rank === best).map(({ row }) => row);
  }
  return { kind: 'rows', rows: kept, unknown };
}

function rankOf(row: JsonObject, property: Property): number | string | null {
  if (property.noun === 'weight') return numberIn(row, property, 'kg');
  const value = fieldOf(row, property);
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? value : null;
}

/** One of several choices, or none of them: "draft or in review", "not verified". */
export function choosing(field: string, values: readonly string[], isWanted: boolean): Condition {
  const name = spaced(field);
  return {
    words: `${name} ${isWanted ? '' : 'not '}${values.join(' or ')}`,
    property: property(name, /(?!)/, [field]),
    test: (row) => values.includes(String(row[field])) === isWanted,
  };
}
