import { expect, test } from 'vitest';
import { toForwardedProps } from '../runtime/forwarded-props.ts';
import { readEffort, storeEffort } from './effort-choice.ts';

function createStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

test('a choice is kept until the default is chosen again', () => {
  const storage = createStorage();
  expect(readEffort(storage)).toBeNull();
  storeEffort('thorough', storage);
  expect(readEffort(storage)).toBe('thorough');
  storeEffort(null, storage);
  expect(readEffort(storage)).toBeNull();
});

test('an unknown or unreadable value is no choice', () => {
  const storage = createStorage();
  storage.setItem('groundwire:effort', 'frantic');
  expect(readEffort(storage)).toBeNull();
  const blocked = () => {
    throw new Error('blocked');
  };
  expect(readEffort({ getItem: blocked, setItem: blocked, removeItem: blocked })).toBeNull();
  expect(() => storeEffort('fast', { getItem: blocked, setItem: blocked, removeItem: blocked })).not.toThrow();
});

test('a message sends the effort only if one was chosen', () => {
  const options = { mode: 'chat', model: null, about: null } as const;
  expect(toForwardedProps({ ...options, effort: 'fast' })).toEqual({ effort: 'fast' });
  expect(toForwardedProps({ ...options, effort: null })).toEqual({});
});
