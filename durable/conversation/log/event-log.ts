// The durable log of a conversation's runs, and the only source of what readers see. Events are stored in batches and shown
// only once stored; a run never waits for a reader.
import type { Clock } from '../../clock.ts';
import { type AgUiEvent, frame, isTerminal } from './events.ts';

/** Events `first` … `first + count - 1` of a run as the SSE text that readers get. */
export type Batch = { readonly first: number; readonly count: number; readonly frames: string };

export type EventLogDeps = Pick<Clock, 'now' | 'later'> & {
  insert(runId: string, batch: Batch): void;
  /** Stored batches from the one that contains event `from`, in order, at most a few dozen; empty if there is none. */
  select(runId: string, from: number): readonly Batch[];
  /** Shortest time between two stored batches of a run of this age, both in milliseconds. */
  windowMs(ageMs: number): number;
  /** Called with how much later than asked a window's timer fired, in milliseconds. */
  noteLateness?(lateMs: number): void;
};

type OpenRun = {
  nextSeq: number;
  pending: string[];
  tail: Batch[];
  tailBytes: number;
  /** The number of holds. */
  holds: number;
  /** Content is waiting. If the run is held, it is stored when the last hold ends. */
  hasContent: boolean;
  readonly openedAt: number;
  flushedAt: number;
  cancelTimer: (() => void) | null;
  changed: PromiseWithResolvers<void>;
};

/** Readers that keep up are served from memory; slower ones from the table. */
const HOT_TAIL_BYTES = 256 * 1024;
/** A held run may have collected a whole answer; its rows stay small anyway. */
const MAX_BATCH_CHARS = 64 * 1024;

export type EventLog = ReturnType<typeof createEventLog>;

