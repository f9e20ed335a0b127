import { describe, expect, test } from 'vitest';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import { PROVIDERS } from '../registry.ts';
import { ModelEntry } from './model-entry.ts';
import { costMicros, ENDINGS, findTraits, MODELS } from './models.ts';
import { modelAt } from './price-lists.ts';

const NOW = Date.parse('2026-12-01T12:00:00Z');

function requireModel(id: string, now = NOW) {
  const entry = MODELS.find((model) => model.id === id);
  if (!entry) throw new Error(`no model ${id}`);
  return modelAt(entry, now);
}

const cost = (id: string, usage: Partial<typeof NO_USAGE> & { longCacheWriteTokens?: number }, now = NOW) =>
  costMicros(requireModel(id, now), { ...NO_USAGE, ...usage });

describe('the cost of a request', () => {
  test('adds up the four kinds of tokens in micro-dollars', () => {
    const million = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
    expect(cost('claude-sonnet-4-6', million)).toBe(3_000_000 + 15_000_000 + 300_000 + 3_750_000);
  });

  test('is rounded up once, not for each kind', () => {
    const prices = { input: 400_000, output: 400_000, cacheRead: 400_000, cacheWrite: 400_000 };
    const one = { ...NO_USAGE, inputTokens: 1, outputTokens: 1, cacheReadTokens: 1, cacheWriteTokens: 1 };
    expect(costMicros({ prices }, one)).toBe(2);
    expect(costMicros({ prices }, { ...NO_USAGE, inputTokens: 1 })).toBe(1);
  });

  test('does not charge reasoning twice, because it is part of the output', () => {
    const withoutReasoning = cost('claude-sonnet-4-6', { outputTokens: 100 });
    expect(cost('claude-sonnet-4-6', { outputTokens: 100, reasoningTokens: 90 })).toBe(withoutReasoning);
  });

  test('is higher for the whole request when a Haiku 5.5 prompt is longer than 100,000 tokens', () => {
    const output = { outputTokens: 1_000 };
    expect(cost('claude-haiku-5-5', { inputTokens: 100_000, ...output })).toBe(10_000 + 500);
    expect(cost('claude-haiku-5-5', { inputTokens: 100_001, ...output })).toBe(Math.ceil(100_001 * 0.5) + 2_500);
  });

  test('counts the cache as part of the prompt when it chooses the tier', () => {
    const prompt = { inputTokens: 1, cacheReadTokens: 60_000, cacheWriteTokens: 40_000 };
    expect(cost('claude-haiku-5-5', prompt)).toBe(Math.ceil(0.5 + 60_000 * 0.05 + 40_000 * 0.625));
  });

  test('is higher for the whole request when a GPT-6 prompt is longer than 272,000 tokens', () => {
    const output = { outputTokens: 1_000 };
    expect(cost('gpt-6.2-sol', { inputTokens: 272_000, ...output })).toBe(544_000 + 10_000);
    expect(cost('gpt-6.2-sol', { inputTokens: 272_001, ...output })).toBe(272_001 * 4 + 15_000);
    expect(cost('gpt-6.2-sol', { cacheReadTokens: 300_000 })).toBe(300_000 * 0.2);
  });

  test('charges cache writes by their lifetime', () => {
    const usage = { cacheWriteTokens: 1_000_000, longCacheWriteTokens: 400_000 };
    expect(cost('claude-sonnet-5-5', usage)).toBe(600_000 * 2.5 + 400_000 * 4);
    expect(cost('gpt-4.1', usage)).toBe(2_000_000);
  });

  test('changes on the day that the provider announced', () => {
    const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
    for (const id of ['gemini-4-argon', 'gemini-4-carbon']) {
      expect(cost(id, million, Date.parse('2026-11-30T23:59:59Z'))).toBe(12_000_000);
      expect(cost(id, million, Date.parse('2026-12-01T00:00:00Z'))).toBe(24_000_000);
    }
  });
});

