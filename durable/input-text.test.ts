import { expect, it } from 'vitest';
import { parseBoundedJson } from './bounded-json.ts';
import { cleanedText, exactText, toStorableJson } from './input-text.ts';

const UNSTORABLE = ['a\0b', '\ud83d', 'a\ude00b'];

it.each(UNSTORABLE)('refuses %j where the exact text counts', (text) => {
  expect(exactText().trim().min(1).safeParse(text).success).toBe(false);
});

it.each([
  ['a\0b', 'a\ufffdb'],
  ['\ud83d', '\ufffd'],
  ['😀 ok', '😀 ok'],
])('cleans %j where people write', (text, cleaned) => {
  expect(cleanedText().trim().min(1).parse(text)).toBe(cleaned);
});

it('cleans keys and values of JSON alike', () => {
  expect(toStorableJson({ 'a\0': ['\ud83d', 1, null, { 'b\ude00': true }] })).toEqual({
    'a\ufffd': ['\ufffd', 1, null, { 'b\ufffd': true }],
  });
});

it('keeps a key named __proto__ as data', () => {
  const cleaned = toStorableJson(JSON.parse('{"__proto__": {"isAdmin": true}}'));
  expect(JSON.stringify(cleaned)).toBe('{"__proto__":{"isAdmin":true}}');
});

it.each([
  '[]',
  '{"a":[1,{"b":"]]]]"}]}',
  `"${'['.repeat(200)}"`,
  '"\\"[[["',
  `${'[{"a":'.repeat(32)}1${'}]'.repeat(32)}`,
])('parses JSON of ordinary depth', (text) => {
  expect(parseBoundedJson(text)).toEqual(JSON.parse(text));
});

it.each([`${'['.repeat(65)}${']'.repeat(65)}`, `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, '['.repeat(1_000_000)])(
  'refuses JSON that is nested too deeply',
  (text) => {
    expect(() => parseBoundedJson(text)).toThrow(RangeError);
  },
);
