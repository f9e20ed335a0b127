// Clients of the text-only wires, unmodified, against the whole stack: a page of the alga product, and the openai
// client. Covers plain answers, writes, disconnects, stops, answers that break off, and refusals.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSimpleAnswer } from '../../worker/wires/alga/alga-reader.fixture.ts';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { cardsIn, lastAnswerIn, questionsIn, untilComplete } from './stored.ts';
import { signIn, type Visitor } from './visitor.ts';

const LONG = 'Count to 200';
const CREATE = 'Create a new part called Motor Assembly in design PKH-MFG';

let stack: Stack;
let ada: Visitor;
let eli: Visitor;

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 4 } } });
  ada = await signIn(stack, 'ada@cascade.test');
  eli = await signIn(stack, 'eli@cascade.test');
});

afterAll(async () => {
  await stack?.stop();
});

const modelCalls = (): number => stack.demo?.requests.length ?? 0;
const stop = (runId: string, threadId: string) => ada.send('POST', `/api/v1/ai/runs/${runId}/cancel`, { threadId });

describe('a page of the alga product', () => {
  const STREAM = '/api/chat/v1/completions/stream';
  const ask = (text: string, signal?: AbortSignal): Promise<Response> =>
    fetch(stack.url + STREAM, {
      method: 'POST',
      headers: { ...ada.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: text }], uiContext: { pathname: '/' } }),
      ...(signal && { signal }),
    });
  const header = (response: Response, name: string): string => response.headers.get(name) ?? '';

  it('shows an answer word by word and ends with what the server stored', async () => {
    const response = await ask(LONG);
    const shown: string[] = [];
    const { text, isDone } = await readSimpleAnswer(response, (_frame, soFar) => shown.push(soFar));
    expect(isDone).toBe(true);
    expect(new Set(shown).size).toBeGreaterThan(5);
    expect(text).toBe((await lastAnswerIn(ada, header(response, 'X-Session-Id'))).text);
  });

  it('approves a change with its own two calls', async () => {
    const { frames } = await readSimpleAnswer(await ask(CREATE));
    const { functionCall, nextMessages }: Record<string, unknown> =
      frames.find(({ type }) => type === 'function_proposed') ?? {};
    const reply = await ada.send('POST', '/api/chat/v1/execute', {
      messages: nextMessages,
      functionCall,
      action: 'approve',
      chatId: null,
      uiContext: { pathname: '/' },
    });
    const done = (await reply.json()) as { type: string; sessionId: string; message: { content: string } };
    expect([reply.status, done.type]).toEqual([200, 'assistant_message']);
    expect(await cardsIn(ada, done.sessionId)).toMatchObject([{ state: 'confirmed' }]);
    expect(done.message.content).toBe((await lastAnswerIn(ada, done.sessionId)).text);
  });

  it('does not stop the answer when it disconnects, and keeps the text when it stops the answer (R49)', async () => {
    const leaving = new AbortController();
    const left = await ask(LONG, leaving.signal);
    await expect(
      readSimpleAnswer(left, (_frame, text) => {
        if (text.length > 20) leaving.abort();
      }),
    ).rejects.toThrow();
    await untilComplete(ada, header(left, 'X-Session-Id'));

    const response = await ask(LONG);
    let stopping: Promise<Response> | null = null;
    const { text, frames } = await readSimpleAnswer(response, (_frame, soFar) => {
      if (soFar.length > 20) stopping ??= stop(header(response, 'X-Run-Id'), header(response, 'X-Session-Id'));
    });
    await stopping;
    expect(frames.at(-2)).toMatchObject({ type: 'stopped' });
    expect(await lastAnswerIn(ada, header(response, 'X-Session-Id'))).toEqual({ text, status: 'stopped' });
  });

  it('gets an error when an answer breaks off, keeps its text, and then gets the end (R45)', async () => {
    stack.demo?.failNext({ cutAfterTokens: 20 });
    const { text, isDone, frames } = await readSimpleAnswer(await ask(LONG));
    expect(isDone).toBe(true);
    expect(text.length).toBeGreaterThan(0);
    expect(frames.at(-2)).toMatchObject({ type: 'error', code: 'PROVIDER_BROKEN_STREAM' });
  });
});

