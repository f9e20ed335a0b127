// Provider settings end to end: from the admin's save to the request that a provider gets, and what users can see of it.
import { env } from 'cloudflare:workers';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { monthOf } from '../../../durable/budget/month.ts';
import { budgetOf } from '../../../durable/contracts/budget.ts';
import { postgresDepsOf, withTenant } from '../../../durable/postgres/with-tenant.ts';
import { TEST_ORGS } from '../../../local/testing/test-orgs.ts';
import { auditLog } from '../../../migrations/schema/core.ts';
import { openUpstreams, refusing, saying, type Upstreams } from '../../upstream.fixture.ts';
import { chatBody, readEvents, readProblem, refillBucket, type Visitor, visitorFor } from '../../visitor.fixture.ts';
import type { AiSettingsTestResult, AiSettingsView, ExperimentalFeatureList } from './settings-schema.ts';

const AI = '/api/v1/ai';
const FEATURES = '/api/v1/settings/experimental-features';
const { id: orgId, people } = TEST_ORGS.providers;
const KEY = 'sk-canary-0123456789abcdef';

let upstreams: Upstreams;
let admin: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, member] = await Promise.all([visitorFor(people.admin.subject), visitorFor(people.member.subject)]);
  upstreams = openUpstreams();
});
afterAll(() => upstreams.close());
beforeEach(async () => {
  for (const program of ['', '?programId=OPEN', '?programId=SECRET']) {
    await admin(`${AI}/settings${program}`, { method: 'DELETE' });
  }
  for (const { subject } of [people.admin, people.member]) await refillBucket(subject);
  await Promise.all([reload(admin), reload(member)]);
  upstreams.forget();
});
afterEach(() => upstreams.replyAll());

/** Like a page reload, makes saved settings take effect. */
const reload = async (visitor: Visitor) => void (await (await visitor('/api/v1/me')).text());
async function save(body: Record<string, unknown>, program = ''): Promise<void> {
  const path = `${AI}/settings${program && `?programId=${program}`}`;
  const created = await admin(path, { body });
  if (created.status === 409) expect((await admin(path, { method: 'PUT', body })).status).toBe(200);
  else expect(created.status).toBe(201);
  await Promise.all([reload(admin), reload(member)]);
}

type Scope = { readonly programId?: string; readonly model?: string; readonly threadId?: string };
const say = (visitor: Visitor, { threadId = crypto.randomUUID(), ...forwardedProps }: Scope = {}) =>
  visitor(`${AI}/chat`, {
    body: { ...chatBody(threadId, `run-${crypto.randomUUID()}`, 'Which parts changed?'), forwardedProps },
  });
async function answer(response: Promise<Response>): Promise<string> {
  const events = await readEvents(await response);
  expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
  return events
    .flatMap(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [String(event['delta'])] : []))
    .join('');
}
const refusal = async (response: Promise<Response>) => readProblem(await response);

/** Settings for each kind of provider, and the host they lead to. */
const KINDS = [
  { provider: 'anthropic', host: 'api.anthropic.com', model: 'claude-sonnet-4-6' },
  { provider: 'openai', host: 'api.openai.com', model: 'gpt-4.1' },
  { provider: 'openrouter', host: 'openrouter.ai', model: 'meta/llama-4' },
  { provider: 'gemini', host: 'generativelanguage.googleapis.com', model: 'gemini-3-pro' },
  {
    ...{ provider: 'ollama', host: 'localhost:11434', model: 'qwen3' },
    baseUrl: 'http://localhost:11434/v1',
  },
  {
    ...{ provider: 'compatible', host: 'localhost:4010', model: 'served' },
    baseUrl: 'http://localhost:4010/v1',
  },
];

