import { env } from 'cloudflare:workers';
import { and, eq, sql } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresDepsOf, withTenant } from '../../../durable/postgres/with-tenant.ts';
import { TEST_ORGS } from '../../../local/testing/test-orgs.ts';
import { auditLog } from '../../../migrations/schema/core.ts';
import { ask, readProblem, type Visitor, visitorFor } from '../../visitor.fixture.ts';
import type { ModelList } from '../models/models-schema.ts';
import { AiSettingsView } from './settings-schema.ts';

const PATH = '/api/v1/ai/settings';
const { id: orgId, people, programs } = TEST_ORGS.settings;
const KEY = 'sk-test-0123456789-abcd';

let admin: Visitor;
let second: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, second, member] = await Promise.all([
    visitorFor(people.admin.subject),
    visitorFor(people.second.subject),
    visitorFor(people.member.subject),
  ]);
});
beforeEach(async () => {
  for (const program of [undefined, 'OPEN', 'SECRET']) await admin(pathOf(program), { method: 'DELETE' });
});

const pathOf = (program?: string) => (program === undefined ? PATH : `${PATH}?programId=${program}`);
const post = (body: unknown, program?: string, visitor = admin) => visitor(pathOf(program), { body });
const put = (body: unknown, program?: string, visitor = admin) => visitor(pathOf(program), { method: 'PUT', body });
const view = async (response: Response | Promise<Response>) => AiSettingsView.parse(await (await response).json());
const show = (visitor = admin, program?: string) => view(visitor(pathOf(program)));
const issuesOf = async (response: Response) => {
  const problem = await readProblem(response);
  expect(problem).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  return problem.issues?.map(({ path }) => path);
};

const changes = async () => {
  const claim = { kind: 'user', org: orgId, user: people.admin.id } as const;
  const [rows] = await withTenant(postgresDepsOf(env), claim, (db) => [
    db
      .select({ actor: auditLog.actorUserId, program: auditLog.programId, parameters: auditLog.parameters })
      .from(auditLog)
      .where(and(eq(auditLog.orgId, orgId), eq(auditLog.event, 'settings.changed')))
      .orderBy(sql`seq`),
  ]);
  return rows;
};

describe('without settings', () => {
  test('shows the environment’s provider and its origin', async () => {
    expect(await show()).toMatchObject({
      ...{ programId: null, exists: false, stored: null, version: null, enabled: true },
      ...{ provider: 'anthropic', model: 'claude-sonnet-5-5', apiKey: '***', fallback: null },
      origins: { provider: 'environment', model: 'environment', apiKey: 'environment', fallback: null },
      ...{ mayCreate: true, mayUpdate: true },
    });
    expect((await show()).providers.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['anthropic', 'openai', 'gemini', 'openrouter', 'ollama', 'compatible']),
    );
  });

  test('there is nothing to change or remove', async () => {
    expect(await readProblem(await put({ model: 'gpt-4.1' }))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await readProblem(await admin(PATH, { method: 'DELETE' }))).toMatchObject({ status: 404 });
  });
});

