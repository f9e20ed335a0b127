import { describe, expect, test } from 'vitest';
import { resolveModel } from './catalog.ts';
import { costMicros, MODELS, NO_USAGE } from './models.ts';
import { dearestPrices, deriveCostMicros } from './price-lists.ts';
import { readProviderConfig } from './registry.ts';

const USAGE = { ...NO_USAGE, inputTokens: 1_234, outputTokens: 567, cacheReadTokens: 8_901, cacheWriteTokens: 23 };

describe('R39: the bill is derived from tokens and price versions', () => {
  test.each(MODELS)('to the micro-dollar, of $id', (model) => {
    const charge = { provider: model.provider, model: model.id, priceVersion: model.priceVersion };
    expect(deriveCostMicros(charge, USAGE)).toBe(costMicros(model, USAGE));
  });

  test('of a model that no row lists too, by the list that its version names', () => {
    const config = readProviderConfig(
      { OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-9' },
      { demo: false, allowLocalHttp: false },
    );
    const choice = resolveModel({ requested: 'gpt-9', plan: 'free', config });
    if (!choice.ok) throw new Error(choice.code);
    const { model } = choice;
    const charge = { provider: model.provider, model: model.id, priceVersion: model.priceVersion };
    expect(deriveCostMicros(charge, USAGE)).toBe(costMicros(model, USAGE));
  });

  test('not at all where the version is not known', () => {
    expect(deriveCostMicros({ provider: 'openai', model: 'gpt-4.1', priceVersion: '1999-01-01' }, USAGE)).toBeNull();
    expect(deriveCostMicros({ provider: 'openai', model: 'gpt-0', priceVersion: '2026-11-21' }, USAGE)).toBeNull();
  });

  test('a list from before there was any is free, not dear', () => {
    expect(dearestPrices('anthropic', '1999-01-01')).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
    expect(dearestPrices('anthropic').output).toBe(25_000_000);
  });
});