describe('each kind of provider', () => {
  test.each(KINDS)('$provider: can be saved, tested and used', async ({ host, ...settings }) => {
    await save({ ...settings, apiKey: KEY });
    const tried = await (await admin(`${AI}/settings/test`, { method: 'POST' })).json<AiSettingsTestResult>();
    expect(tried).toMatchObject({ ok: true, code: null, provider: settings.provider, model: settings.model });
    expect(await answer(say(member))).toBe(`${host} says hello`);
    expect(upstreams.hosts()).toEqual([host, host]);
    for (const request of upstreams.requests) {
      expect(request.body.model).toBe(settings.model);
      expect(request.headers.get('authorization')).toBe(`Bearer ${KEY}`);
      // R25: a redirect would take the key along.
      expect(request.redirect).toBe('manual');
      // R23: the key is in no prompt.
      expect(request.text).not.toContain(KEY);
    }
  });
});

describe('the context of an Ollama model', () => {
  test('is asked from the server, and a question that doesn’t fit is refused before it is sent', async () => {
    await save({ provider: 'ollama', model: 'small-model', baseUrl: 'http://localhost:11434/v1' });
    upstreams.giveContext('small-model:latest', 1_024);
    const events = await readEvents(await say(member));
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'PROVIDER_CONTEXT' });
    expect(JSON.stringify(events.at(-1)?.event)).toContain('reads 1,024 tokens at most');
    expect(upstreams.requests).toEqual([]);
    const tried = await (await admin(`${AI}/settings/test`, { body: {} })).json<AiSettingsTestResult>();
    expect(tried).toMatchObject({
      ok: true,
      message: expect.stringContaining('1,024 tokens of context. That is too little'),
    });
  });

  test('sends a question that doesn’t fit to the fallback', async () => {
    const fallback = { provider: 'openrouter', model: 'meta/llama-4', apiKey: KEY };
    await save({ provider: 'ollama', model: 'tiny-model', baseUrl: 'http://localhost:11434/v1', fallback });
    upstreams.giveContext('tiny-model:latest', 1_024);
    expect(await answer(say(member))).toBe('openrouter.ai says hello');
    expect(upstreams.hosts()).toEqual(['openrouter.ai']);
  });

  test('may be larger than the catalog’s', async () => {
    await save({ provider: 'ollama', model: 'large-model', baseUrl: 'http://localhost:11434/v1' });
    upstreams.giveContext('large-model:latest', 262_144);
    expect(await answer(say(member))).toBe('localhost:11434 says hello');
    const tried = await (await admin(`${AI}/settings/test`, { body: {} })).json<AiSettingsTestResult>();
    expect(tried.message).toMatch(/262,144 tokens of context\.$/);
  });
});

