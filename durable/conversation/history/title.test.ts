import { expect, it } from 'vitest';
import { titleFrom } from './title.ts';

const LONG = 'Compare the released revisions of the drive unit assembly with the drawings that the supplier sent';

it.each([
  ['Which parts are obsolete? List them by design.', 'Which parts are obsolete?'],
  ['List open change orders.', 'List open change orders'],
  ['Wait… what changed?', 'Wait…'],
  ['Tell me more...', 'Tell me more...'],
  ['What replaced P-1001.2 in v3.4 of the BOM? I need it today.', 'What replaced P-1001.2 in v3.4 of the BOM?'],
  ['He wrote "Ship it." Why?', 'He wrote "Ship it."'],
  ['  \n\t Hello\n  there  ', 'Hello there'],
  ['你好。请比较这两个零件。', '你好。'],
  ['ما هو الجزء؟ أحتاج إليه.', 'ما هو الجزء؟'],
  ['no punctuation at all', 'no punctuation at all'],
  ['?', '?'],
  ['1. First thing to check. 2. Then the rest.', 'First thing to check'],
  ['- Compare A and B', 'Compare A and B'],
  ['## Weekly report\n\nWhat changed?', 'Weekly report What changed?'],
  ['Is it 3.5 V. vs. 5 V. on the rail? Please check.', 'Is it 3.5 V. vs. 5 V. on the rail?'],
  ['Compare e.g. the motor and No. 7. Then stop.', 'Compare e.g. the motor and No. 7. Then stop'],
  ['```ts\nconst x = 1;\n```\nWhy does this fail?', 'const x = 1; Why does this fail?'],
  ['Make it **bold** and `code`, see [the page](https://example.test/x)', 'Make it bold and code, see the page'],
  ['What is 2 * 3 * 4?', 'What is 2 * 3 * 4?'],
  ['snake_case_name stays', 'snake_case_name stays'],
  ['\u202eesrever\u202c and \u200bhidden\u2066', 'esrever and hidden'],
  ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
])('the first sentence is the title: %j', (text, title) => {
  expect(titleFrom(text)).toBe(title);
});

it.each(['', '   ', '\n\t\u0000\u0007'])('returns no title for text without a visible character: %j', (text) => {
  expect(titleFrom(text)).toBeNull();
});

it('cuts a long sentence at a word boundary and marks the cut', () => {
  const title = titleFrom(LONG) ?? '';
  expect(title).toBe('Compare the released revisions of the drive unit…');
  expect(LONG.startsWith(`${title.slice(0, -1)} `)).toBe(true);
});

it('keeps a word that ends exactly at the limit', () => {
  const words = `${'a'.repeat(24)} ${'b'.repeat(24)} and more words to follow here`;
  expect(titleFrom(words)).toBe(`${'a'.repeat(24)} ${'b'.repeat(24)}…`);
});

it('cuts a sentence of fifty-one characters, but not one of fifty', () => {
  expect(titleFrom('x'.repeat(50))).toBe('x'.repeat(50));
  expect(titleFrom('x'.repeat(51))).toBe(`${'x'.repeat(49)}…`);
});

it('counts characters as readers see them, and never splits one', () => {
  const family = '👩‍👩‍👧‍👦';
  expect(titleFrom(family.repeat(50))?.length).toBeLessThanOrEqual(255);
  expect(titleFrom(family.repeat(20))).toBe(family.repeat(20));
  expect(titleFrom('é'.repeat(60))).toBe(`${'é'.repeat(49)}…`);
});

it('cuts a right-to-left sentence between words', () => {
  const title = titleFrom('قارن بين المراجعات الصادرة لوحدة القيادة وبين الرسومات التي أرسلها المورد أمس') ?? '';
  expect(title.endsWith('…')).toBe(true);
  expect(Array.from(title).length).toBeLessThanOrEqual(50);
});

it('returns a title that lists can store, whatever the text', () => {
  const marks = `a${'\u0301'.repeat(900)}`;
  for (const text of [marks, `\ud800 half a pair`, 'nul\u0000nul', `${'x'.repeat(999)}😀`]) {
    const title = titleFrom(text) ?? '';
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title.isWellFormed()).toBe(true);
    expect(title).not.toContain('\0');
  }
});
