// Drafts a document from the rows in a request, one per line, each with its kind: a heading, then a section for each kind.
// An empty field of a row is marked as missing; nothing is invented. Null if a request asks for no draft.
import { SOURCES_HEADING } from '../../durable/templates/draft-prompt.ts';
import { textOf } from './report.ts';
import { type Chat, isJsonObject, type JsonObject } from './wires/wire.ts';
import { capitalized, inline, plural, spaced } from './words.ts';

type SourceRow = { readonly kind: string; readonly facts: JsonObject };

const ROW = /^\d+ ([A-Z]\w*) (\{.*\})$/;

export function draftFrom({ system, messages }: Chat): string | null {
  const last = messages.at(-1);
  if (last?.role !== 'user' || !last.text.includes(`\n\n${SOURCES_HEADING}\n`)) return null;
  const [words = '', material = ''] = last.text.split(`\n\n${SOURCES_HEADING}\n`);
  const [rowLines = '', noteLines = ''] = material.split('\nNotes:\n');
  const rows = rowLines.split('\n').flatMap((line): SourceRow[] => {
    const [, kind = '', json = 'null'] = ROW.exec(line) ?? [];
    const facts: unknown = JSON.parse(json);
    return isJsonObject(facts) ? [{ kind, facts }] : [];
  });
  const filled = new Map([...words.matchAll(/^- (.+?): (.*)$/gm)].map(([, label = '', value = '']) => [label, value]));
  const person = /You are speaking with "([^"]*)"/.exec(system)?.[1] ?? '';
  const name = /^(.*?): /.exec(words)?.[1] ?? 'Document';
  const opening = /email/i.test(name) ? [...emailOpening(rows, filled)] : [headingOf(name, rows)];
  if (/rfp/i.test(name) && !rows.some(({ kind }) => kind === 'RFP'))
    opening.push(`## Scope of work\n\n${inline(filledIn(filled, /scope/i)) || gap('scope of work')}`);
  const closing = /email/i.test(name)
    ? [emailAsks(rows, filled), `Thank you,\n\n${filledIn(filled, /signed/i) || person}`]
    : [];
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  const sections = kinds.map((kind) =>
    sectionOf(
      kind,
      rows.filter((row) => row.kind === kind).map(({ facts }) => facts),
    ),
  );
  const notes = [...noteLines.matchAll(/^- (.*)$/gm)].map(([, note = '']) => `- ${note}`).join('\n');
  return [...opening, ...sections, ...closing, notes && `## Left out\n\n${notes}`]
    .filter((part) => part !== '')
    .join('\n\n');
}

const factsOf = (rows: readonly SourceRow[], kind: string): JsonObject =>
  rows.find((row) => row.kind === kind)?.facts ?? {};
const filledIn = (filled: ReadonlyMap<string, string>, label: RegExp): string =>
  [...filled].find(([name]) => label.test(name))?.[1] ?? '';

/** "Production schedule: Harborlight Festival", "Vendor RFP: RFP-0003 Live stream". */
function headingOf(name: string, rows: readonly SourceRow[]): string {
  const subject = factsOf(rows, /rfp/i.test(name) ? 'RFP' : /incident/i.test(name) ? 'Incident' : 'Project');
  const title = [subject.number, subject.title ?? subject.name ?? factsOf(rows, 'Project').name]
    .map(textOf)
    .filter((part) => part !== '');
  return `# ${name}: ${inline(title.join(' ')) || gap('subject')}`;
}

function emailOpening(rows: readonly SourceRow[], filled: ReadonlyMap<string, string>): readonly string[] {
  const show = factsOf(rows, 'Show');
  const to = filledIn(filled, /recipient|goes to/i);
  const recipient = factsOf(rows, /vendor/i.test(to) ? 'Vendor' : 'Venue');
  const day = /^\d{4}-\d{2}-\d{2}/.exec(textOf(show.startsAt))?.[0];
  return [
    `Subject: Advance for ${fact(show, 'name')}, ${fact(show, 'city')}, ${day === undefined ? gap('date') : DAY.format(Date.parse(`${day}T00:00:00Z`))}`,
    /crew/i.test(to) ? 'Hello all,' : `Hello ${fact(recipient, 'contactName')},`,
    'Here is what we have on record. Please confirm it and send what is missing.',
  ];
}

function emailAsks(rows: readonly SourceRow[], filled: ReadonlyMap<string, string>): string {
  const by = filledIn(filled, /reply|respon/i);
  const times = factsOf(rows, 'Show').loadInAt ? 'Confirm the times above.' : 'Tell us the load-in time.';
  const asks = [times, filledIn(filled, /mention|notes/i), by && `Reply by ${by}.`].filter((ask) => ask !== '');
  return `## What we need from you\n\n${asks.map((ask) => `- ${ask}`).join('\n')}`;
}

/** One row as a list of facts; several rows as a table of the most important ones. */
function sectionOf(kind: string, rows: readonly JsonObject[]): string {
  const [first = {}, second] = rows;
  const fields = Object.keys(first).filter(
    (field) => !/^(?:id|timeZone)$|Ids?$/.test(field) && !isJsonObject(first[field]),
  );
  const title = capitalized(spaced(kind));
  if (second === undefined)
    return `## ${title}\n\n${fields.map((field) => `- ${nameOf(field)}: ${fact(first, field)}`).join('\n')}`;
  const columns = fields.slice(0, MAX_COLUMNS);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(columns.map((field) => fact(row, field))));
  return [
    `## ${plural(title)}\n`,
    line(columns.map((field) => nameOf(field))),
    line(columns.map(() => '---')),
    ...body,
  ].join('\n');
}

const MAX_COLUMNS = 8;
const NAMES: Readonly<Record<string, string>> = { startsOn: 'First day', endsOn: 'Last day', scope: 'Scope of work' };
const nameOf = (field: string): string => NAMES[field] ?? capitalized(spaced(field).replace(/ at$/, ' time'));
const DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeZone: 'UTC' });
const gap = (what: string): string => `[missing: ${what}]`;

/** For example "Saturday, July 4, 2026, 7:30 PM (America/Denver)". */
function fact(row: JsonObject, field: string): string {
  const value = row[field];
  if (value === null || value === undefined || value === '') return gap(nameOf(field).toLowerCase());
  const [, day, hours = '', minutes] = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})/.exec(String(value)) ?? [];
  if (day === undefined) return inline(textOf(value));
  const zone = row.timeZone ? ` (${inline(textOf(row.timeZone))})` : '';
  return `${DAY.format(Date.parse(`${day}T00:00:00Z`))}, ${Number(hours) % 12 || 12}:${minutes} ${Number(hours) < 12 ? 'AM' : 'PM'}${zone}`;
}
