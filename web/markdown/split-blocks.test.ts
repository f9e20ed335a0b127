import { describe, expect, test } from 'vitest';
import { splitBlocks } from './split-blocks.ts';

const sources = (text: string): string[] => splitBlocks(text).map((block) => block.source.trimEnd());

describe('splitBlocks', () => {
  test('cuts at blank lines', () => {
    expect(sources('one\ntwo\n\nthree\n\n\nfour')).toEqual(['one\ntwo', 'three', 'four']);
  });

  test('keeps a fence whole, blank lines and other fences inside it included', () => {
    expect(sources('a\n\n````md\n\n```\nx\n```\n\n````\n\nb')).toEqual(['a', '````md\n\n```\nx\n```\n\n````', 'b']);
  });

  test('keeps a loose list whole, with what is indented under it', () => {
    expect(sources('1. a\n\n   more\n\n2. b\n\nafter')).toEqual(['1. a\n\n   more\n\n2. b', 'after']);
  });

  test('says whether the last block is an open fence', () => {
    expect(splitBlocks('a\n\n```ts\nx').at(-1)?.openFence).toBe(true);
    expect(splitBlocks('a\n\n```ts\nx\n```').at(-1)?.openFence).toBe(false);
  });

  test('loses nothing', () => {
    const text = '\n\na\n\n- b\n\n  c\n\n```\n\nd\n';
    expect(
      splitBlocks(text)
        .map((block) => block.source)
        .join(''),
    ).toBe(text);
  });

  test('U16: a block that has another one after it never changes as text is appended', () => {
    const text = 'intro\n\n- a\n- b\n\n  more\n\n> q\n\n> r\n\n```js\n\nx\n\n```\n\n| a |\n| - |\n| b |\n\nend';
    const whole = new Map(splitBlocks(text).map((block) => [block.start, block.source]));
    for (let length = 1; length < text.length; length++) {
      for (const block of splitBlocks(text.slice(0, length)).slice(0, -1)) {
        expect(whole.get(block.start)).toBe(block.source);
      }
    }
  });
});
