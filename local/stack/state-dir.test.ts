import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeys } from './keys.ts';
import { getFreePort } from './ports.ts';
import { openStateDir } from './state-dir.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'groundwire-state-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the folder of a stack', () => {
  it('is used by one stack at a time', async () => {
    const first = await openStateDir({ path: dir, reset: false });
    await expect(openStateDir({ path: dir, reset: false })).rejects.toThrow(`${dir} is in use by a running stack`);
    first.release();
    const second = await openStateDir({ path: dir, reset: false });
    expect(second.wasLeftBehind).toBe(false);
    second.release();
  });

  it('admits only one of several stacks that start at once', async () => {
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => openStateDir({ path: dir, reset: false })));
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(winners).toHaveLength(1);
    winners[0]?.release();
  });

  it.each([
    ['of a process that has ended', async () => JSON.stringify({ pid: 1, port: await getFreePort(), token: 'x' })],
    ['that is incomplete', async () => '{"pid":'],
  ])('replaces a lock %s', async (_title, writeLock) => {
    writeFileSync(join(dir, 'stack.lock'), await writeLock());
    const state = await openStateDir({ path: dir, reset: false });
    expect(state.wasLeftBehind).toBe(true);
    state.release();
    expect(existsSync(join(dir, 'stack.lock'))).toBe(false);
  });

  it('keeps files of others when it is reset', async () => {
    mkdirSync(join(dir, 'postgres'));
    writeFileSync(join(dir, 'keys.json'), '{}');
    writeFileSync(join(dir, 'thesis.txt'), 'mine');
    const state = await openStateDir({ path: dir, reset: true });
    expect(['postgres', 'keys.json', 'thesis.txt'].filter((name) => existsSync(join(dir, name)))).toEqual([
      'thesis.txt',
    ]);
    state.release();
  });

  it('is removed at the end when it was created for one stack', async () => {
    const state = await openStateDir({ path: undefined, reset: false });
    expect(existsSync(state.path)).toBe(true);
    state.release();
    expect(existsSync(state.path)).toBe(false);
  });
});

describe('the keys of a stack', () => {
  it('are generated once and readable only by their owner', () => {
    const keys = loadKeys(dir);
    expect(loadKeys(dir)).toEqual(keys);
    expect(keys.claimKey).toMatch(/^local:[A-Za-z0-9+/]{43}=$/);
    expect(statSync(join(dir, 'keys.json')).mode & 0o077).toBe(0);
  });

  it('cause an error that says how to reset when their file is damaged', () => {
    writeFileSync(join(dir, 'keys.json'), '{"claimKey": 1}');
    expect(() => loadKeys(dir)).toThrow('start with fresh data: `npm run dev -- --reset`');
  });
});
