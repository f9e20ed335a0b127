// An event log over a table in memory, with a manual clock, and events for tests.
import { type Batch, createEventLog } from './event-log.ts';
import { type AgUiEvent, frame } from './events.ts';

export const WINDOW_MS = 50;
export const STARTED: AgUiEvent = { type: 'RUN_STARTED', threadId: 't', runId: 'r' };
export const OPENED: AgUiEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' };
export const ENDED: AgUiEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' };
export const delta = (text: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: text });

/** A log over a table in memory, with a manual clock. */
export function createTrial(options: { rowsPerRead?: number } = {}) {
  const { rowsPerRead = 32 } = options;
  const rows: (Batch & { readonly runId: string; readonly at: number })[] = [];
  let now = 1_000;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  let failing = false;
  let selects = 0;
  const log = createEventLog({
    insert: (runId, batch) => {
      if (failing) throw new Error('storage failed');
      rows.push({ runId, at: now, ...batch });
    },
    select: (runId, from) => {
      selects += 1;
      return rows
        .filter((row) => row.runId === runId && row.first + row.count > from)
        .slice(0, rowsPerRead)
        .map(({ first, count, frames }) => ({ first, count, frames }));
    },
    now: () => now,
    later: (ms, callback) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    windowMs: () => WINDOW_MS,
  });
  return {
    log,
    rows,
    timers: () => timers.length,
    selects: () => selects,
    fail: (is: boolean) => {
      failing = is;
    },
    stored: (runId = 'r') =>
      rows
        .filter((row) => row.runId === runId)
        .map((row) => row.frames)
        .join(''),
    /** Sets the clock without running timers: they count time that passes, not the clock. */
    setClockBack: (ms: number) => {
      now -= ms;
      timers = timers.map((timer) => ({ ...timer, at: timer.at - ms }));
    },
    advance: (ms: number) => {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        now = due.at;
        due.callback();
      }
      now = end;
    },
    readAll: (after: number, runId = 'r') => {
      let text = '';
      let cursor = after;
      for (let next = log.read(runId, cursor); next; next = log.read(runId, cursor)) {
        text += next.frames;
        cursor = next.last;
      }
      return text;
    },
  };
}

export const frames = (events: readonly AgUiEvent[], from = 0): string =>
  events.map((event, seq) => (seq < from ? '' : frame('r', seq, event))).join('');
