// The conversation so far: the last question, its calls, and what "it" refers to.
import { readPageData, type ShownItem, withoutPageData } from './page-data.ts';
import {
  type Chat,
  type DemoMessage,
  type DemoToolCall,
  isJsonObject,
  type JsonObject,
  type PlannedCall,
} from './wires/wire.ts';
import { findCodes, findIds, findNumbers, singular, spaced } from './words.ts';

export type CallOutcome =
  | { readonly kind: 'value'; readonly value: JsonObject }
  | { readonly kind: 'refused'; readonly message: string; readonly isDeclined: boolean }
  | { readonly kind: 'wants-change-order'; readonly message: string; readonly value: JsonObject };

export type StoryStep = { readonly call: DemoToolCall; readonly outcome: CallOutcome };

/** A record that a result or a message named. */
export type Entity = {
  readonly id: string | null;
  /** Its item number or code. */
  readonly number: string | null;
  readonly name: string | null;
  /** `Part`, `Document`, `Design`, `Show`, … as navigation tools name it. */
  readonly kind: string;
  readonly fields: JsonObject;
};

type ScopeKind = 'program' | 'design' | 'project' | 'show';
/** What the page shows, according to the system prompt. */
export type PageView = Readonly<Record<`${ScopeKind}Id`, string | null>> & { readonly itemNumber: string | null };

export type Story = {
  /** The last question, without the line that names the speaker. */
  readonly text: string;
  /** The name of the user who asked it. */
  readonly person: string | null;
  readonly before: readonly DemoMessage[];
  /** The calls of this turn that have results, and those of the turn before. */
  readonly steps: readonly StoryStep[];
  readonly stepsBefore: readonly StoryStep[];
  /** Every record that was named, the latest last. */
  readonly entities: readonly Entity[];
  /** What "it" refers to. Results of this turn don't change it. */
  readonly focus: Entity | null;
  /** The rows of the last list, for "the second one". */
  readonly lastList: readonly Entity[];
  readonly inView: PageView;
  /** What a host's page sent with the question. */
  readonly onPage: readonly ShownItem[];
};

/** The input for an answer. */
export type Situation = {
  readonly chat: Chat;
  readonly story: Story;
  /** The user's request, which can span several of their messages. */
  readonly text: string;
  /** `YYYY-MM-DD`, for results that don't say which day it is. */
  readonly today: string;
};

/** Only the beginning of a long paste is read, because the question usually comes first. */
const MAX_READ_CHARACTERS = 2000;
/** In a shared conversation, the first line of a message names its author. */
const SPEAKER = /^From (?:("(?:[^"\\]|\\.)*")|[\w ]+):\n/;

/** What the product adds to a question: the date and what the page shows. */
const NOTE = /\n\n\[From the product, when this was asked:\]\n/;

const withoutNote = (text: string): string => text.split(NOTE, 1)[0] ?? '';

const noteOf = (message: DemoMessage | undefined): string =>
  message?.role === 'user' ? (message.text.split(NOTE)[1] ?? '') : '';

export function readStory(chat: Chat): Story {
  const messages = chat.messages.map((message) =>
    message.role === 'user'
      ? {
          ...message,
          text: withoutPageData(withoutNote(message.text)).replace(SPEAKER, '').slice(0, MAX_READ_CHARACTERS),
        }
      : message,
  );
  const at = messages.findLastIndex((message) => message.role === 'user');
  const last = messages[at];
  const before = messages.slice(0, Math.max(at, 0));
  const topics = readTopics(messages.slice(0, at + 1));
  return {
    text: last?.role === 'user' ? last.text : '',
    person: personIn(chat, at),
    before,
    steps: pairSteps(messages.slice(at + 1)),
    stepsBefore: pairSteps(before.slice(before.findLastIndex((message) => message.role === 'user') + 1)),
    ...topics,
    inView: readSetting(`${chat.system}\n${noteOf(chat.messages[at])}`),
    onPage: readPageData(withoutNote(chat.messages[at]?.role === 'user' ? chat.messages[at].text : '')),
  };
}

