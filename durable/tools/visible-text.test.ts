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
  ['half a pair', '\uD800!', '⟦U+D800⟧!'],
])('R30: %s is spelled out', (_what, text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('what people write stays as it is, line breaks and tabs too', () => {
  for (const text of ['Größe 5″ × ½', 'モーター', 'محرك', '🤖 arm', 'a\nb\tc', 'e\u0301'])
    expect(visibleText(text)).toBe(text);
  expect(visibleText('a\r\nb')).toBe('a\nb');
});
