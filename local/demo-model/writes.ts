// Plans changes: fills a write tool's arguments from the words, looks up the records that they name, and asks for missing
// values. It never invents a value, and a question never leads to a write.
import { readDay } from './conditions.ts';
import { findItem, itemNumbers } from './items.ts';
import { takeChoices } from './question.ts';
import { findPlace, offerFor } from './records.ts';
import * as report from './report.ts';
import { findEntities, itemByNumber, kindOfNumber, type Situation, type StoryStep } from './story.ts';
import { call, type DemoTool, type JsonObject, type ModelAnswer, type PlannedCall, say } from './wires/wire.ts';
import * as words from './words.ts';

type Write = {
  readonly tool: string;
  /** The verb at the start of the sentence. */
  readonly lead: RegExp;
  readonly asks: RegExp;
  /** The number of existing items that it changes. */
  readonly items: 0 | 1 | 2;
};

const STATE =
  'draft|review|approved?|released?|obsolete|proposed|implemented|verified|rejected|backlog|to do|progress|done|cancell?ed';
const ORDER = /\b(?:eco|ecn|mco|deviation|change orders?|change request|engineering change)\b/i;

/** The first match is planned. */
const WRITES: readonly Write[] = [
  {
    tool: 'initiate_collaborative_design',
    lead: /./,
    asks: /\b(?:collaborat\w*|workspace|design session|brainstorm|co-?design|design together)\b/i,
    items: 0,
  },
  {
    tool: 'create_relationship',
    lead: /^(?:add|link|attach|connect|relate|put|insert|use|include)$/,
    asks: /^(?!.*\b(?:eco|ecn|mco|deviation|change order) (?:for|to|that|covering|with)\b)/i,
    items: 2,
  },
  {
    tool: 'create_change_order',
    lead: /^(?:create|add|make|new|start|open|raise|prepare|initiate|write|draft)$/,
    asks: ORDER,
    items: 0,
  },
  {
    tool: 'create_item',
    lead: /^(?:create|add|make|new|register|insert)$/,
    asks: /\b(?:parts?|documents?|requirements?|tasks?|items?|drawings?|called|named)\b/i,
    items: 0,
  },
  {
    tool: 'transition_item_state',
    lead: /^(?:release|approve|reject|submit|obsolete|promote|cancel|complete|finish|close|reopen|verify|implement|propose|start|move|send|put|set|mark|change|bring|advance)$/,
    asks: new RegExp(
      `^(?!set|change|move|send|put|mark|bring|advance)|\\b(?:to|as|into|in|for)\\b.*\\b(?:${STATE})\\b`,
      'i',
    ),
    items: 1,
  },
  {
    tool: 'update_item',
    lead: /^(?:update|change|set|rename|edit|modify|correct|assign|increase|reduce|lower)$/,
    asks: /./,
    items: 1,
  },
];
const NO_SUCH_TOOL =
  /^(?:delete|remove|erase|destroy|drop|create|update|rename|release|approve|assign|book|cancel|schedule|send|invite|call|hire|order|buy|pay)$/;

export function planWrite(situation: Situation): ModelAnswer | null {
  const { chat, text } = situation;
  const lead = words.leadWord(text);
  const asked = words.stripPoliteness(text);
  const numbers = itemNumbers(text).length;
  const write = WRITES.find(
    (one) =>
      chat.tools.some(({ name }) => name === one.tool) &&
      one.lead.test(lead) &&
      one.asks.test(words.withoutMentions(asked).trim()) &&
      (one.items !== 2 || numbers >= 2),
  );
  const tool = chat.tools.find(({ name }) => name === write?.tool);
  if (write && tool) return planCalls(situation, write, tool);
  const isOrder =
    NO_SUCH_TOOL.test(lead) ||
    /^(?:e-?mail|message|notify|remind|text)\s+(?:the|all|my|our|everyone|\p{Lu})/iu.test(asked);
  if (!isOrder || chat.tools.length === 0 || /\?\s*$/.test(text)) return null;
  return say(
    `None of the tools that I have here can ${lead} this, so nothing was changed. Say \`help\` to see what I can do.`,
  );
}

