import { describe, expect, test } from 'vitest';
import { newDraftKey, readDraft, storeDraft } from './drafts.ts';

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    size: () => kept.size,
  };
}

describe('drafts (U8)', () => {
  test('are stored per user and conversation', () => {
    const store = memory();
    storeDraft(store, 'ada', 's1', 'for one');
    storeDraft(store, 'ada', newDraftKey('cascade', 'main'), 'for a new one');
    expect(readDraft(store, 'ada', 's1')).toBe('for one');
    expect(readDraft(store, 'ada', newDraftKey('cascade', 'main'))).toBe('for a new one');
    expect(readDraft(store, 'eli', 's1')).toBe('');
  });

  test('of new conversations are stored per organization and place', () => {
    const store = memory();
    storeDraft(store, 'ada', newDraftKey('cascade', 'main'), 'for Cascade');
    expect(readDraft(store, 'ada', newDraftKey('northlight', 'main'))).toBe('');
    expect(readDraft(store, 'ada', newDraftKey('cascade', 'quick'))).toBe('');
    expect(readDraft(store, 'ada', newDraftKey('cascade', 'main'))).toBe('for Cascade');
  });

  test('are removed when emptied', () => {
    const store = memory();
    storeDraft(store, 'ada', 's1', 'x');
    storeDraft(store, 'ada', 's1', '  ');
    expect(store.size()).toBe(0);
  });

  test('work when storage is blocked', () => {
    const blocked = {
      getItem: (): string => {
        throw new Error('blocked');
      },
      setItem: () => {
        throw new Error('blocked');
      },
      removeItem: () => {
        throw new Error('blocked');
      },
    };
    storeDraft(blocked, 'ada', 's1', 'x');
    expect(readDraft(blocked, 'ada', 's1')).toBe('');
    expect(readDraft(null, 'ada', 's1')).toBe('');
  });
});
