import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from '../principal.ts';
import type { Standing } from './requests.ts';
import { createWatchers, type Fact, type WatcherDeps } from './watchers.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const eli = { userId: 'eli', userName: 'Eli' } as Access;
const vic = { userId: 'vic', userName: 'Vic' } as Access;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const BEGUN: Standing = { active: null, queue: [], last: null, version: 1 };

/** Watchers over a state that the test sets, with clocks that it moves, and a client that reads when it is told to. */
function createTrial() {
  const timers = new Set<{ ms: number; callback: () => void }>();
  const beats = new Set<{ ms: number; callback: () => void }>();
  const started: number[] = [];
  const keep = (kept: typeof timers) => (ms: number, callback: () => void) => {
    const timer = { ms, callback };
    started.push(ms);
    kept.add(timer);
    return () => void kept.delete(timer);
  };
  const state = { standing: BEGUN, rights: { ok: true } as Awaited<ReturnType<WatcherDeps['confirm']>> };
  const watchers = createWatchers({
    confirm: async () => state.rights,
    every: keep(beats),
    later: keep(timers),
    now: () => 0,
    standing: () => state.standing,
    isShared: () => true,
  });
  const fire = async (kept: typeof timers, ms: number): Promise<void> => {
    for (const timer of [...kept].filter((one) => one.ms === ms)) timer.callback();
    await settled();
  };
  return {
    state,
    watchers,
    pass: (ms: number) => fire(timers, ms),
    started: (ms: number) => started.filter((one) => one === ms).length,
    beat: (ms: number) => fire(beats, ms),
    clocks: () => timers.size + beats.size,
    change: async (standing: Partial<Standing>) => {
      state.standing = { ...state.standing, ...standing };
      watchers.tell();
      await settled();
    },
  };
}

/** A client of the watch. One with `room` 0 takes nothing until it reads. */
async function attend(watchers: ReturnType<typeof createWatchers>, { room = 1_000, who = eli } = {}) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: room,
  });
  const done = watchers.attend(who, writable.getWriter());
  const reader = readable.getReader();
  let text = '';
  await settled();
  return {
    done,
    leave: () => reader.cancel(),
    read: async () => {
      const { value } = await reader.read();
      text += new TextDecoder().decode(value);
    },
    facts: (): Fact[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? '') as Fact),
    text: () => text,
  };
}

const IDLE_MS = 5 * 60_000;
const LIMIT_MS = 15 * 60_000;

describe('a watch is bounded, so that a reader does not keep an object awake for nothing', () => {
  it.each([
    ['nothing has happened for five minutes', IDLE_MS, 'idle'],
    ['it has lasted a quarter of an hour', LIMIT_MS, 'reopen'],
  ])('it ends typed when %s, and leaves no clock running', async (_when, ms, reason) => {
    const { watchers, pass, clocks } = createTrial();
    const client = await attend(watchers);
    await client.read();
    await client.read();
    await pass(ms);
    await client.read();
    expect(client.facts().at(-1)).toEqual({ type: 'end', reason, code: null });
    await client.done;
    expect(clocks()).toBe(0);
  });

  it('what happens in the conversation makes it last, who comes and goes does not', async () => {
    const { watchers, started, change } = createTrial();
    const client = await attend(watchers);
    await client.read();
    await client.read();
    expect(started(IDLE_MS)).toBe(1);
    await change({ version: 2 });
    await client.read();
    expect(started(IDLE_MS)).toBe(2);
    const other = await attend(watchers, { who: vic });
    await client.read();
    expect(client.facts().at(-1)).toMatchObject({ type: 'people', people: [{ id: 'eli' }, { id: 'vic' }] });
    void other.leave();
    await client.read();
    expect(client.facts().at(-1)).toMatchObject({ type: 'people', people: [{ id: 'eli' }] });
    // One more for the other's own watch, and none for the news of them.
    expect(started(IDLE_MS)).toBe(3);
    await client.leave();
  });

  it('a client that left is noticed, and nothing of it stays', async () => {
    const { watchers, clocks, change } = createTrial();
    const client = await attend(watchers);
    await client.read();
    void client.leave();
    await change({ version: 2 });
    await client.done;
    expect(clocks()).toBe(0);
  });
});

describe('what a watcher is told', () => {
  it('a slow client is told how things stand when it has room, not all that has happened', async () => {
    const { watchers, change } = createTrial();
    const client = await attend(watchers, { room: 0 });
    for (let version = 2; version <= 100; version += 1) await change({ version });
    await client.read();
    await client.read();
    for (let version = 101; version <= 200; version += 1) await change({ version });
    await client.read();
    await client.read();
    const told = client.facts().flatMap((fact) => (fact.type === 'state' ? [fact.version] : []));
    // 101 had been written before it was known that there would be more.
    expect(told).toEqual([100, 101, 200]);
    await client.leave();
  });

  it('the same state twice is told once', async () => {
    const { watchers, change, beat } = createTrial();
    const client = await attend(watchers);
    await client.read();
    await client.read();
    await change({});
    await beat(15_000);
    await client.read();
    expect(client.text().endsWith(': keep-alive\n\n')).toBe(true);
    expect(client.facts()).toHaveLength(2);
    await client.leave();
  });

  it('R48: where nobody can say any more whether rights hold, it ends to be opened again', async () => {
    const { watchers, state, beat } = createTrial();
    const client = await attend(watchers);
    await client.read();
    await client.read();
    state.rights = { ok: false, code: 'DATABASE_UNAVAILABLE' };
    await beat(20_000);
    await client.read();
    expect(client.facts().at(-1)).toEqual({ type: 'end', reason: 'reopen', code: null });
    await client.done;
  });

  it('R13: rights that are gone at a beat end it, a question that fails does not', async () => {
    const { watchers, state, beat, change } = createTrial();
    const client = await attend(watchers);
    await client.read();
    await client.read();
    await beat(20_000);
    await change({ version: 2 });
    await client.read();
    expect(client.facts().at(-1)).toMatchObject({ version: 2 });
    state.rights = { ok: false, code: 'ACCESS_REVOKED' };
    await beat(20_000);
    await client.read();
    expect(client.facts().at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'ACCESS_REVOKED' });
    await client.done;
  });
});