function planCalls(situation: Situation, write: Write, tool: DemoTool): ModelAnswer {
  const { story, text } = situation;
  const done = story.steps.filter((step) => step.call.name === tool.name);
  if (done.length > 0) return concludeWrite(situation, done);
  const parameters = report.readParameters(tool);
  const required = parameters.filter((one) => one.isRequired && !/Ids?$/.test(one.name));

  const order = orderNamed(text);
  let items = itemNumbers(text).filter((number) => number !== order);
  if (write.items === 1 && items.length === 0) {
    // The new value is not part of the item's name: "set the material of the motor to copper".
    const found = findItem(
      situation,
      words
        .stripPoliteness(text)
        .replace(/^\w+\s/, '')
        .replace(/\s+(?:to|as|into|because|comment)\b.*$/is, ''),
    );
    if ('toolCalls' in found) return found;
    items = [...found];
  }
  const clauses = tool.name === 'create_item' ? text.split(ANOTHER) : [text];
  const drafts = (write.items === 1 ? items : [null]).flatMap((item) => clauses.map((clause) => ({ item, clause })));
  const calls: PlannedCall[] = [];
  for (const { item, clause } of drafts) {
    const args: Record<string, unknown> = {};
    for (const { name, choices, type } of parameters) {
      const value = fill({ tool: tool.name, name, text: clause, choices, item, items, order });
      if (value === undefined || value === null) continue;
      if (choices.length > 0 && !choices.includes(String(value))) continue;
      args[name] = type === 'integer' ? Math.trunc(Number(value)) : value;
    }
    const missing = required.find(({ name }) => args[name] === undefined);
    if (missing) return say(askMissing(tool.name, missing));
    for (const kind of placesNeeded(tool.name, args)) {
      const place = placeFor(situation, kind, clause);
      if (place === null) continue;
      if ('toolCalls' in place) return place;
      args[`${kind}Id`] = place.reference;
    }
    const changes = Object.keys(args).filter((name) => !/Id$/.test(name));
    if (tool.name === 'update_item' && changes.length === 0) return say(askChange(String(item)));
    calls.push({ name: tool.name, args });
  }
  return call(...calls);
}

/** "a part called Lever and a part called Spring" creates two. */
const ANOTHER =
  /\s*(?:,|;|\band\b)\s+(?:and\s+)?(?=(?:an?|one|another)\s+(?:\w+\s+){0,2}(?:part|document|requirement|task)\b)/i;

function concludeWrite(situation: Situation, done: readonly StoryStep[]): ModelAnswer {
  const [step, second] = done;
  const isOne = step !== undefined && second === undefined && step.call.name !== 'initiate_collaborative_design';
  return (isOne ? offerOf(situation, step) : null) ?? say(report.reportSteps(done, situation.text));
}

/** Offers the page of the created or changed record. */
function offerOf(situation: Situation, { call: made, outcome }: StoryStep): ModelAnswer | null {
  const [entity] = outcome.kind === 'value' ? findEntities(made.name, outcome.value) : [];
  return entity === undefined ? null : offerFor(situation, entity, made.name);
}

function askMissing(toolName: string, { name, choices }: report.Parameter): string {
  if (/^(?:name|title)$/.test(name)) return report.ASK_NAME;
  const oneOf = choices.length > 0 ? ` One of: ${choices.join(', ')}.` : '';
  return `${words.capitalized(words.spaced(toolName))} needs a ${words.spaced(name)}.${oneOf} ${report.ASK_VALUE}`;
}

const askChange = (item: string): string =>
  `I can change the name, description, material, weight or cost of ${item}, among others. ${report.ASK_VALUE}`;

// ── Places ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Everything except a task is created in a design; a workspace is opened in a program. */
function placesNeeded(toolName: string, { itemType }: JsonObject): readonly string[] {
  if (toolName === 'create_item') return itemType === 'Task' ? ['design', 'program'] : ['design'];
  if (toolName === 'initiate_collaborative_design') return ['program', 'design'];
  return [];
}

function placeFor(
  situation: Situation,
  kind: string,
  text: string,
): { readonly reference: string } | ModelAnswer | null {
  const { inView } = situation.story;
  const name = nameOfPlace(kind, text);
  if (name !== null) return findPlace(situation, kind, name);
  const isOptional =
    kind === 'program' ? /\btask\b/i.test(text) : /\b(?:task|workspace|collaborat\w*|session|brainstorm)\b/i.test(text);
  const seen = kind === 'design' ? inView.designId : inView.programId;
  if (seen !== null && !isOptional) return { reference: seen };
  return isOptional ? null : findPlace(situation, kind, '');
}

