import { describe, expect, test } from 'vitest';
import { draftOf, inputOf, isChanged, isKeyForAnother, type SettingsDraft, storedSlot } from './settings-draft.ts';

const KEY = { replacedAt: '2026-05-03T10:00:00.000Z', replacedBy: 'Ada' };
const STORED = {
  enabled: true,
  stored: {
    ...{ enabled: true, provider: 'openai', model: 'gpt-4.1', baseUrl: null, key: KEY },
    fallback: { provider: 'anthropic', model: null, baseUrl: null, key: KEY },
  },
};
const NEW = { enabled: true, stored: null };
const BEFORE = draftOf(STORED);
const changed = (change: Partial<SettingsDraft>): SettingsDraft => ({ ...BEFORE, ...change });

describe('what is sent', () => {
  test('U37: nothing, where nothing was touched; so the stored key stays', () => {
    expect(inputOf(STORED, BEFORE)).toEqual({});
    expect(isChanged(STORED, BEFORE)).toBe(false);
    const typedAndCleared = changed({ primary: { ...BEFORE.primary, key: { kind: 'enter', text: ' ' } } });
    expect(inputOf(STORED, typedAndCleared)).toEqual({});
  });

  test('only what differs; an emptied field goes back to what the next scope has', () => {
    const primary = { ...BEFORE.primary, model: '', key: { kind: 'enter', text: ' sk-new ' } as const };
    expect(inputOf(STORED, changed({ enabled: false, primary }))).toEqual({
      enabled: false,
      model: null,
      apiKey: 'sk-new',
    });
  });

  test('with another provider all that belongs to it, so that nothing of the old one stays', () => {
    const primary = { ...BEFORE.primary, provider: 'gemini', model: '' };
    expect(inputOf(STORED, changed({ primary }))).toEqual({ provider: 'gemini', model: null, baseUrl: null });
  });

  test('a provider that is taken away, alone', () => {
    const gone = { ...BEFORE.primary, provider: '' };
    expect(inputOf(STORED, changed({ primary: gone, fallback: { ...BEFORE.fallback, provider: '' } }))).toEqual({
      provider: null,
      fallback: null,
    });
  });

  test('a key’s removal only where there is a key', () => {
    const fallback = { ...BEFORE.fallback, key: { kind: 'remove' } as const };
    expect(inputOf(STORED, changed({ fallback }))).toEqual({ fallback: { apiKey: null } });
    const primary = { ...draftOf(NEW).primary, provider: 'openai', key: { kind: 'remove' } as const };
    expect(inputOf(NEW, { ...draftOf(NEW), primary })).not.toHaveProperty('apiKey');
  });
});

test('settings of a program that are new do not turn on what the organisation has off', () => {
  expect(draftOf({ enabled: false, stored: null }).enabled).toBe(false);
});

test('R26: a stored key is for its provider and its address only', () => {
  const stored = storedSlot(STORED, 'primary');
  expect(isKeyForAnother(stored, BEFORE.primary)).toBe(false);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, model: 'other' })).toBe(false);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, provider: 'gemini' })).toBe(true);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, baseUrl: 'https://proxy.test/v1' })).toBe(true);
});