describe('settings of the org', () => {
  test('are created once and visible to every member at once', async () => {
    const created = await post({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    expect(created.status).toBe(201);
    expect(await view(created)).toMatchObject({
      ...{ exists: true, version: 1, provider: 'openai', model: 'gpt-4.1', baseUrl: null, apiKey: '***abcd' },
      origins: { provider: 'organisation', model: 'organisation', apiKey: 'organisation' },
      stored: { provider: 'openai', key: { replacedBy: 'admin of settings' } },
      updatedBy: 'admin of settings',
    });
    expect(await readProblem(await post({ provider: 'openai' }))).toMatchObject({
      ...{ status: 409, code: 'SETTINGS_EXIST' },
    });
    // R23: only users who can replace the key see its last characters.
    expect(await show(member)).toMatchObject({
      ...{ provider: 'openai', apiKey: '***', mayCreate: false, mayUpdate: false, stored: { key: null } },
    });
  });

  test('no reply contains the key, for any user or route (R23)', async () => {
    const replies: string[] = [];
    const keep = async (response: Response) => replies.push(await response.text());
    await keep(await post({ provider: 'openai', apiKey: KEY }));
    await keep(await put({ model: 'gpt-4.1-mini' }));
    await keep(await put({ model: 'gpt-4.1', version: 0 }));
    await keep(await put({ baseUrl: 'https://evil.example', apiKey: KEY }));
    await keep(await put({ apiKey: KEY, unknown: KEY }));
    await keep(await admin(`${PATH}?programId=${KEY}`));
    for (const visitor of [admin, member]) {
      for (const path of [PATH, pathOf('OPEN'), '/api/v1/ai/models', '/api/v1/me']) await keep(await visitor(path));
    }
    expect(replies.join()).not.toContain(KEY);
    expect(replies.join()).not.toContain(KEY.slice(0, 12));
    expect(JSON.stringify(await changes())).not.toContain(KEY.slice(-4));
  });

  test('keeps omitted values, clears null ones, and keeps the key until it is replaced or removed', async () => {
    await post({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    expect(await view(put({ enabled: false }))).toMatchObject({ enabled: false, model: 'gpt-4.1', apiKey: '***abcd' });
    expect(await view(put({ enabled: true, model: null }))).toMatchObject({
      apiKey: '***abcd',
      stored: { model: null },
    });
    expect(await view(put({ apiKey: `${KEY}-wxyz` }))).toMatchObject({ apiKey: '***wxyz', version: 4 });
    // Without a key of its own, the environment’s key applies again.
    expect(await view(put({ apiKey: null }))).toMatchObject({ apiKey: '***', origins: { apiKey: 'environment' } });
  });

  test('set the default effort and its ceiling, which the list of models follows', async () => {
    expect(await view(post({ effort: 'fast', effortCeiling: 'medium' }))).toMatchObject({
      ...{ effort: 'fast', effortCeiling: 'medium', stored: { effort: 'fast', effortCeiling: 'medium' } },
    });
    expect(await view(put({ effort: null }))).toMatchObject({ effort: null, effortCeiling: 'medium' });
    // Like a page reload.
    await (await member('/api/v1/me')).text();
    const { models } = await (await member('/api/v1/ai/models')).json<ModelList>();
    expect(models.find(({ id }) => id === 'claude-sonnet-5-5')).toMatchObject({
      defaultEffort: 'medium',
      efforts: [
        { choice: 'fast', level: 'low' },
        { choice: 'thorough', level: 'medium' },
      ],
    });
    expect((await put({ effortCeiling: 'none' })).status).toBe(400);
  });

  test('requires the key again for another address or provider (R26)', async () => {
    await post({ provider: 'openai', apiKey: KEY });
    const baseUrl = 'http://localhost:4010/v1';
    expect(await issuesOf(await put({ baseUrl }))).toEqual(['apiKey']);
    expect(await issuesOf(await put({ provider: 'anthropic' }))).toEqual(['apiKey']);
    expect(await show()).toMatchObject({ provider: 'openai', baseUrl: null, version: 1 });
    expect(await view(put({ baseUrl, apiKey: KEY }))).toMatchObject({ baseUrl, origins: { baseUrl: 'organisation' } });
  });

  test.each([
    ['http://api.openai.com/v1', 'baseUrl'],
    ['https://user:pass@api.openai.com/v1', 'baseUrl'],
    ['https://169.254.169.254/latest', 'baseUrl'],
    ['https://api.openai.com.evil.example/v1', 'baseUrl'],
    ['ftp://localhost/v1', 'baseUrl'],
  ])('refuses %s (R26)', async (baseUrl, field) => {
    expect(await issuesOf(await post({ provider: 'openai', apiKey: KEY, baseUrl }))).toContain(field);
    expect(await show()).toMatchObject({ exists: false });
  });

  test.each([
    ['an unknown key', { provider: 'openai', orgId }],
    ['an unknown provider', { provider: 'no-such-provider' }],
    ['the mask', { provider: 'openai', apiKey: '***abcd' }],
    ['a model without a provider', { model: 'gpt-4.1' }],
    ['another type', { enabled: 'yes' }],
    ['no object', []],
    ['__proto__', '{"__proto__": {"enabled": false}}'],
  ])('refuses %s and stores nothing (R20)', async (_name, body) => {
    await issuesOf(await post(body));
    expect(await show()).toMatchObject({ exists: false });
  });

  test('the later of two simultaneous saves gets both values, and nothing is lost', async () => {
    await post({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    const { version } = await show();
    expect((await put({ model: 'gpt-4.1-mini', version })).status).toBe(200);
    const late = await put({ model: 'gpt-4o', apiKey: `${KEY}-wxyz`, version }, undefined, second);
    expect(await readProblem(late)).toMatchObject({
      ...{ status: 409, code: 'SETTINGS_CONFLICT' },
      conflict: { version: 2, values: [{ field: 'model', stored: 'gpt-4.1-mini', sent: 'gpt-4o' }] },
    });
    expect(await show()).toMatchObject({ model: 'gpt-4.1-mini', apiKey: '***abcd' });
  });

  test('each change is in the audit log with before and after, in the same commit (R39)', async () => {
    const before = (await changes()).length;
    await post({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY }, 'OPEN');
    await put({ model: 'gpt-4.1-mini' }, 'OPEN');
    await admin(pathOf('OPEN'), { method: 'DELETE' });
    const newest = (await changes()).slice(before);
    expect(newest).toMatchObject([
      { actor: people.admin.id, program: programs.OPEN, parameters: { before: null, after: { model: 'gpt-4.1' } } },
      { parameters: { before: { model: 'gpt-4.1' }, after: { model: 'gpt-4.1-mini' } } },
      { parameters: { before: { model: 'gpt-4.1-mini' }, after: null } },
    ]);
  });
});

describe('settings of a program', () => {
  test('override the org’s, value by value, and name each origin', async () => {
    await post({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
    expect(await view(post({ provider: 'openai', model: 'gpt-4.1-mini' }, 'open'))).toMatchObject({
      ...{ programId: programs.OPEN, model: 'gpt-4.1-mini', apiKey: '***' },
      origins: { enabled: 'program', provider: 'program', model: 'program', apiKey: 'organisation' },
    });
    expect(await show(member, programs.OPEN)).toMatchObject({ model: 'gpt-4.1-mini' });
    expect(await show()).toMatchObject({ model: 'gpt-4.1' });
    expect(await show(admin, 'SECRET')).toMatchObject({ exists: false, origins: { model: 'organisation' } });
    await admin(pathOf('OPEN'), { method: 'DELETE' });
    expect(await show(member, 'OPEN')).toMatchObject({ model: 'gpt-4.1', origins: { enabled: 'organisation' } });
  });

  test('are listed with the programs that the user sees, those with settings first', async () => {
    await post({ provider: 'openai' }, 'SECRET');
    const listed = async (visitor: Visitor) =>
      (await show(visitor)).programs.map(({ code, exists }) => [code, exists] as const);
    expect(await listed(admin)).toEqual([
      ['SECRET', true],
      ['NEXT', false],
      ['OPEN', false],
    ]);
    expect(await listed(member)).toEqual([
      ['NEXT', false],
      ['OPEN', false],
    ]);
  });

  test('are 404 for a program that the user can’t see', async () => {
    await post({ provider: 'openai' }, 'SECRET');
    const [hidden, unknown, foreign] = await Promise.all(
      ['SECRET', 'NOTHING', TEST_ORGS.providers.programs.OPEN].map(async (program) => {
        const { requestId: _requestId, ...problem } = await readProblem(await member(pathOf(program)));
        return problem;
      }),
    );
    expect(hidden).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(unknown).toEqual(hidden);
    expect(foreign).toEqual(hidden);
  });

  test('refuses a query that names anything else', async () => {
    expect((await admin(`${PATH}?program=OPEN`)).status).toBe(400);
    expect((await admin(`${PATH}?programId=`)).status).toBe(400);
  });
});

describe('rights (R19)', () => {
  test.each(['POST', 'PUT', 'DELETE'])('%s requires the permission before it looks at the body', async (method) => {
    await post({ provider: 'openai', apiKey: KEY });
    for (const body of [{ provider: 'anthropic' }, 'no json']) {
      const refused = await readProblem(await member(PATH, { method, ...(method === 'DELETE' ? {} : { body }) }));
      expect(refused).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
    expect(await readProblem(await ask(PATH, { method }))).toMatchObject({ status: 401 });
    expect(await show()).toMatchObject({ provider: 'openai', version: 1 });
  });
});
