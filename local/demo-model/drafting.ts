// Drafts a document from the rows that a request carries, one a line, each with its kind. What no row holds is marked
// missing; nothing is made up. Null where a request asks for no draft.
import { type Chat, isJsonObject } from './chat.ts';
import { draftDocument } from './draft-documents.ts';
import type { DraftRow } from './draft-request.ts';

const IS_DRAFT = /^You draft a document\b/m;
const ROW = /^\d+ ([A-Z]\w*) (\{.*\})$/;

export function draft(chat: Chat): string | null {
  if (!IS_DRAFT.test(chat.system)) return null;
  const last = chat.messages.at(-1);
  if (last?.role !== 'user') return null;
  const [words = '', material = ''] = last.text.split(/\n\nSources, one row a line, as JSON:\n/);
  const [rows = '', notes = ''] = material.split('\nNotes:\n');
  return draftDocument({
    name: /^(.*?): /.exec(words)?.[1] ?? '',
    filled: Object.fromEntries(
      [...words.matchAll(/^- (.+?): (.*)$/gm)].map(([, label = '', value = '']) => [label, value]),
    ),
    rows: rows.split('\n').flatMap(toRow),
    notes: notes.split('\n').flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : [])),
    person: /You are speaking with "([^"]*)"/.exec(chat.system)?.[1] ?? '',
  });
}

function toRow(line: string): DraftRow[] {
  const [, kind, json] = ROW.exec(line) ?? [];
  if (kind === undefined || json === undefined) return [];
  const facts: unknown = JSON.parse(json);
  return isJsonObject(facts) ? [{ kind, facts }] : [];
}
