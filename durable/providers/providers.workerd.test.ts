// The SDKs load, send, stream and stop in the Workers runtime, without Node compatibility.
import { describe, expect, test } from 'vitest';
import { collect, createUpstream, joined, REQUEST } from './scripted-upstream.fixture.ts';
import { REPORTED_USAGE, WIRES } from './wire.fixture.ts';

describe.each(WIRES)('$name in workerd', (wire) => {
  test('streams text in pieces', async () => {
    const upstream = createUpstream({ chunks: wire.text('Guten ', 'Tag ', '世界 🚀') });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('Guten Tag 世界 🚀');
    expect(events.findLast(({ type }) => type === 'usage')).toEqual({ type: 'usage', usage: REPORTED_USAGE });
  });

  test('streams a tool call', async () => {
    const upstream = createUpstream({ chunks: wire.toolCall('{"query":', '"bolt"}') });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toBeNull();
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  test('reports a typed error when the connection fails', async () => {
    const upstream = createUpstream({ chunks: wire.text('some text').slice(0, -3), ending: 'reset' });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(joined(events, 'text')).toBe('some text');
  });

  test('stops with the signal’s reason', async () => {
    const controller = new AbortController();
    const upstream = createUpstream({ chunks: wire.text('some text').slice(0, -3), ending: 'hang' });
    const answer = (async () => {
      for await (const batch of wire.connect(upstream.deps).stream(REQUEST, controller.signal)) {
        if (joined(batch, 'text')) queueMicrotask(() => controller.abort(new Error('stopped')));
      }
    })();
    await expect(answer).rejects.toThrow('stopped');
  });
});
