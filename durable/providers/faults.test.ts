// Every way in which a provider fails, on both wires: each ends typed and in time, and runs nothing half said.
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { ProviderEvent } from './provider.ts';
import { collect, createUpstream, joined, type ScriptedResponse } from './scripted-upstream.ts';
import { WIRES } from './wire-fixtures.ts';

const KEY = 'sk-test-0123456789';

const refusal = (status: number, headers: Record<string, string> = {}): ScriptedResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  chunks: [JSON.stringify({ error: { type: 'some_error', message: `no: ${KEY} sk-test-****6789` } })],
});

const lastUsage = (events: readonly ProviderEvent[]) => {
  const last = events.findLast(({ type }) => type === 'usage');
  return last?.type === 'usage' ? last.usage : null;
};

/** Everything that an error shows to whoever logs it. */
const everything = (error: unknown) =>
  error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${(error.cause as Error | undefined)?.stack}` : '';

describe.each(WIRES)('$name', (wire) => {
  /** Runs an answer and turns the clock whenever a retry waits for it. */
  async function runWithRetries(...responses: (ScriptedResponse | Error)[]) {
    const upstream = createUpstream(...responses);
    const started = upstream.clock.now();
    let isOver = false;
    const outcome = collect(wire.connect(upstream.deps)).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await Promise.race([outcome, upstream.clock.untilWaiting(15_000)]);
      if (!isOver) upstream.clock.advance(250);
      await Promise.resolve();
    }
    return { ...(await outcome), tries: upstream.requests.length, waitedMs: upstream.clock.now() - started };
  }

  test.each([
    [301, 'PROVIDER_REFUSED', 1],
    [307, 'PROVIDER_REFUSED', 1],
    [400, 'PROVIDER_REFUSED', 1],
    [401, 'PROVIDER_AUTH', 1],
    [403, 'PROVIDER_AUTH', 1],
    [404, 'PROVIDER_REFUSED', 1],
    [408, 'PROVIDER_UNREACHABLE', 3],
    [413, 'PROVIDER_REFUSED', 1],
    [422, 'PROVIDER_REFUSED', 1],
    [429, 'PROVIDER_RATE_LIMITED', 3],
    [500, 'PROVIDER_UNREACHABLE', 3],
    [502, 'PROVIDER_UNREACHABLE', 3],
    [503, 'PROVIDER_OVERLOADED', 3],
    [504, 'PROVIDER_UNREACHABLE', 3],
    [529, 'PROVIDER_OVERLOADED', 3],
  ])('R45: status %i is %s after %i tries, and costs nothing', async (status, code, tries) => {
    const outcome = await runWithRetries(refusal(status, { location: 'https://elsewhere.test' }));
    expect(outcome.error).toBeInstanceOf(AppError);
    expect(outcome.error).toMatchObject({ code });
    expect(outcome.tries).toBe(tries);
    expect(outcome.events).toEqual([]);
    expect(everything(outcome.error)).not.toContain('0123456789');
    expect(everything(outcome.error)).not.toContain('6789');
  });

  test('R47: a try that succeeds after two failures is an answer', async () => {
    const outcome = await runWithRetries(refusal(503), refusal(529), { chunks: wire.text('at last') });
    expect(outcome.error).toBeNull();
    expect(joined(outcome.events, 'text')).toBe('at last');
    expect(outcome.tries).toBe(3);
  });

  test('R47: Retry-After is waited for before the next try', async () => {
    const outcome = await runWithRetries(refusal(429, { 'retry-after': '7' }), { chunks: wire.text('now') });
    expect(joined(outcome.events, 'text')).toBe('now');
    expect(outcome.waitedMs).toBeGreaterThanOrEqual(7_000);
    expect(outcome.waitedMs).toBeLessThan(8_000);
  });

  test('R47: a Retry-After as a date is waited for too', async () => {
    const date = new Date(Date.UTC(2026, 10, 21) + 5_000).toUTCString();
    const outcome = await runWithRetries(refusal(503, { 'retry-after': date }), { chunks: wire.text('now') });
    expect(outcome.waitedMs).toBeGreaterThanOrEqual(5_000);
    expect(outcome.tries).toBe(2);
  });

  test('R47: a Retry-After longer than a person waits is passed on instead', async () => {
    const outcome = await runWithRetries(refusal(429, { 'retry-after': '60' }));
    expect(outcome.error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 60 });
    expect(outcome.tries).toBe(1);
  });

  test('R47: what the provider says about retrying goes before its status', async () => {
    expect((await runWithRetries(refusal(500, { 'x-should-retry': 'false' }))).tries).toBe(1);
    expect((await runWithRetries(refusal(400, { 'x-should-retry': 'true' }))).tries).toBe(3);
  });

  test('R45: no connection is tried again, then unreachable', async () => {
    const outcome = await runWithRetries(new TypeError(`fetch failed for ${KEY}`));
    expect(outcome.error).toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
    expect(outcome.tries).toBe(3);
    expect(outcome.events).toEqual([]);
    expect(everything(outcome.error)).not.toContain(KEY);
  });

  test.each(['reset', 'close'] as const)(
    'R45: a stream that ends early (%s) keeps its text and is never tried again',
    async (ending) => {
      const frames = wire.text('half an ', 'answer');
      for (const count of frames.keys()) {
        if (count === 0) continue;
        const upstream = createUpstream({ chunks: frames.slice(0, count), ending });
        const { events, error } = await collect(wire.connect(upstream.deps));
        const isWhole = events.at(-1)?.type === 'finish';
        // One server in three leaves its last frame out; an answer that named its finish reason is whole at a clean end.
        if (isWhole) {
          expect(ending).toBe('close');
          continue;
        }
        expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
        expect(upstream.requests).toHaveLength(1);
        expect('half an answer'.startsWith(joined(events, 'text'))).toBe(true);
      }
    },
  );

  test('R45: an empty stream is a broken one', async () => {
    const { error } = await collect(wire.connect(createUpstream({ chunks: [] }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
  });

  test.each([
    ['bad JSON', 'data: {"type": "content_block_delta", "del\n\n'],
    ['JSON that is no object', 'data: [1,2]\n\n'],
    ['null', 'data: null\n\n'],
    ['a web page', 'data: <html>\n\n'],
  ])('R45: %s in the middle keeps the text before it and breaks the stream', async (_name, bad) => {
    const frames = wire.text('kept');
    const middle = frames.findIndex((frame) => frame.includes('kept')) + 1;
    // In one read with the good text, which must not be swallowed.
    const chunks = [[...frames.slice(0, middle), bad].join(''), ...frames.slice(middle)];
    const { events, error } = await collect(wire.connect(createUpstream({ chunks }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(joined(events, 'text')).toBe('kept');
    expect(events.some(({ type }) => type === 'finish')).toBe(false);
  });

  test('R45: an event without end is cut off instead of filling memory', async () => {
    const chunk = 'x'.repeat(64_000);
    const upstream = createUpstream({ chunks: ['data: {"a":"', ...Array.from({ length: 1_000 }, () => chunk)] });
    const { error } = await collect(wire.connect(upstream.deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(upstream.cancelled()).toBe(1);
  });

  test('R45: an overload told inside the stream is an overload', async () => {
    const frames = wire.text('some ', 'more');
    const { events, error } = await collect(
      wire.connect(createUpstream({ chunks: [...frames.slice(0, -3), wire.overloaded] }).deps),
    );
    expect(error).toMatchObject({ code: 'PROVIDER_OVERLOADED' });
    expect(joined(events, 'text')).toContain('some');
  });

  test('R45: arguments cut at any byte never end a tool call', async () => {
    const text = wire.toolCall('{"näme":"世', '界 🚀","n":[1,', '{}]}').join('');
    const bytes = new TextEncoder().encode(text);
    const whole = await collect(wire.connect(createUpstream({ chunks: [bytes] }).deps));
    expect(whole.events.some(({ type }) => type === 'tool-call-end')).toBe(true);
    const argumentsEnd = new TextEncoder().encode(text.slice(0, text.lastIndexOf('{}]}') + 4)).length;
    for (let at = 1; at <= argumentsEnd; at++) {
      const upstream = createUpstream({ chunks: [bytes.subarray(0, at)] });
      const { events, error } = await collect(wire.connect(upstream.deps));
      const isSafe =
        error instanceof AppError && !events.some(({ type }) => type === 'tool-call-end' || type === 'finish');
      if (!isSafe) expect({ at, events, error }).toBeNull();
    }
  });

  test.each(['{"a":', '[1]', '"text"', 'null', '{"a":1}}'])(
    'R45: a whole answer whose tool call holds %s runs nothing',
    async (text) => {
      const { events, error } = await collect(wire.connect(createUpstream({ chunks: wire.toolCall(text) }).deps));
      expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
      expect(events.some(({ type }) => type === 'tool-call-end' || type === 'finish')).toBe(false);
    },
  );

  test('R36: what was cut is charged by estimate, never 0', async () => {
    const frames = wire.text('one two three ', 'four five six');
    const { events } = await collect(
      wire.connect(createUpstream({ chunks: frames.slice(0, 4), ending: 'reset' }).deps),
    );
    const usage = lastUsage(events);
    expect(usage?.estimated).toBe(true);
    expect(usage?.inputTokens).toBeGreaterThan(0);
    expect(usage?.outputTokens).toBeGreaterThanOrEqual(3);
  });
});