/** The author's line comes first, because a shared conversation's prompt names no one. */
function personIn(chat: Chat, at: number): string | null {
  const message = chat.messages[at];
  const speaker = message?.role === 'user' ? SPEAKER.exec(message.text)?.[1] : undefined;
  const quoted = speaker ?? /(?:You are speaking with|The user is) ("(?:[^"\\]|\\.)*")/.exec(chat.system)?.[1];
  if (quoted === undefined) return null;
  try {
    return String(JSON.parse(quoted));
  } catch {
    return null;
  }
}

function pairSteps(messages: readonly DemoMessage[]): readonly StoryStep[] {
  const calls = new Map<string, DemoToolCall>();
  return messages.flatMap((message): StoryStep[] => {
    if (message.role === 'assistant') for (const call of message.toolCalls) calls.set(call.id, call);
    const call = message.role === 'tool' ? calls.get(message.callId) : undefined;
    return message.role === 'tool' && call ? [{ call, outcome: readOutcome(message) }] : [];
  });
}

export function readOutcome({ text, isError }: { readonly text: string; readonly isError: boolean }): CallOutcome {
  const value = parseObject(text);
  const message = [value?.message, value?.detail, isJsonObject(value?.error) ? value.error.message : value?.error].find(
    (words) => typeof words === 'string' && words !== '',
  );
  const said = typeof message === 'string' ? message : text;
  const isDeclined = value?.declined === true;
  const failed = isError || value?.refused === true || value?.stopped === true || value?.outcome === 'unknown';
  if (failed || isDeclined || value?.error !== undefined) return { kind: 'refused', message: said, isDeclined };
  if (value?.suggestCreateEco === true) return { kind: 'wants-change-order', message: said, value };
  return { kind: 'value', value: value ?? { message: text } };
}

/** The step of this turn that made the call, if it was made. */
export const stepOf = ({ steps }: Story, { name, args }: PlannedCall): StoryStep | undefined =>
  steps.find(({ call }) => call.name === name && JSON.stringify(call.args) === JSON.stringify(args));

export const valueOfStep = (step: StoryStep | undefined): JsonObject | null =>
  step?.outcome.kind === 'value' ? step.outcome.value : null;

function parseObject(text: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function readTopics(messages: readonly DemoMessage[]): Pick<Story, 'entities' | 'focus' | 'lastList'> {
  const known = new Map<string, Entity>();
  const calls = new Map<string, DemoToolCall>();
  let focus: string | null = null;
  let lastList: readonly Entity[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) calls.set(call.id, call);
    if (message.role !== 'tool') {
      const numbers = findNumbers(message.text);
      for (const number of numbers) if (!known.has(number)) learn(itemByNumber(number));
      if (message.role === 'user' || numbers.length === 1) focus = numbers[0] ?? focus;
      continue;
    }
    const outcome = readOutcome(message);
    if (outcome.kind !== 'value' || /navigation/.test(message.toolName)) continue;
    const isList = /^(?:search|list)_/.test(message.toolName);
    const entities = findEntities(message.toolName, outcome.value);
    for (const entity of entities) learn(entity);
    if (isList && entities.length > 0) lastList = entities;
    const about = calls.get(message.callId)?.args;
    const named = entities.find(({ id, number }) =>
      [about?.itemId, about?.itemNumber, about?.projectId].some((one) => one === id || one === number),
    );
    const only = isList && entities.length !== 1 ? undefined : entities[0];
    focus = keyOf(named ?? only) ?? focus;
  }
  return { entities: [...known.values()], focus: known.get(focus ?? '') ?? null, lastList };

  function learn(entity: Entity): void {
    const key = keyOf(entity) ?? '';
    const old = known.get(key);
    known.delete(key);
    // A later result may have fewer fields; known values are kept.
    known.set(
      key,
      old ? { ...entity, name: entity.name ?? old.name, fields: { ...old.fields, ...entity.fields } } : entity,
    );
  }
}

const ITEM_KINDS = ['Part', 'Document', 'ChangeOrder', 'Requirement', 'Task'];
export const isItem = (entity: Entity | null): boolean => entity !== null && ITEM_KINDS.includes(entity.kind);