describe('the limits in a server’s list of models', () => {
  const HOST = 'localhost:4010';
  const SERVED = { provider: 'compatible', baseUrl: `http://${HOST}/v1`, model: 'served' };
  const view = async (program = '') => (await admin(`${AI}/settings${program}`)).json<AiSettingsView>();
  const list = (max_model_len: number) => ({ data: [{ id: 'other' }, { id: 'served', max_model_len }] });

  test('are read when an admin saves, shown, and used by the next answer', async () => {
    upstreams.listModels(HOST, list(40_000));
    await save(SERVED);
    expect(upstreams.listsRead()).toEqual([HOST]);
    expect((await view()).limits).toEqual({ contextTokens: 40_000, maxOutputTokens: 4_096, from: 'server' });
    const { models } = await (await member(`${AI}/models`)).json<{ models: { id: string; contextTokens: number }[] }>();
    expect(models.find(({ id }) => id === 'served')?.contextTokens).toBe(40_000);
    expect(await answer(say(member))).toBe(`${HOST} says hello`);
  });

  test('refuse a question that doesn’t fit before it is sent', async () => {
    upstreams.listModels(HOST, list(1_024));
    await save(SERVED);
    upstreams.forget();
    const events = await readEvents(await say(member));
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'PROVIDER_CONTEXT' });
    expect(upstreams.requests).toEqual([]);
  });

  test('are read again by a test of the saved settings, without a new version or writer', async () => {
    await save(SERVED);
    const before = await view();
    expect(before.limits).toMatchObject({ contextTokens: 32_768, from: 'assumed' });
    upstreams.listModels(HOST, list(131_072));
    const tried = await (await admin(`${AI}/settings/test`, { body: {} })).json<AiSettingsTestResult>();
    expect(tried.message).toContain('131,072 tokens of context');
    const { limits, ...rest } = await view();
    expect(limits).toMatchObject({ contextTokens: 131_072, from: 'server' });
    expect(rest).toEqual(expect.objectContaining({ version: before.version, updatedAt: before.updatedAt }));
  });

  test('of values that were only tested are shown and not kept', async () => {
    await save(SERVED);
    upstreams.listModels(HOST, { data: [{ id: 'another', max_model_len: 65_536 }] });
    const tried = await (
      await admin(`${AI}/settings/test`, { body: { model: 'another' } })
    ).json<AiSettingsTestResult>();
    expect(tried.message).toContain('65,536 tokens of context');
    await save({ model: 'another' });
    expect((await view()).limits).toMatchObject({ contextTokens: 65_536, from: 'server' });
    await save({ model: 'served' });
    expect((await view()).limits).toMatchObject({ contextTokens: 32_768, from: 'assumed' });
  });

  test('of another server don’t count after the address changed', async () => {
    upstreams.listModels(HOST, list(40_000));
    await save(SERVED);
    await save({ ...SERVED, baseUrl: 'http://localhost:4020/v1' });
    expect((await view()).limits).toMatchObject({ contextTokens: 32_768, from: 'assumed' });
  });

  test('of the fallback’s server are its own', async () => {
    upstreams.listModels(HOST, list(40_000));
    await save({ provider: 'openrouter', model: 'meta/llama-4', apiKey: KEY, fallback: SERVED });
    const { limits, fallback } = await view();
    expect(limits?.from).toBe('assumed');
    expect(fallback?.limits).toMatchObject({ contextTokens: 40_000, from: 'server' });
  });

  test('of the organization’s server apply in a program that inherits it', async () => {
    upstreams.listModels(HOST, list(40_000));
    await save(SERVED);
    await save({ effort: 'fast' }, 'OPEN');
    expect((await view('?programId=OPEN')).limits).toMatchObject({ contextTokens: 40_000, from: 'server' });
  });

  test.each([
    ['can’t be read', null],
    ['has numbers that no model can have', { data: [{ id: 'claude-sonnet-4-6', max_input_tokens: 7 }] }],
    ['is no list', { data: 'everything' }],
  ])('are the catalog’s when the list %s', async (_what, list) => {
    if (list) upstreams.listModels('api.anthropic.com', list);
    await save({ provider: 'anthropic', model: 'claude-sonnet-4-6', apiKey: KEY });
    expect((await view()).limits).toEqual({ contextTokens: 1_000_000, maxOutputTokens: 128_000, from: 'catalog' });
  });

  test('are not asked for when nothing about the server is saved', async () => {
    await save(SERVED);
    upstreams.forget();
    await save({ enabled: true });
    expect(upstreams.listsRead()).toEqual([]);
  });
});

