import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationStatus } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
import { createWatchers, type WatchEvent, type WatcherDeps } from './watchers.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const eli = { userId: 'eli', userName: 'Eli' } as Access;
const vic = { userId: 'vic', userName: 'Vic' } as Access;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const BEGUN: ConversationStatus = { active: null, queue: [], last: null, version: 1 };

/** Watchers of a state that the test sets, with a manual clock, and a client that reads on demand. */
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
  const state = { status: BEGUN, rights: { ok: true } as Awaited<ReturnType<WatcherDeps['confirm']>> };
  const watchers = createWatchers({
    confirm: async () => state.rights,
    every: keep(beats),
    later: keep(timers),
    now: () => 0,
    status: () => state.status,
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
    change: async (status: Partial<ConversationStatus>) => {
      state.status = { ...state.status, ...status };
      watchers.notify();
      await settled();
    },
  };
}

/** A client of the watch. With `room` 0 it reads nothing until told to. */
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
    facts: (): WatchEvent[] =>
      [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? '') as WatchEvent),
    text: () => text,
  };
}

const IDLE_MS = 5 * 60_000;
const LIMIT_MS = 15 * 60_000;

describe('watchers: limits', () => {
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

  it('stays open for changes of the conversation, but not for users who come and go', async () => {
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
    // One more for the other user's own watch, and none for the news about them.
    expect(started(IDLE_MS)).toBe(3);
    await client.leave();
  });

  it('notices a client that left and stores nothing about it', async () => {
    const { watchers, clocks, change } = createTrial();
    const client = await attend(watchers);
    await client.read();
    void client.leave();
    await change({ version: 2 });
    await client.done;
    expect(clocks()).toBe(0);
  });
});

describe('watchers: events', () => {
  it('sends a slow client the current state, not every change', async () => {
    const { watchers, change } = createTrial();
    const client = await attend(watchers, { room: 0 });
    for (let version = 2; version <= 100; version += 1) await change({ version });
    await client.read();
    await client.read();
    for (let version = 101; version <= 200; version += 1) await change({ version });
    await client.read();
    await client.read();
    const versions = client.facts().flatMap((fact) => (fact.type === 'state' ? [fact.version] : []));
    // Event 101 was written before the later changes were known.
    expect(versions).toEqual([100, 101, 200]);
    await client.leave();
  });

  it('sends an unchanged state once', async () => {
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

  it('asks the client to reopen when the access check fails (R48)', async () => {
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

  it('ends when rights are gone, but not when a check fails (R13)', async () => {
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
