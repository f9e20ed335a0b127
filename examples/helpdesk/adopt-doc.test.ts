// docs/adopt.md quotes Harbor Desk, whose tests run what it shows. A block that isn't in the example fails here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addIssuer } from './connect.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(DOCS, 'adopt.md'), 'utf8');

/** Each block with the last file that the text before it links to. */
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(({ 1: language = '', 2: text = '', index }) => {
  const before = page.slice(0, index);
  const file = [...before.matchAll(/\]\((\.\.\/examples\/helpdesk\/[^)]+)\)/g)].at(-1)?.[1] ?? '';
  return { language, text, file };
});

/** Without indentation and line breaks, which the page may change. */
const condensed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

test.each(blocks.filter(({ language }) => /^(ts|tsx|js)$/.test(language)))(
  'quotes $file as it is',
  ({ file, text }) => {
    const path = join(DOCS, file);
    expect(existsSync(path)).toBe(true);
    expect(condensed(readFileSync(path, 'utf8'))).toContain(condensed(text));
  },
);

test('shows the command that connects Harbor Desk', () => {
  const command = blocks.find(({ text }) => text.includes('add-issuer'))?.text.replaceAll('\\\n', ' ') ?? '';
  expect(command.trim().split(/\s+/).slice(4)).toEqual(
    addIssuer('https://desk.example.com', 'https://desk.example.com/.well-known/jwks.json'),
  );
});

test('has a block of each kind', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'mermaid', 'ts', 'js', 'tsx']));
});