describe('a model that its provider doesn’t have', () => {
  const MISSING = [
    ['anthropic', 'claude-sonnet-4-6', 404, 'model: claude-sonnet-4-6'],
    ['openai', 'gpt-4.1', 400, 'The requested model does not exist.'],
    ['openrouter', 'meta/llama-4', 400, 'meta/llama-4 is not a valid model ID'],
  ] as const;

  test.each(MISSING)('%s: ends the answer with its name and what to do', async (provider, model, status, words) => {
    await save({ provider, model, apiKey: KEY });
    const host = KINDS.find((kind) => kind.provider === provider)?.host ?? '';
    upstreams.reply(host, () => refusing(status, words));
    const events = await readEvents(await say(member));
    expect(events.at(-1)?.event).toMatchObject({
      ...{ type: 'RUN_ERROR', code: 'PROVIDER_NO_MODEL' },
      message: `The AI provider doesn’t have the model ${model}. An admin can choose another one in Settings.`,
    });
    expect(upstreams.requests).toHaveLength(1);
  });

  test.each(MISSING)('%s: sends the question to the fallback', async (provider, model, status, words) => {
    await save({ provider, model, apiKey: KEY, fallback: { provider: 'gemini', model: 'gemini-3-pro', apiKey: KEY } });
    const host = KINDS.find((kind) => kind.provider === provider)?.host ?? '';
    upstreams.reply(host, () => refusing(status, words));
    expect(await answer(say(member))).toBe('generativelanguage.googleapis.com says hello');
    expect(upstreams.hosts()).toEqual([host, 'generativelanguage.googleapis.com']);
  });
});

describe('a provider without credit', () => {
  test.each([
    [402, 'Payment required'],
    [429, 'Your organization has reached its spend limit'],
  ])('with %i is asked once, and the fallback answers', async (status, words) => {
    const fallback = { provider: 'gemini', model: 'gemini-3-pro', apiKey: KEY };
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY, fallback });
    upstreams.reply('api.openai.com', () => refusing(status, words));
    expect(await answer(say(member))).toBe('generativelanguage.googleapis.com says hello');
    expect(upstreams.hosts()).toEqual(['api.openai.com', 'generativelanguage.googleapis.com']);
  });
});

describe('which settings apply', () => {
  test('the program’s for conversations about it, the org’s for all others', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    await save({ provider: 'openrouter', model: 'meta/llama-4', apiKey: KEY }, 'OPEN');
    expect(await answer(say(member))).toBe('api.openai.com says hello');
    expect(await answer(say(member, { programId: 'OPEN' }))).toBe('openrouter.ai says hello');
    expect(await answer(say(member, { programId: 'NEXT' }))).toBe('api.openai.com says hello');
    await admin(`${AI}/settings?programId=OPEN`, { method: 'DELETE' });
    await reload(member);
    expect(await answer(say(member, { programId: 'OPEN' }))).toBe('api.openai.com says hello');
  });

  test('without reading Postgres before the first token of an open conversation', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    const threadId = crypto.randomUUID();
    await answer(say(member, { threadId }));
    const release = upstreams.holdDatabase();
    try {
      expect(await answer(say(member, { threadId }))).toBe('api.openai.com says hello');
    } finally {
      release();
    }
  });

  test('refuses a model that the settings don’t have before anything is sent', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    expect(await refusal(say(member, { model: 'claude-sonnet-4-6' }))).toMatchObject({ code: 'PROVIDER_UNCONFIGURED' });
    expect(upstreams.requests).toEqual([]);
  });

  test('a model that no price list has runs only with the org’s own key', async () => {
    const unlisted = { provider: 'anthropic', model: 'claude-not-listed-9' };
    const refused = async (response: Promise<Response>) =>
      expect(JSON.stringify(await refusal(response))).toContain('enter your own API key, or choose a listed model');
    await refused(admin(`${AI}/settings`, { body: unlisted }));
    await save({ ...unlisted, apiKey: KEY });
    expect(await answer(say(member))).toBe('api.anthropic.com says hello');
    await refused(admin(`${AI}/settings`, { method: 'PUT', body: { ...unlisted, apiKey: null } }));
    // A program's choice outlives the key that it ran with.
    await save(unlisted, 'OPEN');
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: null });
    upstreams.forget();
    expect(await refusal(say(member, { programId: 'OPEN' }))).toMatchObject({ code: 'MODEL_NEEDS_OWN_KEY' });
    expect(upstreams.requests).toEqual([]);
  });

  test('a provider without a key is unconfigured, and no other one replaces it', async () => {
    await save({ provider: 'openrouter', model: 'meta/llama-4' });
    expect(await refusal(say(member))).toMatchObject({ status: 503, code: 'PROVIDER_UNCONFIGURED' });
    const tried = await (await admin(`${AI}/settings/test`, { body: {} })).json<AiSettingsTestResult>();
    expect(tried).toMatchObject({ ok: false, code: 'PROVIDER_UNCONFIGURED', durationMs: null });
  });
});

