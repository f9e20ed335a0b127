import { describe, expect, test } from 'vitest';
import { internalPath, linkify, safeHref } from './safe-link.ts';

describe('R32: an address leads to https or mailto, or nowhere', () => {
  test.each([
    ['https://ok.test/a', 'https://ok.test/a'],
    ['HTTPS://ok.test', 'https://ok.test/'],
    ['mailto:a@ok.test', 'mailto:a@ok.test'],
    ['http://ok.test', null],
    ['javascript:alert(1)', null],
    [' java\nscript:alert(1)', null],
    ['https:ok.test', null],
    ['//evil.test', null],
    ['/parts/P-1', null],
    ['https://bank.test@evil.test', null],
    ['https://', null],
    ['data:text/html,x', null],
  ])('%j', (raw, href) => {
    expect(safeHref(raw)).toBe(href);
  });
});

describe('linkify', () => {
  const links = (text: string, growing = false) =>
    linkify(text, { growing })
      .filter((piece) => piece.href !== null)
      .map((piece) => piece.text);

  test('leaves the punctuation of the sentence out', () => {
    expect(links('See https://ok.test/a, (https://ok.test/b) and https://ok.test/c_(d).')).toEqual([
      'https://ok.test/a',
      'https://ok.test/b',
      'https://ok.test/c_(d)',
    ]);
  });

  test('waits with an address that may still grow', () => {
    expect(links('See https://ok.te', true)).toEqual([]);
    expect(links('See https://ok.test and', true)).toEqual(['https://ok.test']);
  });

  test('keeps every character', () => {
    const text = 'a https://ok.test. b http://no.test c';
    expect(
      linkify(text, { growing: false })
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
});

describe('a path', () => {
  test.each([
    ['/workspace/items/1?tab=bom', '/workspace/items/1?tab=bom'],
    ['/chat/1', '/chat/1'],
    ['/workspace', '/workspace'],
    ['/workspaces', null],
    ['/auth/sign-out', null],
    ['/workspace/../auth/org', null],
    ['/workspace/%2e%2e/auth', null],
    ['//evil.example/workspace', null],
    ['/\\evil.example/workspace', null],
    ['https://evil.example/workspace', null],
    ['workspace/items/1', null],
  ])('R32: %s leads to %s', (raw, path) => {
    expect(internalPath(raw)).toBe(path);
  });
});
