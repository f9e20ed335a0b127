// Drafts a document from source rows that the prompt carries as JSON. A fact that no row holds is marked missing.
import { type Chat, isJsonObject, type JsonObject } from './chat.ts';
import { cell, tableOf, titleOf, wordsOf } from './report-lists.ts';
import type { Story } from './story.ts';
import { spaced } from './words.ts';

type Sources = { readonly [group: string]: readonly JsonObject[] };

/** What a kind of draft is about: the facts that its opening names, and the groups of rows that it lists. */
type DraftKind = {
  readonly asked: RegExp;
  readonly title: string;
  readonly opening: string;
  readonly groups: readonly string[];
  readonly closing: string;
};

const KINDS: readonly DraftKind[] = [
  {
    asked: /\badvanc(?:e|ing)\b/i,
    title: 'Advancing email: {project.name}',
    opening:
      'Hello {venue.contact},\n\nhere is the advance for {project.name} at {venue.name}. Please confirm what is below and send what is missing.',
    groups: ['show', 'venue', 'crew', 'schedule', 'deliverable'],
    closing: 'Thank you,\n{project.contact}',
  },
  {
    asked: /\brfp\b|\bvendor request|\brequest for proposal/i,
    title: 'Request for proposal: {rfp.title}',
    opening:
      'Dear {vendor.contact},\n\nwe ask {vendor.name} for a proposal for {project.name}. Answers are due {rfp.dueAt}.\n\n**Scope:** {rfp.scope}',
    groups: ['rfp', 'show', 'deliverable', 'vendor'],
    closing: 'Please send your proposal with prices, insurance certificate and W-9.',
  },
  {
    asked: /\bincident\b/i,
    title: 'Incident summary: {incident.title}',
    opening:
      '**When:** {incident.occurredAt}\n**Where:** {incident.location}\n**Severity:** {incident.severity}\n**State:** {incident.status}\n\n{incident.description}',
    groups: ['incident', 'party', 'crew'],
    closing: 'This report names only what the records hold.',
  },
  {
    asked: /\bschedule\b/i,
    title: 'Production schedule: {project.name}',
    opening: 'The schedule of {project.name}, from {project.start} to {project.end}.',
    groups: ['schedule', 'show', 'crew', 'vendor'],
    closing: 'Times are local to the venue.',
  },
];

/** Said by a prompt that carries rows to draft from; a lifecycle state called Draft is not meant. */
const ASKS_FOR_DRAFT = /\b(?:drafting|template|from (?:these|the|those) (?:source )?rows|source rows)\b/i;

/** Null unless the system prompt asks for a draft and carries rows. */
export function draft(chat: Chat, story: Story): string | null {
  if (!ASKS_FOR_DRAFT.test(chat.system)) return null;
  const sources = readSources(`${chat.system}\n${story.text}`);
  if (Object.keys(sources).length === 0) return null;
  const asked = `${story.text}\n${chat.system.slice(0, 2000)}`;
  const kind = KINDS.find((one) => one.asked.test(story.text)) ?? KINDS.find((one) => one.asked.test(asked));
  if (kind === undefined) return null;
  const sections = kind.groups.flatMap((group) => {
    const rows = sources[group] ?? [];
    return rows.length === 0 ? [] : [`## ${titleOf(group)}\n\n${tableOf(rows, 50)}`];
  });
  const parts = [
    `# ${filled(kind.title, sources)}`,
    filled(kind.opening, sources),
    ...sections,
    filled(kind.closing, sources),
  ];
  return parts.join('\n\n');
}

function filled(template: string, sources: Sources): string {
  return template.replace(/\{(\w+)\.(\w+)\}/g, (_match, group: string, field: string) => {
    const value = wordsOf(sources[group]?.[0]?.[field]);
    return value === '' ? `[missing: ${spaced(group)} ${spaced(field)}]` : cell(value);
  });
}

/** Rows by the singular name of their group, from every JSON value in the text. */
function readSources(text: string): Sources {
  const sources: { [group: string]: readonly JsonObject[] } = {};
  for (const json of jsonIn(text)) {
    if (!isJsonObject(json)) continue;
    for (const [key, value] of Object.entries(json)) {
      const rows = (Array.isArray(value) ? value : [value]).filter(isJsonObject);
      if (rows.length > 0) sources[groupOf(key)] = rows;
    }
  }
  return sources;
}

function groupOf(key: string): string {
  const word = spaced(key).split(' ').at(-1) ?? key;
  if (word === 'activities' || word === 'schedule') return 'schedule';
  if (word === 'parties') return 'party';
  return word.replace(/s$/, '');
}

function jsonIn(text: string): readonly unknown[] {
  const fenced = [...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].map(([, body]) => body ?? '');
  const lines = text.split('\n').filter((line) => /^\s*\{.*\}\s*$/.test(line));
  return [...fenced, ...lines].flatMap((candidate): unknown[] => {
    try {
      return [JSON.parse(candidate)];
    } catch {
      // A fence may hold something that is no JSON.
      return [];
    }
  });
}
