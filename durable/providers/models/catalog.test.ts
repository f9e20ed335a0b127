import { describe, expect, test } from 'vitest';
import type { Plan } from '../../principal.ts';
import { readProviderConfig } from '../registry.ts';
import { configuredRefusal, listModels, noticesOf, resolveModel } from './catalog.ts';

const configOf = (env: Record<string, string>, options: { demo?: boolean; allowLocalHttp?: boolean } = {}) =>
  readProviderConfig(env, { demo: false, allowLocalHttp: false, now: () => Date.parse('2026-12-01'), ...options });
const both = { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' };

function answer(env: Record<string, string>, plan: Plan, requested?: string) {
  const choice = resolveModel({ requested, plan, config: configOf(env, { allowLocalHttp: true }) });
  return choice.ok ? `${choice.provider.name} ${choice.model.id}` : choice.code;
}

describe('the default model', () => {
  test.each<[Record<string, string>, Plan, string]>([
    [{ ANTHROPIC_API_KEY: 'a' }, 'professional', 'anthropic claude-sonnet-5-5'],
    [{ OPENAI_API_KEY: 'o' }, 'professional', 'openai gpt-6.2-sol'],
    [both, 'free', 'anthropic claude-sonnet-5-5'],
    [{ ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-sonnet-4-6' }, 'free', 'anthropic claude-sonnet-4-6'],
    [{ OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-4.1' }, 'free', 'openai gpt-4.1'],
    [{ ...both, OPENAI_MODEL: 'gpt-4.1-mini' }, 'free', 'openai gpt-4.1-mini'],
    [{ ...both, ANTHROPIC_MODEL: 'claude-opus-4-7' }, 'enterprise', 'anthropic claude-opus-4-7'],
    [{ GEMINI_API_KEY: 'g' }, 'free', 'gemini gemini-4-hydrogen'],
    [{ OLLAMA_BASE_URL: 'http://localhost:11434/v1' }, 'free', 'ollama llama3.2'],
    [{ ANTHROPIC_API_KEY: ' ', OPENAI_API_KEY: 'o' }, 'free', 'openai gpt-6.2-sol'],
    [{}, 'enterprise', 'PROVIDER_UNCONFIGURED'],
    [{ OPENAI_MODEL: 'gpt-4.1' }, 'enterprise', 'PROVIDER_UNCONFIGURED'],
  ])('%j on %s is %s', (env, plan, expected) => {
    expect(answer(env, plan)).toBe(expected);
  });

  test('skips a default that the plan does not include', () => {
    expect(answer({ ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-opus-4-7' }, 'professional')).toBe(
      'anthropic claude-sonnet-5-5',
    );
  });
});

describe('a requested model', () => {
  test.each<[Record<string, string>, Plan, string, string]>([
    [both, 'free', 'gpt-4.1', 'openai gpt-4.1'],
    [both, 'enterprise', 'claude-opus-4-7', 'anthropic claude-opus-4-7'],
    [both, 'professional', 'claude-opus-4-7', 'MODEL_NOT_IN_PLAN'],
    [both, 'free', 'claude-opus-4-7', 'MODEL_NOT_IN_PLAN'],
    [both, 'enterprise', 'llama3.2', 'PROVIDER_UNCONFIGURED'],
    [both, 'enterprise', 'made-up-9', 'MODEL_UNKNOWN'],
  ])('%j on %s asking for %s is %s', (env, plan, requested, expected) => {
    expect(answer(env, plan, requested)).toBe(expected);
  });

  test('can be one that only the environment names, marked as having no known price', () => {
    const config = configOf({ ...both, OPENAI_MODEL: 'gpt-9' });
    const choice = resolveModel({ requested: 'gpt-9', plan: 'free', config });
    if (!choice.ok) throw new Error(choice.code);
    expect(choice.provider.name).toBe('openai');
    expect(choice.model).toMatchObject({ id: 'gpt-9', priceVersion: 'unlisted-2026-11-30', provider: 'openai' });
    expect(choice.model.prices.output).toBe(50_000_000);
  });

  test('needs the same plan when a second provider serves it', () => {
    const env = { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'https://router.example/v1', OPENAI_MODEL: 'claude-opus-4-7' };
    expect(answer(env, 'professional', 'claude-opus-4-7')).toBe('MODEL_NOT_IN_PLAN');
    expect(answer(env, 'enterprise', 'claude-opus-4-7')).toBe('openai claude-opus-4-7');
  });
});

describe('what a plan includes', () => {
  test('can be extended for an org: the model answers, is listed as allowed and can be the default', () => {
    const env = { ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-opus-4-7' };
    const config = configOf(env);
    const extraModels = ['claude-opus-4-7'];
    const choice = resolveModel({ requested: 'claude-opus-4-7', plan: 'professional', extraModels, config });
    expect(choice.ok && choice.model.id).toBe('claude-opus-4-7');
    const { models, defaultModel } = listModels('professional', config, extraModels);
    expect(models.find(({ id }) => id === 'claude-opus-4-7')).toMatchObject({ allowed: true, reason: null });
    expect(defaultModel).toBe('claude-opus-4-7');
  });

  test('does not extend to other models', () => {
    const choice = resolveModel({
      requested: 'claude-opus-4-7',
      plan: 'free',
      extraModels: ['gpt-4.1', 'claude-opus'],
      config: configOf(both),
    });
    expect(choice).toEqual({ ok: false, code: 'MODEL_NOT_IN_PLAN' });
  });
});

describe('the list of models', () => {
  test('shows for each whether it is allowed, or why not', () => {
    const { models, defaultModel } = listModels('professional', configOf(both));
    const reasons = Object.fromEntries(models.map(({ id, allowed, reason }) => [id, allowed || reason]));
    expect(reasons).toMatchObject({
      'claude-sonnet-5-5': true,
      'claude-opus-5-5': 'MODEL_NOT_IN_PLAN',
      'claude-sonnet-4-6': true,
      'claude-opus-4-7': 'MODEL_NOT_IN_PLAN',
      'gpt-6.2-sol': true,
      'gpt-5.6-luna': 'MODEL_NEEDS_OWN_KEY',
      'gpt-4.1': true,
      'gpt-4.1-mini': true,
      'gemini-4-hydrogen': 'PROVIDER_UNCONFIGURED',
      'llama3.2': 'PROVIDER_UNCONFIGURED',
      'gemini-2.0-flash': 'MODEL_RETIRED',
    });
    expect(defaultModel).toBe('claude-sonnet-5-5');
  });

  test('agrees with resolveModel for each model', () => {
    const config = configOf({ ...both, OPENAI_MODEL: 'gpt-9' });
    for (const plan of ['free', 'professional', 'enterprise'] as const) {
      const { models, defaultModel } = listModels(plan, config);
      for (const { id, allowed } of models) expect(resolveModel({ requested: id, plan, config }).ok).toBe(allowed);
      const choice = resolveModel({ plan, config });
      expect(choice.ok && choice.model.id).toBe(defaultModel);
    }
  });

  test('has no default when no provider is configured', () => {
    expect(listModels('enterprise', configOf({})).defaultModel).toBeNull();
  });
});

describe('the configuration', () => {
  test('calls every provider `demo` when the demo model answers', () => {
    const config = configOf(
      { ANTHROPIC_API_KEY: 'a', ANTHROPIC_BASE_URL: 'http://127.0.0.1:8788' },
      { demo: true, allowLocalHttp: true },
    );
    const choice = resolveModel({ plan: 'free', config });
    expect(choice.ok && choice.provider.name).toBe('demo');
    expect(choice.ok && choice.model.id).toBe('claude-sonnet-5-5');
  });

  test('leaves out a provider whose address must not get a key, and reports the variable (R25)', () => {
    const config = configOf({ ANTHROPIC_API_KEY: 'a', ANTHROPIC_BASE_URL: 'http://gateway.example' });
    expect(config.configured).toEqual([]);
    expect(config.problems.join()).toContain('ANTHROPIC_BASE_URL');
    expect(configOf({ OPENAI_API_KEY: 'o', OPENAI_WIRE: 'soap' }).problems.join()).toContain('OPENAI_WIRE');
  });

  test('accepts plain http to this machine only if that is allowed (R25)', () => {
    const env = { OLLAMA_BASE_URL: 'http://localhost:11434/v1' };
    expect(configOf(env).configured).toEqual([]);
    expect(configOf(env, { allowLocalHttp: true }).configured).toHaveLength(1);
  });

  test('treats a server at another address as a plain compatible one', () => {
    const quirksOf = (env: Record<string, string>) => configOf(env).configured[0]?.connection.quirks;
    expect(quirksOf({ OPENAI_API_KEY: 'o' })?.outputLimitField).toBe('max_completion_tokens');
    expect(quirksOf({ OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'https://router.example/v1' })).toEqual({
      outputLimitField: 'max_tokens',
      acceptsPromptCacheKey: false,
      silenceMs: 300_000,
    });
  });

  test('gives each kind of server the silence that it may need (R47)', () => {
    const silenceOf = (env: Record<string, string>) =>
      configOf(env, { allowLocalHttp: true }).configured[0]?.connection.quirks.silenceMs;
    expect(silenceOf({ ANTHROPIC_API_KEY: 'a' })).toBe(60_000);
    expect(silenceOf({ OPENAI_API_KEY: 'o' })).toBe(300_000);
    expect(silenceOf({ COMPATIBLE_BASE_URL: 'https://models.example/v1' })).toBe(300_000);
    expect(silenceOf({ OLLAMA_BASE_URL: 'http://localhost:11434/v1' })).toBe(600_000);
  });

  test('reuses one client per connection', () => {
    const config = configOf(both);
    const first = resolveModel({ plan: 'free', config });
    const second = resolveModel({ plan: 'free', config });
    expect(first.ok && second.ok && first.provider === second.provider).toBe(true);
  });
});

describe('the end of a model', () => {
  const at = (day: string, env: Record<string, string>) =>
    readProviderConfig(env, { demo: false, allowLocalHttp: false, now: () => Date.parse(day) });
  const openai = { OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-4.1' };
  const ask = (day: string, env: Record<string, string>, requested?: string) =>
    resolveModel({ requested, plan: 'free', config: at(day, env) });

  test('refuses it from its last day on, with a message that names the successor', () => {
    expect(ask('2027-01-13', openai)).toMatchObject({ ok: true, model: { id: 'gpt-4.1' } });
    for (const requested of [undefined, 'gpt-4.1']) {
      expect(ask('2027-01-14', openai, requested)).toEqual({
        ok: false,
        code: 'MODEL_RETIRED',
        detail:
          'The provider retired GPT-4.1 on 2027-01-14. Choose GPT-6.2 Sol or another model. If an admin set it, ask them to change it in Settings.',
      });
    }
  });

  test('leaves other models usable', () => {
    expect(ask('2027-01-14', openai, 'gpt-6.2-sol')).toMatchObject({ ok: true });
  });

  test('applies to models that are not listed but whose end is known', () => {
    const env = { ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-sonnet-4-5' };
    expect(ask('2026-11-29', env)).toMatchObject({ ok: true });
    expect(ask('2026-11-30', env)).toMatchObject({ ok: false, code: 'MODEL_RETIRED' });
  });

  test('does not apply to other servers, which have dates of their own', () => {
    const env = { ...openai, OPENAI_BASE_URL: 'https://gateway.example/v1' };
    expect(ask('2027-01-14', env)).toMatchObject({ ok: true });
    expect(noticesOf(at('2027-01-14', env))).toEqual([]);
  });

  test('keeps a retired model from being the fallback', () => {
    const config = at('2027-01-14', { ...openai, ANTHROPIC_API_KEY: 'a' });
    const [anthropic, fallback = null] = config.configured;
    if (!anthropic) throw new Error('not configured');
    const choice = resolveModel({ plan: 'free', config: { ...config, configured: [anthropic], fallback } });
    expect(choice).toMatchObject({ ok: true, fallback: null });
    expect(configuredRefusal(fallback, { plan: 'free', now: config.now() })).toBe('MODEL_RETIRED');
  });

  test('is shown in the list', () => {
    const stateOf = (day: string, id: string) =>
      listModels('enterprise', at(day, openai)).models.find((model) => model.id === id);
    const state = { on: '2027-01-14', successor: 'gpt-6.2-sol' };
    expect(stateOf('2026-11-14', 'gpt-4.1')).toMatchObject({ allowed: true, state: { stage: 'served', ...state } });
    expect(stateOf('2026-11-15', 'gpt-4.1')).toMatchObject({ allowed: true, state: { stage: 'retiring', ...state } });
    expect(stateOf('2027-01-14', 'gpt-4.1')).toMatchObject({ reason: 'MODEL_RETIRED', state: { stage: 'retired' } });
    expect(stateOf('2026-12-01', 'gemini-2.0-flash')).toMatchObject({ allowed: false, reason: 'MODEL_RETIRED' });
  });

  test('is announced to admins 60 days ahead', () => {
    const day = { before: '2026-11-14', first: '2026-11-15', last: '2027-01-14' };
    expect(noticesOf(at(day.before, openai))).toEqual([]);
    const notice = {
      ...{ slot: 'primary', model: 'gpt-4.1', label: 'GPT-4.1', on: '2027-01-14' },
      ...{ successor: 'gpt-6.2-sol', successorLabel: 'GPT-6.2 Sol' },
    };
    expect(noticesOf(at(day.first, openai))).toEqual([{ ...notice, stage: 'retiring' }]);
    expect(noticesOf(at(day.last, openai))).toEqual([{ ...notice, stage: 'retired' }]);
  });

  test('may come without notice once the provider’s promise ends', () => {
    const env = { ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-haiku-4-5' };
    expect(noticesOf(at('2026-12-01', env))).toMatchObject([{ stage: 'unpromised', on: '2026-10-15' }]);
    expect(ask('2026-12-01', env)).toMatchObject({ ok: true });
  });
});
