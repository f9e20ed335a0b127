// Fills a tool's arguments from the words, by the names and types that its schema gives. Never invents one.
import type { JsonObject } from './chat.ts';
import type { Entity } from './entities.ts';
import { changeOrderOf, type Filling, mainItem } from './filling.ts';
import { descriptionFor, itemTypeFor, nameFor, searchFor } from './naming.ts';
import { relationshipEnds, relationshipType } from './relationship.ts';
import { type Parameter, readParameters } from './schema.ts';
import * as values from './values.ts';
import { spaced, stripPoliteness, withoutMentions } from './words.ts';

type Filler = (filling: Filling, parameter: Parameter) => unknown;

/** The first row whose name fits fills the argument; null and undefined leave it out. */
const FILLERS: readonly (readonly [RegExp, Filler])[] = [
  [/^(?:source|parent)(?:Item)?Id$/, (filling, parameter) => idOf(relationshipEnds(filling).source, parameter)],
  [/^(?:target|child)(?:Item)?Id$/, (filling, parameter) => idOf(relationshipEnds(filling).target, parameter)],
  [/^(?:affectedItemIds|itemIds)$/, (filling, parameter) => idsOf(affected(filling), parameter)],
  [/^changeOrderId$/, (filling, parameter) => idOf(changeOrderOf(filling), parameter)],
  [/^(?:itemId|id)$/, (filling, parameter) => idOf(mainItem(filling) ?? ownPlace(filling), parameter)],
  [/^([a-z]+)Ids$/, (filling, parameter) => idsOf(placed(filling, parameter), parameter)],
  [/^([a-z]+)Id$/, (filling, parameter) => idOf(placed(filling, parameter)[0], parameter)],
  [/^itemNumber$/, (filling) => mainItem(filling)?.number],
  [/^itemType$/, (filling, parameter) => itemTypeFor(filling, parameter.choices)],
  [/^(?:query|search|text|q)$/, searchFor],
  [/^(?:targetState|state|status)$/, stateFor],
  [/^(?:type|relationshipType)$/, (filling, { choices }) => typeFor(filling, choices)],
  [
    /^changeType$/,
    ({ text }, { choices }) => values.readChoice(text, choices) ?? choices.find((choice) => choice === 'ECO'),
  ],
  [/^(?:name|title)$/, nameFor],
  [/^description$/, descriptionFor],
  [/^(?:comments?|note)$/, ({ text }) => values.readAfter(text, /\b(?:comments?|note|saying|because|since)\b:?/)],
  [/^reason(?:ForChange)?$/, ({ text }) => values.readReason(stripPoliteness(text))],
  [/^impactDescription$/, ({ text }) => values.readAfter(text, /\bimpact\b:?/)],
  [/^revision$/, ({ text }) => /\brev(?:ision)?\.?\s+([A-Z]{1,2})\b/.exec(text)?.[1]],
  [
    /^(?:limit|maxResults|pageSize)$/,
    ({ text }) => values.readNumberBy(text, /\b(?:top|first|only|limit|at most|up to)\b/),
  ],
  [/^(?:depth|maxDepth|levels)$/, ({ text }, parameter) => values.readDepth(text, parameter.maximum ?? 10)],
  [/^(?:quantity|qty)$/, ({ text }) => values.readQuantity(text)],
  [/^findNumber$/, ({ text }) => values.readNumberBy(text, /\bfind (?:number|no\.?)|\bposition\b|\bpos\b/)],
  [/^referenceDesignator$/, ({ text }) => values.readDesignator(text)],
  [/^weight$/, ({ text }) => values.readWeight(text)?.value],
  [/^(?:weightUnit|unit)$/, ({ text }) => values.readWeight(text)?.unit],
  [/^(?:cost|price)$/, ({ text }) => values.readCost(text)?.value],
  [/^(?:costCurrency|currency)$/, ({ text }) => values.readCost(text)?.currency],
  [/^material$/, ({ text }) => values.readMaterial(text)],
  [/^due$|Date$|At$/, ({ text }) => values.readDate(text)],
  [/^assignee$/, ({ text }) => values.readAssignee(text)],
  [/^overdue$/, ({ text }) => /\b(?:overdue|late)\b/i.test(text) || undefined],
  [/^oshaRecordable$/, ({ text }) => /\brecordable\b/i.test(text) || undefined],
  [/^include/, ({ text }, parameter) => (leavesOut(text, parameter.name) ? false : undefined)],
];

