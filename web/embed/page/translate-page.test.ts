import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GERMAN } from './german.ts';
import { createTranslate } from './translate-page.ts';

const translate = createTranslate(GERMAN);

test('translates whole texts, with what is inserted, and keeps the spaces around them', () => {
  expect(translate('Ask the assistant')).toBe('Den Assistenten fragen');
  expect(translate(' You\n        approve every change first. ')).toBe(' Jede Änderung bestätigen Sie zuerst. ');
  expect(translate('Remove Ticket: Leaking boiler')).toBe('Ticket: Leaking boiler entfernen');
  expect(translate('3% of context used, cost $0.01')).toBe('3 % des Kontexts belegt, Kosten $0.01');
});

test('leaves everything else as it is', () => {
  for (const text of ['', ' ', 'Count to 12', 'Send it', 'constructor', '__proto__'])
    expect(translate(text)).toBe(text);
});

test('every text of the catalog still exists in the code', () => {
  const code = [...globSync('web/**/*.{ts,tsx}'), 'durable/errors.ts']
    .filter((path) => !path.endsWith('german.ts') && !path.includes('.test.'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
    .replace(/\s+/g, ' ');
  const isThere = (english: string) => english.split('{}').every((part) => code.includes(part.trim()));
  const gone = Object.keys(GERMAN).filter((english) => !isThere(english));
  expect(gone).toEqual([]);
});
