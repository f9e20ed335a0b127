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
])('the first sentence is the title: %j', (text, title) => {
  expect(titleFrom(text)).toBe(title);
});

it.each(['', '   ', '\n\t\u0000\u0007'])('text without a visible character has no title: %j', (text) => {
  expect(titleFrom(text)).toBeNull();
});

it('a long sentence is cut at a word boundary and says so', () => {
  const title = titleFrom(LONG) ?? '';
  expect(title).toBe('Compare the released revisions of the drive unit…');
  expect(LONG.startsWith(`${title.slice(0, -1)} `)).toBe(true);
});

it('a word that ends exactly where the room ends is kept whole', () => {
  const words = `${'a'.repeat(24)} ${'b'.repeat(24)} and more words to follow here`;
  expect(titleFrom(words)).toBe(`${'a'.repeat(24)} ${'b'.repeat(24)}…`);
});

it('a sentence of exactly fifty characters is not cut, one more is', () => {
  expect(titleFrom('x'.repeat(50))).toBe('x'.repeat(50));
  expect(titleFrom('x'.repeat(51))).toBe(`${'x'.repeat(49)}…`);
});

it('characters are counted as readers see them, and never cut apart', () => {
  const family = '👩‍👩‍👧‍👦';
  expect(titleFrom(family.repeat(50))?.length).toBeLessThanOrEqual(255);
  expect(titleFrom(family.repeat(20))).toBe(family.repeat(20));
  expect(titleFrom('é'.repeat(60))).toBe(`${'é'.repeat(49)}…`);
});

it('a right-to-left sentence is cut between words too', () => {
  const title = titleFrom('قارن بين المراجعات الصادرة لوحدة القيادة وبين الرسومات التي أرسلها المورد أمس') ?? '';
  expect(title.endsWith('…')).toBe(true);
  expect(Array.from(title).length).toBeLessThanOrEqual(50);
});

it('a title is one that lists can keep, whatever the text', () => {
  const marks = `a${'\u0301'.repeat(900)}`;
  for (const text of [marks, `\ud800 half a pair`, 'nul\u0000nul', `${'x'.repeat(999)}😀`]) {
    const title = titleFrom(text) ?? '';
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title.isWellFormed()).toBe(true);
    expect(title).not.toContain('\0');
  }
});
