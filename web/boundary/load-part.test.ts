import { describe, expect, it } from 'vitest';
import { createLoader, PartError } from './load-part.ts';

const MINUTE_MS = 60_000;

/** A tab: its storage outlives a reload, which begins with a new loader. */
function tab({ canReload = true, isBlocked = false } = {}) {
  const stored = new Map<string, string>();
  const state = { now: 0, reloads: 0 };
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (isBlocked) throw new Error('blocked');
      stored.set(key, value);
    },
  };
  const open = () =>
    createLoader({
      now: () => state.now,
      storage,
      canReload: () => canReload,
      reload: () => {
        state.reloads += 1;
      },
    });
  return { state, stored, open };
}

const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));

/** A load that leads to a reload stays pending, so wait for what surely comes after it would have settled. */
const outcome = (load: Promise<unknown>): Promise<string> =>
  Promise.race([
    load.then(
      () => 'loaded',
      (error: unknown) => (error instanceof PartError ? 'failed' : 'other error'),
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('pending'))),
  ]);

describe('loadPart', () => {
  it('reloads the page once when a part is gone, and shows no failure meanwhile', async () => {
    const { state, open } = tab();
    const loadPart = open();
    expect(await outcome(loadPart(gone))).toBe('pending');
    expect(await outcome(loadPart(gone))).toBe('pending');
    expect(state.reloads).toBe(1);
  });

  it('fails when the part is still gone after the reload', async () => {
    const { state, open } = tab();
    await outcome(open()(gone));
    expect(await outcome(open()(gone))).toBe('failed');
    expect(state.reloads).toBe(1);
  });

  it('reloads again only when the last reload was long ago', async () => {
    const { state, open } = tab();
    await outcome(open()(gone));
    expect(await outcome(open()(gone))).toBe('failed');
    state.now += 11 * MINUTE_MS;
    expect(await outcome(open()(gone))).toBe('pending');
    expect(state.reloads).toBe(2);
  });

  it.each([
    ['offline or with unsaved changes', { canReload: false }],
    ['without storage, which guards against loops', { isBlocked: true }],
  ])('never reloads %s', async (_title, options) => {
    const { state, open } = tab(options);
    expect(await outcome(open()(gone))).toBe('failed');
    expect(state.reloads).toBe(0);
  });

  it('passes on a part that loads', async () => {
    const { state, open } = tab();
    expect(await open()(() => Promise.resolve('part'))).toBe('part');
    expect(state.reloads).toBe(0);
  });
});
