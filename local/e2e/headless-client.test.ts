// @groundwire/client against the whole stack: send, follow, resume, stop, decide, sessions, tokens and refusals.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, GroundwireError, type RunEvent } from '../../packages/client/src/client.ts';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { cardsIn, lastAnswerIn, questionsIn } from './stored.ts';
import { signIn, type Visitor } from './visitor.ts';

const LONG = 'Count to 200';
const CREATE = 'Create a new part called Motor Assembly in design PKH-MFG';

let stack: Stack;
let ada: Visitor;

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 4 } } });
  ada = await signIn(stack, 'ada@cascade.test');
});

afterAll(async () => {
  await stack?.stop();
});

const tokenOf = ({ headers }: Visitor): string => headers.Authorization.slice('Bearer '.length);
const modelCalls = (): number => stack.demo?.requests.length ?? 0;

function connect(more: Partial<Parameters<typeof createClient>[0]> = {}) {
  return createClient({ origin: stack.url, getToken: () => tokenOf(ada), ...more });
}

/** A fetch whose streams break off after some chunks, the first `times` times. */
function droppingFetch(times: number): typeof fetch {
  let left = times;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (left === 0 || !response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream'))
      return response;
    left -= 1;
    const reader = response.body.getReader();
    let chunks = 4;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        chunks -= 1;
        if (!done && chunks >= 0) return controller.enqueue(value);
        await reader.cancel();
        controller.error(new TypeError('network error'));
      },
    });
    return new Response(body, response);
  };
}

