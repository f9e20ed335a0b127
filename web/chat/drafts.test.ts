import { describe, expect, test } from 'vitest';
import { keepDraft, NEW_CONVERSATION, readDraft } from './drafts.ts';

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    size: () => kept.size,
  };
}

describe('U8: drafts', () => {
  test('are kept per person and conversation', () => {
    const store = memory();
    keepDraft(store, 'ada', 's1', 'for one');
    keepDraft(store, 'ada', NEW_CONVERSATION, 'for a new one');
    expect(readDraft(store, 'ada', 's1')).toBe('for one');
    expect(readDraft(store, 'ada', NEW_CONVERSATION)).toBe('for a new one');
    expect(readDraft(store, 'eli', 's1')).toBe('');
  });

  test('leave nothing behind when emptied', () => {
    const store = memory();
    keepDraft(store, 'ada', 's1', 'x');
    keepDraft(store, 'ada', 's1', '  ');
    expect(store.size()).toBe(0);
  });

  test('do without storage that is blocked', () => {
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
    keepDraft(blocked, 'ada', 's1', 'x');
    expect(readDraft(blocked, 'ada', 's1')).toBe('');
    expect(readDraft(null, 'ada', 's1')).toBe('');
  });
});
