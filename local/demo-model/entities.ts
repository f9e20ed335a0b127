// The things that tool results spoke of: items, designs, programs, projects, … with their ids.
import { isJsonObject, type JsonObject } from './chat.ts';
import { singular, spaced } from './words.ts';

export type Entity = {
  readonly id: string | null;
  /** What people call it by: an item number or a code. */
  readonly number: string | null;
  readonly name: string | null;
  /** The item type, where it is an item. */
  readonly type: string | null;
  /** `item`, `design`, `program`, `project`, … */
  readonly kind: string;
  readonly fields: JsonObject;
};

const NUMBER_KEYS = ['itemNumber', 'number', 'changeOrderNumber', 'ecoNumber', 'code'];
const NAME_KEYS = ['name', 'title', 'label'];
const MAX_ENTITIES = 300;
const MAX_DEPTH = 8;
const TYPES_BY_PREFIX: Readonly<Record<string, string>> = {
  P: 'Part',
  PN: 'Part',
  DOC: 'Document',
  ECO: 'ChangeOrder',
  ECN: 'ChangeOrder',
  MCO: 'ChangeOrder',
  DEV: 'ChangeOrder',
  REQ: 'Requirement',
  TSK: 'Task',
  TASK: 'Task',
};

/** Every object of a tool's value that has an id and something to call it by, outermost first. */
export function findEntities(toolName: string, value: unknown): readonly Entity[] {
  const found: Entity[] = [];
  visit(value, { kind: kindOf(toolName), isMerged: false }, 0);
  return found;

  function visit(node: unknown, place: Place, depth: number): void {
    if (found.length >= MAX_ENTITIES || depth > MAX_DEPTH) return;
    if (Array.isArray(node)) {
      for (const element of node) visit(element, place, depth + 1);
      return;
    }
    if (!isJsonObject(node)) return;
    const entity = toEntity(node, place);
    if (entity !== null) found.push(entity);
    for (const [key, inner] of Object.entries(node)) {
      const inside = { kind: kindOfKey(key) ?? place.kind, isMerged: place.isMerged || key === 'merged' };
      if (typeof inner === 'object') visit(inner, inside, depth + 1);
    }
  }
}

/** What the objects at a place of a value are. Where a merge is told of, what was the working copy is the item now. */
type Place = { readonly kind: string; readonly isMerged: boolean };

function toEntity(node: JsonObject, { kind, isMerged }: Place): Entity | null {
  const number = firstText(node, NUMBER_KEYS);
  const name = firstText(node, NAME_KEYS);
  const type = typeof node.itemType === 'string' ? node.itemType : number === null ? null : typeOfNumber(number);
  const actual = type === null ? kind : 'item';
  const id = firstText(node, ['id', ...(isMerged ? ['workingItemId'] : []), `${actual}Id`, 'itemId', 'changeOrderId']);
  if (number === null && name === null) return null;
  if (id === null && type === null) return null;
  return { id, number, name, type, kind: actual, fields: node };
}

/** The item type that a number's letters stand for; null for a code of something else. */
export function typeOfNumber(number: string): string | null {
  const prefix = /^([A-Za-z]+)-\d+$/.exec(number)?.[1]?.toUpperCase() ?? '';
  return TYPES_BY_PREFIX[prefix] ?? null;
}

/** An item of which only the number is known. */
export function itemByNumber(number: string): Entity {
  return { id: null, number, name: null, type: typeOfNumber(number), kind: 'item', fields: {} };
}

export function labelOf(entity: Entity): string {
  const parts = [entity.number, entity.name].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : (entity.id ?? 'the item');
}

/** `search_designs` speaks of designs, `get_bom` of items. */
function kindOf(toolName: string): string {
  const noun = singular(spaced(toolName).split(' ').at(-1) ?? '');
  return /^(?:design|program|project|show|venue|vendor|crew|rfp|incident|deliverable|schedule)$/.test(noun)
    ? noun
    : 'item';
}

/** `designs`, and `nextShow` or `venueDetails` as well. */
function kindOfKey(key: string): string | null {
  const words = spaced(key).split(' ').map(singular);
  const known = /^(?:item|design|program|project|show|venue|vendor|rfp|incident|deliverable)$/;
  return words.find((word) => known.test(word)) ?? null;
}

function firstText(node: JsonObject, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = node[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