describe('a run', () => {
  it('has the answer that the server stored, with the page’s context', async () => {
    const client = connect();
    const context = [{ type: 'ticket', id: 4711, title: 'Leak in room 12' }];
    const run = client.send({ text: LONG, context });
    const { text, outcome } = await run.result();
    expect(outcome).toBe('complete');
    expect(text).toBe((await lastAnswerIn(ada, run.sessionId)).text);
    const { messages } = await client.messages(run.sessionId);
    expect(messages[0]?.context).toEqual([{ type: 'ticket', title: 'Leak in room 12' }]);
  });

  it('survives lost connections without losing or repeating a word, with one model call', async () => {
    const before = modelCalls();
    const run = connect({ fetch: droppingFetch(3) }).send({ text: LONG });
    const events: RunEvent[] = [];
    for await (const event of run.events) events.push(event);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const text = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
    expect(text).toBe((await lastAnswerIn(ada, run.sessionId)).text);
    expect(modelCalls() - before).toBe(1);
  });

  it('is followed from its start or from an event, as after a reload', async () => {
    const client = connect();
    const run = client.send({ text: 'hello' });
    const events: RunEvent[] = [];
    for await (const event of run.events) events.push(event);
    const again: RunEvent[] = [];
    for await (const event of client.follow(run).events) again.push(event);
    expect(again).toEqual(events);
    const rest: RunEvent[] = [];
    for await (const event of client.follow(run, { after: events[1]?.id ?? '' }).events) rest.push(event);
    expect(rest).toEqual(events.slice(2));
  });

  it('is stopped, and keeps its text (R49)', async () => {
    const run = connect().send({ text: LONG });
    let pieces = 0;
    let last: RunEvent | undefined;
    for await (const event of run.events) {
      last = event;
      if (event.type === 'TEXT_MESSAGE_CONTENT') pieces += 1;
      if (pieces === 3 && event.type === 'TEXT_MESSAGE_CONTENT') await run.stop();
    }
    expect(last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect((await lastAnswerIn(ada, run.sessionId)).status).toBe('stopped');
  });

  it('ends for a reader that leaves, and continues without it (R49)', async () => {
    const leaving = new AbortController();
    const run = connect().send({ text: LONG }, { signal: leaving.signal });
    const reading = (async () => {
      for await (const event of run.events) if (event.type === 'TEXT_MESSAGE_CONTENT') leaving.abort(new Error('left'));
    })();
    await expect(reading).rejects.toThrow('left');
    await expect.poll(async () => (await lastAnswerIn(ada, run.sessionId)).status).toBe('complete');
  });

  it('that fails has the server’s code', async () => {
    stack.demo?.failNext({ cutAfterTokens: 20 });
    const failed = connect().send({ text: LONG }).result();
    await expect(failed).rejects.toMatchObject({ name: 'GroundwireError', code: 'PROVIDER_BROKEN_STREAM' });
  });
});

describe('a change that waits', () => {
  it.each([
    [true, 'confirmed'],
    [false, 'cancelled'],
  ])('is decided: approve %s', async (approve, state) => {
    const client = connect();
    const { sessionId, ...run } = client.send({ text: CREATE });
    const { outcome, interrupts } = await run.result();
    expect([outcome, interrupts.length]).toEqual(['waiting', 1]);
    const decided = await client.decide({ sessionId, approvalId: interrupts[0]?.id ?? '', approve });
    expect((await decided.result()).outcome).toBe('complete');
    expect(await cardsIn(ada, sessionId)).toMatchObject([{ state }]);
  });
});

describe('sessions', () => {
  it('are listed, renamed, edited and deleted', async () => {
    const client = connect();
    const { id } = await client.sessions.create({ title: 'Draft' });
    expect(await client.sessions.rename(id, 'Leak in room 12')).toMatchObject({ id, title: 'Leak in room 12' });
    await client.send({ sessionId: id, text: 'hello' }).result();
    const [question] = (await client.messages(id)).messages;
    await client.send({ sessionId: id, text: 'Count to 3', edits: question?.id ?? '' }).result();
    expect(await questionsIn(ada, id)).toMatchObject([{ parts: [{ content: 'Count to 3' }] }]);
    await expect
      .poll(async () => (await client.sessions.list({ limit: 100 })).sessions.map((session) => session.id))
      .toContain(id);
    await client.sessions.delete(id);
    await expect(client.sessions.read(id)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });
});

describe('tokens and refusals', () => {
  it('replaces a refused token once for all requests that need it', async () => {
    const asked: boolean[] = [];
    const client = connect({
      getToken: ({ isRefused }) => {
        asked.push(isRefused);
        return isRefused ? tokenOf(ada) : 'expired';
      },
    });
    await Promise.all([client.sessions.list(), client.sessions.list(), client.send({ text: 'hello' }).result()]);
    expect(asked).toEqual([false, true]);
  });

  it.each<[string, () => string, string]>([
    ['a token that stays refused', () => 'expired', 'UNAUTHENTICATED'],
    [
      'a getToken that throws',
      () => {
        throw new Error('signed out');
      },
      'TOKEN',
    ],
  ])('%s is a typed error', async (_name, getToken, code) => {
    await expect(connect({ getToken }).sessions.list()).rejects.toMatchObject({ name: 'GroundwireError', code });
  });

  it('a refusal has code, status, words and request id', async () => {
    const rae = await signIn(stack, 'rae@quiet.test');
    const refused = await connect({ getToken: () => tokenOf(rae) })
      .send({ text: 'hello' })
      .result()
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GroundwireError);
    expect(refused).toMatchObject({
      code: 'ASSISTANT_DISABLED',
      status: 403,
      message: 'AI Assistant is not enabled for this tenant',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const tooMuch = connect().send({ text: 'hello', context: [{ title: 'x', data: 'x'.repeat(9_000) }] });
    await expect(tooMuch.result()).rejects.toMatchObject({ code: 'CONTEXT_TOO_LARGE', status: 413 });
  });

  it('an address where no Groundwire answers is a typed error', async () => {
    const html = () => Promise.resolve(new Response('<html>', { status: 404 }));
    await expect(connect({ fetch: html }).sessions.list()).rejects.toMatchObject({ code: 'REPLY', status: 404 });
    const lost = () => Promise.reject(new TypeError('fetch failed'));
    await expect(connect({ fetch: lost }).sessions.list()).rejects.toMatchObject({ code: 'NETWORK' });
  });
});
