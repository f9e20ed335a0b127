// Answers that end because of a stall, a stop or a reader that leaves, and whether the connection is released.
import { describe, expect, test } from 'vitest';
import type { ProviderEvent } from './provider.ts';
import { collect, createUpstream, joined, REQUEST } from './scripted-upstream.fixture.ts';
import { WIRES } from './wire.fixture.ts';

const lastUsage = (events: readonly ProviderEvent[]) => {
  const last = events.findLast(({ type }) => type === 'usage');
  return last?.type === 'usage' ? last.usage : null;
};

describe.each(WIRES)('$name', (wire) => {
  test('silence before the first byte is a stall, charged for its input (R47)', async () => {
    const upstream = createUpstream({});
    const { fetch, sent } = createSilence();
    const outcome = collect(wire.connect({ ...upstream.deps, fetch }));
    await sent;
    upstream.clock.advance(30_000);
    const { events, error } = await outcome;
    expect(error).toMatchObject({ code: 'PROVIDER_STALLED' });
    expect(lastUsage(events)).toMatchObject({ estimated: true, outputTokens: 0 });
  });

  test('silence in the middle is a stall, charged by estimate (R47)', async () => {
    const frames = wire.text('some text');
    const upstream = createUpstream({ chunks: frames.slice(0, -3), ending: 'hang' });
    const events: ProviderEvent[] = [];
    const answer = (async () => {
      for await (const batch of wire.connect(upstream.deps).stream(REQUEST, new AbortController().signal)) {
        events.push(...batch);
        if (joined(batch, 'text')) queueMicrotask(() => upstream.clock.advance(30_000));
      }
    })();
    await expect(answer).rejects.toMatchObject({ code: 'PROVIDER_STALLED' });
    expect(joined(events, 'text')).toBe('some text');
    expect(lastUsage(events)?.estimated).toBe(true);
  });

  test('keep-alives prevent a slow answer from stalling (R47)', async () => {
    const upstream = createUpstream({});
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const deps = { ...upstream.deps, fetch: async () => new Response(readable) };
    const outcome = collect(wire.connect(deps));
    const writer = writable.getWriter();
    for (const frame of [wire.keepAlive, wire.keepAlive, ...wire.text('slow', 'ly')]) {
      // Settles when the frame is being read.
      await writer.write(new TextEncoder().encode(frame));
      await Promise.resolve();
      upstream.clock.advance(12_000);
    }
    await writer.close();
    const { events, error } = await outcome;
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('slowly');
  });

  test.each(['hang', 'deaf'] as const)(
    'a stop ends a %s answer with the given reason after charging it (R49)',
    async (ending) => {
      const reason = new Error('stopped by its user');
      const controller = new AbortController();
      const upstream = createUpstream({ chunks: wire.text('some text').slice(0, -3), ending });
      const events: ProviderEvent[] = [];
      const answer = (async () => {
        for await (const batch of wire.connect(upstream.deps).stream(REQUEST, controller.signal)) {
          events.push(...batch);
          if (joined(batch, 'text')) queueMicrotask(() => controller.abort(reason));
        }
      })();
      await expect(answer).rejects.toBe(reason);
      expect(lastUsage(events)?.estimated).toBe(true);
    },
  );

  test('a stop before the request leaves costs nothing (R36)', async () => {
    const upstream = createUpstream({ chunks: wire.text('unwanted') });
    const controller = new AbortController();
    const outcome = collect(wire.connect(upstream.deps), REQUEST, controller.signal);
    controller.abort(new Error('stopped by its user'));
    expect(await outcome).toMatchObject({ events: [], error: { message: 'stopped by its user' } });
    expect(upstream.requests).toEqual([]);
  });

  test('a stop while the provider is silent is charged for the input (R36)', async () => {
    const { fetch, sent } = createSilence();
    const controller = new AbortController();
    const outcome = collect(wire.connect({ ...createUpstream({}).deps, fetch }), REQUEST, controller.signal);
    await sent;
    controller.abort(new Error('stopped by its user'));
    expect(lastUsage((await outcome).events)).toMatchObject({ estimated: true, outputTokens: 0 });
  });

  test('a stop while a retry is waiting takes effect at once and costs nothing (R49)', async () => {
    const controller = new AbortController();
    const upstream = createUpstream({ status: 429, headers: { 'retry-after': '9' } });
    const outcome = collect(wire.connect(upstream.deps), REQUEST, controller.signal);
    await upstream.clock.untilWaiting(9_500);
    controller.abort(new Error('stopped by its user'));
    expect(await outcome).toMatchObject({ events: [], error: { message: 'stopped by its user' } });
    expect(upstream.requests).toHaveLength(1);
  });

  test('cancels the upstream body when the reader leaves', async () => {
    const upstream = createUpstream({ chunks: wire.text('one', 'two'), ending: 'hang' });
    for await (const batch of wire.connect(upstream.deps).stream(REQUEST, new AbortController().signal)) {
      if (joined(batch, 'text')) break;
    }
    expect(upstream.canceledCount()).toBe(1);
  });

  test('reads the body to its end after the last event so the connection can be reused', async () => {
    const upstream = createUpstream({ chunks: [...wire.text('done'), wire.keepAlive, wire.keepAlive, wire.keepAlive] });
    const { error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(upstream.canceledCount()).toBe(0);
  });

  test('finishes the answer when the server keeps the connection open after the last event', async () => {
    const upstream = createUpstream({ chunks: wire.text('done'), ending: 'hang' });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    await upstream.clock.untilWaiting(1_000);
    upstream.clock.advance(1_000);
    expect(upstream.canceledCount()).toBe(1);
  });
});

/** A provider that takes the request and never answers. */
function createSilence() {
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  const fetch = (_input: unknown, init?: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      resolve();
    });
  return { fetch, sent };
}
