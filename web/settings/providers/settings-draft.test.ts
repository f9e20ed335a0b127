import { describe, expect, test } from 'vitest';
import { draftOf, inputOf, isChanged, isKeyForAnother, type SettingsDraft, storedSlot } from './settings-draft.ts';

const KEY = { replacedAt: '2026-05-03T10:00:00.000Z', replacedBy: 'Ada' };
const STORED = {
  enabled: true,
  stored: {
    ...{
      enabled: true,
      effort: null,
      effortCeiling: null,
      provider: 'openai',
      model: 'gpt-4.1',
      baseUrl: null,
      wire: null,
      key: KEY,
    },
    fallback: { provider: 'anthropic', model: null, baseUrl: null, wire: null, key: KEY },
  },
};
const NEW = { enabled: true, stored: null };
const BEFORE = draftOf(STORED);
const changed = (change: Partial<SettingsDraft>): SettingsDraft => ({ ...BEFORE, ...change });

describe('inputOf', () => {
  test('sends nothing when nothing changed, so the stored key stays (U37)', () => {
    expect(inputOf(STORED, BEFORE)).toEqual({});
    expect(isChanged(STORED, BEFORE)).toBe(false);
    const typedAndCleared = changed({ primary: { ...BEFORE.primary, key: { kind: 'enter', text: ' ' } } });
    expect(inputOf(STORED, typedAndCleared)).toEqual({});
  });

  test('sends only changed fields, and null for an emptied one', () => {
    const primary = { ...BEFORE.primary, model: '', key: { kind: 'enter', text: ' sk-new ' } as const };
    expect(inputOf(STORED, changed({ enabled: false, primary }))).toEqual({
      enabled: false,
      model: null,
      apiKey: 'sk-new',
    });
  });

  test('replaces every provider field when the provider changes', () => {
    const primary = { ...BEFORE.primary, provider: 'gemini', model: '' };
    expect(inputOf(STORED, changed({ primary }))).toEqual({
      ...{ provider: 'gemini', model: null, baseUrl: null, wire: null },
    });
  });

  test('sends only the provider when it is removed', () => {
    const gone = { ...BEFORE.primary, provider: '' };
    expect(inputOf(STORED, changed({ primary: gone, fallback: { ...BEFORE.fallback, provider: '' } }))).toEqual({
      provider: null,
      fallback: null,
    });
  });

  test('removes a key only if one is stored', () => {
    const fallback = { ...BEFORE.fallback, key: { kind: 'remove' } as const };
    expect(inputOf(STORED, changed({ fallback }))).toEqual({ fallback: { apiKey: null } });
    const primary = { ...draftOf(NEW).primary, provider: 'openai', key: { kind: 'remove' } as const };
    expect(inputOf(NEW, { ...draftOf(NEW), primary })).not.toHaveProperty('apiKey');
  });
});

test('new program settings keep answers off when the organization has them off', () => {
  expect(draftOf({ enabled: false, stored: null }).enabled).toBe(false);
});

test('isKeyForAnother is true when the provider or base URL differs from the key’s (R26)', () => {
  const stored = storedSlot(STORED, 'primary');
  expect(isKeyForAnother(stored, BEFORE.primary)).toBe(false);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, model: 'other' })).toBe(false);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, provider: 'gemini' })).toBe(true);
  expect(isKeyForAnother(stored, { ...BEFORE.primary, baseUrl: 'https://proxy.test/v1' })).toBe(true);
});
