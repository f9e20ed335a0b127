// Writes results as sentences and Markdown tables: what was found, with which filters, and what was hidden or not
// understood.
import { fieldOf, type Property, propertiesIn, unitOf } from './conditions.ts';
import { type Entity, findEntities, type StoryStep } from './story.ts';
import { type DemoTool, isJsonObject, type JsonObject } from './wires/wire.ts';
import { capitalized, cell, inline, plural, spaced } from './words.ts';

const MAX_ROWS = 10;
const MAX_COLUMNS = 7;
/** Shown first, in this order. */
const FIRST_COLUMNS =
  'level itemNumber number code name title quantity findNumber referenceDesignator revision state status severity role department callAt service category contactName phone email insurance itemType kind startsAt city venue occurredAt dueOn plannedStart plannedFinish dueAt dueDate'.split(
    ' ',
  );
/** Not shown to people. */
const HIDDEN = /(?:^id$|Id$|Ids$|^version$|^isCurrent$|^_|^depth$|^timeZone$)/;

export const CONNECT =
  'To get answers from a real model, put `ANTHROPIC_API_KEY=…` or `OPENAI_API_KEY=…` into `.dev.vars`, or run Ollama on this machine and set `OPENAI_BASE_URL=http://127.0.0.1:11434/v1` there. Then restart `npm run dev`.';

/** Says that a question can't be answered, why, and what to ask instead. */
export const cannot = (reason: string, instead: string): string =>
  [`I can't answer that. ${reason}`, instead, `*I am the demo model, not an AI. ${CONNECT}*`]
    .filter((part) => part !== '')
    .join('\n\n');

// ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function reportSteps(steps: readonly StoryStep[], text: string): string {
  return steps.map((step) => reportStep(step, text)).join('\n\n');
}

function reportStep({ call, outcome }: StoryStep, text: string): string {
  const isWrite = /^(?:create|update|transition)_/.test(call.name);
  if (outcome.kind === 'wants-change-order') {
    const message = closed(inline(outcome.message));
    return message.includes('?') ? message : `${message} Shall I create a change order first?`;
  }
  if (outcome.kind === 'refused') {
    if (outcome.isDeclined) return 'You declined, so nothing was changed.';
    return `That was refused: ${closed(inline(outcome.message))}${isWrite ? ' Nothing was changed.' : ''}`;
  }
  const { value } = outcome;
  const message = typeof value.message === 'string' ? closed(inline(value.message)) : '';
  if (call.name === 'create_relationship') return `Linked the items (${cell(textOf(call.args.type))}).`;
  if (isWrite) return written(call.name, value);
  if (/collaborat/.test(call.name)) return `${message || 'The design workspace is ready.'} Use the button to open it.`;
  if (/navigation/.test(call.name)) return 'Use the button to open it.';
  if (call.name === 'get_bom') return treeText(value.children, 'The bill of materials:', 'It has no components.');
  if (call.name === 'get_where_used') return treeText(value.parents, 'It is used here:', 'No assembly uses it.');
  if (call.name === 'analyze_change_impact') return impactText(value);
  return recordText(call.name, value, text);
}

function written(toolName: string, value: JsonObject): string {
  const [entity] = findEntities(toolName, value);
  const name = entity === undefined ? 'it' : nameOf(entity);
  const state = textOf(flattened(value).state);
  const merged = Array.isArray(value.merged) ? tableOf(value.merged.filter(isJsonObject)) : '';
  const done = toolName.startsWith('transition')
    ? `Moved ${name} to **${cell(state)}**.`
    : `${toolName.startsWith('create') ? 'Created' : 'Updated'} ${name}${state === '' ? '' : ` (${cell(state)})`}.`;
  return merged === '' ? done : `${done}\n\n**Merged**\n\n${merged}`;
}

/** Nested rows as one table with a level. */
function treeText(nodes: unknown, title: string, nothing: string): string {
  const rows: JsonObject[] = [];
  const walk = (node: JsonObject, level: number): void => {
    rows.push({ ...node, level: node.level ?? node.depth ?? level });
    if (Array.isArray(node.children)) for (const child of node.children.filter(isJsonObject)) walk(child, level + 1);
  };
  if (Array.isArray(nodes)) for (const node of nodes.filter(isJsonObject)) walk(node, 1);
  return rows.length === 0 ? nothing : `${title}\n\n${tableOf(rows, { limit: 40 })}`;
}

