// Reads a question about data: the list it is about, the filters of that list's tool, the conditions left to test, and the
// words that were not understood.
import {
  type Condition,
  choosing,
  propertiesIn,
  requireProperty,
  takeConditions,
  takePeriod,
  withoutProperties,
} from './conditions.ts';
import { readParameters } from './report.ts';
import { kindOfNumber, type Situation } from './story.ts';
import type { Chat, DemoTool, JsonObject } from './wires/wire.ts';
import * as words from './words.ts';

/** The most rows that a list tool returns. */
export const MAX_ROWS = 50;

export type Topic = {
  readonly tool: string;
  /** The field of its results that has the rows. */
  readonly rows: string;
  readonly noun: string;
  /** Words for this kind of record. */
  readonly asks: RegExp;
  /** Those of the words that don't narrow down the rows. */
  readonly generic: RegExp;
  /** Properties that imply this kind if a question names none. */
  readonly has?: readonly string[];
  /** The property that "this week" applies to. */
  readonly dates?: string;
};

const TOPICS: readonly Topic[] = [
  {
    tool: 'search_items',
    rows: 'items',
    noun: 'item',
    asks: /\b(?:parts?|documents?|requirements?|tasks?|to-?dos?|change orders?|ecos?|ecns?|mcos?|deviations?|drawings?|spec(?:ification)?s?|manuals?|items?|assembl(?:y|ies)|components?)\b/i,
    generic: /\bitems?\b/gi,
    has: ['weight', 'cost', 'material', 'revision', 'priority'],
    dates: 'creation date',
  },
  { tool: 'search_designs', rows: 'designs', noun: 'design', asks: /\bdesigns?\b/i, generic: /\bdesigns?\b/gi },
  { tool: 'search_programs', rows: 'programs', noun: 'program', asks: /\bprograms?\b/i, generic: /\bprograms?\b/gi },
  {
    tool: 'get_schedule',
    rows: 'activities',
    noun: 'activity',
    asks: /\b(?:schedules?|timeline|gantt|critical path|activit(?:y|ies)|milestones?)\b/i,
    generic: /\b(?:schedules?|timeline|gantt|critical path|activit(?:y|ies))\b/gi,
    has: ['float', 'duration', 'progress'],
    dates: 'start',
  },
  {
    tool: 'list_incidents',
    rows: 'incidents',
    noun: 'incident',
    asks: /\b(?:incidents?|accidents?|near[- ]miss(?:es)?|injur\w+|osha)\b/i,
    generic: /\b(?:incidents?|accidents?|osha)\b/gi,
    dates: 'time',
  },
  {
    tool: 'list_rfps',
    rows: 'rfps',
    noun: 'RFP',
    asks: /\b(?:rfps?|requests? for proposals?|proposals?|bids?|tenders?)\b/i,
    generic: /\b(?:rfps?|requests? for proposals?)\b/gi,
    dates: 'due date',
  },
  {
    tool: 'list_deliverables',
    rows: 'deliverables',
    noun: 'deliverable',
    asks: /\b(?:deliverables?|riders?|input lists?|(?:stage|rigging|lighting) plots?|(?:site|power|safety) plans?|permits?|runs? of show|guest lists?)\b/i,
    generic: /\bdeliverables?\b/gi,
    has: ['due date', 'assignee'],
    dates: 'due date',
  },
  {
    tool: 'list_crew',
    rows: 'crew',
    noun: 'crew member',
    asks: /\b(?:crew|staff|people|team|riggers?|engineers?|technicians?|stage managers?|who(?:'s| is| are)? (?:works|working))\b/i,
    generic: /\b(?:crew(?: members?)?|staff|people|team)\b/gi,
    has: ['day rate', 'call time', 'phone number', 'email address', 'role'],
    dates: 'call time',
  },
  {
    tool: 'list_vendors',
    rows: 'vendors',
    noun: 'vendor',
    asks: /\b(?:vendors?|suppliers?)\b/i,
    generic: /\b(?:vendors?|suppliers?)\b/gi,
    has: ['W-9', 'insurance date', 'phone number', 'email address', 'contact'],
    dates: 'insurance date',
  },
  {
    tool: 'list_shows',
    rows: 'shows',
    noun: 'show',
    asks: /\b(?:shows?|gigs?|concerts?)\b/i,
    generic: /\b(?:shows?|gigs?|concerts?)\b/gi,
    has: ['load-in', 'doors', 'venue', 'capacity'],
    dates: 'start',
  },
  {
    tool: 'search_projects',
    rows: 'projects',
    noun: 'project',
    asks: /\bprojects?\b/i,
    generic: /\bprojects?\b/gi,
    has: ['budget', 'client'],
    dates: 'start',
  },
];

/** "the Denver show", "program KESTREL": kinds of records that contain others, and the tools that find them. */
export const PLACES: Readonly<Record<string, string>> = {
  design: 'search_designs',
  program: 'search_programs',
  show: 'list_shows',
  project: 'search_projects',
};
type NamedPlace = { readonly kind: string; readonly name: string };

/** A question, as far as it was understood. */
export type Reading = {
  readonly topic: Topic;
  readonly tool: DemoTool;
  /** Filters that the tool supports. */
  readonly args: JsonObject;
  readonly noun: string;
  /** A name to search for. */
  readonly name: string | null;
  /** Words that nothing else used: part of a name, or text to find in the rows. */
  readonly others: readonly string[];
  readonly places: readonly NamedPlace[];
  /** "for Denver": a show or a project, or neither. */
  readonly perhaps: string | null;
  readonly conditions: readonly Condition[];
  /** Why the question can't be answered: a part of it that changes its meaning was not understood. */
  readonly limit: string | null;
};

/** Null if no list fits. A name alone is searched in several lists. */
export function readQuestion(
  situation: Situation,
): Reading | { readonly topics: readonly Topic[]; readonly name: string } | null {
  const { chat, text } = situation;
  // Asks for the meaning of a word, which no record contains.
  if (/^what(?:'s| is| are) an?\b/i.test(words.stripPoliteness(text))) return null;
  const named = takePlaces(readable(text));
  const [number] = words.findNumbers(text);
  const own = headTopic(named.rest, chat) ?? topicOfNumber(number);
  const byProperty = own === null ? topicsOfProperties(named.rest, chat) : [own];
  const place = topicOfPlace(named.places);
  const topics = byProperty.length > 0 || place === null ? byProperty : [place];
  const name = named.quoted ?? nameWords(named.rest).join(' ');
  const [first] = topics;
  if (first === undefined) return isNameOnly(text) && name !== '' ? { topics: TOPICS, name } : null;
  if (topics.length > 1 && name !== '') return { topics, name };
  const tool = toolOf(chat, first.tool);
  return tool === undefined ? null : readFilters(situation, first, tool, named);
}

/** "Show me …" is an instruction and names no show. */
const readable = (text: string): string =>
  words
    .stripPoliteness(text)
    .replace(/^\s*show\b(?: me| us)?/i, ' ')
    .replace(/[?!.\s]+$/, '');

/** The kind of record that a question names first. Null if it names none that a tool lists. */
export function headTopic(text: string, chat: Chat): Topic | null {
  const bare = takePlaces(readable(text)).rest;
  const named = TOPICS.flatMap((topic) => {
    const at = toolOf(chat, topic.tool) === undefined ? -1 : bare.search(topic.asks);
    return at < 0 ? [] : [{ topic, at }];
  });
  return named.toSorted((a, b) => a.at - b.at)[0]?.topic ?? null;
}

export const toolOf = (chat: Chat, name: string): DemoTool | undefined => chat.tools.find((tool) => tool.name === name);
const topicCalled = (tool: string | undefined): Topic | null => TOPICS.find((topic) => topic.tool === tool) ?? null;
const topicOfPlace = (places: readonly NamedPlace[]): Topic | null => topicCalled(PLACES[places.at(-1)?.kind ?? '']);

function topicOfNumber(number: string | undefined): Topic | null {
  const kind = number === undefined ? null : kindOfNumber(number);
  return topicCalled(kind === 'Rfp' ? 'list_rfps' : kind === 'Incident' ? 'list_incidents' : undefined);
}

function topicsOfProperties(text: string, chat: Chat): readonly Topic[] {
  const nouns = propertiesIn(text).map(({ noun }) => noun);
  return TOPICS.filter(
    ({ tool, has = [] }) => toolOf(chat, tool) !== undefined && has.some((noun) => nouns.includes(noun)),
  );
}

const ABOUT =
  /^(?:tell (?:me|us)|(?:what|who) (?:is|are|was)|what's|who's|summari[sz]e|describe|details?|info\w*|overview|show|find|search|look|give)\b/i;

/** A few words that are only a name, or a question about one. "What is a …?" asks for a meaning instead. */
function isNameOnly(text: string): boolean {
  const asked = words.stripPoliteness(text);
  if (
    /^(?:what|who)(?:'s| is| are) (?:an?|the (?:meaning|difference|best|weather|time))\b/i.test(asked) ||
    UNCLEAR.test(asked)
  )
    return false;
  if (ABOUT.test(asked))
    return (
      /^(?:tell|summari|describe|details|find|search|look|show)/i.test(asked) ||
      /\p{Lu}|"|“/u.test(asked.slice(5)) ||
      / the /.test(asked)
    );
  return (
    asked.split(/\s+/).length <= 4 &&
    !/[?]\s*$/.test(asked) &&
    !/^(?:say|write|explain|make|do|translate|list|which|how|e-?mail|call|i|we|you)\b/i.test(asked)
  );
}

const CAPITAL = String.raw`\p{Lu}[\p{L}\p{N}'’.&-]*`;
const NAME = String.raw`"[^"]+"|“[^”]+”|[A-Z0-9]+(?:-[A-Z0-9]+)+|${CAPITAL}(?:\s+(?:&\s+)?(?:\p{Lu}|\d)[\p{L}\p{N}'’.&-]*)*`;

type NamedParts = {
  readonly places: readonly NamedPlace[];
  /** A quoted text that is not the name of a place. */
  readonly quoted: string | null;
  /** The sentence without places, quotations, numbers and ids. */
  readonly rest: string;
};

/** Removes places that are named with their kind from a sentence. */
function takePlaces(text: string): NamedParts {
  const places: NamedPlace[] = [];
  let rest = text;
  for (const kind of Object.keys(PLACES)) {
    const before = String.raw`(?:\b(?:in|of|for|on|at|under|within|from|to)\s+)?`;
    const after = new RegExp(
      String.raw`${before}(?:the\s+)?\b${kind}:?\s+(?:called\s+)?(${NAME}|[\p{L}-]{4,}(?=\s*$))`,
      'u',
    );
    const ahead = new RegExp(String.raw`${before}\b(?:the|in|of|for|on|at|from|to)\s+(${NAME})\s+${kind}\b`, 'u');
    for (const pattern of [after, ahead]) {
      const found = pattern.exec(rest);
      if (found?.[1] === undefined || words.contentWords(found[1]).length === 0) continue;
      places.push({ kind, name: found[1].replace(/^["“]|["”]$/g, '') });
      rest = rest.replace(found[0], ' ');
    }
  }
  const [quoted = null] = words.findQuotes(rest);
  return { places, quoted, rest: words.withoutMentions(rest) };
}

/** Superlatives, negations and reasons that no condition used. A list that ignored them would be wrong. */
export const UNCLEAR =
  /\b(?:not|never|no|except|without|other than|only|more|less|most|least|fewer|fewest|over|under|above|below|between|before|after|since|until|than|best|worst|better|worse|\w+(?:i|er|gh|l|w|ng|rt|s|k)est|average|sum|total|neither|why|should|because|recommend|ready|enough|too|last|next|previous)\b|n't\b|\bhow (?:do|can|to)\b/i;

const BOOLEANS: readonly (readonly [string, RegExp])[] = [
  ['overdue', /\b(?:overdue|late)\b/i],
  ['oshaRecordable', /\b(?:osha[- ])?recordable\b/i],
];

/** States in which no work is left. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  Task: ['Done', 'Cancelled'],
  ChangeOrder: ['Approved'],
  Requirement: ['Verified', 'Rejected'],
};

function readFilters({ story, text }: Situation, topic: Topic, tool: DemoTool, named: NamedParts): Reading {
  const parameters = readParameters(tool);
  const has = (name: string) => parameters.some((parameter) => parameter.name === name);
  const isTask = topic.tool === 'search_items' && /\b(?:tasks?|to-?dos?|due)\b/i.test(named.rest);
  const dates = requireProperty(isTask ? 'due date' : (topic.dates ?? 'start'));
  const isAssigned = isTask || /^(?:list_deliverables|get_schedule)$/.test(topic.tool);
  const period = takePeriod(named.rest, dates, { overdue: !has('overdue') });
  const conditions = [...period.conditions];
  const args: Record<string, unknown> = {};
  let rest = period.rest;

  for (const { name, choices } of parameters.filter((one) => one.choices.length > 0)) {
    const taken = takeChoices(rest, choices);
    rest = taken.rest;
    const [only, second] = taken.wanted;
    if (only !== undefined && second === undefined) args[name] = only;
    if (second !== undefined) conditions.push(choosing(name, taken.wanted, true));
    if (taken.unwanted.length > 0) conditions.push(choosing(name, taken.unwanted, false));
  }
  for (const [name, asks] of BOOLEANS) {
    const isNegated = new RegExp(String.raw`\bnot (?:an? )?(?=${asks.source})`, 'i').test(rest);
    if (!has(name) || !asks.test(rest) || (isNegated && name === 'overdue')) continue;
    args[name] = !isNegated;
    rest = rest.replace(/\bnot (?=\S*\s*recordable)/i, ' ').replace(asks, ' ');
  }
  const taken = takeConditions(rest, { dates, person: story.person, isAssigned, isTask });
  conditions.push(...taken.conditions);
  rest = taken.rest.replace(topic.generic, ' ');

  const types = [...conditions.flatMap(({ property }) => property.noun), ...propertiesIn(rest).map(({ noun }) => noun)];
  if (topic.tool === 'search_items' && args.itemType === undefined) {
    if (types.some((noun) => /^(?:due date|assignee|priority)$/.test(noun))) args.itemType = 'Task';
    else if (types.some((noun) => /^(?:weight|cost|material)$/.test(noun))) args.itemType = 'Part';
  }
  const closed = CLOSED[String(args.itemType)];
  if (/\bopen\b/i.test(rest) && closed !== undefined) {
    conditions.push(choosing('state', closed, false));
    rest = rest.replace(/\bopen\b/i, ' ');
  }
  const count = /\b(?:top|first|limit(?: to)?)\s+(\d+)\b/i.exec(rest);
  if (count && has('limit')) args.limit = Number(count[1]);
  if (conditions.length > 0 && has('limit')) args.limit = topic.rows === 'activities' ? 100 : MAX_ROWS;
  rest = rest.replace(/\b(?:top|first|limit(?: to)?)\s+\d+\b/i, ' ');

  const own = named.places.find(({ kind }) => PLACES[kind] === topic.tool);
  const codes = words.findCodes(rest).filter(() => own === undefined);
  const kinds = Object.keys(PLACES).filter((kind) => has(`${kind}Id`));
  const places = named.places.filter((place) => place !== own);
  for (const code of codes) {
    if (kinds[0] === undefined) continue;
    places.push({ kind: kinds.at(-1) ?? kinds[0], name: code });
    rest = rest.replace(code, ' ');
  }
  const foreign = places.find(({ kind }) => !has(`${kind}Id`));
  // "Vendors in Denver" are those in a city; "vendors for Denver" may be those of a show.
  const isCity = has('projectId') && !has('showId') && /\bin\s+\S[^,]*$/.test(rest);
  const perhaps = places.length === 0 && kinds.length > 0 && !has('when') && !isCity ? perhapsPlace(rest) : null;
  // Insurance that expires in a period is not only insurance that expires soon.
  if (args.issue === 'insurance_expiring' && period.conditions.length > 0) delete args.issue;
  if (perhaps !== null) rest = rest.slice(0, rest.lastIndexOf(perhaps));
  const noun = typeof args.itemType === 'string' ? words.spaced(args.itemType) : topic.noun;
  const unclear = UNCLEAR.exec(rest)?.[0];
  const limit =
    unclear !== undefined
      ? `I don't understand “${unclear}” in this question.`
      : foreign === undefined
        ? null
        : `I can't filter ${words.plural(noun)} by ${foreign.kind}.`;
  const [number] = words.findNumbers(text);
  const others = nameWords(rest);
  return {
    topic,
    tool,
    args,
    noun,
    name: named.quoted ?? number ?? own?.name ?? null,
    others,
    places,
    perhaps,
    conditions,
    limit,
  };
}

/** A possible name: plurals become singular, except in proper names. */
const nameWords = (text: string): readonly string[] =>
  words.contentWords(withoutProperties(text)).map((word) => (/^\p{Lu}/u.test(word) ? word : words.singular(word)));

/** "for the festival", "in Chicago", at the end of a question. */
function perhapsPlace(text: string): string | null {
  const found =
    /\b(?:for|of|at|on|in|from|with)\s+(?:the\s+)?((?:(?!\b(?:for|of|at|on|in|from|with)\b)[^,])+?)\s*$/i.exec(
      text,
    )?.[1];
  return found === undefined || words.contentWords(withoutProperties(found)).length === 0 ? null : found;
}

/** Other words that people use for a choice. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  ChangeOrder: ['change order', 'engineering change', 'eco', 'ecn', 'mco', 'deviation'],
  Task: ['task', 'to-?do'],
  Done: ['done', 'finished', 'completed'],
  Purchase: ['purchased?', 'bought', 'off-the-shelf'],
  Manufacture: ['manufactured?', 'made in-house', 'machined'],
  critical: ['critical', 'urgent', 'asap'],
  upcoming: ['upcoming', 'coming up', 'coming', 'next', 'future'],
  past: ['past', 'previous', 'so far'],
  sent: ['sent', 'open'],
  w9_missing: ['(?:are |is )?(?:without|no|missing|lack(?:ing)?) (?:an? )?w-?9s?', 'w-?9s? (?:is|are) missing'],
  insurance_expired: ['(?:have |has )?expired (?:insurance|coi)', '(?:insurance|coi) (?:has |is )?expired'],
  insurance_expiring: [
    '(?:have |has )?expiring (?:insurance|coi)',
    '(?:insurance|coi) (?:is )?(?:about to expire|expiring)',
  ],
  insurance_missing: ['(?:are |is )?(?:without|no|missing) (?:insurance|coi)', 'uninsured'],
  email_missing: ['(?:are |is )?(?:without|no|missing) (?:an? )?e-?mails?(?: address(?:es)?)?'],
};
const NEGATED =
  /(?:\bnot|n't|\bnever|\bexcept(?: for)?|\bother than|\bexcluding)\s+(?:yet |been |in |the |a )*$|\bun$|\bnon-?$/i;

/** The choices in a text, in its order, and those that it excludes. */
export function takeChoices(text: string, choices: readonly string[]) {
  const wanted: { readonly choice: string; readonly at: number }[] = [];
  const unwanted: string[] = [];
  let rest = text;
  for (const choice of choices) {
    const said = SAID[choice]?.filter((name) => name === choice || !choices.includes(name)) ?? [
      words.escaped(words.spaced(choice)),
    ];
    const pattern = new RegExp(String.raw`(?<=^|[^\p{L}]|\bun|\bnon-)(?:${said.join('|')})(?:e?s)?(?![\p{L}-])`, 'iu');
    const found = pattern.exec(rest);
    if (!found) continue;
    const before = rest.slice(0, found.index);
    const negation = NEGATED.exec(before)?.[0] ?? '';
    if (negation === '') wanted.push({ choice, at: text.search(pattern) });
    else unwanted.push(choice);
    rest = `${before.slice(0, before.length - negation.length)} ${rest.slice(found.index + found[0].length)}`;
  }
  return { wanted: wanted.toSorted((a, b) => a.at - b.at).map(({ choice }) => choice), unwanted, rest };
}
