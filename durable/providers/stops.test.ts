// How answers end that do not end by themselves: silence, a stop, a reader that leaves; and what is left of the connection.
import { describe, expect, test } from 'vitest';
import type { ProviderEvent } from './provider.ts';
import { collect, createUpstream, joined, REQUEST } from './scripted-upstream.ts';
import { WIRES } from './wire-fixtures.ts';

const lastUsage = (events: readonly ProviderEvent[]) => {
  const last = events.findLast(({ type }) => type === 'usage');
  return last?.type === 'usage' ? last.usage : null;
};

describe.each(WIRES)('$name', (wire) => {
  test('R47: silence before the first byte is a stall, charged for what was sent', async () => {
    const upstream = createUpstream({});
    const deps = { ...upstream.deps, fetch: neverAnswers };
    const outcome = collect(wire.connect(deps));
    await upstream.clock.untilWaiting(30_000);
    upstream.clock.advance(30_000);
    const { events, error } = await outcome;
    expect(error).toMatchObject({ code: 'PROVIDER_STALLED' });
    expect(lastUsage(events)).toMatchObject({ estimated: true, outputTokens: 0 });
  });

  test('R47: silence in the middle is a stall, and lets the upstream go', async () => {
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

  test('R47: signs of life keep a slow answer going', async () => {
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
    'R49: a stop ends a %s answer with the reason that was given, and the charge before it',
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

  test('R49: a stop while a retry waits ends at once', async () => {
    const controller = new AbortController();
    const upstream = createUpstream({ status: 429, headers: { 'retry-after': '9' } });
    const outcome = collect(wire.connect(upstream.deps), REQUEST, controller.signal);
    await upstream.clock.untilWaiting(9_500);
    controller.abort(new Error('stopped by its user'));
    expect((await outcome).error).toMatchObject({ message: 'stopped by its user' });
    expect(upstream.requests).toHaveLength(1);
  });

  test('a reader that leaves lets the upstream go', async () => {
    const upstream = createUpstream({ chunks: wire.text('one', 'two'), ending: 'hang' });
    for await (const batch of wire.connect(upstream.deps).stream(REQUEST, new AbortController().signal)) {
      if (joined(batch, 'text')) break;
    }
    expect(upstream.cancelled()).toBe(1);
  });

  test('what follows the last event is read to its end, so that the connection can be used again', async () => {
    const upstream = createUpstream({ chunks: [...wire.text('done'), wire.keepAlive, wire.keepAlive, wire.keepAlive] });
    const { error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(upstream.cancelled()).toBe(0);
  });

  test('a server that keeps the connection open after the last event does not hold the answer', async () => {
    const upstream = createUpstream({ chunks: wire.text('done'), ending: 'hang' });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    await upstream.clock.untilWaiting(1_000);
    upstream.clock.advance(1_000);
    expect(upstream.cancelled()).toBe(1);
  });
});

function neverAnswers(_input: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  });
}
