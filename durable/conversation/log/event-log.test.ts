import { describe, expect, it } from 'vitest';
import { createTrial, delta, ENDED, frames, OPENED, STARTED, WINDOW_MS } from './event-log.fixture.ts';

describe('event log: storing', () => {
  it('stores the first content at once, with the opening events', () => {
    const { log, rows } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    log.append('r', OPENED);
    expect(rows).toEqual([]);
    log.append('r', delta('Hi'));
    expect(rows).toMatchObject([{ first: 0, count: 3, frames: frames([STARTED, OPENED, delta('Hi')]) }]);
  });

  it('stores opening events at the end of the window when no content comes', () => {
    const { log, rows, advance } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    advance(WINDOW_MS - 1);
    expect(rows).toEqual([]);
    advance(1);
    expect(rows).toMatchObject([{ first: 0, count: 1 }]);
  });

  it('stores everything within the window at its end, and later content at once', () => {
    const { log, rows, advance, timers } = createTrial();
    log.open('r');
    for (const text of ['a', 'b', 'c']) log.append('r', delta(text));
    expect(rows).toMatchObject([{ first: 0, count: 1 }]);
    expect(timers()).toBe(1);
    advance(WINDOW_MS);
    expect(rows).toMatchObject([
      { first: 0, count: 1 },
      { first: 1, count: 2 },
    ]);
    advance(WINDOW_MS);
    log.append('r', delta('d'));
    expect(rows).toHaveLength(3);
  });

  it('keeps storing within a window after the clock was set back', () => {
    const { log, rows, advance, setClockBack } = createTrial();
    log.open('r');
    log.append('r', delta('a'));
    setClockBack(600_000);
    log.append('r', delta('b'));
    expect(rows).toHaveLength(2);
    log.append('r', delta('c'));
    advance(WINDOW_MS);
    expect(rows).toHaveLength(3);
  });

  it('stores the end at once, leaves no timer and closes the run', () => {
    const { log, rows, timers } = createTrial();
    log.open('r');
    log.append('r', delta('a'));
    log.append('r', delta('b'));
    log.append('r', ENDED);
    expect(rows).toMatchObject([{ count: 1 }, { first: 1, count: 2 }]);
    expect(timers()).toBe(0);
    expect(log.isLive('r')).toBe(false);
    expect(() => log.append('r', delta('late'))).toThrow();
  });

  it('writes at most one row for each window, however fast events come', () => {
    const { log, rows, advance } = createTrial();
    log.open('r');
    for (let ms = 0; ms < 10_000; ms += 1) {
      log.append('r', delta('x'));
      log.append('r', delta('y'));
      advance(1);
    }
    log.append('r', ENDED);
    expect(rows.length).toBeLessThanOrEqual(10_000 / WINDOW_MS + 2);
  });

  it('keeps rows small when a whole answer was collected', () => {
    const { log, rows } = createTrial();
    const events = Array.from({ length: 400 }, (_, index) => delta(`${index} ${'x'.repeat(2_000)}`));
    log.open('r');
    log.hold('r');
    for (const event of events) log.append('r', event);
    log.release('r');
    expect(rows.length).toBeGreaterThan(5);
    expect(Math.max(...rows.map((row) => row.frames.length))).toBeLessThan(70_000);
    expect(rows.map((row) => row.frames).join('')).toBe(frames(events));
  });

  it('stores an event that is larger than a row alone', () => {
    const { log, rows, readAll } = createTrial();
    const events = [STARTED, delta('x'.repeat(100_000)), delta('y')];
    log.open('r');
    for (const event of events) log.append('r', event);
    log.storeNow('r');
    expect(rows.map((row) => row.count)).toEqual([1, 1, 1]);
    expect(readAll(-1)).toBe(frames(events));
  });
});

