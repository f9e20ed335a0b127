import { expect, test } from 'vitest';
import { cutResult } from './cut-result.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

test('R33: what fits stays as it is', () => {
  expect(cutResult({ items: [1, 2] }, 32_768)).toEqual({ text: '{"items":[1,2]}', cut: null });
});

test('R33: a long list is cut, and the result says how much is left', () => {
  const items = Array.from({ length: 800 }, (_, index) => ({ id: index, name: 'x'.repeat(100) }));
  const { text, cut } = cutResult({ items, total: 800 }, 32_768);
  expect(bytes(text)).toBeLessThanOrEqual(32_768);
  const shown = JSON.parse(text) as { items: unknown[]; total: number; cut: string };
  expect(shown.items.length).toBeGreaterThan(100);
  expect(shown.total).toBe(800);
  expect(cut).toContain(`items: ${shown.items.length} of 800 entries`);
  expect(shown.cut).toBe(cut);
});

test('R33: a deep tree, one long text, and text of many bytes are cut too', () => {
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

test('R33: what cannot be cut is left out with a word', () => {
  const record = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index]));
  expect(JSON.parse(cutResult(record, 1_000).text)).toEqual({ cut: 'The result was too large to show.' });
});