describe('the catalog', () => {
  test('has unique ids, of known providers', () => {
    const ids = [...MODELS, ...ENDINGS].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const providers = PROVIDERS.map(({ id }) => id);
    expect([...MODELS, ...ENDINGS].filter(({ provider }) => !providers.includes(provider))).toEqual([]);
  });

  test('has a source for every lifecycle', () => {
    expect(MODELS.filter(({ lifecycle }) => lifecycle.source === undefined)).toEqual([]);
  });

  test('names successors that it lists', () => {
    const named = [...MODELS.map(({ lifecycle }) => lifecycle), ...ENDINGS].flatMap(({ successor }) => successor ?? []);
    expect(named.filter((id) => !MODELS.some((model) => model.id === id))).toEqual([]);
  });

  test('asks for the enterprise plan from $4 per million input tokens', () => {
    const dear = MODELS.filter(({ prices }) => (prices.at(-1)?.input ?? 0) >= 4);
    const enterprise = MODELS.filter(({ lowestPlan }) => lowestPlan === 'enterprise');
    expect(enterprise.map(({ id }) => id)).toEqual(dear.map(({ id }) => id));
  });

  test('has long-prompt prices of twice the input and one and a half times the output for GPT-5.6 and 6', () => {
    const tiered = MODELS.filter(({ id }) => /^gpt-(5\.6|6)/.test(id));
    expect(tiered.length).toBeGreaterThan(5);
    for (const { prices } of tiered) {
      for (const { input, output, cacheRead, cacheWrite, above } of prices) {
        expect(above).toMatchObject({ promptTokens: 272_000, input: input * 2 });
        expect(above?.output).toBeCloseTo(output * 1.5, 6);
        expect(above?.cacheRead).toBe(cacheRead === null ? null : cacheRead * 2);
        expect(above?.cacheWrite).toBe(cacheWrite === null ? null : cacheWrite * 2);
      }
    }
  });

  test('has micro-dollar integers as prices of every model', () => {
    for (const entry of MODELS) {
      const { prices } = modelAt(entry, NOW);
      const { above, ...base } = prices;
      const { promptTokens, ...long } = above ?? { promptTokens: 1 };
      for (const price of [...Object.values(base), promptTokens, ...Object.values(long)])
        expect(price, entry.id).toSatisfy(Number.isSafeInteger);
    }
  });

  test.each<[string, Partial<ModelEntry>]>([
    ['an unknown default effort', { effort: { levels: ['low', 'high'], default: 'medium' } }],
    ['effort levels out of order', { effort: { levels: ['high', 'low'], default: 'low' } }],
    ['output beyond the context', { contextTokens: 1_000, maxOutputTokens: 1_000 }],
    ['thinking without reasoning', { capabilities: ['tools'] }],
    ['a date that does not exist', { lifecycle: { retires: '2027-02-30', source: 'https://provider.example' } }],
  ])('refuses %s', (_what, change) => {
    const [entry] = MODELS;
    expect(ModelEntry.safeParse(entry).success).toBe(true);
    expect(ModelEntry.safeParse({ ...entry, ...change }).success).toBe(false);
  });

  test('refuses prices out of order or proportion', () => {
    const entry = MODELS.find(({ id }) => id === 'gemini-4-argon');
    const [first, second] = entry?.prices ?? [];
    const accepts = (prices: unknown[]) => ModelEntry.safeParse({ ...entry, prices }).success;
    expect(accepts([first, second])).toBe(true);
    expect(accepts([second, first])).toBe(false);
    expect(accepts([{ ...first, cacheRead: 3 }])).toBe(false);
    expect(accepts([{ ...first, output: 1 }])).toBe(false);
    expect(accepts([{ ...first, source: undefined }])).toBe(false);
  });
});

describe('the traits of a model', () => {
  test.each([
    ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    ['anthropic/claude-opus-4-7', 'claude-opus-4-7'],
    ['gpt-4.1-2025-04-14', 'gpt-4.1'],
    ['claude-sonnet-4-6', 'claude-sonnet-4-6'],
  ])('of %s are those of %s', (id, expected) => {
    expect(findTraits(id)?.id).toBe(expected);
  });

  test('are unknown for other models', () => {
    expect(findTraits('gpt-9')).toBeNull();
    expect(findTraits('claude-sonnet-4-6-beta')).toBeNull();
  });
});

describe('the weights of plan tokens', () => {
  // Decision 57: one plan token is a token that the default models write.
  test.each(['claude-sonnet-5-5', 'claude-sonnet-4-6', 'claude-opus-5-5', 'gpt-6.2-sol'])(
    'are the price relations of %s, and never lower',
    (id) => {
      const { prices } = requireModel(id);
      const weightOf = (kind: 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens') =>
        planTokensOf({ ...NO_USAGE, [kind]: 1_000_000 }) / 1_000_000;
      expect(weightOf('inputTokens')).toBe(prices.input / prices.output);
      expect(weightOf('cacheWriteTokens')).toBe(prices.cacheWrite / prices.output);
      expect(weightOf('cacheReadTokens')).toBeGreaterThanOrEqual(prices.cacheRead / prices.output);
    },
  );
});
