import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DemoModel, delayBefore, startDemoModel } from './demo-model.ts';

const MODEL = 'claude-sonnet-4-6';

let demo: DemoModel;
let anthropic: Anthropic;
let openai: OpenAI;

beforeEach(async () => {
  demo = await startDemoModel({ pace: 'instant' });
  anthropic = new Anthropic({ apiKey: 'test-key', baseURL: demo.url, maxRetries: 0 });
  openai = new OpenAI({ apiKey: 'test-key', baseURL: `${demo.url}/v1`, maxRetries: 0 });
});

afterEach(() => demo.close());

const user = (content: string) => ({ role: 'user' as const, content });
const ask = (content: string) => ({ model: MODEL, max_tokens: 4000, messages: [user(content)] });

describe('stopping, faults and pace', () => {
  test('never closes an idle connection, which a client could be about to reuse', async () => {
    const response = await fetch(demo.url);
    // The header would name the time.
    expect(response.headers.get('keep-alive')).toBeNull();
    await response.body?.cancel();
  });

  test('records a client that leaves, and produces nothing more', async () => {
    const hold = demo.holdNext({ afterTokens: 5 });
    const arrived = demo.nextRequest();
    const stream = anthropic.messages.stream(ask('count to 200'));
    const left = expect(stream.done()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    const request = await arrived;
    await hold.reached;
    stream.abort();
    await left;
    await request.settled;
    expect(request).toMatchObject({ aborted: true, finished: false, sentTokens: 5 });
  });

  test('holds an answer until it is released', async () => {
    const hold = demo.holdNext({ afterTokens: 5 });
    const answer = anthropic.messages.stream(ask('count to 30')).finalText();
    await hold.reached;
    expect(demo.requests.at(-1)).toMatchObject({ sentTokens: 5, finished: false, aborted: false });
    hold.release();
    expect(await answer).toMatch(/^1, 2, [\s\S]*30\.$/);
    await demo.requests.at(-1)?.settled;
    expect(demo.requests.at(-1)).toMatchObject({ finished: true, aborted: false });
  });

  test('holds an answer several times', async () => {
    const hold = demo.holdNext({ afterTokens: 5, times: 2 });
    const answer = anthropic.messages.stream(ask('count to 30')).finalText();
    await hold.reached;
    expect(demo.requests.at(-1)?.sentTokens).toBe(5);
    hold.release();
    await expect.poll(() => demo.requests.at(-1)?.sentTokens).toBe(10);
    hold.release();
    expect(await answer).toMatch(/^1, 2, [\s\S]*30\.$/);
  });

  test('fails one request with the status and Retry-After of a fault', async () => {
    demo.failNext({ status: 429, retryAfterSeconds: 7 });
    const error = await anthropic.messages.create(ask('hello')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error instanceof Anthropic.APIError && error.headers?.get('retry-after')).toBe('7');
    expect((await anthropic.messages.create(ask('hello'))).stop_reason).toBe('end_turn');
    demo.failNext({ status: 503 });
    await expect(openai.chat.completions.create({ model: 'gpt-4.1', messages: [user('hello')] })).rejects.toMatchObject(
      { status: 503 },
    );
  });

  test('breaks a stream after the tokens of a fault', async () => {
    demo.failNext({ cutAfterTokens: 3 });
    const deltas: string[] = [];
    const stream = anthropic.messages.stream(ask('count to 30'));
    stream.on('text', (delta) => deltas.push(delta));
    await expect(stream.finalMessage()).rejects.toThrow();
    expect(deltas).toHaveLength(3);
    expect(demo.requests.at(-1)).toMatchObject({ sentTokens: 3, finished: false, aborted: false });
  });

  test('stays silent in a stall until the client leaves', async () => {
    demo.failNext({ stall: true, afterTokens: 2 });
    const arrived = demo.nextRequest();
    const leaving = new AbortController();
    const stream = await openai.chat.completions.create(
      { model: 'gpt-4.1', messages: [user('count to 30')], stream: true },
      { signal: leaving.signal },
    );
    const tokens: string[] = [];
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta.content ?? '';
      if (text !== '') tokens.push(text);
      if (tokens.length === 2) leaving.abort();
    }
    const request = await arrived;
    await request.settled;
    expect(request).toMatchObject({ aborted: true, sentTokens: 2 });
  });

  test('refuses a request without a key, and records key and body of the others', async () => {
    const response = await fetch(`${demo.url}/v1/messages`, { method: 'POST', body: JSON.stringify(ask('hello')) });
    expect(response.status).toBe(401);
    await anthropic.messages.create(ask('hello'));
    expect(demo.requests.at(-1)).toMatchObject({
      wire: 'anthropic',
      apiKey: 'test-key',
      status: 200,
      body: ask('hello'),
    });
    expect(demo.requests.at(-1)?.headers).not.toHaveProperty('x-api-key');
  });

  test('refuses broken JSON and unknown paths', async () => {
    const post = (path: string) =>
      fetch(`${demo.url}${path}`, { method: 'POST', body: '{', headers: { 'x-api-key': 'k' } });
    expect((await post('/v1/messages')).status).toBe(400);
    expect((await post('/v1/other')).status).toBe(404);
  });

  test('rejects when the port is taken', async () => {
    await expect(startDemoModel({ port: demo.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

test('human pace sends the first token within 250 to 400 ms and then 40 to 60 tokens a second', () => {
  const delays = Array.from({ length: 500 }, (_, index) => delayBefore('human', index));
  const [first, ...rest] = delays;
  const mean = rest.reduce((sum, delay) => sum + delay, 0) / rest.length;
  expect(first).toBeGreaterThanOrEqual(250);
  expect(first).toBeLessThanOrEqual(400);
  expect(1000 / mean).toBeGreaterThan(40);
  expect(1000 / mean).toBeLessThan(60);
});

test('a custom pace is kept to the millisecond, and instant waits for nothing', () => {
  const own = { firstTokenMs: 40, tokenMs: 7 };
  expect([delayBefore(own, 0), delayBefore(own, 1), delayBefore('instant', 0)]).toEqual([40, 7, 0]);
});
