// Checks the text in the product's sources: what users read on pages, and what the server sends them.
import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';

/** These words blame, beg or console the user instead of saying what to do. */
const UNWELCOME = /(?<![\w-])(?:sorry|please|invalid|oops)(?![\w-]|:\w)/i;
/** Names, codes and values are for machines: single words in lower case. */
const IS_PROSE = /\p{L}[,.…:;!?’]?\s+\p{L}/u;

function proseOf(file: string, source: string): string[] {
  const words: string[] = [];
  const add = (text: string) => {
    if (IS_PROSE.test(text) || /^\p{Lu}\p{Ll}+[.!…]?$/u.test(text.trim())) words.push(text.trim());
  };
  new Visitor({
    JSXText: ({ value }) => add(value),
    Literal: ({ value }) => {
      if (typeof value === 'string') add(value);
    },
    TemplateElement: ({ value }) => add(value.cooked ?? ''),
  }).visit(parseSync(file, source).program);
  return words;
}

const FILES = globSync('{web,worker,durable}/**/*.{ts,tsx}').filter(
  (file) => !/\.(?:test|fixture)\.tsx?$|\/stories\//.test(file) && !file.endsWith('common-words.ts'),
);

test('no text of the product contains one of the four words (U23)', () => {
  const found = FILES.flatMap((file) =>
    proseOf(file, readFileSync(file, 'utf8'))
      .filter((words) => UNWELCOME.test(words))
      .map((words) => `${file}: ${words}`),
  );
  expect(FILES.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test('finds text in every position', () => {
  const source = `
    const a = 'Sorry, that failed';
    const b = <p title="Please wait">{c}, invalid key</p>;
    const d = \`Oops \${a} went wrong\`;
    const e = 'Invalid';
    const f = <input aria-invalid="true" className="flex aria-invalid:border" value="invalid" />;
  `;
  expect(proseOf('a.tsx', source).filter((words) => UNWELCOME.test(words))).toEqual([
    'Sorry, that failed',
    'Please wait',
    ', invalid key',
    'Oops',
    'Invalid',
  ]);
});
