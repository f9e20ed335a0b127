import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../contracts/usage.ts';
import { readProviderConfig } from '../registry.ts';
import { resolveModel } from './catalog.ts';
import type { ModelEntry } from './model-entry.ts';
import { costMicros, MODELS } from './models.ts';
import { deriveCostMicros, highestPrices, modelAt } from './price-lists.ts';

const USAGE = {
  ...NO_USAGE,
  inputTokens: 1_234,
  outputTokens: 567,
  cacheReadTokens: 8_901,
  cacheWriteTokens: 23,
  longCacheWriteTokens: 11,
};
const LONG = { ...USAGE, inputTokens: 300_000 };
const DAYS = ['2026-11-21', '2026-11-30', '2026-12-01', '2027-06-30'].map((day) => Date.parse(day));

const cases = DAYS.flatMap((now) => MODELS.map((entry) => ({ id: entry.id, entry, now, day: new Date(now) })));

describe('deriving a cost from tokens and a price version (R39)', () => {
  test.each(cases)('matches the charge to the micro-dollar for $id at $day', ({ entry, now }) => {
    const model = modelAt(entry, now);
    // Charges of the demo model name the provider `demo`.
    for (const provider of [model.provider, 'demo']) {
      const charge = { provider, model: model.id, priceVersion: model.priceVersion };
      if (provider === 'demo' && !entry.prices.some(({ from }) => Date.parse(from) <= now)) continue;
      expect(deriveCostMicros(charge, USAGE)).toBe(costMicros(model, USAGE));
      expect(deriveCostMicros(charge, LONG)).toBe(costMicros(model, LONG));
    }
  });

  test('works for an unlisted model, using the prices of its version', () => {
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

  // What was charged once must not change when the catalog does. Add rows, never change these.
  test.each([
    ['anthropic', 'claude-sonnet-4-6', '2026-11-21', 14_964],
    ['anthropic', 'claude-opus-4-7', '2026-11-21', 24_940],
    ['openai', 'gpt-4.1', '2026-11-21', 11_501],
    ['openai', 'gpt-4.1-mini', '2026-11-21', 2_301],
    ['gemini', 'gemini-2.0-flash', '2026-11-21', 576],
    ['ollama', 'llama3.2', '2026-11-21', 0],
    ['anthropic', 'claude-sonnet-9', 'unlisted-2026-11-21', 24_940],
    ['openai', 'gpt-9', 'unlisted-2026-11-21', 11_501],
    ['openrouter', 'meta/llama-4', 'unlisted-2026-11-21', 24_940],
    ['openrouter', 'claude-sonnet-4-6', 'unlisted-2026-11-21', 24_940],
  ])('keeps the charge of %s %s in version %s', (provider, model, priceVersion, expected) => {
    const { longCacheWriteTokens: _, ...usage } = USAGE;
    expect(deriveCostMicros({ provider, model, priceVersion }, usage)).toBe(expected);
  });

  test('returns null for an unknown version', () => {
    expect(deriveCostMicros({ provider: 'openai', model: 'gpt-4.1', priceVersion: '1999-01-01' }, USAGE)).toBeNull();
    expect(deriveCostMicros({ provider: 'openai', model: 'gpt-0', priceVersion: '2026-11-21' }, USAGE)).toBeNull();
  });

  test('returns no prices for a version older than every list', () => {
    expect(highestPrices('anthropic', '1999-01-01')).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
    expect(highestPrices('anthropic', '2026-11-21')).toMatchObject({ output: 25_000_000 });
  });
});

describe('a price that no source lists', () => {
  const find = (id: string): ModelEntry => {
    const entry = MODELS.find((model) => model.id === id);
    if (!entry) throw new Error(`no model ${id}`);
    return entry;
  };
  const at = Date.parse('2026-12-01');

  test('is the highest that it can be, next to the prices that are known', () => {
    const model = modelAt(find('claude-fable-5-2'), at);
    expect(model).toMatchObject({ isPriced: false, priceVersion: 'unlisted-2026-11-30' });
    expect(model.prices).toMatchObject({ input: 8e6, output: 40e6, cacheRead: 8e6, cacheWrite: 10e6 });
  });

  test('is the provider’s highest if nothing is known', () => {
    const model = modelAt(find('gemini-3.8-flash'), at);
    expect(model).toMatchObject({ isPriced: false, priceVersion: 'unlisted-2026-12-01' });
    expect(model.prices).toMatchObject({ input: 4e6, output: 20e6 });
  });

  test('counts the long prompts of the provider’s models', () => {
    expect(highestPrices('openai').above).toMatchObject({ promptTokens: 272_000, input: 20e6, output: 75e6 });
  });

  test('keeps what was charged after the price is listed', () => {
    const before = modelAt(find('claude-fable-5-2'), at);
    const [row] = find('claude-fable-5-2').prices;
    if (!row) throw new Error('no row');
    const listed = { ...row, from: '2027-01-05', cacheRead: 0.4, cacheWrite: 10 };
    const models = MODELS.map((model) =>
      model.id === 'claude-fable-5-2' ? { ...model, prices: [row, listed] } : model,
    );
    const charge = { provider: 'anthropic', model: before.id, priceVersion: before.priceVersion };
    expect(deriveCostMicros(charge, USAGE, models)).toBe(costMicros(before, USAGE));
    const entry = models.find(({ id }) => id === before.id);
    expect(entry && modelAt(entry, Date.parse('2027-01-05'), models)).toMatchObject({
      ...{ isPriced: true, priceVersion: '2027-01-05' },
    });
  });
});
