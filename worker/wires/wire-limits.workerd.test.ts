// All wires share one bucket and one budget, and refuse in their own form.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { accountOf } from '../../durable/contracts/account.ts';
import { requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { refillRate, signedIn, stopClock, type Visitor } from '../visitor.fixture.ts';

const SIMPLE = '/api/chat/v1/completions';
const STREAM = '/api/chat/v1/completions/stream';
const OPENAI = '/v1/chat/completions';
const UI = '/api/v1/ai/ui-messages';
const EXECUTE = '/api/chat/v1/execute';
const CHAT = '/api/v1/ai/chat';
/** Every route of these wires that takes a message. */
const ROUTES = [STREAM, SIMPLE, '/api/chat/stream/chat', OPENAI, UI];

const MAX = 'max@northlight.test';
/** No other test of this file counts her requests. */
const NORA = 'nora@northlight.test';
const FINN = 'finn@freefold.test';

const says = (content: string) => ({ role: 'user', content });
const uiSays = (id: string, text: string) => ({
  id,
  messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text }] }],
  trigger: 'submit-message',
});

stopClock();
beforeEach(() => refillRate(MAX, FINN));

/** Empties the bucket with invalid requests. */
async function emptyBucket(visitor: Visitor, path: string): Promise<void> {
  for (let asked = 0; asked < 10; asked += 1) expect((await visitor(path, { body: {} })).status).toBe(400);
}