/** "design Gripper Arm", "the Gripper Arm design", "in KES-ARM". */
function nameOfPlace(kind: string, text: string): string | null {
  const after = new RegExp(
    String.raw`\b${kind}\b:?\s+(?!in\b|for\b|to\b|with\b|under\b|of\b|and\b|session\b|workspace\b|together\b|about\b|is\b)(?:"([^"]+)"|“([^”]+)”|([A-Z0-9][A-Z0-9-]+)(?=[\s.,;:!?]|$)|([^,.;!?"“]+?)(?=\s+(?:about|under|with|made|called|for|to|and|as)\b|[,.;!?]|$))`,
    'u',
  ).exec(text);
  const named = after?.slice(1).find((group) => group !== undefined);
  const ahead = new RegExp(
    String.raw`\b(?:in|into|for|of|to|under)\s+(?:the\s+)?["“]?(\p{Lu}[\p{L}\p{N} &-]*?)["”]?\s+${kind}\b`,
    'u',
  ).exec(text)?.[1];
  if (named !== undefined || ahead !== undefined)
    return words.findCodes(`a ${named ?? ahead}`)[0] ?? (named ?? ahead ?? '').trim();
  const code = /\b(?:in|into|for|of)\s+(?:the\s+)?([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+|[A-Z]{5,})\b/.exec(text)?.[1];
  const isWorkspace = /\b(?:workspace|collaborat\w*|session)\b/i.test(text);
  if (code === undefined || (!isWorkspace && /\bprogram\b/i.test(text))) return null;
  return kind === (isWorkspace ? 'program' : 'design') ? code : null;
}

// ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Blank = {
  readonly tool: string;
  readonly name: string;
  readonly text: string;
  readonly choices: readonly string[];
  readonly item: string | null;
  readonly items: readonly string[];
  readonly order: string | null;
};

/** The change order for a write, as in "under ECO-000001". */
const orderNamed = (text: string): string | null =>
  /\b(?:under|with|via|using|in|within|as part of)\s+(?:the\s+)?(?:change order\s+)?((?:ECO|ECN|MCO|DEV)-\d+)/i
    .exec(text)?.[1]
    ?.toUpperCase() ?? null;

