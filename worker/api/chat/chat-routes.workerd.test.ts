import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { MODELS } from '../../../durable/providers/models/models.ts';
import { createApp } from '../../app.ts';
import { ask, chatBody, readEvents, readProblem, signedIn, tokenOf } from '../../visitor.fixture.ts';
import type { ModelList } from '../models/models-schema.ts';

const CHAT = '/api/v1/ai/chat';
const BEYOND_FREE = MODELS.find(({ lowestPlan }) => lowestPlan !== 'free')?.id;
const newRun = () => ({ threadId: crypto.randomUUID(), runId: `run-${crypto.randomUUID()}` });

describe('a message and its answer', () => {
  test('are one stream that names its session and request and ends with a typed event', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { threadId, runId } = newRun();
    const response = await ada(CHAT, { body: chatBody(threadId, runId, 'Say hello'), headers: { 'X-Run-Id': runId } });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('Cache-Control')).toContain('no-store');
    expect(response.headers.get('X-Session-Id')).toBe(threadId);
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
    const events = await readEvents(response);
    expect(events[0]).toMatchObject({ id: `${runId}.0`, event: { type: 'RUN_STARTED', threadId, runId } });
    expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
    expect(events.map(({ id }) => id)).toEqual(events.map((_, seq) => `${runId}.${seq}`));
  });

  test('replays a repeated run after the client’s last event, and refuses another message under its id (R44)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { threadId, runId } = newRun();
    const body = chatBody(threadId, runId, 'Say hello');
    const events = await readEvents(await ada(CHAT, { body }));
    expect(await readEvents(await ada(CHAT, { body }))).toEqual(events);
    expect(await readEvents(await ada(CHAT, { body, headers: { 'Last-Event-ID': `${runId}.2` } }))).toEqual(
      events.slice(3),
    );
    const other = await ada(CHAT, { body: chatBody(threadId, runId, 'Say something else') });
    expect(await readProblem(other)).toMatchObject({ status: 422, code: 'RUN_ID_REUSED' });
  });

  test('rejoins a run by its id, from the start, an offset or the last event', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { threadId, runId } = newRun();
    const events = await readEvents(await ada(CHAT, { body: chatBody(threadId, runId, 'Say hello') }));
    await expect.poll(async () => (await ada(`${CHAT}?runId=${runId}&offset=-1`)).status).toBe(200);
    const rejoin = async (query: string, headers = {}) =>
      readEvents(await ada(`${CHAT}?runId=${runId}${query}`, { headers }));
    expect(await rejoin('&offset=-1')).toEqual(events);
    expect(await rejoin('')).toEqual(events);
    expect(await rejoin('&offset=1')).toEqual(events.slice(2));
    expect(await rejoin(`&offset=${runId}.1`)).toEqual(events.slice(2));
    expect(await rejoin('&offset=-1', { 'Last-Event-ID': `${runId}.2` })).toEqual(events.slice(3));
    expect(await rejoin(`&threadId=${threadId}&offset=1`)).toEqual(events.slice(2));
  });

  test('hydrates a thread for TanStack AI, with what AG-UI has no field for in its metadata', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { threadId, runId } = newRun();
    await readEvents(await ada(CHAT, { body: chatBody(threadId, runId, 'hello') }));
    const hydration = await (await ada(`${CHAT}?threadId=${threadId}`)).json<{ messages: unknown[] }>();
    expect(hydration).toMatchObject({
      messages: [
        { role: 'user', parts: [{ type: 'text', content: 'hello' }] },
        { role: 'assistant', metadata: { groundwire: { status: 'complete', runId, provider: 'demo', usage: {} } } },
      ],
      activeRun: null,
      interrupts: null,
      page: { truncated: false },
    });
    const messages = await (await ada(`/api/v1/ai/sessions/${threadId}/messages`)).json<{ messages: unknown[] }>();
    expect(messages).toMatchObject({
      messages: [
        { role: 'user', status: 'complete' },
        { role: 'assistant', costMicros: expect.any(Number) },
      ],
    });
    const page = await (await ada(`${CHAT}?threadId=${threadId}&limit=1`)).json<{ page: { cursor: string } }>();
    expect(page).toMatchObject({ messages: [{ role: 'assistant' }], page: { truncated: true } });
    const older = await (await ada(`${CHAT}?threadId=${threadId}&limit=1&before=${page.page.cursor}`)).json();
    expect(older).toMatchObject({ messages: [{ role: 'user' }], page: { truncated: false } });
  });

  test('stopping an ended run returns how it ended', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { threadId, runId } = newRun();
    await readEvents(await ada(CHAT, { body: chatBody(threadId, runId, 'Say hello') }));
    const stopped = await ada(`/api/v1/ai/runs/${runId}/cancel`, { body: { threadId } });
    expect(await stopped.json()).toEqual({ runId, status: 'complete' });
  });
});

