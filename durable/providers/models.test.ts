import { describe, expect, test } from 'vitest';
import { costMicros, MODELS, type Usage } from './models.ts';

const NOTHING: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const sonnet = MODELS.find(({ id }) => id === 'claude-sonnet-4-6');

describe('the cost of a request', () => {
  test('adds the four prices of a million tokens in micro-dollars', () => {
    if (!sonnet) throw new Error('no row');
    const million = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
    expect(costMicros(sonnet, { ...NOTHING, ...million })).toBe(3_000_000 + 15_000_000 + 300_000 + 3_750_000);
  });

  test('is rounded up once, not once a part', () => {
    const prices = { input: 400_000, output: 400_000, cacheRead: 400_000, cacheWrite: 400_000 };
    const one = { ...NOTHING, inputTokens: 1, outputTokens: 1, cacheReadTokens: 1, cacheWriteTokens: 1 };
    expect(costMicros({ prices }, one)).toBe(2);
    expect(costMicros({ prices }, { ...NOTHING, inputTokens: 1 })).toBe(1);
  });

  test('does not bill reasoning twice: it is part of the output', () => {
    if (!sonnet) throw new Error('no row');
    const withoutReasoning = costMicros(sonnet, { ...NOTHING, outputTokens: 100 });
    expect(costMicros(sonnet, { ...NOTHING, outputTokens: 100, reasoningTokens: 90 })).toBe(withoutReasoning);
  });
});

describe('the table of models', () => {
  test('has each id once', () => {
    expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length);
  });

  test.each(MODELS)(
    '$id has integer prices in which reading the cache is never dearer than reading the input',
    (model) => {
      const { input, output, cacheRead, cacheWrite } = model.prices;
      for (const price of [input, output, cacheRead, cacheWrite]) expect(Number.isSafeInteger(price)).toBe(true);
      expect(cacheRead).toBeLessThanOrEqual(input);
      expect(cacheWrite).toBeGreaterThanOrEqual(input);
      expect(output).toBeGreaterThanOrEqual(input);
      expect(model.maxOutputTokens).toBeLessThan(model.contextTokens);
    },
  );
});
