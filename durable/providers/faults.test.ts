// Every way a provider can fail, on every wire. Each failure is typed, arrives in time and runs no partial tool call.
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { ProviderEvent } from './provider.ts';
import { collect, createUpstream, joined, type ScriptedResponse } from './scripted-upstream.fixture.ts';
import { WIRES } from './wire.fixture.ts';

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

/** All the text that logging an error could expose. */
const everything = (error: unknown) =>
  error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${(error.cause as Error | undefined)?.stack}` : '';

describe.each(WIRES)('$name', (wire) => {
  /** Runs an answer and advances the clock each time a retry is waiting. */
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
    [404, 'PROVIDER_NO_MODEL', 1],
    [408, 'PROVIDER_UNREACHABLE', 3],
    [413, 'PROVIDER_CONTEXT', 1],
    [422, 'PROVIDER_REFUSED', 1],
    [429, 'PROVIDER_RATE_LIMITED', 3],
    [500, 'PROVIDER_UNREACHABLE', 3],
    [502, 'PROVIDER_UNREACHABLE', 3],
    [503, 'PROVIDER_OVERLOADED', 3],
    [504, 'PROVIDER_UNREACHABLE', 3],
    [529, 'PROVIDER_OVERLOADED', 3],
  ])('status %i is %s after %i tries, and costs nothing (R45)', async (status, code, tries) => {
    const outcome = await runWithRetries(refusal(status, { location: 'https://elsewhere.test' }));
    expect(outcome.error).toBeInstanceOf(AppError);
    expect(outcome.error).toMatchObject({ code });
    expect(outcome.tries).toBe(tries);
    expect(outcome.events).toEqual([]);
    expect(everything(outcome.error)).not.toContain('0123456789');
    expect(everything(outcome.error)).not.toContain('6789');
  });

  test('answers when a retry succeeds after two failures (R47)', async () => {
    const outcome = await runWithRetries(refusal(503), refusal(529), { chunks: wire.text('at last') });
    expect(outcome.error).toBeNull();
    expect(joined(outcome.events, 'text')).toBe('at last');
    expect(outcome.tries).toBe(3);
  });

  test('waits for Retry-After before the next try (R47)', async () => {
    const outcome = await runWithRetries(refusal(429, { 'retry-after': '7' }), { chunks: wire.text('now') });
    expect(joined(outcome.events, 'text')).toBe('now');
    expect(outcome.waitedMs).toBeGreaterThanOrEqual(7_000);
    expect(outcome.waitedMs).toBeLessThan(8_000);
  });

  test('waits for a Retry-After given as a date (R47)', async () => {
    const date = new Date(Date.UTC(2026, 10, 21) + 5_000).toUTCString();
    const outcome = await runWithRetries(refusal(503, { 'retry-after': date }), { chunks: wire.text('now') });
    expect(outcome.waitedMs).toBeGreaterThanOrEqual(5_000);
    expect(outcome.tries).toBe(2);
  });

  test('reports a Retry-After longer than a person would wait instead of retrying (R47)', async () => {
    const outcome = await runWithRetries(refusal(429, { 'retry-after': '60' }));
    expect(outcome.error).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      retryAfterSeconds: 60,
      detail: 'The AI provider is limiting requests. Try again in 60 seconds.',
    });
    expect(outcome.tries).toBe(1);
  });

  test('follows the provider’s retry header over its status (R47)', async () => {
    expect((await runWithRetries(refusal(500, { 'x-should-retry': 'false' }))).tries).toBe(1);
    expect((await runWithRetries(refusal(400, { 'x-should-retry': 'true' }))).tries).toBe(3);
  });

  test('retries a failed connection, then reports the provider as unreachable (R45)', async () => {
    const outcome = await runWithRetries(new TypeError(`fetch failed for ${KEY}`));
    expect(outcome.error).toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
    expect(outcome.tries).toBe(3);
    expect(outcome.events).toEqual([]);
    expect(everything(outcome.error)).not.toContain(KEY);
  });

  test.each(['reset', 'close'] as const)(
    'a stream that ends early (%s) keeps its text and is never retried (R45)',
    async (ending) => {
      const frames = wire.text('half an ', 'answer');
      for (const count of frames.keys()) {
        if (count === 0) continue;
        const upstream = createUpstream({ chunks: frames.slice(0, count), ending });
        const { events, error } = await collect(wire.connect(upstream.deps));
        const isWhole = events.at(-1)?.type === 'finish';
        // Some servers omit the last frame: an answer with a finish reason is complete if the stream closes cleanly.
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

  test.each(['text/html', 'application/json; charset=utf-8'])(
    'a 200 with %s instead of a stream is named, and costs nothing (R36)',
    async (type) => {
      const page = { headers: { 'content-type': type }, chunks: ['<!doctype html>\n<p>Sign in</p>\n\n'] };
      const { events, error } = await collect(wire.connect(createUpstream(page).deps));
      expect(error).toMatchObject({ code: 'PROVIDER_NOT_A_STREAM' });
      expect(events).toEqual([]);
    },
  );

  test('a stream with another content type is read and charged like any other (R36)', async () => {
    const chunks = wire.text('some ', 'text').slice(0, -2);
    const plain = { headers: { 'content-type': 'text/plain' }, chunks, ending: 'reset' as const };
    const { events } = await collect(wire.connect(createUpstream(plain).deps));
    expect(joined(events, 'text')).toBe('some text');
    expect(lastUsage(events)).toMatchObject({ estimated: true });
  });

  test('an overload as the first event of a stream costs nothing (R36)', async () => {
    const { events, error } = await collect(wire.connect(createUpstream({ chunks: [wire.overloaded] }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_OVERLOADED' });
    expect(events).toEqual([]);
  });

  test('treats an empty stream as broken (R45)', async () => {
    const { error } = await collect(wire.connect(createUpstream({ chunks: [] }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
  });

  test.each([
    ['bad JSON', 'data: {"type": "content_block_delta", "del\n\n'],
    ['JSON that is no object', 'data: [1,2]\n\n'],
    ['null', 'data: null\n\n'],
    ['a web page', 'data: <html>\n\n'],
  ])('%s in the middle keeps the text before it and breaks the stream (R45)', async (_name, bad) => {
    const frames = wire.text('kept');
    const middle = frames.findIndex((frame) => frame.includes('kept')) + 1;
    // Sent in the same read as valid text, which must be kept.
    const chunks = [[...frames.slice(0, middle), bad].join(''), ...frames.slice(middle)];
    const { events, error } = await collect(wire.connect(createUpstream({ chunks }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(joined(events, 'text')).toBe('kept');
    expect(events.some(({ type }) => type === 'finish')).toBe(false);
  });

  test('an endless event is cut off before it fills memory (R45)', async () => {
    const chunk = 'x'.repeat(64_000);
    const upstream = createUpstream({ chunks: ['data: {"a":"', ...Array.from({ length: 1_000 }, () => chunk)] });
    const { error } = await collect(wire.connect(upstream.deps));
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(upstream.canceledCount()).toBe(1);
  });

  test('an overload reported inside the stream is PROVIDER_OVERLOADED (R45)', async () => {
    const frames = wire.text('some ', 'more');
    const { events, error } = await collect(
      wire.connect(createUpstream({ chunks: [...frames.slice(0, -3), wire.overloaded] }).deps),
    );
    expect(error).toMatchObject({ code: 'PROVIDER_OVERLOADED' });
    expect(joined(events, 'text')).toContain('some');
  });

  test('never ends a tool call whose arguments are cut at any byte (R45)', async () => {
    const text = wire.toolCall('{"näme":"世', '界 🚀","n":[1,', '{}]}').join('');
    const bytes = new TextEncoder().encode(text);
    const whole = await collect(wire.connect(createUpstream({ chunks: [bytes] }).deps));
    expect(whole.events.some(({ type }) => type === 'tool-call-end')).toBe(true);
    const argumentsEnd = new TextEncoder().encode(text.slice(0, text.lastIndexOf('{}]}') + 4)).length;
    for (const ending of ['close', 'reset'] as const) {
      for (let at = 1; at <= bytes.length; at++) {
        const upstream = createUpstream({ chunks: [bytes.subarray(0, at)], ending });
        const { events, error } = await collect(wire.connect(upstream.deps));
        const isFinished = events.some(({ type }) => type === 'finish');
        const isCallEnded = events.some(({ type }) => type === 'tool-call-end');
        const isSafe = error instanceof AppError ? !isFinished : isFinished;
        const isWholeCall = at > argumentsEnd || !(isFinished || isCallEnded);
        if (!isSafe || !isWholeCall) expect({ at, ending, events, error }).toBeNull();
      }
    }
  });

  test.each(['{"a":', '[1]', '"text"', 'null', '{"a":1}}'])(
    'a complete answer keeps %s as tool arguments, for the tool runner to refuse (R45)',
    async (text) => {
      const { events, error } = await collect(wire.connect(createUpstream({ chunks: wire.toolCall(text) }).deps));
      expect(error).toBeNull();
      expect(joined(events, 'tool-call-args')).toBe(text);
      expect(events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(1);
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
    },
  );

  test.each([
    ['a float', 41.2, 42],
    ['text', '42', 42],
    ['null', null, null],
    ['negative', -1, null],
    ['huge', 1e300, null],
    ['an object', { total: 42 }, null],
    ['missing', undefined, null],
  ])('keeps an answer whose count is %s, and estimates what it can’t read (R36)', async (_name, count, expected) => {
    const frames = wire
      .text('some text')
      .map((frame) =>
        frame.replaceAll(/"(output_tokens|completion_tokens|total_tokens)":\d+/g, (_match, name: string) =>
          count === undefined || name === 'total_tokens' ? `"${name}_":1` : `"${name}":${JSON.stringify(count)}`,
        ),
      );
    const { events, error } = await collect(wire.connect(createUpstream({ chunks: frames }).deps));
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('some text');
    if (expected !== null) expect(lastUsage(events)?.outputTokens).toBe(expected);
    else expect(lastUsage(events)?.outputTokens).toBeLessThan(42);
  });

  test('keeps an answer without any usage (R36)', async () => {
    const frames = wire.text('some text').map((frame) => frame.replaceAll('"usage":', '"no_usage":'));
    const { events, error } = await collect(wire.connect(createUpstream({ chunks: frames }).deps));
    expect(error).toBeNull();
    expect(lastUsage(events)).toMatchObject({ estimated: true });
    expect(lastUsage(events)?.inputTokens).toBeGreaterThan(0);
  });

  test.each([
    ['a web page', { 'content-type': 'text/html; charset=utf-8' }, '<!doctype html><title>Sign in</title>', /web page/],
    ['JSON', { 'content-type': 'application/json' }, '{"choices":[]}', /replied with JSON/],
    ['text without a type', {}, 'Welcome to the proxy.\nNothing here.', /replied with text/],
    ['a page sent as a stream', { 'content-type': 'text/event-stream' }, '<html>\n<body>Down</body>\n\n', /with text/],
  ])('a good status with %s is named and costs nothing (R45)', async (_what, headers, body, words) => {
    const { events, error } = await collect(wire.connect(createUpstream({ headers, chunks: [body] }).deps));
    expect(error).toMatchObject({ code: 'PROVIDER_NOT_A_STREAM', detail: expect.stringMatching(words) });
    expect(events).toEqual([]);
  });

  test('an error as JSON with a good status is that error, and costs nothing (R45)', async () => {
    const body = JSON.stringify({ error: { type: 'rate_limit_error', message: `slow down, ${KEY}` } });
    const upstream = createUpstream({ headers: { 'content-type': 'application/json' }, chunks: [body] });
    const { events, error } = await collect(wire.connect(upstream.deps));
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED' });
    expect(events).toEqual([]);
    expect(everything(error)).not.toContain(KEY);
  });

  test.each([
    ['length', 'length'],
    ['refusal', 'refusal'],
    ['error', 'unknown'],
    ['something_new', 'unknown'],
  ])('an answer that ends with the reason %s is no success (R45)', async (reason, expected) => {
    const { events } = await collect(wire.connect(createUpstream({ chunks: wire.endedBy(reason) }).deps));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: expected });
  });

  test('charges a cut-off answer by estimate, never 0 (R36)', async () => {
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
