import { describe, expect, it } from 'vitest';
import { createTrial, delta, ENDED, frames, OPENED, STARTED, WINDOW_MS } from './event-log.fixture.ts';

describe('when events are stored', () => {
  it('the first content goes at once and takes the opening events with it', () => {
    const { log, rows } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    log.append('r', OPENED);
    expect(rows).toEqual([]);
    log.append('r', delta('Hi'));
    expect(rows).toMatchObject([{ first: 0, count: 3, frames: frames([STARTED, OPENED, delta('Hi')]) }]);
  });

  it('opening events alone go with the end of the window', () => {
    const { log, rows, advance } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    advance(WINDOW_MS - 1);
    expect(rows).toEqual([]);
    advance(1);
    expect(rows).toMatchObject([{ first: 0, count: 1 }]);
  });

  it('what comes within the window goes out together at its end, and after it content goes at once again', () => {
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

  it('the end goes at once, leaves no timer behind and closes the run', () => {
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

  it('at most one row a window is written, however fast events come', () => {
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

  it('a row stays small even where a whole answer gathered', () => {
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

  it('an event larger than a row should be is stored alone, not lost', () => {
    const { log, rows, readAll } = createTrial();
    const events = [STARTED, delta('x'.repeat(100_000)), delta('y')];
    log.open('r');
    for (const event of events) log.append('r', event);
    log.storeNow('r');
    expect(rows.map((row) => row.count)).toEqual([1, 1, 1]);
    expect(readAll(-1)).toBe(frames(events));
  });
});

describe('a held run', () => {
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

  it('forgets what it gathered and starts at its first number again', () => {
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

  it('is shown with its end, where that comes first', () => {
    const { log, stored } = createTrial();
    log.open('r');
    log.hold('r');
    log.append('r', STARTED);
    log.append('r', ENDED);
    expect(stored()).toBe(frames([STARTED, ENDED]));
  });

  it('can be held before its first event only, and discarded only while it is held', () => {
    const { log } = createTrial();
    log.open('r');
    log.append('r', STARTED);
    expect(() => log.hold('r')).toThrow();
    expect(() => log.discard('r')).toThrow();
  });
});

describe('reading', () => {
  it('a reader in the middle of a batch gets what follows its event, strictly', () => {
    const { log, readAll } = createTrial();
    const events = [STARTED, OPENED, delta('a'), delta('b'), ENDED];
    log.open('r');
    for (const event of events) log.append('r', event);
    for (let after = -1; after < events.length; after += 1) expect(readAll(after)).toBe(frames(events, after + 1));
  });

  it('a reader that keeps up is served from memory, one far behind from the table', () => {
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

  it('an ended run and one that another instance wrote are read from the table', () => {
    const { log, readAll } = createTrial({ rowsPerRead: 1 });
    log.open('r');
    for (const event of [STARTED, delta('a')]) log.append('r', event);
    log.append('r', ENDED);
    expect(readAll(-1)).toBe(frames([STARTED, delta('a'), ENDED]));
    expect(readAll(-1, 'unknown')).toBe('');
  });

  it('a run that was cut off goes on with the number it had come to', () => {
    const { log, readAll } = createTrial();
    log.open('r');
    log.append('r', delta('a'));
    log.forget('r');
    log.open('r', 1);
    log.append('r', ENDED);
    expect(readAll(0)).toBe(frames([delta('a'), ENDED], 1));
  });

  it('who waits wakes at the next stored batch, and at the end even where storing it failed', async () => {
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

  it('what could not be stored is not shown, and is kept for the next try', () => {
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