export function fillArguments(filling: Filling): JsonObject {
  const parameters = readParameters(filling.tool);
  const filled = parameters.map((parameter): [string, unknown] => [parameter.name, fill(filling, parameter)]);
  const args = Object.fromEntries(filled.filter(([, value]) => value !== undefined && value !== null));
  // A design says which program it is in, and a show which project; naming both is asking to be contradicted.
  for (const [inner, outer] of [
    ['designId', 'programId'],
    ['showId', 'projectId'],
  ] as const) {
    const mustName = parameters.some(({ name, required }) => name === outer && required);
    if (inner in args && !mustName) delete args[outer];
  }
  return args;
}

function fill(filling: Filling, parameter: Parameter): unknown {
  const filler = FILLERS.find(([names]) => names.test(parameter.name))?.[1];
  const value = filler?.(filling, parameter) ?? null;
  if (value !== null) return fitting(value, parameter);
  if (parameter.choices.length === 1) return parameter.choices[0];
  return parameter.choices.length > 0 && filler === undefined
    ? values.readChoice(filling.text, parameter.choices)
    : undefined;
}

/** Only values of the schema's kind and among its choices go out; everything else is left out. */
function fitting(value: unknown, parameter: Parameter): unknown {
  if (parameter.choices.length > 0 && typeof value === 'string' && !parameter.choices.includes(value)) return undefined;
  if (parameter.kind === 'string') return String(value);
  return parameter.kind === 'integer' ? Math.trunc(Number(value)) : value;
}

/** The id; or the number or code, where the schema says that it takes one. */
function idOf(entity: Entity | null | undefined, parameter: Parameter): string | null {
  if (entity === null || entity === undefined) return null;
  return entity.id ?? (takesNumber(parameter) ? entity.number : null);
}

function idsOf(entities: readonly Entity[], parameter: Parameter): readonly string[] | null {
  const ids = entities.flatMap((entity) => idOf(entity, parameter) ?? []);
  return ids.length > 0 ? ids : null;
}

export function takesNumber(parameter: Parameter): boolean {
  return /\b(?:number|code)\b/i.test(parameter.description);
}

function affected(filling: Filling): readonly Entity[] {
  return filling.items.filter((item) => item.type !== 'ChangeOrder');
}

function placed(filling: Filling, parameter: Parameter): readonly Entity[] {
  const place = filling.places[parameter.name.replace(/Ids?$/, '')] ?? null;
  return place === null ? [] : [place];
}

function ownPlace(filling: Filling): Entity | null {
  return filling.places[spaced(filling.tool.name).split(' ').at(-1) ?? ''] ?? null;
}

/** The state that comes after "to"; else the one that the verb stands for. */
function stateFor(filling: Filling, parameter: Parameter): string | null {
  const words = withoutMentions(stripPoliteness(filling.text));
  const after = /\b(?:to|as|into)\s+(?:the\s+)?(.+)$/is.exec(words)?.[1] ?? '';
  return values.readState(after, parameter.choices) ?? values.readState(words, parameter.choices);
}

function typeFor(filling: Filling, choices: readonly string[]): string | null | undefined {
  return filling.intent.id === 'relate' ? relationshipType(filling, choices) : values.readChoice(filling.text, choices);
}

function leavesOut(text: string, name: string): boolean {
  const noun = (spaced(name).split(' ').at(-1) ?? '').replace(/s$/, '');
  return new RegExp(`\\b(?:without|no|not|ignore|skip|exclud\\w+)\\b[^.]*\\b${noun}`, 'i').test(text);
}