describe('the order of refusals', () => {
  const MALFORMED = '{';
  const OVERSIZE = JSON.stringify({ junk: 'x'.repeat(1024 * 1024) });

  test.each([MALFORMED, OVERSIZE, '{"junk":1}'])('401 comes before any error of the input', async (body) => {
    expect((await ask(CHAT, { body })).status).toBe(401);
  });

  test('404 for another org comes before any error of the input', async () => {
    const nora = await signedIn('nora@northlight.test');
    expect((await nora(CHAT, { body: MALFORMED, headers: { 'X-Org': 'quiet' } })).status).toBe(404);
  });

  test.each([
    ['POST', CHAT, MALFORMED],
    ['POST', CHAT, chatBody(crypto.randomUUID(), 'run-1', 'hello')],
    ['GET', `${CHAT}?threadId=${crypto.randomUUID()}`, undefined],
    ['GET', CHAT, undefined],
    ['GET', '/api/v1/ai/sessions', undefined],
    ['POST', '/api/v1/ai/sessions', MALFORMED],
    ['GET', `/api/v1/ai/sessions/${crypto.randomUUID()}`, undefined],
    ['PATCH', `/api/v1/ai/sessions/${crypto.randomUUID()}`, { title: 'x' }],
    ['DELETE', `/api/v1/ai/sessions/${crypto.randomUUID()}`, undefined],
    ['GET', `/api/v1/ai/sessions/${crypto.randomUUID()}/messages`, undefined],
    ['POST', '/api/v1/ai/runs/run-1/cancel', undefined],
    ['GET', '/api/v1/ai/models', undefined],
    ['GET', '/api/ai/models', undefined],
    ['POST', '/api/ai/chat', MALFORMED],
  ])('403 if the org’s assistant is off: %s %s', async (method, path, body) => {
    const rae = await signedIn('rae@quiet.test');
    const response = await rae(path, { method, ...(body !== undefined && { body }) });
    expect(await readProblem(response)).toMatchObject({
      status: 403,
      code: 'ASSISTANT_DISABLED',
      detail: 'AI Assistant is not enabled for this tenant',
    });
  });

  test('/me works while the assistant is off', async () => {
    const rae = await signedIn('rae@quiet.test');
    expect(await (await rae('/api/v1/me')).json()).toMatchObject({
      org: { slug: 'quiet', features: { aiAssistant: false } },
    });
  });

  test('503 without a provider and 403 for a model beyond the plan come before the input', async () => {
    const headers = {
      Authorization: `Bearer ${await tokenOf('finn@freefold.test')}`,
      'Content-Type': 'application/json',
    };
    const body = JSON.stringify({ junk: 1, forwardedProps: { model: BEYOND_FREE } });
    const post = (changed: Partial<Env>) =>
      createApp().request(CHAT, { method: 'POST', headers, body }, { ...env, ...changed });
    const unconfigured = {
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_BASE_URL: '',
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '',
    } as Partial<Env>;
    expect(await (await post(unconfigured)).json()).toMatchObject({ status: 503, code: 'PROVIDER_UNCONFIGURED' });
    expect(await (await post({})).json()).toMatchObject({ status: 403, code: 'MODEL_NOT_IN_PLAN' });
  });

  test.each<[string, unknown, number]>([
    ['malformed', MALFORMED, 400],
    ['oversize', OVERSIZE, 413],
    [
      'too much context',
      { ...chatBody(crypto.randomUUID(), 'run-1', 'hello'), context: [{ description: '', value: 'x'.repeat(9_000) }] },
      413,
    ],
    [
      'an unknown model',
      { ...chatBody(crypto.randomUUID(), 'run-1', 'hello'), forwardedProps: { model: 'no-such-model' } },
      400,
    ],
  ])('refuses the input last: %s', async (_name, body, status) => {
    const ada = await signedIn('ada@cascade.test');
    expect((await ada(CHAT, { body })).status).toBe(status);
  });

  test('accepts a larger body than other routes', async () => {
    const ada = await signedIn('ada@cascade.test');
    const body = chatBody(crypto.randomUUID(), `run-${crypto.randomUUID()}`, 'hello');
    const earlier = { id: 'm0', role: 'assistant', content: 'x'.repeat(600_000) };
    const response = await ada(CHAT, { body: { ...body, messages: [earlier, ...(body['messages'] as unknown[])] } });
    expect(response.status).toBe(200);
    await response.text();
  });
});

describe('the catalog', () => {
  test('lists the plan’s models, and why others are not allowed', async () => {
    const read = async (email: string) => (await (await signedIn(email))('/api/v1/ai/models')).json<ModelList>();
    const [enterprise, free] = await Promise.all([read('ada@cascade.test'), read('finn@freefold.test')]);
    expect(enterprise.demo).toBe(true);
    expect(enterprise.models.find(({ id }) => id === enterprise.default)).toMatchObject({
      allowed: true,
      reason: null,
    });
    // Those of other providers can’t answer on any plan.
    const answering = enterprise.models.filter(({ allowed }) => allowed).map(({ id }) => id);
    const beyond = free.models.filter(({ id, lowestPlan }) => lowestPlan === 'enterprise' && answering.includes(id));
    expect(beyond.length).toBeGreaterThan(0);
    for (const model of beyond)
      expect(model).toMatchObject({ allowed: false, reason: expect.stringContaining('plan') });
    expect(free.models.find(({ id }) => id === free.default)).toMatchObject({ allowed: true });
  });
});
