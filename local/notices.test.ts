import { expect, test } from 'vitest';
import { collectNotices, formatNotices, packageOf } from './notices.ts';
import { PROJECT_ROOT } from './project-root.ts';

test('packageOf drops the path within a package', () => {
  expect(['zod', 'hono/cookie', '@tanstack/ai-react', '@scope/name/part'].map(packageOf)).toEqual([
    'zod',
    'hono',
    '@tanstack/ai-react',
    '@scope/name',
  ]);
});

test('collectNotices follows dependencies and reads their licenses', () => {
  const notices = collectNotices(PROJECT_ROOT, ['react-dom', 'not-installed']);
  expect(notices.map(({ name }) => name)).toEqual(['react-dom', 'scheduler']);
  expect(
    notices.every(({ license, text }) => license === 'MIT' && text?.includes('Permission is hereby granted')),
  ).toBe(true);
});

test('formatNotices names each package with its license, also without a text', () => {
  const text = formatNotices([
    { name: 'a', version: '1.0.0', license: 'MIT', text: 'Copyright A' },
    { name: 'b', version: '2.0.0', license: 'ISC', text: null },
  ]);
  expect(text).toContain('a 1.0.0\nLicense: MIT\n\nCopyright A');
  expect(text).toContain('b 2.0.0\nLicense: ISC\n');
});
