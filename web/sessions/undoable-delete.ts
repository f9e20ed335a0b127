// Deletions that can be undone for ten seconds. The row is hidden at once; the request is sent when the time is up or the
// page closes, and never if undone. The countdown pauses while the toast has hover or focus.

export type PendingDelete = { readonly id: string; readonly title: string };

/** The clock, injected for tests. */
export type Timers = {
  readonly set: (callback: () => void, ms: number) => number;
  readonly clear: (timer: number) => void;
  readonly now: () => number;
};

const UNDO_MS = 10_000;

export type UndoableDeletes = ReturnType<typeof createUndoableDeletes>;

export function createUndoableDeletes(options: { remove: (id: string) => void; timers: Timers }) {
  const { remove, timers } = options;
  const listeners = new Set<() => void>();
  let pending: PendingDelete | null = null;
  let timer: number | null = null;
  let left = 0;
  let since = 0;

  const show = (next: PendingDelete | null) => {
    pending = next;
    for (const listener of listeners) listener();
  };
  const stopClock = () => {
    if (timer === null) return;
    timers.clear(timer);
    timer = null;
    left -= timers.now() - since;
  };
  const startClock = () => {
    if (pending === null || timer !== null) return;
    since = timers.now();
    timer = timers.set(commit, Math.max(0, left));
  };

  function commit(): void {
    stopClock();
    if (pending === null) return;
    remove(pending.id);
    show(null);
  }

  return {
    get: () => pending,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Only one deletion can be undone at a time: the next one commits it. */
    begin: (entry: PendingDelete) => {
      commit();
      left = UNDO_MS;
      show(entry);
      startClock();
    },
    undo: () => {
      stopClock();
      show(null);
    },
    commit,
    hold: stopClock,
    release: startClock,
  };
}
