import { expect, test } from 'vitest';
import { parseBaseUrl } from './connection.ts';

test.each([
  ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
  ['https://gateway.example/anthropic/', 'https://gateway.example/anthropic'],
  ['https://gateway.example', 'https://gateway.example'],
])('takes %s as %s', (text, expected) => {
  expect(parseBaseUrl(text, { allowLocalHttp: false })).toBe(expected);
});

test.each([
  'http://api.openai.com/v1',
  'http://127.0.0.1:8788',
  'https://user:secret@gateway.example',
  'https://user@gateway.example',
  'https://gateway.example/v1?key=secret',
  'https://gateway.example/v1#part',
  'ftp://gateway.example',
  'file:///etc/passwd',
  'not an address',
  '',
])('a key never goes to %j (R25)', (text) => {
  expect(parseBaseUrl(text, { allowLocalHttp: false })).toBeNull();
});

test.each([
  ['http://localhost:8788/', 'http://localhost:8788'],
  ['http://127.0.0.1:8788/v1', 'http://127.0.0.1:8788/v1'],
  ['http://[::1]:8788', 'http://[::1]:8788'],
])('takes plain http to this machine where that is allowed: %s', (text, expected) => {
  expect(parseBaseUrl(text, { allowLocalHttp: true })).toBe(expected);
});

test.each(['http://127.0.0.1.example', 'http://localhost.example', 'http://10.0.0.1', 'http://169.254.169.254'])(
  'plain http to %s is refused even where local http is allowed (R25)',
  (text) => {
    expect(parseBaseUrl(text, { allowLocalHttp: true })).toBeNull();
  },
);