function impactText(value: JsonObject): string {
  const risk = isJsonObject(value.risk) ? value.risk : {};
  const reasons = (Array.isArray(risk.reasons) ? risk.reasons : [])
    .filter(isJsonObject)
    .map((one) => `- **${cell(textOf(one.severity))}**: ${cell(textOf(one.reason))}`);
  const lists = Object.entries(value).flatMap(([key, inner]) => {
    if (!Array.isArray(inner)) return [];
    return [
      inner.length === 0
        ? `**${titleOf(key)}**: none`
        : `**${titleOf(key)}**\n\n${tableOf(inner.filter(isJsonObject))}`,
    ];
  });
  return [`The risk of changing this is **${cell(textOf(risk.severity))}**.`, reasons.join('\n'), ...lists]
    .filter((part) => part !== '')
    .join('\n\n');
}

// ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function nameOf({ number, name }: Entity): string {
  return `**${[number, name]
    .filter((part) => part !== null)
    .map(cell)
    .join(' ')}**`;
}

export function nameOfRow(toolName: string, row: JsonObject): string {
  const [entity] = findEntities(toolName, { rows: [row] });
  return entity === undefined ? 'It' : nameOf(entity);
}

/** One property in a sentence if the question asks for one; otherwise everything on record. */
export function recordText(toolName: string, value: JsonObject, text: string): string {
  const [entity] = findEntities(toolName, value);
  const title = entity === undefined ? 'It' : nameOf(entity);
  const record = flattened(value);
  const isWhole = /\bdetails?\b|\beverything\b|\babout\b|\bsummari|\bdescribe\b|\boverview\b/i.test(text);
  const asked = isWhole ? [] : propertiesIn(text).filter((one) => fieldOf(record, one) !== undefined);
  if (asked.length > 0) return asked.map((one) => propertyText(title, record, one, value.notShown)).join(' ');
  const lists = listsIn(value).map(([key, rows]) => `**${titleOf(key)}**\n\n${tableOf(rows)}`);
  return [title, fieldsText(record), ...lists, hiddenText(value.notShown)].filter((part) => part !== '').join('\n\n');
}

export function propertyText(title: string, record: JsonObject, property: Property, notShown: unknown): string {
  const value = fieldOf(record, property);
  const hidden = hiddenFields(notShown).find(({ fields }) => property.keys.some((key) => fields.includes(key)));
  if (value === null && hidden)
    return `Your role doesn't show the ${property.noun} (it needs ${cell(hidden.permission)}).`;
  if (value === null || value === undefined) return `${title} has no ${property.noun} on record.`;
  const unit = unitOf(record, property);
  return `${title} ${property.verb} **${cell(textOf(value))}${unit === '' ? '' : ` ${cell(unit)}`}**.`;
}

/** A record can have the fields of its type in an inner object, and name its parent. */
export function flattened(value: JsonObject): JsonObject {
  const flat: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (!isJsonObject(inner)) flat[key] = inner;
    else if (typeof inner.name === 'string' && key !== 'item') flat[key] = inner.name;
    else
      for (const [name, one] of Object.entries(inner))
        if (flat[name] === undefined && !(name in value)) flat[name] = one;
  }
  return flat;
}

function fieldsText(record: JsonObject): string {
  const rows = Object.entries(record)
    .filter(([key, value]) => isShown(key, value))
    .map(([key, value]) => `| ${titleOf(key)} | ${cell(textOf(value))} |`);
  return rows.length === 0 ? '' : `| Field | Value |\n| --- | --- |\n${rows.join('\n')}`;
}

const listsIn = (value: JsonObject): readonly (readonly [string, readonly JsonObject[]])[] =>
  Object.entries(value).flatMap(([key, inner]) =>
    Array.isArray(inner) && inner.length > 0 && inner.every(isJsonObject) && key !== 'notShown' ? [[key, inner]] : [],
  );

// ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Listing = {
  readonly toolName: string;
  readonly noun: string;
  readonly rows: readonly JsonObject[];
  readonly total: number;
  /** False if the search stopped before it counted all matches. */
  readonly isExact?: boolean;
  /** The filters in words: "state Released". */
  readonly filters: readonly string[];
  /** The columns that the question is about. */
  readonly columns?: readonly Property[];
  readonly notShown?: unknown;
};

