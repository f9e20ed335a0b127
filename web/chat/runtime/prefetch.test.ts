import { describe, expect, it } from 'vitest';
import { createPrefetch } from './prefetch.ts';

function world() {
  const time = { now: 0 };
  const read: string[] = [];
  const prefetch = createPrefetch({
    read: async (id) => {
      read.push(id);
      if (id === 'broken') throw new TypeError('network');
      return new Response(id);
    },
    now: () => time.now,
  });
  return { prefetch, time, read };
}

describe('createPrefetch', () => {
  it('returns a prefetched response once', async () => {
    const { prefetch, read } = world();
    prefetch.begin('s1');
    prefetch.begin('s1');
    expect(read).toEqual(['s1']);
    expect(await (await prefetch.take('s1'))?.text()).toBe('s1');
    expect(prefetch.take('s1')).toBeNull();
  });

  it('requests again when the response is stale', () => {
    const { prefetch, time, read } = world();
    prefetch.begin('s1');
    time.now = 11_000;
    expect(prefetch.take('s1')).toBeNull();
    prefetch.begin('s1');
    expect(read).toEqual(['s1', 's1']);
  });

  it('drops failed responses and the oldest of many', async () => {
    const { prefetch } = world();
    prefetch.begin('broken');
    await Promise.resolve();
    await Promise.resolve();
    expect(prefetch.take('broken')).toBeNull();
    for (let at = 0; at < 7; at++) prefetch.begin(`s${at}`);
    expect(prefetch.take('s0')).toBeNull();
    expect(prefetch.take('s6')).not.toBeNull();
  });
});
