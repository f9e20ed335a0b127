import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../contracts/usage.ts';
import { readProviderConfig } from '../registry.ts';
import { listModels, resolveModel } from './catalog.ts';
import { findOverrideProblems, modelsWith } from './model-overrides.ts';
import { costMicros, MODELS } from './models.ts';
import { deriveCostMicros, modelAt } from './price-lists.ts';

const SOURCE = { url: 'https://provider.example/pricing', checked: '2027-01-01', confidence: 'high' };
const price = (from: string, input: number) => ({
  ...{ from, input, output: input * 5, cacheRead: input / 10, cacheWrite: input, source: SOURCE },
});
const CHEAPER = { id: 'gpt-6.2-sol', provider: 'openai', prices: [price('2027-01-10', 1)] };
const NEW = {
  ...{ id: 'claude-sonnet-6', provider: 'anthropic', label: 'Sonnet 6', contextTokens: 1_000_000 },
  ...{ maxOutputTokens: 128_000, prices: [price('2027-01-10', 3)] },
};
const ENDING = { id: 'gpt-6.2-sol', provider: 'openai', lifecycle: { retires: '2027-03-01', source: SOURCE.url } };

const catalog = (...overrides: unknown[]) => modelsWith(JSON.stringify(overrides));
const find = (models: ReturnType<typeof catalog>, id: string) => {
  const entry = models.find((model) => model.id === id);
  if (!entry) throw new Error(`no model ${id}`);
  return entry;
};
const at = (day: string) => Date.parse(day);

describe('an operator’s override', () => {
  test('is the catalog itself if there is none', () => {
    expect(modelsWith(undefined)).toBe(MODELS);
    expect(catalog()).toBe(MODELS);
  });

  test('changes a price from its day on, under a version of its own', () => {
    const entry = find(catalog(CHEAPER), 'gpt-6.2-sol');
    expect(modelAt(entry, at('2027-01-09'))).toMatchObject({
      priceVersion: '2026-11-30',
      prices: { input: 2_000_000 },
    });
    expect(modelAt(entry, at('2027-01-10'))).toMatchObject({
      ...{ isPriced: true, priceVersion: 'operator-2027-01-10', prices: { input: 1_000_000 } },
    });
  });

  test('keeps each charge derivable (R39)', () => {
    const models = catalog(CHEAPER, NEW);
    const usage = { ...NO_USAGE, inputTokens: 1_000, outputTokens: 10 };
    for (const [id, day] of [
      ['gpt-6.2-sol', '2027-01-09'],
      ['gpt-6.2-sol', '2027-01-10'],
      ['claude-sonnet-6', '2027-02-01'],
    ] as const) {
      const model = modelAt(find(models, id), at(day));
      const charge = { provider: model.provider, model: id, priceVersion: model.priceVersion };
      expect(deriveCostMicros(charge, usage, models)).toBe(costMicros(model, usage));
    }
  });

  test('adds a model, which answers and is listed', () => {
    const config = {
      ...readProviderConfig(
        { ANTHROPIC_API_KEY: 'a' },
        { demo: false, allowLocalHttp: false, now: () => at('2027-02-01') },
      ),
      models: catalog(NEW),
    };
    const choice = resolveModel({ requested: 'claude-sonnet-6', plan: 'free', config });
    expect(choice).toMatchObject({ ok: true, model: { label: 'Sonnet 6', isPriced: true } });
    expect(listModels('free', config).models).toContainEqual(expect.objectContaining({ id: NEW.id, allowed: true }));
    expect(resolveModel({ requested: NEW.id, plan: 'free', config: { ...config, models: MODELS } })).toMatchObject({
      code: 'MODEL_UNKNOWN',
    });
  });

  test('ends a model', () => {
    const config = {
      ...readProviderConfig(
        { OPENAI_API_KEY: 'o' },
        { demo: false, allowLocalHttp: false, now: () => at('2027-03-01') },
      ),
      models: catalog(ENDING),
    };
    expect(resolveModel({ plan: 'free', config })).toMatchObject({ ok: false, code: 'MODEL_RETIRED' });
  });

  test('changes only the model of its own provider', () => {
    const gateway = { ...NEW, id: 'gpt-6.2-sol', provider: 'gemini' };
    const named = catalog(gateway).filter(({ id }) => id === 'gpt-6.2-sol');
    expect(named.map(({ provider }) => provider).sort()).toEqual(['gemini', 'openai']);
    expect(named).toContain(find(MODELS, 'gpt-6.2-sol'));
  });

  test('is left out if this release can’t read it, and others still apply', () => {
    const models = catalog({ id: 'gpt-6.2-sol', provider: 'openai', unknown: 1 }, NEW, 'nonsense');
    expect(find(models, 'gpt-6.2-sol')).toBe(find(MODELS, 'gpt-6.2-sol'));
    expect(find(models, 'claude-sonnet-6').label).toBe('Sonnet 6');
  });
});

describe('overrides that are to be stored', () => {
  const problems = (given: unknown, before: unknown[] = [], today = '2027-01-10') =>
    findOverrideProblems(given, before, today).join('\n');

  test('are accepted if they make sense', () => {
    expect(problems([CHEAPER, NEW])).toBe('');
    expect(problems([])).toBe('');
  });

  test.each<[string, unknown, RegExp]>([
    ['a list of nothing known', [{ id: 'x' }], /provider/],
    ['no list', { id: 'x' }, /the file/],
    ['an unknown field', [{ ...CHEAPER, thinking: { mode: 'on' } }], /thinking/],
    ['a new model without limits', [{ id: 'new', provider: 'openai' }], /new: contextTokens/],
    [
      'a price without a source',
      [{ ...CHEAPER, prices: [{ ...price('2027-01-10', 1), source: undefined }] }],
      /source/,
    ],
    ['an impossible price', [{ ...CHEAPER, prices: [{ ...price('2027-01-10', 1), cacheRead: 9 }] }], /proportion/],
    ['a price in the past', [{ ...CHEAPER, prices: [price('2027-01-09', 1)] }], /past/],
    ['an id twice', [CHEAPER, CHEAPER], /twice/],
  ])('are refused: %s', (_what, given, expected) => {
    expect(problems(given)).toMatch(expected);
  });

  test('may name one id at two providers, each with its own prices', () => {
    const other = { ...NEW, id: CHEAPER.id };
    expect(problems([CHEAPER, other])).toBe('');
    expect(problems([other], [CHEAPER], '2027-01-15')).toMatch(/must stay/);
    expect(problems([other, CHEAPER], [CHEAPER, other], '2027-01-15')).toBe('');
  });

  test('must keep prices that were charged', () => {
    const later = { ...CHEAPER, prices: [...CHEAPER.prices, price('2027-02-01', 0.5)] };
    expect(problems([later], [CHEAPER], '2027-01-15')).toBe('');
    expect(problems([], [CHEAPER], '2027-01-15')).toMatch(/must stay/);
    expect(problems([{ ...CHEAPER, prices: [price('2027-01-10', 2)] }], [CHEAPER], '2027-01-15')).toMatch(/must stay/);
    // The database has its own order of keys.
    const reordered = Object.fromEntries(Object.entries(CHEAPER.prices[0] ?? {}).reverse());
    expect(problems([{ ...CHEAPER, prices: [reordered] }], [CHEAPER], '2027-01-15')).toBe('');
    // Nothing was charged at it yet.
    expect(problems([], [CHEAPER], '2027-01-09')).toBe('');
  });
});
