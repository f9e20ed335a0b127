import { expect, test } from 'vitest';
import { canonicalJson, digestOf } from './canonical-json.ts';

test('canonicalJson ignores the order of keys at any depth', async () => {
  const one = { b: [1, { y: null, x: true }], a: 'ä' };
  const other = { a: 'ä', b: [1, { x: true, y: null }] };
  expect(canonicalJson(one)).toBe('{"a":"ä","b":[1,{"x":true,"y":null}]}');
  expect(await digestOf(one)).toBe(await digestOf(other));
});

test('canonicalJson treats undefined members as absent', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

test('digestOf differs for different values', async () => {
  const values = [{}, [], '', 0, false, null, { a: '1' }, { a: 1 }, ['a', 1], { a: { b: 1 } }];
  const digests = await Promise.all(values.map(digestOf));
  expect(new Set(digests).size).toBe(values.length);
  expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
});