export function createEventLog(deps: EventLogDeps) {
  const live = new Map<string, OpenRun>();
  /** The run that ended last, for the readers that followed it. */
  let ended: { readonly runId: string; readonly run: OpenRun } | null = null;

  /** Starts a run's log, or continues one that was cut off before event `nextSeq`. */
  function open(runId: string, nextSeq = 0): void {
    if (live.has(runId)) throw new Error(`run ${runId} is open already`);
    live.set(runId, {
      nextSeq,
      pending: [],
      tail: [],
      tailBytes: 0,
      holds: 0,
      hasContent: false,
      openedAt: deps.now(),
      flushedAt: Number.NEGATIVE_INFINITY,
      cancelTimer: null,
      changed: Promise.withResolvers(),
    });
  }

  /** Adds an event. Content is stored at once if the window has passed, everything else at the window's end. */
  function append(runId: string, event: AgUiEvent): void {
    const run = requireLive(runId);
    run.pending.push(frame(runId, run.nextSeq, event));
    run.nextSeq += 1;
    if (isTerminal(event)) {
      end(runId, run);
      return;
    }
    run.hasContent ||= isContent(event);
    if (run.holds === 0) flushSoon(runId, run);
  }

  function flushSoon(runId: string, run: OpenRun): void {
    const restMs = restOfWindow(run);
    if (restMs === 0 && run.hasContent) flush(runId, run);
    else run.cancelTimer ??= flushLater(runId, run, restMs || windowOf(run));
  }

  function flushLater(runId: string, run: OpenRun, ms: number): () => void {
    const due = deps.now() + ms;
    return deps.later(ms, () => {
      run.cancelTimer = null;
      deps.noteLateness?.(deps.now() - due);
      flush(runId, run);
    });
  }

  const windowOf = (run: OpenRun): number => deps.windowMs(deps.now() - run.openedAt);

  /**
   * From now on the run's events are collected, and are neither stored nor shown until each `hold` has its `release`.
   * Allowed only before the first event.
   */
  function hold(runId: string): void {
    const run = requireLive(runId);
    if (run.nextSeq > 0) throw new Error(`run ${runId} has begun`);
    run.holds += 1;
  }

  /** Ends one hold. After the last one, the collected events are stored and shown. */
  function release(runId: string): void {
    const run = live.get(runId);
    if (!run || run.holds === 0) return;
    run.holds -= 1;
    // If there is no content yet, the first content must not wait for the window.
    if (run.holds === 0 && run.pending.length > 0) flushSoon(runId, run);
  }

  /** Drops a run whose end was stored in another way. */
  function forget(runId: string): void {
    live.get(runId)?.cancelTimer?.();
    live.delete(runId);
    forgetEnded();
  }

  /** From now on the table is read: events of a run that has ended were erased, or were not stored after all. */
  function forgetEnded(): void {
    ended = null;
  }

  /** Stores collected events without waiting for the window; false if the run is held and must not be shown. */
  function storeNow(runId: string): boolean {
    const run = live.get(runId);
    if (run) flush(runId, run);
    return !run || run.holds === 0;
  }

  /** Drops the collected events of a held run, because its user may not see it. */
  function discard(runId: string): void {
    const run = requireLive(runId);
    if (run.holds === 0) throw new Error(`run ${runId} is shown already`);
    run.pending = [];
    run.hasContent = false;
    run.nextSeq = 0;
    run.holds = 0;
  }

  /** The events after `after` (-1 for the start), ready to send; null if no more are stored. */
  function read(runId: string, after: number): { readonly frames: string; readonly last: number } | null {
    const from = after + 1;
    const run = live.get(runId) ?? (ended?.runId === runId ? ended.run : undefined);
    // A reader that has everything calls this after every batch, so this must not read the table.
    if (run && from >= run.nextSeq - run.pending.length) return null;
    const tail = run?.tail ?? [];
    const inTail = tail.findIndex((batch) => batch.first <= from && from < batch.first + batch.count);
    const batches = inTail >= 0 ? tail.slice(inTail) : deps.select(runId, from);
    const [head, ...rest] = batches;
    const last = batches.at(-1);
    if (!head || !last || last.first + last.count <= from) return null;
    return {
      frames: cutHead(head, from) + rest.map((batch) => batch.frames).join(''),
      last: last.first + last.count - 1,
    };
  }

  /** Settles at the next stored batch of an open run, and at its end. */
  const changed = (runId: string): Promise<void> => live.get(runId)?.changed.promise ?? Promise.resolve();

  function end(runId: string, run: OpenRun): void {
    run.holds = 0;
    // Removed first: readers that wake up must see that the run has ended once they have read all of it.
    live.delete(runId);
    try {
      flush(runId, run);
      ended = { runId, run };
    } finally {
      // Even if storing failed, so that no reader waits for a run that is gone.
      run.changed.resolve();
    }
  }

  function flush(runId: string, run: OpenRun): void {
    run.cancelTimer?.();
    run.cancelTimer = null;
    if (run.holds > 0 || run.pending.length === 0) return;
    while (run.pending.length > 0) storeBatch(runId, run);
    run.hasContent = false;
    run.flushedAt = deps.now();
    run.changed.resolve();
    run.changed = Promise.withResolvers();
  }

  function storeBatch(runId: string, run: OpenRun): void {
    const count = countFitting(run.pending);
    const batch = { first: run.nextSeq - run.pending.length, count, frames: run.pending.slice(0, count).join('') };
    deps.insert(runId, batch);
    run.pending = run.pending.slice(count);
    run.tail.push(batch);
    run.tailBytes += batch.frames.length;
    while (run.tailBytes > HOT_TAIL_BYTES && run.tail.length > 1) run.tailBytes -= run.tail.shift()?.frames.length ?? 0;
  }

  /** 0 if the window has passed. Never longer than the window, also after the clock was set back. */
  function restOfWindow(run: OpenRun): number {
    const passed = deps.now() - run.flushedAt;
    return passed < 0 ? 0 : Math.max(0, windowOf(run) - passed);
  }

  function requireLive(runId: string): OpenRun {
    const run = live.get(runId);
    if (!run) throw new Error(`run ${runId} is not open`);
    return run;
  }

  return {
    open,
    append,
    hold,
    release,
    discard,
    forget,
    forgetEnded,
    storeNow,
    read,
    changed,
    isLive: (runId: string) => live.has(runId),
    liveRuns: () => live.size,
  };
}

const isContent = (event: AgUiEvent): boolean =>
  event.type === 'TEXT_MESSAGE_CONTENT' || event.type === 'REASONING_MESSAGE_CONTENT';

/** The number of frames that fit into one row: at least one. */
function countFitting(frames: readonly string[]): number {
  let chars = 0;
  const end = frames.findIndex((text) => {
    chars += text.length;
    return chars > MAX_BATCH_CHARS;
  });
  return end < 0 ? frames.length : Math.max(end, 1);
}

/** A batch's frames without those before event `from`. */
function cutHead(batch: Batch, from: number): string {
  let start = 0;
  for (let seq = batch.first; seq < from; seq += 1) start = batch.frames.indexOf('\n\n', start) + 2;
  return batch.frames.slice(start);
}
