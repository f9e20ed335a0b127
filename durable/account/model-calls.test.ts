import { describe, expect, test } from 'vitest';
import { createModelCalls, type RunName } from './model-calls.ts';

const NOW = 1_795_000_000_000;
const run = (runId: string, sessionId = 'session'): RunName => ({ orgId: 'org', sessionId, runId });

function setUp() {
  const state = { stored: 0, now: NOW, known: [] as string[] };
  const start = () =>
    createModelCalls({
      rule: { perMinute: 30, burst: 10 },
      load: () => state.stored,
      store: (fullAt) => {
        state.stored = fullAt;
      },
      isKnown: ({ sessionId, runId }) => state.known.includes(`${sessionId} ${runId}`),
      now: () => state.now,
    });
  return { state, start };
}

describe('createModelCalls', () => {
  test('takes one token per run and none for repeats', () => {
    const count = setUp().start().count;
    for (let times = 0; times < 50; times += 1) expect(count(run('a'))).toMatchObject({ ok: true });
    expect(count(run('b'))).toMatchObject({ ok: true, remaining: 8 });
  });

  test('treats the same run id in another conversation as another run (R37)', () => {
    const count = setUp().start().count;
    const verdicts = Array.from({ length: 12 }, (_, index) => count(run('same', `session ${index}`)));
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(10);
  });

  test('always takes a token for a request without a run', () => {
    const count = setUp().start().count;
    expect(Array.from({ length: 12 }, () => count(null)).filter(({ ok }) => ok)).toHaveLength(10);
  });

  test('takes a token when a rejected run is repeated', () => {
    const { state, start } = setUp();
    const count = start().count;
    for (let index = 0; index < 10; index += 1) count(null);
    expect(count(run('late')).ok).toBe(false);
    expect(count(run('late')).ok).toBe(false);
    state.now += 2_000;
    expect(count(run('late'))).toMatchObject({ ok: true, remaining: 0 });
    expect(count(run('other')).ok).toBe(false);
  });

  test('keeps the count across restarts, and a known run still repeats for free', () => {
    const { state, start } = setUp();
    const first = start().count;
    for (let index = 0; index < 10; index += 1) first(run(`run ${index}`));
    const again = start().count;
    expect(again(run('another')).ok).toBe(false);
    state.known.push('session run 3');
    expect(again(run('run 3')).ok).toBe(true);
  });

  test('names the session of a run that it counted, and of no other', () => {
    const { count, sessionOf } = setUp().start();
    for (let index = 0; index < 11; index += 1) count(run(`run ${index}`, `session ${index}`));
    expect(sessionOf('org', 'run 9')).toBe('session 9');
    expect(sessionOf('org', 'run 10')).toBeNull();
    expect(sessionOf('another org', 'run 9')).toBeNull();
  });

  test('remembers a limited number of runs', () => {
    const { state, start } = setUp();
    const count = start().count;
    for (let index = 0; index < 300; index += 1) {
      state.now += 2_000;
      count(run(`run ${index}`));
    }
    for (let index = 0; index < 10; index += 1) count(null);
    expect(count(run('run 0')).ok).toBe(false);
    expect(count(run('run 299')).ok).toBe(true);
  });
});
