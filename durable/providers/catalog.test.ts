import { describe, expect, test } from 'vitest';
import type { Plan } from '../principal.ts';
import { listModels, resolveModel } from './catalog.ts';
import { readProviderConfig } from './registry.ts';

const configOf = (env: Record<string, string>, options: { demo?: boolean; allowLocalHttp?: boolean } = {}) =>
  readProviderConfig(env, { demo: false, allowLocalHttp: false, ...options });
const both = { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' };

function answer(env: Record<string, string>, plan: Plan, requested?: string) {
  const choice = resolveModel({ requested, plan, config: configOf(env, { allowLocalHttp: true }) });
  return choice.ok ? `${choice.provider.name} ${choice.model.id}` : choice.code;
}

describe('the model without a request', () => {
  test.each<[Record<string, string>, Plan, string]>([
    [{ ANTHROPIC_API_KEY: 'a' }, 'professional', 'anthropic claude-sonnet-4-6'],
    [{ OPENAI_API_KEY: 'o' }, 'professional', 'openai gpt-4.1'],
    [both, 'free', 'anthropic claude-sonnet-4-6'],
    [{ ...both, OPENAI_MODEL: 'gpt-4.1-mini' }, 'free', 'openai gpt-4.1-mini'],
    [{ ...both, ANTHROPIC_MODEL: 'claude-opus-4-7' }, 'enterprise', 'anthropic claude-opus-4-7'],
    [{ GEMINI_API_KEY: 'g' }, 'free', 'gemini gemini-2.0-flash'],
    [{ OLLAMA_BASE_URL: 'http://localhost:11434/v1' }, 'free', 'ollama llama3.2'],
    [{ ANTHROPIC_API_KEY: ' ', OPENAI_API_KEY: 'o' }, 'free', 'openai gpt-4.1'],
    [{}, 'enterprise', 'PROVIDER_UNCONFIGURED'],
    [{ OPENAI_MODEL: 'gpt-4.1' }, 'enterprise', 'PROVIDER_UNCONFIGURED'],
  ])('%j on %s is %s', (env, plan, expected) => {
    expect(answer(env, plan)).toBe(expected);
  });

  test('passes over a default that the plan does not include', () => {
    expect(answer({ ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-opus-4-7' }, 'professional')).toBe(
      'anthropic claude-sonnet-4-6',
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

  test('that the environment names and no row lists works, marked as having no known price', () => {
    const config = configOf({ ...both, OPENAI_MODEL: 'gpt-9' });
    const choice = resolveModel({ requested: 'gpt-9', plan: 'free', config });
    if (!choice.ok) throw new Error(choice.code);
    expect(choice.provider.name).toBe('openai');
    expect(choice.model).toMatchObject({ id: 'gpt-9', priceVersion: 'unlisted-2026-11-21', provider: 'openai' });
    expect(choice.model.prices.output).toBe(8_000_000);
  });

  test('that a second provider serves keeps the plan it needs', () => {
    const env = { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'https://router.example/v1', OPENAI_MODEL: 'claude-opus-4-7' };
    expect(answer(env, 'professional', 'claude-opus-4-7')).toBe('MODEL_NOT_IN_PLAN');
    expect(answer(env, 'enterprise', 'claude-opus-4-7')).toBe('openai claude-opus-4-7');
  });
});

describe('what a plan includes', () => {
  test('is data: a model opened to an org answers, is listed as allowed and may be its default', () => {
    const env = { ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: 'claude-opus-4-7' };
    const config = configOf(env);
    const extraModels = ['claude-opus-4-7'];
    const choice = resolveModel({ requested: 'claude-opus-4-7', plan: 'professional', extraModels, config });
    expect(choice.ok && choice.model.id).toBe('claude-opus-4-7');
    const { models, defaultModel } = listModels('professional', config, extraModels);
    expect(models.find(({ id }) => id === 'claude-opus-4-7')).toMatchObject({ allowed: true, reason: null });
    expect(defaultModel).toBe('claude-opus-4-7');
  });

  test('opening one model opens no other', () => {
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
  test('says of each whether it may be used and why not', () => {
    const { models, defaultModel } = listModels('professional', configOf(both));
    const reasons = Object.fromEntries(models.map(({ id, allowed, reason }) => [id, allowed || reason]));
    expect(reasons).toEqual({
      'claude-sonnet-4-6': true,
      'claude-opus-4-7': 'MODEL_NOT_IN_PLAN',
      'gpt-4.1': true,
      'gpt-4.1-mini': true,
      'gemini-2.0-flash': 'PROVIDER_UNCONFIGURED',
      'llama3.2': 'PROVIDER_UNCONFIGURED',
    });
    expect(defaultModel).toBe('claude-sonnet-4-6');
  });

  test('agrees with what resolving each model answers', () => {
    const config = configOf({ ...both, OPENAI_MODEL: 'gpt-9' });
    for (const plan of ['free', 'professional', 'enterprise'] as const) {
      const { models, defaultModel } = listModels(plan, config);
      for (const { id, allowed } of models) expect(resolveModel({ requested: id, plan, config }).ok).toBe(allowed);
      const choice = resolveModel({ plan, config });
      expect(choice.ok && choice.model.id).toBe(defaultModel);
    }
  });

  test('has no default where nothing is configured', () => {
    expect(listModels('enterprise', configOf({})).defaultModel).toBeNull();
  });
});

describe('the configuration', () => {
  test('names every provider demo when the demo model answers', () => {
    const config = configOf(
      { ANTHROPIC_API_KEY: 'a', ANTHROPIC_BASE_URL: 'http://127.0.0.1:8788' },
      { demo: true, allowLocalHttp: true },
    );
    const choice = resolveModel({ plan: 'free', config });
    expect(choice.ok && choice.provider.name).toBe('demo');
    expect(choice.ok && choice.model.id).toBe('claude-sonnet-4-6');
  });

  test('R25: leaves out a provider whose address may not be sent a key, and says which variable', () => {
    const config = configOf({ ANTHROPIC_API_KEY: 'a', ANTHROPIC_BASE_URL: 'http://gateway.example' });
    expect(config.configured).toEqual([]);
    expect(config.problems.join()).toContain('ANTHROPIC_BASE_URL');
  });

  test('R25: plain http counts as local only where that is allowed', () => {
    const env = { OLLAMA_BASE_URL: 'http://localhost:11434/v1' };
    expect(configOf(env).configured).toEqual([]);
    expect(configOf(env, { allowLocalHttp: true }).configured).toHaveLength(1);
  });

  test('takes a server at another address for a plain compatible one', () => {
    const quirksOf = (env: Record<string, string>) => configOf(env).configured[0]?.connection.quirks;
    expect(quirksOf({ OPENAI_API_KEY: 'o' })?.outputLimitField).toBe('max_completion_tokens');
    expect(quirksOf({ OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'https://router.example/v1' })).toEqual({
      outputLimitField: 'max_tokens',
      acceptsPromptCacheKey: false,
    });
  });

  test('keeps one client as long as it lives', () => {
    const config = configOf(both);
    const first = resolveModel({ plan: 'free', config });
    const second = resolveModel({ plan: 'free', config });
    expect(first.ok && second.ok && first.provider === second.provider).toBe(true);
  });
});
