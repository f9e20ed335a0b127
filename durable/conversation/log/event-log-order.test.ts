import { expect, it } from 'vitest';
import { createTrial, delta, ENDED, frames, OPENED, STARTED, WINDOW_MS } from './event-log.fixture.ts';
import type { AgUiEvent } from './events.ts';

/** Mulberry32: a small seeded generator, random enough to shuffle with. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it.each(Array.from({ length: 25 }, (_, seed) => seed))(
  'nothing is lost, repeated or shown before it is stored, in any order of events (seed %i) (R43)',
  (seed) => {
    const random = seeded(seed);
    const pick = (below: number) => Math.floor(random() * below);
    const { log, advance, stored, rows } = createTrial({ rowsPerRead: 1 + pick(4) });
    const readers: { readonly after: number; cursor: number; text: string }[] = [];
    const events: AgUiEvent[] = [];
    const append = (event: AgUiEvent) => {
      events.push(event);
      log.append('r', event);
    };
    const step = (reader: (typeof readers)[number]) => {
      const next = log.read('r', reader.cursor);
      if (!next) return false;
      reader.text += next.frames;
      reader.cursor = next.last;
      expect(stored()).toContain(reader.text);
      return true;
    };

    log.open('r');
    const isHeld = random() < 0.3;
    if (isHeld) log.hold('r');
    append(STARTED);
    for (let turn = 0; turn < 300; turn += 1) {
      const dice = random();
      if (dice < 0.5) append(delta('x'.repeat(pick(random() < 0.02 ? 80_000 : 20))));
      else if (dice < 0.55) append(OPENED);
      else if (dice < 0.7) advance(pick(WINDOW_MS * 2));
      else if (dice < 0.75) log.storeNow('r');
      else if (dice < 0.85) {
        const after = pick(events.length + 1) - 1;
        readers.push({ after, cursor: after, text: '' });
      } else {
        const reader = readers[pick(readers.length)];
        if (reader) step(reader);
      }
      if (isHeld && turn === 150) log.release('r');
      if (isHeld && turn < 150) expect(rows).toEqual([]);
    }
    append(ENDED);
    for (const reader of readers) while (step(reader));

    expect(stored()).toBe(frames(events));
    let next = 0;
    for (const row of rows) {
      expect(row.first).toBe(next);
      next += row.count;
    }
    for (const reader of readers) expect(reader.text).toBe(frames(events, reader.after + 1));
  },
);