describe('event log: a held run', () => {
  it('stores and shows nothing until it is released', () => {
    const { log, rows, advance, readAll } = createTrial();
    log.open('r');
    log.hold('r');
    for (const event of [STARTED, OPENED, delta('secret')]) log.append('r', event);
    advance(WINDOW_MS * 10);
    expect(log.storeNow('r')).toBe(false);
    expect(rows).toEqual([]);
    expect(readAll(-1)).toBe('');
    log.release('r');
    expect(readAll(-1)).toBe(frames([STARTED, OPENED, delta('secret')]));
    expect(log.storeNow('r')).toBe(true);
  });

  it('drops its collected events and restarts at its first number', () => {
    const { log, rows, stored } = createTrial();
    log.open('r');
    log.hold('r');
    log.append('r', STARTED);
    log.append('r', delta('secret'));
    log.discard('r');
    log.append('r', STARTED);
    log.append('r', ENDED);
    expect(stored()).toBe(frames([STARTED, ENDED]));
    expect(JSON.stringify(rows)).not.toContain('secret');
  });

  it('is shown with its end when the end comes first', () => {
    const { log, stored } = createTrial();
    log.open('r');
    log.hold('r');
    log.append('r', STARTED);
    log.append('r', ENDED);
    expect(stored()).toBe(frames([STARTED, ENDED]));
  });

  it('can be held only before its first event, and discarded only while it is held', () => {
    const { log } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    expect(() => log.hold('r')).toThrow();
    expect(() => log.discard('r')).toThrow();
  });
});

describe('event log: reading', () => {
  it("returns only the events after a reader's position, even within a batch", () => {
    const { log, readAll } = createTrial();
    const events = [STARTED, OPENED, delta('a'), delta('b'), ENDED];
    log.open('r');
    for (const event of events) log.append('r', event);
    for (let after = -1; after < events.length; after += 1) expect(readAll(after)).toBe(frames(events, after + 1));
  });

  it('serves a reader that keeps up from memory, and one far behind from the table', () => {
    const { log, selects } = createTrial();
    log.open('r');
    for (let seq = 0; seq < 100; seq += 1) {
      log.append('r', delta('x'.repeat(10_000)));
      log.storeNow('r');
    }
    expect(log.read('r', 98)).toMatchObject({ last: 99 });
    expect(log.read('r', 99)).toBeNull();
    log.append('r', OPENED);
    expect(log.read('r', 99)).toBeNull();
    expect(selects()).toBe(0);
    expect(log.read('r', -1)).not.toBeNull();
    expect(selects()).toBe(1);
  });

  it('reads ended runs, and runs of another instance, from the table', () => {
    const { log, readAll } = createTrial({ rowsPerRead: 1 });
    log.open('r');
    for (const event of [STARTED, delta('a')]) log.append('r', event);
    log.append('r', ENDED);
    expect(readAll(-1)).toBe(frames([STARTED, delta('a'), ENDED]));
    expect(readAll(-1, 'unknown')).toBe('');
  });

  it('continues a run that was cut off with its next number', () => {
    const { log, readAll } = createTrial();
    log.open('r');
    log.append('r', delta('a'));
    log.forget('r');
    log.open('r', 1);
    log.append('r', ENDED);
    expect(readAll(0)).toBe(frames([delta('a'), ENDED], 1));
  });

  it('wakes waiting readers at the next stored batch, and at the end even when storing it failed', async () => {
    const { log, fail, advance } = createTrial();
    log.open('r');
    const first = log.changed('r');
    log.append('r', delta('a'));
    await first;
    const second = log.changed('r');
    fail(true);
    advance(WINDOW_MS);
    expect(() => log.append('r', ENDED)).toThrow('storage failed');
    await second;
    expect(log.isLive('r')).toBe(false);
    await log.changed('r');
  });

  it('keeps events that could not be stored for the next try, and does not show them', () => {
    const { log, fail, readAll } = createTrial();
    log.open('r');
    fail(true);
    expect(() => log.append('r', delta('a'))).toThrow('storage failed');
    expect(readAll(-1)).toBe('');
    fail(false);
    log.storeNow('r');
    expect(readAll(-1)).toBe(frames([delta('a')]));
  });
});
