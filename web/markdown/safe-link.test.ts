import { describe, expect, test } from 'vitest';
import { bareUrlAt, internalPath, safeHref } from './safe-link.ts';

describe('safeHref allows only https and mailto (R32)', () => {
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

describe('bareUrlAt (U48)', () => {
  const urlIn = (text: string) => bareUrlAt(text, text.indexOf('https://'))?.text ?? null;

  test.each([
    ['See https://ok.test/a, then', 'https://ok.test/a'],
    ['(https://ok.test/b) and', 'https://ok.test/b'],
    ['(see https://ok.test/b)and', 'https://ok.test/b'],
    ['https://ok.test/c_(d).', 'https://ok.test/c_(d)'],
    ['[https://ok.test/e](https://ok.test)', 'https://ok.test/e'],
    ['**https://ok.test/f**', 'https://ok.test/f'],
    ['https://ok.test/g?a=1&b=%20#c!', 'https://ok.test/g?a=1&b=%20#c'],
    ['“https://ok.test/h”', 'https://ok.test/h'],
    ['https://ok.test/i؟', 'https://ok.test/i'],
    ['https://ok.test/j…', 'https://ok.test/j'],
    ['https://ok.test/k&quot;', 'https://ok.test/k'],
    ['https://ok.test/l🎉', 'https://ok.test/l'],
    ['https://ok.test/m\u200bnext', 'https://ok.test/m'],
    ['https://[::1]/n', 'https://[::1]/n'],
    ['https://', null],
    ['https://bank.test@evil.test', null],
  ])('finds the URL in %j', (text, url) => {
    expect(urlIn(text)).toBe(url);
  });

  test.each([
    ['详见https://ok.test/a。请确认', 'https://ok.test/a'],
    ['请打开 https://ok.test/b查看详情', 'https://ok.test/b'],
    ['（https://ok.test/c）', 'https://ok.test/c'],
    ['「https://ok.test/d」を参照', 'https://ok.test/d'],
    ['https://ok.test/eを参照', 'https://ok.test/e'],
    ['https://ok.test/f에서 확인', 'https://ok.test/f'],
    ['https://ok.test/g，然后', 'https://ok.test/g'],
    ['https://ok.test/h、https://ok.test/i', 'https://ok.test/h'],
    ['https://ok.test/j！', 'https://ok.test/j'],
    ['https://ok.test/k𠮷野', 'https://ok.test/k'],
  ])('ends before CJK text and punctuation in %j', (text, url) => {
    expect(urlIn(text)).toBe(url);
  });

  test('says how far a URL that may be incomplete goes', () => {
    expect(bareUrlAt('https://ok.te.', 0)).toEqual({ text: 'https://ok.te', matched: 14 });
  });
});

describe('internalPath (R32)', () => {
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
  ])('resolves %s to %s', (raw, path) => {
    expect(internalPath(raw)).toBe(path);
  });
});
