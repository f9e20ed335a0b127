// Deletes that can be taken back for ten seconds. The row is hidden at once; the server hears of it when the time is
// up, when the page goes away, or never if it is undone. Time stands still while the reader considers it.

export type PendingDelete = { readonly id: string; readonly title: string };

/** What the clock is: a timer that can be set and cleared. */
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
    /** Only one can be undone at a time: another delete settles the one before. */
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
