import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { retentionOf } from '../../../durable/contracts/retention.ts';
import { TEST_ORGS } from '../../../local/testing/test-orgs.ts';
import { readProblem, type Visitor, visitorFor } from '../../visitor.fixture.ts';
import type { AuditPage } from '../audit/audit-schema.ts';
import type { SessionList } from '../sessions/sessions-schema.ts';
import { SessionRulesView } from './settings-schema.ts';

const PATH = '/api/v1/settings/sessions';
const SESSIONS = '/api/v1/ai/sessions';
const { id: orgId, people } = TEST_ORGS.retention;
const DAY = 86_400_000;

let admin: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, member] = await Promise.all([visitorFor(people.admin.subject), visitorFor(people.member.subject)]);
});

const rulesOf = async (visitor: Visitor) => SessionRulesView.parse(await (await visitor(PATH)).json());
const put = (visitor: Visitor, body: unknown) => visitor(PATH, { method: 'PUT', body });
async function save(rules: { keepNewest: number; retentionDays: number | null }): Promise<void> {
  const { version } = await rulesOf(admin);
  expect((await put(admin, { ...rules, version })).status).toBe(200);
  // A page reload shows the rules at once.
  await member('/api/v1/me');
}

async function begin(title: string, more: { pinned?: boolean } = {}): Promise<string> {
  const { id } = await (await member(SESSIONS, { body: { title } })).json<{ id: string }>();
  if (more.pinned) await member(`${SESSIONS}/${id}`, { method: 'PATCH', body: { pinned: true } });
  await deliver(id);
  return id;
}
/** Delivers a conversation's outbox to the session list and Postgres. */
const deliver = (id: string) => runDurableObjectAlarm(conversationOf(env, orgId, id));
async function titles(search = ''): Promise<(string | null)[]> {
  const { sessions } = await (await member(`${SESSIONS}${search}`)).json<SessionList>();
  return sessions.map(({ title }) => title).toSorted();
}
const events = async (id: string) =>
  (await (await admin(`/api/v1/audit?conversation=${id}`)).json<AuditPage>()).rows.map(({ event }) => event);
/** Runs the sweep with the clock at `at`. */
async function sweepAt(at: number): Promise<void> {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(at);
  expect(await runDurableObjectAlarm(retentionOf(env, orgId))).toBe(true);
  clock.mockRestore();
}

describe('the rules', () => {
  test('are visible to every member and set by people with the permission', async () => {
    expect(await rulesOf(member)).toMatchObject({ keepNewest: 50, retentionDays: null, mayUpdate: false });
    const { version } = await rulesOf(admin);
    const body = { keepNewest: 40, retentionDays: 365, version };
    expect(await readProblem(await put(member, body))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(SessionRulesView.parse(await (await put(admin, body)).json())).toMatchObject({
      ...{ keepNewest: 40, retentionDays: 365, mayUpdate: true, updatedBy: 'admin of retention' },
      version: version + 1,
    });
    expect(await readProblem(await put(admin, { ...body, keepNewest: 30 }))).toMatchObject({
      ...{ status: 409, code: 'SETTINGS_CONFLICT' },
      conflict: { version: version + 1, values: [{ field: 'keepNewest', stored: 40, sent: 30 }] },
    });
  });

  test.each([
    { keepNewest: 0, retentionDays: null, version: 1 },
    { keepNewest: 501, retentionDays: null, version: 1 },
    { keepNewest: 50, retentionDays: 0, version: 1 },
    { keepNewest: 50, retentionDays: 1.5, version: 1 },
    { keepNewest: 50, version: 1 },
    { keepNewest: 50, retentionDays: null },
  ])('refuses %j (R20)', async (body) => {
    expect(await readProblem(await put(admin, body))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

test('keeps the newest conversations, not counting pinned ones', async () => {
  await save({ keepNewest: 2, retentionDays: null });
  await begin('Pinned', { pinned: true });
  for (const title of ['First', 'Second', 'Third']) await begin(title);
  await expect.poll(() => titles()).toEqual(['Pinned', 'Second', 'Third']);
});

test('deletes inactive conversations from object, list, rows and search, and keeps audit rows', async () => {
  await save({ keepNewest: 50, retentionDays: 7 });
  const old = await begin('Zanzibar report');
  const pinned = await begin('Zanzibar, pinned', { pinned: true });
  await expect.poll(() => titles('?q=zanzibar')).toHaveLength(2);
  const now = Date.now();
  await sweepAt(now + 6 * DAY);
  expect((await member(`${SESSIONS}/${old}`)).status).toBe(200);
  await sweepAt(now + 8 * DAY);
  expect((await member(`${SESSIONS}/${old}`)).status).toBe(404);
  expect((await member(`${SESSIONS}/${pinned}`)).status).toBe(200);
  await deliver(old);
  await expect.poll(() => titles('?q=zanzibar')).toEqual(['Zanzibar, pinned']);
  expect(await titles()).not.toContain('Zanzibar report');
  await expect.poll(() => events(old)).toEqual(expect.arrayContaining(['session.created', 'session.deleted']));
  const tables = () =>
    runInDurableObject(conversationOf(env, orgId, old), (_conversation, { storage }) =>
      storage.sql
        .exec<{ name: string }>(
          "select name from sqlite_master where type = 'table' and name in ('messages', 'events')",
        )
        .toArray(),
    );
  await expect.poll(tables).toEqual([]);
});

test('keeps a conversation that was used after its last update in Postgres', async () => {
  const id = await begin('Used again');
  const conversation = conversationOf(env, orgId, id);
  const call = { orgId, subject: people.member.subject };
  expect(await conversation.removeByRetention({ ...call, lastChangedAt: 1 })).toBe('kept');
  expect(await conversation.removeByRetention({ ...call, subject: 'another-user', lastChangedAt: Date.now() })).toBe(
    'kept',
  );
  expect(await conversation.removeByRetention({ ...call, lastChangedAt: Date.now() })).toBe('removed');
  expect(await conversation.removeByRetention({ ...call, lastChangedAt: Date.now() })).toBe('missing');
});
