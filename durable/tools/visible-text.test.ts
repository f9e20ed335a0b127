import { expect, test } from 'vitest';
import { visibleText } from './visible-text.ts';

test.each([
  ['a right-to-left override', 'invoice\u202Efdp.exe', 'invoice⟦U+202E⟧fdp.exe'],
  ['isolates', '\u2066x\u2069', '⟦U+2066⟧x⟦U+2069⟧'],
  ['zero-width characters', 'PN\u200B-0\u200D0\uFEFF1', 'PN⟦U+200B⟧-0⟦U+200D⟧0⟦U+FEFF⟧1'],
  ['a soft hyphen', 'Re\u00ADlease', 'Re⟦U+00AD⟧lease'],
  ['tag characters', 'ok\u{E0041}', 'ok⟦U+E0041⟧'],
  ['controls', 'a\u0000b\u001B[31m\u0085', 'a⟦U+0000⟧b⟦U+001B⟧[31m⟦U+0085⟧'],
  ['spaces that are none', 'a\u00A0b\u3000c\u2028d', 'a⟦U+00A0⟧b⟦U+3000⟧c⟦U+2028⟧d'],
  ['letters that are drawn as nothing', '\u3164\u2800\uFE0F', '⟦U+3164⟧⟦U+2800⟧⟦U+FE0F⟧'],
  ['what fonts ignore', 'a\u034Fb\u180Bc\u2065d\u{E01EF}', 'a⟦U+034F⟧b⟦U+180B⟧c⟦U+2065⟧d⟦U+E01EF⟧'],
  ['fillers and vowels without a shape', '\u115F\u1160\uFFA0\u17B4', '⟦U+115F⟧⟦U+1160⟧⟦U+FFA0⟧⟦U+17B4⟧'],
  ['half a pair', '\uD800!', '⟦U+D800⟧!'],
])('%s is spelled out (R30)', (_what, text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('keeps ordinary text, including line breaks and tabs', () => {
  for (const text of ['Größe 5″ × ½', 'モーター', 'محرك', '🤖 arm', 'a\nb\tc', 'e\u0301'])
    expect(visibleText(text)).toBe(text);
  expect(visibleText('a\r\nb')).toBe('a\nb');
});
