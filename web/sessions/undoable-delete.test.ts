import { describe, expect, test } from 'vitest';
import { createUndoableDeletes } from './undoable-delete.ts';

function stage() {
  let now = 0;
  let due: { at: number; callback: () => void } | null = null;
  const removed: string[] = [];
  const deletes = createUndoableDeletes({
    remove: (id) => removed.push(id),
    timers: {
      set: (callback, ms) => {
        due = { at: now + ms, callback };
        return 1;
      },
      clear: () => {
        due = null;
      },
      now: () => now,
    },
  });
  const pass = (ms: number) => {
    now += ms;
    const ready = due;
    if (ready === null || ready.at > now) return;
    due = null;
    ready.callback();
  };
  return { deletes, removed, pass };
}

describe('undoable deletes (U36)', () => {
  test('commit after ten seconds', () => {
    const { deletes, removed, pass } = stage();
    deletes.begin({ id: 'a', title: 'A' });
    pass(9_999);
    expect(removed).toEqual([]);
    pass(1);
    expect([removed, deletes.get()]).toEqual([['a'], null]);
  });

  test('can be undone until then', () => {
    const { deletes, removed, pass } = stage();
    deletes.begin({ id: 'a', title: 'A' });
    deletes.undo();
    pass(60_000);
    expect([removed, deletes.get()]).toEqual([[], null]);
  });

  test('pause while held', () => {
    const { deletes, removed, pass } = stage();
    deletes.begin({ id: 'a', title: 'A' });
    pass(8_000);
    deletes.hold();
    pass(60_000);
    deletes.release();
    pass(1_999);
    expect(removed).toEqual([]);
    pass(1);
    expect(removed).toEqual(['a']);
  });

  test('commit at the next delete and when the page closes', () => {
    const { deletes, removed } = stage();
    deletes.begin({ id: 'a', title: 'A' });
    deletes.begin({ id: 'b', title: 'B' });
    expect(removed).toEqual(['a']);
    deletes.commit();
    expect(removed).toEqual(['a', 'b']);
  });
});
