// The durable log of a conversation's runs: the only source of what readers see.
// Events are stored in batches and shown only once stored; the run never waits for a reader.
import { type AgUiEvent, frame, isTerminal } from './events.ts';

/**
 * Default of FLUSH_WINDOW_MS. A turn writes about 20 rows besides its events, so that with up to 17 a second an answer of
 * some seconds stays below 10 + 20 a second. Content that comes alone is never delayed.
 */
export const WINDOW_MS = 60;

/** Events `first` … `first + count - 1` of a run as the SSE text that readers get. */
export type Batch = { readonly first: number; readonly count: number; readonly frames: string };

export type EventLogDeps = {
  insert(runId: string, batch: Batch): void;
  /** Stored batches from the one that holds event `from`, in order, at most a few dozen; empty when there is none. */
  select(runId: string, from: number): readonly Batch[];
  now(): number;
  /** Calls back after `ms`; the returned function calls that off. */
  later(ms: number, callback: () => void): () => void;
  /** Shortest time between two stored batches of one run, in milliseconds. */
  readonly windowMs: number;
};

type LiveRun = {
  nextSeq: number;
  pending: string[];
  tail: Batch[];
  tailBytes: number;
  /** How many reasons there are to hold it. */
  holds: number;
  /** Content waits: where it is held, it is to go out at once when it no longer is. */
  hasContent: boolean;
  flushedAt: number;
  cancelTimer: (() => void) | null;
  changed: PromiseWithResolvers<void>;
};

/** Readers that keep up are served from memory; who is further behind reads the table. */
const HOT_TAIL_BYTES = 256 * 1024;
/** What gathered while a run was held may be a whole answer; rows and reads stay small all the same. */
const MAX_BATCH_CHARS = 64 * 1024;

export type EventLog = ReturnType<typeof createEventLog>;

export function createEventLog(deps: EventLogDeps) {
  const live = new Map<string, LiveRun>();

  /** Starts a run's log, or takes up one that was cut off before event `nextSeq`. */
  function open(runId: string, nextSeq = 0): void {
    if (live.has(runId)) throw new Error(`run ${runId} is open already`);
    live.set(runId, {
      nextSeq,
      pending: [],
      tail: [],
      tailBytes: 0,
      holds: 0,
      hasContent: false,
      flushedAt: Number.NEGATIVE_INFINITY,
      cancelTimer: null,
      changed: Promise.withResolvers(),
    });
  }

  /** Adds an event. Content goes out at once when the window has passed, everything else with the window's end. */
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

  function flushSoon(runId: string, run: LiveRun): void {
    const windowPassed = deps.now() - run.flushedAt >= deps.windowMs;
    if (windowPassed && run.hasContent) flush(runId, run);
    else
      run.cancelTimer ??= deps.later(waitFor(run), () => {
        run.cancelTimer = null;
        flush(runId, run);
      });
  }

  /**
   * From here on the run's events gather, and are neither stored nor shown until there is a `release` for each `hold`.
   * Only before the first event.
   */
  function hold(runId: string): void {
    const run = requireLive(runId);
    if (run.nextSeq > 0) throw new Error(`run ${runId} has begun`);
    run.holds += 1;
  }

  /** Takes back one hold. After the last one the run can be seen, with all that has gathered. */
  function release(runId: string): void {
    const run = live.get(runId);
    if (!run || run.holds === 0) return;
    run.holds -= 1;
    // Without content yet the first of it must find the window open.
    if (run.holds === 0 && run.pending.length > 0) flushSoon(runId, run);
  }

  /** Lets go of a run whose end is stored by other means. */
  function forget(runId: string): void {
    live.get(runId)?.cancelTimer?.();
    live.delete(runId);
  }

  /** Stores what has gathered without waiting for the window; false where the run is held and so may not be seen. */
  function storeNow(runId: string): boolean {
    const run = live.get(runId);
    if (run) flush(runId, run);
    return !run || run.holds === 0;
  }

  /** Forgets what a held run has gathered: its user may not see it. */
  function discard(runId: string): void {
    const run = requireLive(runId);
    if (run.holds === 0) throw new Error(`run ${runId} is shown already`);
    run.pending = [];
    run.hasContent = false;
    run.nextSeq = 0;
    run.holds = 0;
  }

  /** What follows event `after` (-1 for the start), ready to send; null where nothing more is stored. */
  function read(runId: string, after: number): { readonly frames: string; readonly last: number } | null {
    const from = after + 1;
    const run = live.get(runId);
    // Who has all that is stored asks after every batch; the table need not say so.
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

  /** Settles at the next stored batch of a live run, and at its end. */
  const changed = (runId: string): Promise<void> => live.get(runId)?.changed.promise ?? Promise.resolve();

  function end(runId: string, run: LiveRun): void {
    run.holds = 0;
    // Out of the map first: readers that wake must find the run ended once they have read all of it.
    live.delete(runId);
    try {
      flush(runId, run);
    } finally {
      // Also where storing failed: they must not wait for a run that is gone.
      run.changed.resolve();
    }
  }

  function flush(runId: string, run: LiveRun): void {
    run.cancelTimer?.();
    run.cancelTimer = null;
    if (run.holds > 0 || run.pending.length === 0) return;
    while (run.pending.length > 0) storeBatch(runId, run);
    run.hasContent = false;
    run.flushedAt = deps.now();
    run.changed.resolve();
    run.changed = Promise.withResolvers();
  }

  function storeBatch(runId: string, run: LiveRun): void {
    const count = countFitting(run.pending);
    const batch = { first: run.nextSeq - run.pending.length, count, frames: run.pending.slice(0, count).join('') };
    deps.insert(runId, batch);
    run.pending = run.pending.slice(count);
    run.tail.push(batch);
    run.tailBytes += batch.frames.length;
    while (run.tailBytes > HOT_TAIL_BYTES && run.tail.length > 1) run.tailBytes -= run.tail.shift()?.frames.length ?? 0;
  }

  function waitFor(run: LiveRun): number {
    const rest = run.flushedAt + deps.windowMs - deps.now();
    return rest > 0 ? rest : deps.windowMs;
  }

  function requireLive(runId: string): LiveRun {
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
    storeNow,
    read,
    changed,
    isLive: (runId: string) => live.has(runId),
    liveRuns: () => live.size,
  };
}

const isContent = (event: AgUiEvent): boolean =>
  event.type === 'TEXT_MESSAGE_CONTENT' || event.type === 'REASONING_MESSAGE_CONTENT';

/** How many of the first frames one row takes: at least one. */
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