describe('the openai client', () => {
  const connect = (options: { maxRetries?: number; defaultHeaders?: Record<string, string> } = {}) =>
    new OpenAI({ apiKey: eli.headers.Authorization.slice('Bearer '.length), baseURL: `${stack.url}/v1`, ...options });
  const asked = (content: string) => ({ model: 'default', messages: [{ role: 'user' as const, content }] });
  const sessionOf = (reply: object): string => (reply as { groundwire: { session_id: string } }).groundwire.session_id;

  it('streams an answer in many chunks, with usage, and ends with what the server stored', async () => {
    const { data, response } = await connect()
      .chat.completions.create({ ...asked(LONG), stream: true, stream_options: { include_usage: true } })
      .withResponse();
    let text = '';
    let pieces = 0;
    let total = 0;
    for await (const { choices, usage } of data) {
      text += choices[0]?.delta.content ?? '';
      pieces += 1;
      total = usage?.total_tokens ?? total;
    }
    expect(pieces).toBeGreaterThan(5);
    expect(total).toBeGreaterThan(0);
    expect(text).toBe((await lastAnswerIn(eli, response.headers.get('X-Session-Id') ?? '')).text);
  });

  it('requests a failed answer only once, although the client retries by default (R47)', async () => {
    const before = modelCalls();
    stack.demo?.failNext({ cutAfterTokens: 20 });
    const client = connect({ maxRetries: 5 });
    await expect(client.chat.completions.create(asked(LONG))).rejects.toMatchObject({
      status: 502,
      code: 'PROVIDER_BROKEN_STREAM',
    });
    expect(modelCalls() - before).toBe(1);
  });

  it('gets an error after the partial text when an answer breaks off mid-stream', async () => {
    stack.demo?.failNext({ cutAfterTokens: 20 });
    const stream = await connect().chat.completions.create({ ...asked(LONG), stream: true });
    let text = '';
    const reading = (async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(text.length).toBeGreaterThan(0);
  });

  it('does not stop the answer when it disconnects (R49)', async () => {
    const { data, response } = await connect()
      .chat.completions.create({ ...asked(LONG), stream: true })
      .withResponse();
    for await (const { choices } of data) if (choices[0]?.delta.content) break;
    const sessionId = response.headers.get('X-Session-Id') ?? '';
    await untilComplete(eli, sessionId);
  });

  it('stops the answer when it disconnects, if it asked for that (R49)', async () => {
    const client = connect({ defaultHeaders: { 'X-Stop-On-Disconnect': 'true' } });
    const { data, response } = await client.chat.completions.create({ ...asked(LONG), stream: true }).withResponse();
    for await (const { choices } of data) if (choices[0]?.delta.content) break;
    const sessionId = response.headers.get('X-Session-Id') ?? '';
    await expect.poll(async () => (await lastAnswerIn(eli, sessionId)).status).toBe('stopped');
    await expect.poll(() => stack.demo?.requests.at(-1)?.aborted).toBe(true);
  });

  it('gets a link to confirm a write, and the conversation knows the result', async () => {
    const client = connect();
    const proposed = await client.chat.completions.create(asked(CREATE));
    const [approval] = (proposed as unknown as { groundwire: { approvals: { id: string }[] } }).groundwire.approvals;
    const said = proposed.choices[0]?.message.content ?? '';
    expect(said).toContain(`${stack.url}/chat/${sessionOf(proposed)}`);
    const page = await eli.get(`/chat/${sessionOf(proposed)}`);
    expect(page.headers.get('Content-Type')).toContain('text/html');
    await page.text();
    const click = await eli.send('POST', `/api/v1/ai/sessions/${sessionOf(proposed)}/approvals/${approval?.id}`, {
      decision: 'approve',
    });
    expect(click.status).toBe(200);
    await expect.poll(async () => (await cardsIn(eli, sessionOf(proposed)))[0]?.state).toBe('confirmed');
    const messages = [
      ...asked(CREATE).messages,
      { role: 'assistant' as const, content: said },
      { role: 'user' as const, content: 'Did it work?' },
    ];
    const next = await client.chat.completions.create({ model: 'default', messages });
    expect(sessionOf(next)).toBe(sessionOf(proposed));
    // The approval's own turn is between the client's last answer and its new question.
    expect(JSON.stringify(stack.demo?.requests.at(-1)?.body)).toContain('\\"itemNumber\\"');
    expect(await questionsIn(eli, sessionOf(next))).toHaveLength(2);
  });

  it('raises its own error types when refused', async () => {
    const rae = await signIn(stack, 'rae@quiet.test');
    const apiKey = rae.headers.Authorization.slice('Bearer '.length);
    const client = new OpenAI({ apiKey, baseURL: `${stack.url}/v1` });
    await expect(client.chat.completions.create(asked('hello'))).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    const stranger = new OpenAI({ apiKey: 'unknown', baseURL: `${stack.url}/v1` });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });
});
