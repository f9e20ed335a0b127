import { expect, test } from 'vitest';
import { safeReturnPath } from './return-path.ts';

test.each(['/', '/chat', '/chat/0f000000-0000-4000-8000-000000000001?tab=bom', '/workspace/parts/a%20b', '/invite'])(
  'keeps a path of ours: %s',
  (path) => {
    expect(safeReturnPath(path)).toBe(path);
  },
);

test.each([
  undefined,
  '',
  'chat',
  'https://evil.test/',
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.test',
  '///evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  '/\t/evil.test',
  '/\n/evil.test',
  '\t//evil.test',
  ' //evil.test',
  '/.//evil.test',
  '/..//evil.test',
  '/chat/..//evil.test',
  '/%2e%2e//evil.test',
  '//user@evil.test/',
  '/api/v1/ai/sessions',
  '/API/v1/me',
  '/auth/sign-in',
  '/chat/../auth/sign-out',
  '/v1/models',
  `/${'x'.repeat(2000)}`,
])('replaces anything else with the start page: %j', (path) => {
  expect(safeReturnPath(path)).toBe('/');
});

test('always returns a path that a browser resolves to our origin', () => {
  const characters = ['/', '\\', '.', ':', '@', '?', '#', '%', '\t', '\n', ' ', 'a', '%2f', '%5c'];
  let state = 7;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: 1 + next(9) }, () => characters[next(characters.length)]).join('');
    const path = safeReturnPath(`/${text}`);
    expect(new URL(path, 'https://groundwire.test').origin, JSON.stringify(text)).toBe('https://groundwire.test');
    expect(path.startsWith('//'), JSON.stringify(text)).toBe(false);
  }
});
