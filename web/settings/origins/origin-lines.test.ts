import { expect, test } from 'vitest';
import { originFaults, originsOf } from './origin-lines.ts';

test('lines become origins, without spaces and empty lines', () => {
  expect(originsOf(' https://a.example \n\n\thttps://b.example\n')).toEqual(['https://a.example', 'https://b.example']);
  expect(originsOf(' \n')).toEqual([]);
});

test('the server’s messages name the origin they are about', () => {
  const issues = new Map([
    ['origins.1', 'Start with https://.'],
    ['version', 'Expected int.'],
  ]);
  expect(originFaults(['https://a.example', 'b.example'], issues)).toEqual(['b.example: Start with https://.']);
  expect(originFaults(['b.example'], new Map([['origins.0', 'Start with https://.']]))).toEqual([
    'Start with https://.',
  ]);
  expect(originFaults(['a', 'a'], new Map([['origins', 'Must not have an origin twice.']]))).toEqual([
    'The list must not have an origin twice.',
  ]);
});