describe('the ai bucket (R37)', () => {
  test.each(ROUTES)('counts %s, which returns a retry time (R38)', async (path) => {
    const max = await signedIn(MAX);
    await emptyBucket(max, path);
    const refused = await max(path, { body: {} });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(refused.headers.get('RateLimit-Policy')).toBe('"ai";q=30;w=60;burst=10');
    expect(refused.headers.get('RateLimit')).toBe('"ai";r=0;t=2');
    const { error, ...problem } = await refused.json<{ code?: string; error?: { code?: string; type?: string } }>();
    expect(problem.code ?? error?.code).toBe('RATE_LIMITED');
    if (path === OPENAI) expect(error).toMatchObject({ type: 'rate_limit_error' });
  });

  test('is shared by all wires', async () => {
    const max = await signedIn(MAX);
    await emptyBucket(max, STREAM);
    for (const path of ROUTES) expect((await max(path, { body: {} })).status).toBe(429);
  });

  test('is in the headers of answers too', async () => {
    const max = await signedIn(MAX);
    const response = await max(STREAM, { body: { messages: [says('hello')] } });
    expect(response.headers.get('RateLimit')).toBe('"ai";r=9;t=2');
    await response.text();
  });

  test.each([
    ['alga', STREAM, { messages: [says('hello')] }],
    ['Chat Completions', OPENAI, { model: 'default', messages: [says('hello')], stream: true }],
    ['AI SDK', UI, uiSays(`chat-${crypto.randomUUID()}`, 'hello')],
  ])('a request that is sent again costs nothing: %s', async (_name, path, body) => {
    const max = await signedIn(MAX);
    const headers = { 'X-Run-Id': `run-${crypto.randomUUID()}` };
    for (let sent = 0; sent < 15; sent += 1) {
      const response = await max(path, { body, headers });
      expect(response.status).toBe(200);
      await response.text();
    }
    expect((await max(path, { body: {} })).status).toBe(400);
  });

  test('naming a known run does not make another request free', async () => {
    const max = await signedIn(MAX);
    const headers = { 'X-Run-Id': `run-${crypto.randomUUID()}` };
    const statuses: number[] = [];
    for (let asked = 0; asked < 12; asked += 1) {
      const body = { messages: [says('hello')], chatId: `chat-${crypto.randomUUID()}` };
      const response = await max(SIMPLE, { body, headers });
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  });
});

describe('a decision on an approval (R37)', () => {
  const approved = (id: string) => ({ state: 'approval-responded', approval: { id, approved: true } });
  /** There is no such approval, so a decision that is counted and let through is a 404. */
  const decisionOn: Readonly<Record<string, (id: string) => object>> = {
    [CHAT]: (id) => ({
      threadId: crypto.randomUUID(),
      runId: crypto.randomUUID(),
      messages: [says('hello')],
      resume: [{ interruptId: id, status: 'resolved', payload: { approved: true } }],
    }),
    [UI]: (id) => ({
      id: crypto.randomUUID(),
      messages: [{ id: 'm1', role: 'assistant', parts: [{ type: 'tool-x', ...approved(id) }] }],
      trigger: 'submit-message',
    }),
    [EXECUTE]: (id) => ({ functionCall: { id }, action: 'approve', chatId: crypto.randomUUID() }),
  };
  const decide = (visitor: Visitor, path: string) =>
    visitor(path, { body: decisionOn[path]?.(crypto.randomUUID()) ?? {} });

  test.each(Object.keys(decisionOn))('on %s leaves the ai bucket alone, and passes when it is empty', async (path) => {
    const max = await signedIn(MAX);
    for (let sent = 0; sent < 3; sent += 1) {
      const response = await decide(max, path);
      expect(response.status).toBe(404);
      expect(response.headers.get('RateLimit-Policy')).toMatch(/^"requests";/);
    }
    await emptyBucket(max, STREAM);
    expect((await max(STREAM, { body: {} })).status).toBe(429);
    expect((await decide(max, path)).status).toBe(404);
  });

  test.each(Object.keys(decisionOn))('on %s is counted as a request', async (path) => {
    const nora = await signedIn(NORA);
    await runInDurableObject(accountOf(env, requireDemoPerson(NORA).subject), (_account, { storage }) =>
      storage.put('request-bucket-full-at', Date.now() + 3_600_000),
    );
    const refused = await decide(nora, path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('RateLimit-Policy')).toMatch(/^"requests";/);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    // A message isn't.
    expect((await nora(STREAM, { body: {} })).status).toBe(400);
  });

  test('next to a message counts as a message on the AI SDK’s wire', async () => {
    const max = await signedIn(MAX);
    await emptyBucket(max, STREAM);
    const decided = { id: 'm1', role: 'assistant', parts: [{ type: 'tool-x', ...approved(crypto.randomUUID()) }] };
    const message = uiSays(`chat-${crypto.randomUUID()}`, 'hello');
    const body = { ...message, messages: [decided, ...message.messages] };
    expect((await max(UI, { body })).status).toBe(429);
  });
});

describe('402 if the plan includes no tokens', () => {
  const FIGURES = { code: 'QUOTA_EXCEEDED', used: 0, limit: 0, left: 0, renewsAt: expect.any(String) };
  const words = expect.stringContaining('The free plan of Free Fold includes no AI tokens');

  test('is an error with figures in each wire’s form', async () => {
    const finn = await signedIn(FINN);
    for (const path of [SIMPLE, STREAM]) {
      const response = await finn(path, { body: { messages: [says('hello')] } });
      expect([response.status, await response.json()]).toMatchObject([
        402,
        { ...FIGURES, type: 'error', error: words },
      ]);
    }
    const openAi = await finn(OPENAI, { body: { model: 'default', messages: [says('hello')] } });
    expect([openAi.status, await openAi.json()]).toMatchObject([
      402,
      { error: { ...FIGURES, type: 'insufficient_quota', message: words } },
    ]);
    const ui = await finn(UI, { body: uiSays(`chat-${crypto.randomUUID()}`, 'hello') });
    expect([ui.status, await ui.json()]).toMatchObject([402, { ...FIGURES, detail: words }]);
  });

  test('does not block a decision: an approved change is made even without tokens', async () => {
    const finn = await signedIn(FINN);
    const id = crypto.randomUUID();
    const click = {
      body: { functionCall: { id }, action: 'approve' },
      headers: { 'X-Session-Id': crypto.randomUUID() },
    };
    // There is no such approval.
    expect((await finn(EXECUTE, click)).status).toBe(404);
    const part = { type: 'tool-x', state: 'approval-responded', approval: { id, approved: true } };
    const message = { id: 'm1', role: 'assistant', parts: [part] };
    const decision = { id: crypto.randomUUID(), messages: [message], trigger: 'submit-message' };
    expect((await finn(UI, { body: decision })).status).toBe(404);
  });
});