export function listText({
  toolName,
  noun,
  rows,
  total,
  filters,
  columns = [],
  notShown,
  isExact = true,
}: Listing): string {
  const where = filters.length === 0 ? '' : ` (${filters.map(inline).join(', ')})`;
  const [only] = rows;
  if (only === undefined) return `I found no ${plural(noun)}${where}.`;
  if (total === 1) {
    const [entity] = findEntities(toolName, { rows: [only] });
    const facts = [
      only.revision === undefined ? '' : `revision ${cell(textOf(only.revision))}`,
      cell(textOf(only.state ?? only.status)),
    ];
    const stated = facts.filter((fact) => fact !== '').join(', ');
    const line = `I found one ${noun}${where}: ${entity === undefined ? '' : nameOf(entity)}${stated === '' ? '' : ` (${stated})`}.`;
    const isItem = only.itemNumber !== undefined && columns.length === 0;
    return [line, isItem ? '' : fieldsText(flattened(only)), hiddenText(notShown)]
      .filter((part) => part !== '')
      .join('\n\n');
  }
  const left = total - Math.min(rows.length, MAX_ROWS);
  const rest = left > 0 ? `… and ${left} more. Narrow the search to see them.` : '';
  const table = tableOf(rows.slice(0, MAX_ROWS), { columns });
  return [`I found ${isExact ? '' : 'at least '}${total} ${plural(noun)}${where}:`, table, rest, hiddenText(notShown)]
    .filter((part) => part !== '')
    .join('\n\n');
}

const hiddenFields = (notShown: unknown) =>
  (Array.isArray(notShown) ? notShown : []).filter(isJsonObject).map(({ fields, permission }) => ({
    fields: (Array.isArray(fields) ? fields : []).map(String),
    permission: textOf(permission),
  }));

/** Fields that are hidden from the role. */
export const hiddenText = (notShown: unknown): string =>
  hiddenFields(notShown)
    .map(
      ({ fields, permission }) =>
        `*Not shown to your role: ${fields.map(spaced).join(' and ')} (needs ${cell(permission)}).*`,
    )
    .join('\n');

export const isHidden = (notShown: unknown, { keys }: Property): boolean =>
  hiddenFields(notShown).some(({ fields }) => keys.some((key) => fields.includes(key)));

/** A schedule: its critical path if the question asks for it, otherwise its activities. */
export function scheduleText(value: JsonObject, text: string): string {
  const activities = Array.isArray(value.activities) ? value.activities.filter(isJsonObject) : [];
  const project = `**${cell(textOf(isJsonObject(value.project) ? value.project.name : 'the project'))}**`;
  if (activities.length === 0) return `${project} has no schedule on record.`;
  if (Array.isArray(value.cycle)) {
    const names = [...value.cycle, value.cycle[0]].map((name) => cell(textOf(name)));
    return `The schedule of ${project} has a circular dependency, so it has no critical path: ${names.join(' → ')}.`;
  }
  if (/\bcritical\b/i.test(text) && Array.isArray(value.criticalPath)) {
    const lines = value.criticalPath.map((name, at) => {
      const activity = activities.find((one) => one.name === name);
      return `${at + 1}. ${cell(textOf(name))}${activity === undefined ? '' : ` (${daysOf(activity)})`}`;
    });
    return `The critical path of ${project} has ${lines.length} activities and ends on ${textOf(value.earliestFinish)}:\n\n${lines.join('\n')}`;
  }
  const rows = activities.map((one) => ({
    name: one.name,
    planned: daysOf(one),
    float: typeof one.totalFloatDays === 'number' ? `${one.totalFloatDays} d` : '',
    critical: one.isCritical === true ? 'yes' : '',
    done: typeof one.percentComplete === 'number' ? `${one.percentComplete} %` : '',
  }));
  const total = typeof value.total === 'number' ? value.total : rows.length;
  return `The schedule of ${project} has ${total} activities, ${textOf(value.startsOn)} to ${textOf(value.plannedFinish)}:\n\n${tableOf(rows, { limit: 30 })}`;
}

function daysOf({ plannedStart, plannedFinish }: JsonObject): string {
  const [start, finish] = [textOf(plannedStart), textOf(plannedFinish)];
  return start === finish ? start : `${start} to ${finish}`;
}

// ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function tableOf(
  rows: readonly JsonObject[],
  { limit = MAX_ROWS, columns = [] }: { readonly limit?: number; readonly columns?: readonly Property[] } = {},
): string {
  const shown = rows.slice(0, limit);
  const present = new Set(shown.flatMap((row) => Object.keys(row).filter((key) => isShown(key, row[key]))));
  if (new Set(shown.map(({ itemType }) => itemType)).size === 1) present.delete('itemType');
  const asked = columns.flatMap(({ keys }) => keys.filter((key) => present.has(key)));
  const first = FIRST_COLUMNS.filter((key) => present.has(key));
  const names = first.filter((key) => /^(?:itemNumber|number|code|name|title)$/.test(key));
  const keys = [...new Set([...names, ...asked, ...first, ...present])].slice(0, MAX_COLUMNS);
  const head = `| ${keys.map(titleOf).join(' | ')} |\n|${keys.map(() => ' --- ').join('|')}|`;
  const body = shown.map((row) => `| ${keys.map((key) => cell(withUnit(row, key))).join(' | ')} |`);
  const left = rows.length - shown.length;
  return `${head}\n${body.join('\n')}${left > 0 ? `\n\n… and ${left} more.` : ''}`;
}

function withUnit(row: JsonObject, key: string): string {
  const unit = key === 'weight' ? row.weightUnit : /^(?:cost|dayRate|budget)$/.test(key) ? row.currency : undefined;
  const text = textOf(row[key]);
  return text !== '' && typeof unit === 'string' ? `${text} ${unit}` : text;
}

const isShown = (key: string, value: unknown): boolean =>
  !HIDDEN.test(key) && textOf(value) !== '' && typeof value !== 'object' && !/^[0-9a-f-]{36}$/.test(String(value));

const titleOf = (key: string): string => (key === 'itemNumber' ? 'Number' : capitalized(spaced(key)));

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (isJsonObject(value)) return textOf(value.name ?? value.code ?? value.itemNumber ?? '');
  // Shows a local time without its letters and seconds, and a choice without underscores.
  const text = /^[a-z0-9]+(?:_[a-z0-9]+)+$/.test(String(value)) ? spaced(String(value)) : String(value);
  return text.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}([+-]\d{2}:\d{2})$/, '$1 $2 (UTC$3)');
}

export const closed = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);

// ── Questions back ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const ASK_ITEM = 'Which item do you mean? A number such as `PN-000001` or a name will do.';
export const ASK_WHICH = 'Which one do you mean?';
export const ASK_NAME = 'What should it be called?';
export const ASK_VALUE = 'What should it be?';

export const notFound = (noun: string, query: string): string =>
  `I found no ${noun} called “${inline(query)}”. It may not exist, or you may not have access to it.`;

export const askWhich = (query: string, candidates: readonly Entity[]): string =>
  `Several match “${inline(query)}”:\n\n${entityTable(candidates)}\n\n${ASK_WHICH}`;

export function askPlace(noun: string, candidates: readonly Entity[], query: string): string {
  if (candidates.length === 0)
    return query === '' ? `I found no ${noun} that you have access to.` : notFound(noun, query);
  const unknown = query === '' ? '' : `I found no single ${noun} called “${inline(query)}”. `;
  return `${unknown}These are the ${plural(noun)} that you have access to:\n\n${entityTable(candidates)}\n\nWhich ${noun} do you mean?`;
}

const entityTable = (entities: readonly Entity[]): string =>
  tableOf(
    entities.map(({ number, name, kind, fields }) => ({
      [/^[A-Z]+-\d+$/.test(number ?? '') ? 'itemNumber' : 'code']: number,
      name,
      state: fields.state ?? fields.status,
      type: number === null ? kind : undefined,
    })),
  );

// ── Parameters ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Parameter = {
  readonly name: string;
  readonly type: unknown;
  readonly choices: readonly string[];
  readonly description: string;
  readonly isRequired: boolean;
};

export function readParameters({ schema }: DemoTool): readonly Parameter[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isJsonObject(schema.properties) ? schema.properties : {}).map(([name, raw]) => {
    const property = isJsonObject(raw) ? raw : {};
    const choices = Array.isArray(property.enum) ? property.enum.filter((one) => typeof one === 'string') : [];
    const description = typeof property.description === 'string' ? property.description : '';
    return { name, type: property.type, choices, description, isRequired: required.includes(name) };
  });
}

/** The filters that a list tool supports, for users whose question exceeded them. */
export function filtersOf(tool: DemoTool, noun: string): string {
  const filters = readParameters(tool).flatMap(({ name, choices, description }) => {
    if (name === 'limit') return [];
    if (name === 'query') return [description.charAt(0).toLowerCase() + description.slice(1)];
    const few = choices.length > 0 && choices.length <= 8 ? ` (${choices.map(spaced).join(', ')})` : '';
    return [`${spaced(name.replace(/Id$/, ''))}${few}`];
  });
  return `I can list ${plural(noun)} by ${filters.join('; ')}.`;
}
