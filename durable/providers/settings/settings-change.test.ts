import { describe, expect, test } from 'vitest';
import { readHostRules } from './provider-hosts.ts';
import { changeSlot, NO_SLOT, type SlotInput, type SlotValues } from './settings-change.ts';

const hosts = readHostRules('gateway.example', { allowLocalHttp: false });
const KEY = 'sk-0123456789abcdef';
const OPENAI: SlotValues = { provider: 'openai', model: 'gpt-4.1', baseUrl: null, wire: null };
const GATEWAY: SlotValues = { ...OPENAI, baseUrl: 'https://gateway.example/v1' };

const change = (values: SlotValues, hasKey: boolean, input: SlotInput) =>
  changeSlot({ values, hasKey }, input, { slot: 'primary', hosts });
/** Each issue as `field: message`. */
const issuesOf = (values: SlotValues, hasKey: boolean, input: SlotInput) =>
  change(values, hasKey, input).issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a change of provider settings', () => {
  test('keeps omitted values, including the key', () => {
    expect(change(OPENAI, true, {})).toEqual({ values: OPENAI, key: undefined, issues: [] });
    expect(change(OPENAI, true, { model: 'gpt-4.1-mini' })).toEqual({
      values: { ...OPENAI, model: 'gpt-4.1-mini' },
      key: undefined,
      issues: [],
    });
    expect(change(OPENAI, true, { model: null }).values.model).toBeNull();
  });

  test('replaces or removes the key only when the change includes it', () => {
    expect(change(OPENAI, true, { apiKey: KEY })).toMatchObject({ key: KEY, issues: [] });
    expect(change(OPENAI, true, { apiKey: null })).toMatchObject({ key: null, issues: [] });
  });

  test.each(['***', '***cdef', '', ' ', 'two words', 'ünicode', 'line\nbreak', 'k'.repeat(513)])(
    'rejects %j as a key (R23)',
    (apiKey) => {
      expect(issuesOf(OPENAI, true, { apiKey })).toEqual([expect.stringContaining('apiKey')]);
    },
  );

  test.each<[string, SlotInput]>([
    ['the address', { baseUrl: 'https://gateway.example/v1' }],
    ['the provider', { provider: 'anthropic' }],
    ['the provider to one without keys', { provider: 'compatible', model: 'm', baseUrl: 'https://gateway.example/v1' }],
  ])('changing %s asks for the key again (R26)', (_what, input) => {
    expect(issuesOf(OPENAI, true, input)).toEqual([expect.stringContaining('enter the key again')]);
    expect(issuesOf(OPENAI, true, { ...input, apiKey: KEY })).toEqual([]);
  });

  test('changing back to the provider’s own address also asks for the key again (R26)', () => {
    expect(issuesOf(GATEWAY, true, { baseUrl: null })).toEqual([expect.stringContaining('enter the key again')]);
    expect(issuesOf(GATEWAY, true, { baseUrl: 'https://api.openai.com/v1/' })).toEqual([
      expect.stringContaining('enter the key again'),
    ]);
  });

  test('the same address in another spelling is the same address', () => {
    expect(change(GATEWAY, true, { baseUrl: 'https://GATEWAY.example:443/v1/' })).toEqual({
      values: GATEWAY,
      key: undefined,
      issues: [],
    });
    expect(change(OPENAI, true, { baseUrl: 'https://api.openai.com/v1' }).values.baseUrl).toBeNull();
  });

  test('a custom address needs a key if the provider takes keys', () => {
    expect(issuesOf(NO_SLOT, false, { provider: 'openai', baseUrl: 'https://gateway.example' })).toEqual([
      expect.stringContaining('required for a custom address'),
    ]);
    expect(issuesOf(GATEWAY, true, { apiKey: null })).toEqual([
      expect.stringContaining('required for a custom address'),
    ]);
    expect(issuesOf(NO_SLOT, false, { provider: 'ollama', baseUrl: 'https://gateway.example' })).toEqual([]);
  });

  test('rejects an address that is not on the list (R26)', () => {
    for (const baseUrl of ['https://evil.example', 'http://gateway.example', 'https://u:p@gateway.example', 'x']) {
      expect(issuesOf(OPENAI, false, { baseUrl, apiKey: KEY })).toEqual([expect.stringContaining('baseUrl')]);
    }
  });

  test('a self-hosted server needs an address and a model', () => {
    expect(issuesOf(NO_SLOT, false, { provider: 'compatible' })).toEqual([
      expect.stringContaining('baseUrl'),
      expect.stringContaining('model'),
    ]);
  });

  test('another provider does not inherit the model', () => {
    expect(change(OPENAI, false, { provider: 'anthropic' }).values).toEqual({ ...NO_SLOT, provider: 'anthropic' });
  });

  test('takes an API that the provider’s servers may speak, and another provider doesn’t inherit it', () => {
    const wire = 'chat-completions';
    expect(change(OPENAI, true, { wire })).toEqual({ values: { ...OPENAI, wire }, key: undefined, issues: [] });
    expect(change({ ...OPENAI, wire }, true, { model: 'gpt-9' }).values.wire).toBe(wire);
    expect(change({ ...OPENAI, wire }, false, { provider: 'openrouter' }).values.wire).toBeNull();
    expect(issuesOf(OPENAI, true, { wire: 'anthropic' })).toEqual([expect.stringContaining('wire: must be one of')]);
    expect(issuesOf(NO_SLOT, false, { wire })).toEqual([expect.stringContaining('wire: needs a provider')]);
  });

  test('without a provider, rejects a model, address or key and removes the stored key', () => {
    expect(change(GATEWAY, true, { provider: null })).toEqual({ values: NO_SLOT, key: null, issues: [] });
    expect(issuesOf(NO_SLOT, false, { model: 'm', baseUrl: 'https://gateway.example', apiKey: KEY })).toHaveLength(3);
  });

  test('an unknown provider is rejected with the list of known providers', () => {
    expect(issuesOf(NO_SLOT, false, { provider: 'unknown' })[0]).toMatch(/anthropic.*openrouter.*compatible/);
  });

  test('issues in the fallback include it in their path', () => {
    const { issues } = changeSlot({ values: NO_SLOT, hasKey: false }, { provider: 'x' }, { slot: 'fallback', hosts });
    expect(issues[0]?.path).toEqual(['fallback', 'provider']);
  });
});
