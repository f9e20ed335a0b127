// One bucket and one budget for all wires, and the refusals of both in each wire's words.
import { beforeEach, describe, expect, test } from 'vitest';
import { refillRate, signedIn, type Visitor } from '../visitor.fixture.ts';

const SIMPLE = '/api/chat/v1/completions';
const STREAM = '/api/chat/v1/completions/stream';
const OPENAI = '/v1/chat/completions';
const UI = '/api/v1/ai/ui-messages';
const EXECUTE = '/api/chat/v1/execute';
/** Every route of these wires that makes a model work. */
const ROUTES = [STREAM, SIMPLE, EXECUTE, '/api/chat/stream/chat', OPENAI, UI];

const MAX = 'max@northlight.test';
const FINN = 'finn@freefold.test';

const says = (content: string) => ({ role: 'user', content });
const uiSays = (id: string, text: string) => ({
  id,
  messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text }] }],
  trigger: 'submit-message',
});

beforeEach(() => refillRate(MAX, FINN));

/** Takes what is in the bucket, with requests that are refused for their form. */
async function emptyBucket(visitor: Visitor, path: string): Promise<void> {
  for (let asked = 0; asked < 10; asked += 1) expect((await visitor(path, { body: {} })).status).toBe(400);
}

describe('R37: the ai bucket', () => {
  test.each(ROUTES)('R38: is taken from by %s, which says when to come back', async (path) => {
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

  test('is one for all of them', async () => {
    const max = await signedIn(MAX);
    await emptyBucket(max, STREAM);
    for (const path of ROUTES) expect((await max(path, { body: {} })).status).toBe(429);
  });

  test('is told of with answers too', async () => {
    const max = await signedIn(MAX);
    const response = await max(STREAM, { body: { messages: [says('hello')] } });
    expect(response.headers.get('RateLimit')).toMatch(/^"ai";r=9;t=[12]$/);
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

  test('naming a known run does not make another one free', async () => {
    const max = await signedIn(MAX);
    const headers = { 'X-Run-Id': `run-${crypto.randomUUID()}` };
    const statuses: number[] = [];
    for (let asked = 0; asked < 12; asked += 1) {
      const body = { messages: [says('hello')], chatId: `chat-${crypto.randomUUID()}` };
      const response = await max(SIMPLE, { body, headers });
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('402 where the plan includes no tokens', () => {
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

  test('does not stand before a decision: what the user confirms is done whatever is left', async () => {
    const finn = await signedIn(FINN);
    const id = crypto.randomUUID();
    const click = {
      body: { functionCall: { id }, action: 'approve' },
      headers: { 'X-Session-Id': crypto.randomUUID() },
    };
    // Such a card there is not.
    expect((await finn(EXECUTE, click)).status).toBe(404);
    const part = { type: 'tool-x', state: 'approval-responded', approval: { id, approved: true } };
    const message = { id: 'm1', role: 'assistant', parts: [part] };
    const decision = { id: crypto.randomUUID(), messages: [message], trigger: 'submit-message' };
    expect((await finn(UI, { body: decision })).status).toBe(404);
  });
});
