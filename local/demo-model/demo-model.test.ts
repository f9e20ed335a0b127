import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DemoModel, startDemoModel } from './demo-model.ts';

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
  test('a client that leaves is recorded, and nothing more is produced', async () => {
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

  test('an answer that is held goes on when it is released', async () => {
    const hold = demo.holdNext({ afterTokens: 5 });
    const answer = anthropic.messages.stream(ask('count to 30')).finalText();
    await hold.reached;
    expect(demo.requests.at(-1)).toMatchObject({ sentTokens: 5, finished: false, aborted: false });
    hold.release();
    expect(await answer).toMatch(/^1, 2, [\s\S]*30\.$/);
    await demo.requests.at(-1)?.settled;
    expect(demo.requests.at(-1)).toMatchObject({ finished: true, aborted: false });
  });

  test('a status that was ordered is given once, with Retry-After', async () => {
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

  test('a stream that is cut off breaks after so many tokens', async () => {
    demo.failNext({ cutAfterTokens: 3 });
    const deltas: string[] = [];
    const stream = anthropic.messages.stream(ask('count to 30'));
    stream.on('text', (delta) => deltas.push(delta));
    await expect(stream.finalMessage()).rejects.toThrow();
    expect(deltas).toHaveLength(3);
    expect(demo.requests.at(-1)).toMatchObject({ sentTokens: 3, finished: false, aborted: false });
  });

  test('a stream that stalls stays silent until the client leaves', async () => {
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

  test('a request without a key is refused, and the key and body of the others are recorded', async () => {
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

  test('text that is no JSON and paths that do not exist are told apart', async () => {
    const post = (path: string) =>
      fetch(`${demo.url}${path}`, { method: 'POST', body: '{', headers: { 'x-api-key': 'k' } });
    expect((await post('/v1/messages')).status).toBe(400);
    expect((await post('/v1/other')).status).toBe(404);
  });

  test('a port that is taken is an error, not a hang', async () => {
    await expect(startDemoModel({ port: demo.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
