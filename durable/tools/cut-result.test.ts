import { expect, test } from 'vitest';
import { cutResult } from './cut-result.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

test('returns a value that fits unchanged (R33)', () => {
  expect(cutResult({ items: [1, 2] }, 32_768)).toEqual({ text: '{"items":[1,2]}', cut: null });
});

test('cuts a long list and notes how many entries are shown (R33)', () => {
  const items = Array.from({ length: 800 }, (_, index) => ({ id: index, name: 'x'.repeat(100) }));
  const { text, cut } = cutResult({ items, total: 800 }, 32_768);
  expect(bytes(text)).toBeLessThanOrEqual(32_768);
  const shown = JSON.parse(text) as { items: unknown[]; total: number; cut: string };
  expect(shown.items.length).toBeGreaterThan(100);
  expect(shown.total).toBe(800);
  expect(cut).toContain(`items: ${shown.items.length} of 800 entries`);
  expect(shown.cut).toBe(cut);
});

test('cuts a deep tree, a long text and multi-byte text (R33)', () => {
  let tree: unknown = { children: [] };
  for (let level = 0; level < 10; level += 1) {
    const node = tree;
    tree = { name: 'n'.repeat(50), children: Array.from({ length: level > 7 ? 6 : 2 }, () => node) };
  }
  for (const value of [
    { tree },
    { text: '"'.repeat(200_000) },
    { text: '🤖'.repeat(50_000) },
    { list: [['y'.repeat(90_000)]] },
  ]) {
    const { text, cut } = cutResult(value, 32_768);
    expect(bytes(text)).toBeLessThanOrEqual(32_768);
    expect(JSON.parse(text)).toHaveProperty('cut', cut);
    expect(text.isWellFormed()).toBe(true);
  }
});

test('replaces a value that can’t be cut with a note (R33)', () => {
  const record = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index]));
  expect(JSON.parse(cutResult(record, 1_000).text)).toEqual({ cut: 'The result was too large to show.' });
});
