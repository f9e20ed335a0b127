import { describe, expect, test } from 'vitest';
import type { ListedOrigin } from '../../durable/postgres/queries/allowed-origins.ts';
import { createOriginList } from './origin-list.ts';

const A = 'https://a.example';
const B = 'https://b.example';

function world() {
  const state = {
    now: 1_000_000,
    queries: 0,
    isDown: false,
    failures: [] as string[],
    until: Promise.resolve(),
    rows: [
      { slug: 'one', origin: A },
      { slug: 'two', origin: A },
      { slug: 'two', origin: B },
    ] as ListedOrigin[],
  };
  const list = createOriginList({
    fetchRows: async () => {
      state.queries += 1;
      await state.until;
      if (state.isDown) throw new Error('down');
      return state.rows;
    },
    now: () => state.now,
    background: () => undefined,
    noteFailure: (event) => void state.failures.push(event),
  });
  return { state, list };
}

describe('the list of allowed origins', () => {
  test('finds the orgs of an origin and the origins of an org', async () => {
    const { list } = world();
    expect([...(await list.orgsAllowing(A))]).toEqual(['one', 'two']);
    expect([...(await list.originsOf('two'))]).toEqual([A, B]);
    expect((await list.orgsAllowing('https://a.example.evil.test')).size).toBe(0);
    expect((await list.originsOf('three')).size).toBe(0);
  });

  test('reads the database once for a flood of unknown origins', async () => {
    const { list, state } = world();
    const flood = Array.from({ length: 500 }, (_none, index) => list.orgsAllowing(`https://x${index}.example`));
    await Promise.all(flood);
    state.now += 29_000;
    await list.orgsAllowing('null');
    expect(state.queries).toBe(1);
  });

  test('lets no request wait while it is read again', async () => {
    const { list, state } = world();
    await list.orgsAllowing(A);
    const gate = Promise.withResolvers<void>();
    state.until = gate.promise;
    state.now += 30_000;
    expect((await list.orgsAllowing(A)).size).toBe(2);
    expect(state.queries).toBe(2);
    gate.resolve();
  });

  test('drops a removed origin within a minute, or at once after a change of its own', async () => {
    const { list, state } = world();
    await list.orgsAllowing(A);
    state.rows = [{ slug: 'two', origin: B }];
    state.now += 50_000;
    expect((await list.orgsAllowing(A)).size).toBe(0);
    state.rows = [];
    list.forget();
    expect((await list.orgsAllowing(B)).size).toBe(0);
  });

  test('keeps the last list for ten minutes while the database is down, asking every five seconds', async () => {
    const { list, state } = world();
    await list.orgsAllowing(A);
    state.isDown = true;
    state.now += 30_000;
    expect((await list.orgsAllowing(A)).size).toBe(2);
    expect((await list.orgsAllowing(A)).size).toBe(2);
    expect(state.queries).toBe(2);
    state.now += 5_000;
    await list.orgsAllowing(A);
    expect(state.queries).toBe(3);
    state.now = 1_000_000 + 10 * 60_000 + 1;
    expect((await list.orgsAllowing(A)).size).toBe(0);
    state.isDown = false;
    state.now += 5_000;
    expect((await list.orgsAllowing(A)).size).toBe(2);
    expect(new Set(state.failures)).toEqual(new Set(['origin_list.unavailable']));
  });

  test('allows nothing if the database never answered', async () => {
    const { list, state } = world();
    state.isDown = true;
    expect((await list.orgsAllowing(A)).size).toBe(0);
  });

  test('is limited, and reports what it leaves out', async () => {
    const { list, state } = world();
    state.rows = Array.from({ length: 20_001 }, (_none, index) => ({
      slug: 'one',
      origin: `https://o${index}.example`,
    }));
    expect((await list.originsOf('one')).size).toBe(20_000);
    expect(state.failures).toEqual(['origin_list.cut']);
  });
});
