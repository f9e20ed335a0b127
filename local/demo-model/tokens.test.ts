import { expect, test } from 'vitest';
import { countTokens, splitPieces } from './tokens.ts';

const SAMPLES = [
  '',
  'Hello there.',
  '  two  spaces\n\n- a list\n\ttab',
  '{"itemType":"Part","name":"Größe 12345"}',
  '日本語 and 👩‍🔧 emoji',
  'x'.repeat(1000),
];

test.each(SAMPLES)('the pieces of %j joined give the text back', (text) => {
  expect(splitPieces(text).join('')).toBe(text);
});

test('a word is one piece with the space before it, a long word is several', () => {
  expect(splitPieces('An assembly')).toEqual(['An', ' assemb', 'ly']);
});

test('English prose comes to three to five characters a token, as with real tokenizers', () => {
  const prose = 'The conversation object commits the message and opens the stream before anything else happens here.';
  expect(prose.length / countTokens(prose)).toBeGreaterThan(3);
  expect(prose.length / countTokens(prose)).toBeLessThan(6);
});