/** How tools take it: items by number, because their id changes with each revision. */
export const referenceOf = (entity: Entity | null): string | null =>
  entity === null ? null : isItem(entity) ? (entity.number ?? entity.id) : (entity.id ?? entity.number);

export function isCalled({ id, number, name }: Entity, words: string): boolean {
  const wanted = words.toLowerCase().replace(/^the /, '');
  return [id, number, name].some((own) => own?.toLowerCase() === wanted);
}

const keyOf = (entity: Entity | undefined): string | null => entity?.number ?? entity?.id ?? null;

const MAX_ENTITIES = 300;
const KINDS: Readonly<Record<string, string>> = {
  design: 'Design',
  program: 'Program',
  project: 'Project',
  show: 'Show',
  crew: 'CrewMember',
  vendor: 'Vendor',
  rfp: 'Rfp',
  incident: 'Incident',
  activity: 'Activity',
  schedule: 'Activity',
  deliverable: 'Deliverable',
  venue: 'Venue',
};
const PREFIXES: Readonly<Record<string, string>> = {
  P: 'Part',
  PN: 'Part',
  DOC: 'Document',
  REQ: 'Requirement',
  TSK: 'Task',
  ECO: 'ChangeOrder',
  ECN: 'ChangeOrder',
  MCO: 'ChangeOrder',
  DEV: 'ChangeOrder',
  RFP: 'Rfp',
  INC: 'Incident',
};

/** All objects of a result that have an id or an item number, outermost first. */
export function findEntities(toolName: string, value: unknown): readonly Entity[] {
  const found: Entity[] = [];
  visit(value, kindIn(toolName) ?? 'Part');
  return found;

  function visit(node: unknown, kind: string): void {
    if (found.length >= MAX_ENTITIES) return;
    if (Array.isArray(node)) for (const element of node) visit(element, kind);
    if (!isJsonObject(node)) return;
    const entity = toEntity(node, kind);
    if (entity !== null) found.push(entity);
    for (const [key, inner] of Object.entries(node)) if (typeof inner === 'object') visit(inner, kindIn(key) ?? kind);
  }
}

function toEntity(node: JsonObject, kind: string): Entity | null {
  const text = (...keys: readonly string[]) =>
    keys.map((key) => node[key]).find((one) => typeof one === 'string' && one !== '');
  const number = text('itemNumber', 'number', 'code');
  const name = text('name', 'title');
  const id = text('id');
  if ((number === undefined && name === undefined) || (id === undefined && kindOfNumber(String(number)) === null))
    return null;
  const own = typeof node.itemType === 'string' ? node.itemType : kindOfNumber(String(number));
  const orNull = (value: unknown) => (typeof value === 'string' ? value : null);
  return { id: orNull(id), number: orNull(number), name: orNull(name), kind: own ?? kind, fields: node };
}

/** `search_designs` is about designs, `nextShow` about a show. */
const kindIn = (identifier: string): string | null =>
  spaced(identifier)
    .split(' ')
    .map((word) => KINDS[singular(word)])
    .find((kind) => kind !== undefined) ?? null;

export const kindOfNumber = (number: string): string | null =>
  PREFIXES[/^([A-Za-z]+)-\d+$/.exec(number)?.[1]?.toUpperCase() ?? ''] ?? null;

/** An item known only by its number or id. */
export function itemByNumber(numberOrId: string): Entity {
  const [id = null] = findIds(numberOrId);
  const kind = kindOfNumber(numberOrId) ?? 'Part';
  return { id, number: id === null ? numberOrId : null, name: null, kind, fields: {} };
}

/** What the page shows: lines such as `Design in view: "<id>", code "KES-ARM"` and `In view: "Part PN-000059"`. */
export function readSetting(system: string): PageView {
  const lines = system.split('\n');
  const [itemNumber = null] = findNumbers(lines.find((line) => line.startsWith('In view:')) ?? '');
  const find = (place: ScopeKind): string | null => {
    const line = lines.find((one) => new RegExp(`^${place} in view:`, 'i').test(one)) ?? '';
    return findIds(line)[0] ?? findCodes(line)[0] ?? null;
  };
  return {
    programId: find('program'),
    designId: find('design'),
    projectId: find('project'),
    showId: find('show'),
    itemNumber,
  };
}
