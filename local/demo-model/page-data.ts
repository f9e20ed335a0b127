// Answers about what the user's page shows, from the data that the page sent with the question. A host product without a pack
// has nothing else to ask about.
import { isJsonObject, type JsonObject } from './wires/wire.ts';
import { cell, inline, spaced } from './words.ts';

/** The first line of the data; what follows is one JSON object a line. It is between the question and the product's note. */
const START = /\n\n\[Data from the page that the user has open[^\n]*\]\n/;

export type ShownItem = {
  readonly type: string | null;
  readonly id: string | null;
  readonly title: string;
  readonly data: unknown;
};

export const withoutPageData = (text: string): string => text.split(START, 1)[0] ?? '';

/** @param text the user's message without the product's note */
export function readPageData(text: string): readonly ShownItem[] {
  const lines = text.split(START)[1]?.split('\n') ?? [];
  return lines.flatMap((line): ShownItem[] => {
    try {
      const value: unknown = JSON.parse(line);
      if (!isJsonObject(value) || typeof value.title !== 'string') return [];
      const textOf = (part: unknown) => (typeof part === 'string' && part !== '' ? part : null);
      return [{ type: textOf(value.type), id: textOf(value.id), title: value.title, data: value.data ?? null }];
    } catch {
      return []; // Cut off, or no data at all.
    }
  });
}

const REFERS = /\b(?:this|it|its|these|here|page|screen|view|summar\w+|about|dies\w*|hier|worum)\b/i;
const MAX_TEXT = 400;

type PageQuestion = { readonly text: string; readonly onPage: readonly ShownItem[] };

/** Null unless the question is about what the page shows. */
export function tellPageData({ text, onPage }: PageQuestion): string | null {
  const [item] = onPage;
  if (item === undefined) return null;
  const { data, title, type, id } = item;
  const facts = isJsonObject(data) ? data : {};
  const words = text.toLowerCase();
  const asked = Object.keys(facts).filter((key) => words.includes(spaced(key).toLowerCase()));
  const isNamed = type !== null && words.includes(spaced(type).toLowerCase().replace(/s$/, ''));
  if (asked.length === 0 && !isNamed && !REFERS.test(text)) return null;
  const name = `${[type && spaced(type), id].filter(Boolean).join(' ')}${type || id ? ', ' : ''}**${inline(title)}**`;
  const only = asked.length > 0 ? Object.fromEntries(asked.map((key) => [key, facts[key]])) : facts;
  return `You have ${name} open. ${asked.length > 0 ? 'It says:' : 'This is what the page says about it:'}\n\n${table(only, data)}\n\nI am the demo model: I repeat what the page sent me, and look nothing up.`;
}

function table(facts: JsonObject, data: unknown): string {
  const rows = Object.entries(facts).map(([key, value]) => `| ${cell(spaced(key))} | ${cell(short(value))} |`);
  if (rows.length === 0) return data === null ? 'Nothing besides its title.' : inline(short(data));
  return `| | |\n| --- | --- |\n${rows.join('\n')}`;
}

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
};