describe('the switch', () => {
  test('of the org turns off everything that calls a model', async () => {
    await save({ enabled: false });
    expect(await refusal(say(member))).toMatchObject({ status: 503, code: 'FEATURE_DISABLED' });
    const estimate = member(`${AI}/estimate`, { body: { text: 'hello' } });
    expect(await refusal(estimate)).toMatchObject({ status: 503, code: 'FEATURE_DISABLED' });
    // 503 comes before what is wrong with the request.
    expect(await refusal(member(`${AI}/chat`, { body: {} }))).toMatchObject({ code: 'FEATURE_DISABLED' });
  });

  test('of a program can’t be bypassed by omitting the program or naming another one', async () => {
    const threadId = crypto.randomUUID();
    await answer(say(member, { threadId, programId: 'OPEN' }));
    await save({ enabled: false }, 'OPEN');
    upstreams.forget();
    for (const scope of [{}, { programId: 'OPEN' }, { programId: 'NEXT' }]) {
      expect(await refusal(say(member, { threadId, ...scope }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    }
    // Naming the program in a conversation without one doesn't bypass it either.
    expect(await refusal(say(member, { programId: 'open' }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    expect(upstreams.requests).toEqual([]);
    expect(await answer(say(member))).toBeTruthy();
  });

  test('of a program applies even if the edge doesn’t know the conversation’s program', async () => {
    const threadId = crypto.randomUUID();
    await member(`${AI}/sessions`, { body: { id: threadId, programId: 'OPEN' } });
    await save({ enabled: false }, 'OPEN');
    expect(await refusal(say(member, { threadId }))).toMatchObject({ status: 503, code: 'FEATURE_DISABLED' });
  });
});

describe('POST /settings/test', () => {
  const tryOut = async (body: unknown = {}) =>
    (await admin(`${AI}/settings/test`, { body })).json<AiSettingsTestResult>();

  test('tests what was sent on top of the saved settings, and stores nothing', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    expect(await tryOut({ model: 'gpt-4.1-mini' })).toMatchObject({ ok: true, model: 'gpt-4.1-mini' });
    expect(await tryOut({ provider: 'anthropic', apiKey: 'sk-other-0123456789' })).toMatchObject({ ok: true });
    expect(upstreams.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      `Bearer ${KEY}`,
      'Bearer sk-other-0123456789',
    ]);
    expect(await (await admin(`${AI}/settings`)).json()).toMatchObject({ provider: 'openai', model: 'gpt-4.1' });
  });

  test('works while the assistant is off, and only for those who may change the settings', async () => {
    const turn = async (aiAssistant: boolean) => {
      const { version } = await (await admin(FEATURES)).json<ExperimentalFeatureList>();
      const saved = await admin(FEATURES, { method: 'PUT', body: { features: { aiAssistant }, version } });
      expect(saved.status).toBe(200);
      await Promise.all([reload(admin), reload(member)]);
    };
    await turn(false);
    try {
      expect(await refusal(say(admin))).toMatchObject({ status: 403, code: 'ASSISTANT_DISABLED' });
      expect(await tryOut({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY })).toMatchObject({ ok: true });
      expect(upstreams.hosts()).toEqual(['api.openai.com']);
      const refused = member(`${AI}/settings/test`, { body: {} });
      expect(await refusal(refused)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    } finally {
      await turn(true);
    }
  });

  test('tests the fallback on its own', async () => {
    await save({ provider: 'openai', apiKey: KEY, fallback: { provider: 'openrouter', apiKey: KEY } });
    expect(await tryOut({ slot: 'fallback' })).toMatchObject({ ok: true, provider: 'openrouter' });
    expect(upstreams.hosts()).toEqual(['openrouter.ai']);
  });

  test('never sends a stored key to another address (R26)', async () => {
    await save({ provider: 'openai', apiKey: KEY });
    const refused = admin(`${AI}/settings/test`, { body: { baseUrl: 'http://localhost:4010/v1' } });
    expect(await refusal(refused)).toMatchObject({ status: 400, issues: [{ path: 'apiKey' }] });
    expect(upstreams.requests).toEqual([]);
  });

  test('returns the provider’s message without the key that it quotes (R23)', async () => {
    await save({ provider: 'openai', apiKey: KEY });
    upstreams.reply('api.openai.com', () => refusing(401, `Incorrect API key provided: ${KEY}. Your org is unknown.`));
    const result = await tryOut();
    expect(result).toMatchObject({ ok: false, code: 'PROVIDER_AUTH', provider: 'openai' });
    expect(result.message).toContain('Your org is unknown.');
    expect(JSON.stringify(result)).not.toContain(KEY.slice(3, 12));
  });

  test('treats a redirect as a failure and doesn’t follow it (R25)', async () => {
    await save({ provider: 'anthropic', apiKey: KEY });
    const redirect = () =>
      new Response(null, { status: 307, headers: { location: 'https://evil.example/v1/messages' } });
    upstreams.reply('api.anthropic.com', redirect);
    expect(await tryOut()).toMatchObject({ ok: false });
    expect(upstreams.hosts()).toEqual(['api.anthropic.com']);
  });

  test('finds out which API a server speaks, and saving that makes it answer', async () => {
    const baseUrl = 'http://localhost:4010/v1';
    await save({ provider: 'compatible', model: 'served', baseUrl });
    upstreams.reply('localhost:4010', () => refusing(404, 'Unexpected endpoint'));
    expect(await tryOut()).toMatchObject({ ok: false, wire: 'chat-completions', worksOver: null });
    expect(upstreams.requests.map(({ url }) => url)).toEqual([`${baseUrl}/chat/completions`, `${baseUrl}/responses`]);
    upstreams.replyAll();
    await save({ wire: 'openai-responses' });
    expect(await tryOut()).toMatchObject({ ok: true, wire: 'openai-responses', worksOver: null });
    upstreams.forget();
    expect(await answer(say(member))).toBe('localhost:4010 says hello');
    expect(upstreams.requests.map(({ url }) => url)).toEqual([`${baseUrl}/responses`]);
    expect(await (await admin(`${AI}/settings`)).json()).toMatchObject({
      ...{ wire: 'openai-responses', stored: { wire: 'openai-responses' } },
    });
  });

  test('asks the provider once, whatever it answers', async () => {
    await save({ provider: 'openai', apiKey: KEY });
    upstreams.reply('api.openai.com', () => refusing(503));
    expect(await tryOut()).toMatchObject({ ok: false, code: 'PROVIDER_OVERLOADED' });
    expect(upstreams.requests).toHaveLength(1);
  });

  test('is charged and counted like any answer', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    const month = monthOf(Date.now());
    const used = async () => (await budgetOf(env, orgId).status({ month, limit: null })).used;
    const before = await used();
    const response = await admin(`${AI}/settings/test`, { body: {} });
    expect(response.headers.get('RateLimit')).toMatch(/^"ai";r=\d/);
    expect(await used()).toBeGreaterThan(before);
    const claim = { kind: 'user', org: orgId, user: people.admin.id } as const;
    const [[row]] = await withTenant(postgresDepsOf(env), claim, (db) => [
      db
        .select()
        .from(auditLog)
        .where(and(eq(auditLog.orgId, orgId), eq(auditLog.event, 'settings.tested')))
        .orderBy(sql`seq desc`)
        .limit(1),
    ]);
    expect(row).toMatchObject({
      actorUserId: people.admin.id,
      provider: 'openai',
      model: 'gpt-4.1',
      budgetMonth: month,
    });
    expect(row?.costMicros).toBeGreaterThan(0);
  });

  test('requires permission to change settings (R19)', async () => {
    expect(await refusal(member(`${AI}/settings/test`, { body: {} }))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(await refusal(admin(`${AI}/settings/test`, { body: { url: 'x' } }))).toMatchObject({ status: 400 });
    expect(await refusal(admin(`${AI}/settings/test?programId=NOTHING`, { body: {} }))).toMatchObject({ status: 404 });
  });
});

describe('the effort that a request names', () => {
  const messages = [{ role: 'user', content: 'Which parts changed?' }];
  const part = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Which parts changed?' }] };
  const uiMessages = () => ({ id: crypto.randomUUID(), messages: [part], trigger: 'submit-message' });
  const AGUI = () => chatBody(crypto.randomUUID(), crypto.randomUUID(), 'Which parts changed?');
  const WIRES: readonly [string, string, (effort: 'fast' | 'thorough') => object][] = [
    ['AG-UI', `${AI}/chat`, (effort) => ({ ...AGUI(), forwardedProps: { effort } })],
    ['alga', '/api/chat/v1/completions', (effort) => ({ messages, effort })],
    ['the older alga', '/api/chat/stream/chat', (effort) => ({ inputs: messages, effort })],
    ['the AI SDK', `${AI}/ui-messages`, (effort) => ({ ...uiMessages(), effort })],
    [
      'Chat Completions',
      '/v1/chat/completions',
      (effort) => ({ model: 'default', messages, reasoning_effort: effort === 'fast' ? 'low' : 'max' }),
    ],
  ];

  test.each(WIRES)(
    'reaches the provider over the wire of %s, up to the org’s ceiling',
    async (_wire, path, bodyFor) => {
      await save({ provider: 'openai', model: 'gpt-6-sol', apiKey: KEY, effortCeiling: 'medium' });
      const levels: unknown[] = [];
      for (const effort of ['fast', 'thorough'] as const) {
        upstreams.forget();
        const response = await member(path, {
          body: bodyFor(effort),
          headers: { 'X-Session-Id': crypto.randomUUID() },
        });
        expect(response.status).toBe(200);
        await response.text();
        levels.push(...upstreams.requests.map(({ text }) => JSON.parse(text).reasoning.effort));
      }
      expect(levels).toEqual(['low', 'medium']);
    },
  );
});

describe('long answers', () => {
  test('are requested while the feature is on', async () => {
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    const asked = async () => {
      upstreams.forget();
      await answer(say(member));
      const [request] = upstreams.requests;
      return request?.body.max_output_tokens ?? request?.body.max_tokens;
    };
    expect(await asked()).toBe(8_192);
    await feature(true);
    expect(await asked()).toBe(32_768);
    await feature(false);
  });
});

async function feature(longAnswers: boolean): Promise<void> {
  const path = '/api/v1/settings/experimental-features';
  const { version } = await (await admin(path)).json<{ version: number }>();
  expect((await admin(path, { method: 'PUT', body: { features: { longAnswers }, version } })).status).toBe(200);
  await reload(member);
}

test('a key that can’t be decrypted is logged for admins, without details in replies', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await save({ provider: 'openai', apiKey: KEY });
  const spied = vi.spyOn(crypto.subtle, 'decrypt').mockRejectedValue(new Error('OperationError'));
  const events = await readEvents(await say(member));
  spied.mockRestore();
  expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'PROVIDER_AUTH' });
  expect(JSON.stringify(logged.mock.calls)).toContain('provider.key_unreadable');
  expect(upstreams.requests).toEqual([]);
  // The next answer works.
  upstreams.reply('api.openai.com', () => saying('hello again', 'https://api.openai.com/v1/responses'));
  expect(await answer(say(member))).toBe('hello again');
});