function fill(blank: Blank): unknown {
  const { tool, name, text, choices, item, items, order } = blank;
  switch (name) {
    case 'itemId':
      return item;
    case 'sourceItemId':
      return endsOf(text, items).source;
    case 'targetItemId':
      return endsOf(text, items).target;
    case 'type':
      return linkType(items);
    case 'affectedItemIds':
      return items.length > 0 ? items : undefined;
    case 'changeOrderId':
      return order;
    case 'itemType':
      return typeOf(text.split(/\b(?:called|named|titled)\b|["“]/i)[0] ?? '', choices);
    case 'changeType':
      return readChoice(text, choices) ?? 'ECO';
    case 'name':
      return tool === 'update_item' ? readNewName(text) : readName(tool, text, items);
    case 'description':
      return (
        readAfter(text, 'description|described as') ?? (tool === 'initiate_collaborative_design' ? briefOf(text) : null)
      );
    case 'targetState':
      return readState(text, choices);
    case 'comments':
      return readAfter(text, 'comments?|note|saying|because|since');
    case 'reasonForChange':
      return readAfter(text, 'because|since|due to|reason') ?? purposeOf(text);
    case 'currency':
      return CURRENCIES[
        /([$€£])\s*\d|\d\s*(USD|EUR|GBP|dollars|euros)\b/i.exec(text)?.slice(1).find(Boolean)?.toLowerCase() ?? ''
      ];
    case 'material':
      return valueAfter(text, /\b(?:made (?:of|from|out of)|material\b(?:[^.;]*?\bto|\s+is|:)?)\s+(.+)/is);
    case 'dueDate':
      return readDay(text);
    default:
      return PATTERNS[name]
        ? matched(text, PATTERNS[name])
        : choices.length > 0
          ? readChoice(text, choices)
          : undefined;
  }
}

const CURRENCIES: Readonly<Record<string, string>> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  dollars: 'USD',
  euros: 'EUR',
  usd: 'USD',
  eur: 'EUR',
  gbp: 'GBP',
};

/** The first group that matches is the value. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  quantity: /\b(?:quantity|qty)\D{0,6}(-?[\d.]+)|\b(?:add|use|put|insert|include|link)\s+(\d+)\b|\b(\d+)\s*[x×]\s/i,
  findNumber: /\bfind (?:number|no\.?)\s*(\d+)|\bposition\s+(\d+)/i,
  referenceDesignator: /\b(?:designator|refdes)s?\s+([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)/i,
  weight: /(-?\d+(?:\.\d+)?)\s*(?:kg|g|mg|lb|oz|t)\b|\bweigh\w*\D{0,8}?\s(-?[\d.]+)/i,
  weightUnit: /\d\s*(kg|g|mg|lb|oz|t)\b/,
  cost: /[$€£]\s*([\d.]+)|([\d.]+)\s*(?:USD|EUR|GBP|dollars|euros)\b|\b(?:cost|price)\w*\D{0,8}?\s([\d.]+)/i,
  assignee:
    /\b[Aa]ssign(?:ed|ee)?\b[^,;]*?(?:\bto\b|\bis\b|:)\s+([\w.+-]+@[\w.-]+\w|\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)?)/u,
};

function matched(text: string, pattern: RegExp): string | number | undefined {
  const bare = itemNumbers(text).reduce((rest, number) => rest.replaceAll(new RegExp(number, 'gi'), '# '), text);
  const found = pattern
    .exec(bare)
    ?.slice(1)
    .find((group) => group !== undefined);
  return found !== undefined && /^-?[\d.]+$/.test(found) ? Number(found) : found;
}

/** The choice that the words name first. */
const readChoice = (text: string, choices: readonly string[]): string | null =>
  takeChoices(words.withoutMentions(text), choices).wanted[0] ?? null;

const typeOf = (text: string, choices: readonly string[]): string =>
  readChoice(text, choices) ??
  (/\b(?:drawing|spec(?:ification)?|manual|procedure)\b/i.test(text) ? 'Document' : 'Part');

/** Verbs and words for states that don't begin like the state. */
const STATES: Readonly<Record<string, string>> = {
  'In Review': 'review|submit',
  'In Progress': 'progress|start',
  'To Do': 'to[- ]do',
  Done: 'done|complete|finish|close',
  Draft: 'draft|reopen',
};

/** The state after "to"; otherwise the state that the verb means: "release" is Released. */
function readState(text: string, choices: readonly string[]): string | null {
  const asked = words.withoutMentions(words.stripPoliteness(text)).replace(/\b(?:comment|because|since)\b.*$/is, '');
  const after = /\b(?:to|as|into)\s+(?:the\s+)?(.+)$/is.exec(asked)?.[0] ?? '';
  const read = (said: string) =>
    choices.find((state) => new RegExp(`\\b(?:${STATES[state] ?? state.slice(0, 5)})`, 'i').test(said));
  return read(after) ?? read(asked) ?? null;
}

const NAME_END =
  /\s+(?:in|into|to|for|on|under|with|made|using|and|as|because|priority|from|that|which|of type|weighing|costing|at|by|about|due|assigned)\b|[,.;!?\n]/i;

/** The quoted text, or the words up to the end of a name. */
function valueAfter(text: string, pattern: RegExp): string | null {
  const said = pattern.exec(text)?.[1]?.trim() ?? '';
  const quoted = /^["“`'„«]/.test(said) ? words.findQuotes(said)[0] : undefined;
  return quoted ?? (said.split(NAME_END)[0]?.trim() || null);
}

function readName(tool: string, text: string, items: readonly string[]): string | null {
  const bare = text.replace(
    /\b(?:design|program|material|description|because|assigned to)\b:?\s+(?:is\s+|of\s+)?(?:"[^"]*"|“[^”]*”)/gi,
    ' ',
  );
  const called =
    words.findQuotes(bare)[0] ?? valueAfter(text, /\b(?:called|named|titled|with the name|name:)\s+(?:the\s+)?(.+)/is);
  if (called !== null) return called;
  if (tool === 'create_change_order') {
    const purpose = purposeOf(text)?.split(/[,;]/)[0] ?? null;
    return itemNumbers(purpose ?? 'PN-00').length === 0 && purpose !== null
      ? purpose
      : items.length > 0
        ? `Change ${items.join(', ')}`
        : null;
  }
  const purpose = /\btask\b.*?\bto\s+(.+)/is.exec(text)?.[1];
  if (purpose !== undefined) return words.capitalized(purpose.split(NAME_END)[0]?.trim() ?? '') || null;
  return valueAfter(
    text,
    /\b(?:part|document|requirement|task|item)s?\b:?\s+(?!in\b|for\b|to\b|with\b|under\b|of\b|and\b)(.+)/is,
  );
}

function readNewName(text: string): string | null {
  return (
    valueAfter(text, /\b(?:rename|name|title)\b.*?\b(?:to|as|into)\s+(.+)/is) ??
    (/\b(?:called|named)\b/i.test(text) ? readName('', text, []) : null)
  );
}

/** The text after one of these words, up to the end of the sentence. */
function readAfter(text: string, keywords: string): string | null {
  const rest =
    new RegExp(String.raw`\b(?:${keywords})\b:?\s*(?:to|is|as|of|:|=)?\s+(.+)`, 'is').exec(text)?.[1]?.trim() ?? '';
  const quoted = /^["“`'„«]/.test(rest) ? words.findQuotes(rest)[0] : undefined;
  return quoted ?? (rest.split(/[;\n]|[.!?](?:\s|$)/)[0]?.trim() || null);
}

/** "Create an ECO to replace the bearing" gets the title "Replace the bearing". */
function purposeOf(text: string): string | null {
  const purpose = /\b(?:to|for|because|since)\s+(?!design\b|program\b)(.+)/is
    .exec(words.stripPoliteness(text))?.[1]
    ?.replace(/[.!?]+\s*$/, '')
    .trim();
  return purpose === undefined || words.withoutMentions(purpose).trim() === '' ? null : words.capitalized(purpose);
}

const briefOf = (text: string): string => words.findQuotes(text)[0] ?? readAfter(text, 'about') ?? text.trim();

/** "add A to B" puts A under B; "link B with A" names the parent first. Documents and change orders have a fixed end. */
function endsOf(
  text: string,
  items: readonly string[],
): { readonly source: string | undefined; readonly target: string | undefined } {
  const ofKind = (kind: string) => items.find((item) => kindOfNumber(item) === kind);
  const [first, second] = items;
  const order = ofKind('ChangeOrder');
  if (order !== undefined) return { source: order, target: items.find((item) => item !== order) };
  const document = ofKind('Document');
  if (document !== undefined) return { source: items.find((item) => item !== document), target: document };
  const isInto =
    /\b(?:to|into|under|in|inside|below|on)\b/i.test(text) && !/^(?:link|connect|relate)$/.test(words.leadWord(text));
  return isInto ? { source: second, target: first } : { source: first, target: second };
}

function linkType(items: readonly string[]): string {
  const kinds = items.map((item) => itemByNumber(item).kind);
  return kinds.includes('ChangeOrder') ? 'Affects' : kinds.includes('Document') ? 'Document' : 'BOM';
}

// ── The way around a protected design ───────────────────────────────────────────────────────────────────────────────────

const YES =
  /^(?:yes|yep|yeah|sure|ok|okay|please do|do (?:it|that|so)|go ahead|create (?:it|one|the eco|an eco)|sounds good|agreed|correct|right|fine)\b/i;
export const saysYes = (text: string): boolean => YES.test(text.trim()) || YES.test(words.stripPoliteness(text));
export const saysNo = (text: string): boolean =>
  /^(?:no|nope|don'?t|do not|not now|leave it|stop|cancel)\b/i.test(text.trim());

/** For a protected design: when the user agrees, creates a change order and retries under it. Null if none was suggested. */
export function planChangeOrderFirst(situation: Situation): ModelAnswer | null {
  const { chat, story } = situation;
  const wish = story.stepsBefore.findLast((step) => step.outcome.kind === 'wants-change-order');
  if (wish?.outcome.kind !== 'wants-change-order') return null;
  if (saysNo(story.text)) return say('All right. Nothing was changed, and no change order was created.');
  const tool = chat.tools.find(({ name }) => name === 'create_change_order');
  if (tool === undefined || !(saysYes(story.text) || ORDER.test(story.text))) return null;

  const made = story.steps.find((step) => step.call.name === tool.name);
  const { args } = wish.call;
  if (made === undefined) {
    const item = args.itemId ?? args.sourceItemId;
    const design = wish.outcome.value.designId ?? args.designId;
    const subject = typeof args.name === 'string' ? args.name : String(item ?? 'the design');
    const order: Record<string, unknown> = {
      name: words.findQuotes(story.text)[0] ?? `${wish.call.name === 'create_item' ? 'Add' : 'Change'} ${subject}`,
      changeType: 'ECO',
      reasonForChange: `Requested in chat: ${words.spaced(wish.call.name)} needs a change order here.`,
    };
    if (typeof design === 'string') order.designIds = [design];
    if (typeof item === 'string') order.affectedItemIds = [item];
    return call({ name: tool.name, args: order });
  }
  if (made.outcome.kind !== 'value') return say(report.reportSteps([made], story.text));
  const again = story.steps.find((step) => step.call.name === wish.call.name);
  const order = findEntities(made.call.name, made.outcome.value).find(({ kind }) => kind === 'ChangeOrder');
  if (again === undefined)
    return call({ name: wish.call.name, args: { ...args, changeOrderId: order?.number ?? order?.id ?? '' } });
  return offerOf(situation, again) ?? say(report.reportSteps([made, again], situation.text));
}
