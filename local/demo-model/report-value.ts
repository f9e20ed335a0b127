// Shows one tool's value as markdown: lead line, fields, tables. Understands trees, lists and single records.
import { isJsonObject, type JsonObject } from './chat.ts';
import { type Entity, findEntities } from './entities.ts';
import { cell, isShown, MAX_ROWS, tableOf, titleOf, wordsOf } from './report-lists.ts';

const TREE_KEYS = ['children', 'components', 'bom', 'parents', 'assemblies', 'usedIn', 'tree', 'nodes'];
const MAX_TREE_ROWS = 40;

/** A project or show by its name alone. */
export function nameOfRecord(record: JsonObject): string {
  return `**${cell(wordsOf(record.name ?? record.code ?? 'it'))}**`;
}

export function nameOf(entity: Entity): string {
  const parts = [entity.number, entity.name].filter((part) => part !== null).map(cell);
  return `**${parts.join(' ')}**`;
}

/** The list that a value is mainly made of; null when it is a single record. */
export function rowsIn(value: unknown): readonly JsonObject[] | null {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  if (!isJsonObject(value)) return null;
  const lists = Object.values(value).filter(
    (inner): inner is unknown[] => Array.isArray(inner) && inner.every(isJsonObject),
  );
  const [only, second] = lists;
  const record = typeof value.id === 'string' || typeof value.itemNumber === 'string';
  return only === undefined || second !== undefined || record ? null : only.filter(isJsonObject);
}

/** The list that a tool's name promises: `list_crew` has `crew`, `search_projects` has `projects`. */
export function ownRowsIn(toolName: string, value: unknown): readonly JsonObject[] | null {
  const own = isJsonObject(value) ? value[toolName.split('_').at(-1) ?? ''] : null;
  return /^(?:list|search)_/.test(toolName) && Array.isArray(own) ? own.filter(isJsonObject) : null;
}

/** How many there are in all, where the tool says so. */
function totalOf(value: unknown, rows: readonly JsonObject[]): number {
  if (!isJsonObject(value)) return rows.length;
  const told = [value.total, value.totalCount, value.count].find((total) => typeof total === 'number');
  return Math.max(typeof told === 'number' ? told : 0, rows.length);
}

export function listText(value: unknown, rows: readonly JsonObject[], noun: string): string {
  const total = totalOf(value, rows);
  const [first] = rows;
  if (first === undefined) return `I found no ${plural(noun)}.`;
  if (total === 1) {
    const [entity] = findEntities(noun, first);
    const state = wordsOf(first.state ?? first.status);
    const revision = wordsOf(first.revision);
    const facts = [revision === '' ? '' : `revision ${cell(revision)}`, cell(state)]
      .filter((fact) => fact !== '')
      .join(', ');
    if (entity !== undefined) return `I found one ${noun}: ${nameOf(entity)}${facts === '' ? '' : ` (${facts})`}.`;
    return `I found one ${noun}:\n\n${fieldsText(first)}`;
  }
  const left = total - Math.min(rows.length, MAX_ROWS);
  const rest = left > 0 ? `\n\n… and ${left} more. Narrow the search to see them.` : '';
  return `I found ${total} ${plural(noun)}:\n\n${tableOf(rows.slice(0, MAX_ROWS))}${rest}`;
}

function plural(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** A tree as a table with a level column; null when the value is none. */
export function treeText(value: unknown): string | null {
  const roots = Array.isArray(value) ? value.filter(isJsonObject) : branchesOf(value);
  if (roots === null) return null;
  const rows: JsonObject[] = [];
  for (const root of roots) walk(root, 1);
  return rows.length === 0 ? '' : tableOf(rows, MAX_TREE_ROWS);

  function walk(node: JsonObject, level: number): void {
    const inner = isJsonObject(node.item) ? { ...node, ...node.item } : node;
    const own = typeof node.level === 'number' ? node.level : typeof node.depth === 'number' ? node.depth : level;
    const { depth, ...fields } = inner as JsonObject & { readonly depth?: unknown };
    rows.push({ ...fields, level: own });
    for (const child of branchesOf(node) ?? []) walk(child, level + 1);
  }
}

function branchesOf(value: unknown): readonly JsonObject[] | null {
  if (!isJsonObject(value)) return null;
  const key = TREE_KEYS.find((candidate) => Array.isArray(value[candidate]));
  if (key !== undefined) return (value[key] as unknown[]).filter(isJsonObject);
  return rowsIn(value);
}

/** Fields as a table, inner lists under a heading of their own. */
export function recordText(value: JsonObject): string {
  const sections = [fieldsText(flattened(value))];
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(inner) || inner.length === 0) continue;
    const rows = inner.filter(isJsonObject);
    const text =
      rows.length === inner.length ? tableOf(rows) : inner.map((one) => `- ${cell(wordsOf(one))}`).join('\n');
    sections.push(`**${titleOf(key)}**\n\n${text}`);
  }
  return sections.filter((section) => section !== '').join('\n\n');
}

function fieldsText(fields: JsonObject): string {
  const shown = Object.entries(fields).filter(([key, value]) => isShown(key, value));
  if (shown.length === 0) return '';
  const rows = shown.map(([key, value]) => `| ${titleOf(key)} | ${cell(wordsOf(value))} |`);
  return `| Field | Value |\n| --- | --- |\n${rows.join('\n')}`;
}

/** A record may keep its type's own fields in an inner object; they are shown as its own. */
export function flattened(value: JsonObject): JsonObject {
  const inner = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (!isJsonObject(one)) return [];
    const names = one.name ?? one.code;
    return typeof names === 'string' && typeof one.id === 'string' && key !== 'item'
      ? [[key, names]]
      : Object.entries(one);
  });
  return {
    ...Object.fromEntries(inner),
    ...Object.fromEntries(Object.entries(value).filter(([, one]) => !isJsonObject(one))),
  };
}
