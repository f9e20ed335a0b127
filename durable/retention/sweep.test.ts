import { expect, test } from 'vitest';
import type { Expiry } from '../contracts/conversation.ts';
import type { BeyondRules } from '../postgres/queries/session-rules.ts';
import { type SweepDeps, sweep } from './sweep.ts';

const sessionOf = (at: number): BeyondRules => ({ id: `session-${at}`, userId: 'u', subject: 's', updatedAt: at });

/** `count` expired conversations. Postgres still lists removed ones. */
function depsOf(count: number, expire: (session: BeyondRules) => Promise<Expiry> = () => Promise.resolve('removed')) {
  const seen = { asked: [] as (string | null)[], expired: [] as string[], forgotten: [] as string[], failures: 0 };
  const deps: SweepDeps = {
    now: () => 1_000,
    find: ({ after, limit }) => {
      seen.asked.push(after?.id ?? null);
      const from = after ? after.updatedAt + 1 : 0;
      return Promise.resolve(Array.from({ length: Math.min(limit, count - from) }, (_, at) => sessionOf(from + at)));
    },
    expire: (session) => {
      seen.expired.push(session.id);
      return expire(session);
    },
    forget: ({ id }) => Promise.resolve(void seen.forgotten.push(id)),
    noteFailure: () => {
      seen.failures += 1;
    },
  };
  return { deps, seen };
}

test('removes every expired conversation once, in batches', async () => {
  const { deps, seen } = depsOf(120);
  expect(await sweep(deps)).toEqual({ removed: 120, kept: 0, failed: 0, isDone: true });
  expect(seen.asked).toEqual([null, 'session-49', 'session-99']);
  expect(new Set(seen.expired).size).toBe(120);
});

test('keeps conversations that changed, and continues with the rest', async () => {
  const { deps } = depsOf(120, ({ updatedAt }) => Promise.resolve(updatedAt < 60 ? 'kept' : 'removed'));
  expect(await sweep(deps)).toEqual({ removed: 60, kept: 60, failed: 0, isDone: true });
});

test('deletes rows without an object', async () => {
  const { deps, seen } = depsOf(2, () => Promise.resolve('missing'));
  expect(await sweep(deps)).toMatchObject({ removed: 2 });
  expect(seen.forgotten).toEqual(['session-0', 'session-1']);
});

test('continues after an unavailable object, and is not done', async () => {
  const { deps, seen } = depsOf(3, ({ id }) =>
    id === 'session-1' ? Promise.reject(new Error('away')) : Promise.resolve('removed'),
  );
  expect(await sweep(deps)).toEqual({ removed: 2, kept: 0, failed: 1, isDone: false });
  expect(seen.failures).toBe(1);
});

test('stops after MAX_BATCHES, and is not done', async () => {
  const { deps, seen } = depsOf(1_000_000);
  expect(await sweep(deps)).toMatchObject({ isDone: false, removed: 2_000 });
  expect(seen.asked).toHaveLength(40);
});
