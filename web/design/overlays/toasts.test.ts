import { describe, expect, it } from 'vitest';
import { createToasts } from './toasts.ts';

function clock() {
  const timers = new Map<number, () => void>();
  let next = 1;
  return {
    timers: {
      set: (callback: () => void) => {
        timers.set(next, callback);
        return next++;
      },
      clear: (timer: unknown) => void timers.delete(timer as number),
    },
    runOut: () => {
      for (const [id, callback] of [...timers]) {
        timers.delete(id);
        callback();
      }
    },
  };
}

const wordsOf = (toasts: ReturnType<typeof createToasts>) => toasts.get().map((toast) => toast.words);

describe('toasts', () => {
  it('disappear when their time is up', () => {
    const { timers, runOut } = clock();
    const toasts = createToasts(timers);
    toasts.show({ words: 'Saved' });
    expect(wordsOf(toasts)).toEqual(['Saved']);
    runOut();
    expect(wordsOf(toasts)).toEqual([]);
  });

  it('stay while held and disappear after they are released', () => {
    const { timers, runOut } = clock();
    const toasts = createToasts(timers);
    toasts.show({ words: 'Saved' });
    toasts.hold();
    toasts.show({ words: 'Saved again' });
    runOut();
    expect(wordsOf(toasts)).toEqual(['Saved', 'Saved again']);
    toasts.release();
    runOut();
    expect(wordsOf(toasts)).toEqual([]);
  });

  it('drop the oldest when there are more than three', () => {
    const toasts = createToasts(clock().timers);
    for (const words of ['one', 'two', 'three', 'four']) toasts.show({ words });
    expect(wordsOf(toasts)).toEqual(['two', 'three', 'four']);
  });

  it('can be dismissed one by one', () => {
    const toasts = createToasts(clock().timers);
    const id = toasts.show({ words: 'one' });
    toasts.show({ words: 'two' });
    toasts.dismiss(id);
    expect(wordsOf(toasts)).toEqual(['two']);
  });
});
