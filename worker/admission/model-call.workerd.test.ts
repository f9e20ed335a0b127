import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { and, eq, gte } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { monthOf } from '../../durable/budget/month.ts';
import { accountOf } from '../../durable/contracts/account.ts';
import { budgetOf } from '../../durable/contracts/budget.ts';
import { postgresDepsOf, withTenant } from '../../durable/postgres/with-tenant.ts';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { auditLog } from '../../migrations/schema/core.ts';
import type { Estimate } from '../api/usage/usage-schema.ts';
import {
  chatBody,
  readEvents,
  readProblem,
  refillRate,
  signedIn,
  stopClock,
  type Visitor,
} from '../visitor.fixture.ts';

const CHAT = '/api/v1/ai/chat';
// All test files share one Postgres. No other test lists this user's conversations.
const BO = requireDemoPerson('both@cascade.test');
const MAX = requireDemoPerson('max@northlight.test');
const NORTHLIGHT = requireDemoOrg('northlight');

const newRun = () => ({ threadId: crypto.randomUUID(), runId: `run-${crypto.randomUUID()}` });
const say = (visitor: Visitor, { threadId, runId } = newRun(), text = 'Say hello') =>
  visitor(CHAT, { body: chatBody(threadId, runId, text) });
/** Sends an invalid message, which is counted but calls no model. */
const mumble = (visitor: Visitor) => visitor(CHAT, { body: {} });

const clock = stopClock();
beforeEach(async () => {
  await signedIn(BO.email);
  await signedIn(MAX.email);
  await refillRate(BO.email, MAX.email);
});

describe('the ai bucket (R37)', () => {
  test('exactly the burst of 1,000 simultaneous requests passes', async () => {
    const bo = await signedIn(BO.email);
    const principal = { subject: BO.subject, expiresAt: Math.floor(clock.now() / 1_000) + 60 };
    const admissions = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        accountOf(env, BO.subject).admit({ principal, rights: 'last-known', modelCall: { run: null } }),
      ),
    );
    expect(admissions.filter((admission) => admission.ok && admission.rate?.ok)).toHaveLength(10);
    expect((await say(bo)).status).toBe(429);
  });

  test('a refusal’s retry time is exact: one second early fails, then it succeeds (R38)', async () => {
    const bo = await signedIn(BO.email);
    for (let asked = 0; asked < 10; asked += 1) await mumble(bo);
    const refused = await say(bo);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(refused.headers.get('RateLimit-Policy')).toBe('"ai";q=30;w=60;burst=10');
    expect(refused.headers.get('RateLimit')).toBe('"ai";r=0;t=2');
    clock.wait(1_000);
    expect((await say(bo)).status).toBe(429);
    clock.wait(1_000);
    const passed = await say(bo);
    expect(passed.status).toBe(200);
    expect(passed.headers.get('RateLimit')).toBe('"ai";r=0;t=2');
    await passed.body?.cancel();
  });

  test('a repeated run is counted once: live, ended, and after the object slept', async () => {
    const bo = await signedIn(BO.email);
    const run = newRun();
    const events = await readEvents(await say(bo, run));
    for (let again = 0; again < 15; again += 1) {
      const repeated = await bo(CHAT, {
        body: chatBody(run.threadId, run.runId, 'Say hello'),
        headers: { 'Last-Event-ID': `${run.runId}.1` },
      });
      expect(await readEvents(repeated)).toEqual(events.slice(2));
    }
    const { orgId, ...found } = { orgId: requireDemoOrg('cascade').id, runId: run.runId };
    await expect.poll(() => accountOf(env, BO.subject).findRun({ orgId, ...found })).toBe(run.threadId);
    for (let asked = 0; asked < 9; asked += 1) expect((await mumble(bo)).status).toBe(400);
    expect((await mumble(bo)).status).toBe(429);
    await evictDurableObject(accountOf(env, BO.subject));
    expect(await readEvents(await say(bo, run))).toEqual(events);
    expect((await mumble(bo)).status).toBe(429);
  });

  test('naming a known run does not make another request free', async () => {
    const bo = await signedIn(BO.email);
    const { runId } = newRun();
    const replies = [];
    for (let asked = 0; asked < 12; asked += 1) replies.push(await say(bo, { threadId: crypto.randomUUID(), runId }));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    for (const reply of replies) await reply.body?.cancel();
  });

  test('is shared by all orgs and sessions of a user, and by no one else', async () => {
    const [bo, max] = await Promise.all([signedIn(BO.email), signedIn(MAX.email)]);
    for (let asked = 0; asked < 10; asked += 1) await mumble(bo);
    expect((await mumble(bo)).status).toBe(429);
    expect((await mumble(max)).status).toBe(400);
  });

  test('doesn’t hold up decisions on approvals, and they take nothing from it', async () => {
    const bo = await signedIn(BO.email);
    const decide = () =>
      bo(`/api/v1/ai/sessions/${SESSION}/approvals/${crypto.randomUUID()}`, { body: { decision: 'approve' } });
    for (let clicks = 0; clicks < 30; clicks += 1) expect((await decide()).status).toBe(404);
    for (let asked = 0; asked < 10; asked += 1) expect((await mumble(bo)).status).toBe(400);
    expect((await mumble(bo)).status).toBe(429);
    expect((await decide()).status).toBe(404);
  });

  test('reading is not counted', async () => {
    const bo = await signedIn(BO.email);
    for (let asked = 0; asked < 11; asked += 1) await mumble(bo);
    for (const path of ['/models', '/sessions', '/quota']) expect((await bo(`/api/v1/ai${path}`)).status).toBe(200);
  });
});

const SESSION = '11111111-2222-4333-8444-555555555555';

/** Leaves this many tokens of Northlight's month. */
async function leave(tokens: number): Promise<void> {
  const budget = budgetOf(env, NORTHLIGHT.id);
  const month = monthOf(clock.now());
  const { used } = await budget.status({ month, limit: 200_000 });
  await runInDurableObject(budget, (_budget, { storage }) => {
    storage.sql.exec(
      'insert into months (month, used) values (?, 0) on conflict (month) do update set used = ?, least_refused = null',
      month,
      200_000 - tokens,
    );
    storage.sql.exec('update months set used = ? where month = ?', 200_000 - tokens, month);
    storage.sql.exec('delete from held');
  });
  expect(used).toBeGreaterThanOrEqual(0);
}

describe('402', () => {
  beforeEach(async () => {
    // The object's tables are made by its first reservation.
    await budgetOf(env, NORTHLIGHT.id).settle([
      { leaseId: crypto.randomUUID(), month: monthOf(clock.now()), tokens: 0 },
    ]);
  });
  afterEach(() => leave(200_000));

  test('has figures and a message, is refused before anything is stored, and repeats', async () => {
    const max = await signedIn(MAX.email);
    await leave(0);
    const run = newRun();
    const response = await say(max, run);
    const problem = await readProblem(response);
    expect(problem).toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED', used: 200_000, limit: 200_000, left: 0 });
    expect(problem.renewsAt).toBe(
      new Date(Date.UTC(new Date(clock.now()).getUTCFullYear(), new Date(clock.now()).getUTCMonth() + 1)).toISOString(),
    );
    expect(problem.detail).toContain('Northlight Live has used 200,000 of its 200,000 tokens');
    expect(problem.detail).toContain('An admin of Northlight Live can raise it sooner');
    expect((await max(`/api/v1/ai/sessions/${run.threadId}`)).status).toBe(404);
    expect((await say(max, run)).status).toBe(402);
  });

  test('comes before 429 and 400, and after 403', async () => {
    const max = await signedIn(MAX.email);
    await leave(0);
    expect((await mumble(max)).status).toBe(402);
    const opus = { ...chatBody(SESSION, 'run-1', 'hello'), forwardedProps: { model: 'claude-opus-4-7' } };
    expect(await readProblem(await max(CHAT, { body: opus }))).toMatchObject({ code: 'MODEL_NOT_IN_PLAN' });
    for (let asked = 0; asked < 10; asked += 1) await mumble(max);
    expect((await mumble(max)).status).toBe(402);
    await leave(200_000);
    expect((await mumble(max)).status).toBe(429);
  });

  test('shortens the answer to the tokens that are left', async () => {
    const max = await signedIn(MAX.email);
    const estimated = await max('/api/v1/ai/estimate', { body: { text: 'Say hello' } });
    const { promptTokens, maxOutputTokens } = await estimated.json<Estimate>();
    expect(maxOutputTokens).toBeGreaterThan(1_000);
    await leave(promptTokens + 1_000);
    const events = await readEvents(await say(max));
    expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
    expect(events.find(({ event }) => event['name'] === 'quota')?.event['value']).toMatchObject({
      limit: 200_000,
      level: 'warning',
    });
  });

  test('refuses a plan without AI tokens at once, with its own message', async () => {
    const finn = await signedIn('finn@freefold.test');
    const problem = await readProblem(await say(finn));
    expect(problem).toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED', used: 0, limit: 0, left: 0 });
    expect(Date.parse(problem.renewsAt ?? '')).toBeGreaterThan(clock.now());
    expect(problem.detail).toContain('The free plan of Free Fold includes no AI tokens');
    expect((await finn('/api/v1/ai/sessions')).status).toBe(200);
  });
});

describe('refusals are recorded (R39)', () => {
  let startedAt = 0;
  beforeEach(async () => {
    // In a minute of its own, without what earlier tests left.
    clock.wait(10 * 60_000);
    startedAt = clock.now();
    for (const email of [BO.email, 'finn@freefold.test', 'quinn@quiet.test'])
      await runInDurableObject(accountOf(env, requireDemoPerson(email).subject), (_account, { storage }) => {
        storage.sql.exec('delete from refusals');
      });
  });
  const recorded = async (orgId: string, adminId: string, code: string, actorId: string) => {
    const [rows] = await withTenant(postgresDepsOf(env), { kind: 'user', org: orgId, user: adminId }, (db) => [
      db
        .select()
        .from(auditLog)
        .where(
          and(
            eq(auditLog.event, 'message.refused'),
            eq(auditLog.error, code),
            eq(auditLog.actorUserId, actorId),
            gte(auditLog.occurredAt, startedAt),
          ),
        ),
    ]);
    return rows;
  };
  const ada = requireDemoPerson('ada@cascade.test').id;
  const cascade = requireDemoOrg('cascade').id;

  test('with user, place, code and request id; a flood is one row per minute with its count', async () => {
    const bo = await signedIn(BO.email);
    const run = newRun();
    const first = await bo(CHAT, {
      body: { ...chatBody(run.threadId, run.runId, 'x'), forwardedProps: { mode: 'shout' } },
    });
    expect(first.status).toBe(400);
    for (let asked = 0; asked < 9; asked += 1) await mumble(bo);
    for (let asked = 0; asked < 30; asked += 1) expect((await mumble(bo)).status).toBe(429);
    const account = accountOf(env, BO.subject);
    const waiting = () =>
      runInDurableObject(account, (_account, { storage }) =>
        storage.sql.exec<{ n: number }>('select coalesce(sum(count), 0) as n from refusals').one(),
      );
    await expect.poll(waiting).toEqual({ n: 40 });
    await runDurableObjectAlarm(account);
    expect(await recorded(cascade, ada, 'RATE_LIMITED', BO.id)).toEqual([]);
    clock.wait(60_000);
    await runDurableObjectAlarm(account);
    const [limited] = await recorded(cascade, ada, 'RATE_LIMITED', BO.id);
    expect(limited).toMatchObject({ error: 'RATE_LIMITED', meta: { count: 30 } });
    const [malformed] = await recorded(cascade, ada, 'BAD_REQUEST', BO.id);
    expect(malformed).toMatchObject({
      requestId: first.headers.get('X-Request-Id'),
      sessionId: run.threadId,
      runId: run.runId,
      meta: { count: 10, requestIds: expect.arrayContaining([first.headers.get('X-Request-Id')]) },
    });
    expect(await waiting()).toEqual({ n: 0 });
    expect(await runInDurableObject(account, (_account, { storage }) => storage.getAlarm())).toBeNull();
  });

  test.each([
    ['finn@freefold.test', 'QUOTA_EXCEEDED', 402],
    ['quinn@quiet.test', 'ASSISTANT_DISABLED', 403],
  ])('also for %s: %s', async (email, code, status) => {
    const person = requireDemoPerson(email);
    const visitor = await signedIn(email);
    expect((await say(visitor)).status).toBe(status);
    const account = accountOf(env, person.subject);
    await expect
      .poll(() =>
        runInDurableObject(account, (_account, { storage }) => storage.sql.exec('select code from refusals').toArray()),
      )
      .toEqual([{ code }]);
    clock.wait(60_000);
    await runDurableObjectAlarm(account);
    const orgId = requireDemoOrg(Object.keys(person.memberships)[0] ?? '').id;
    expect(await recorded(orgId, person.id, code, person.id)).toMatchObject([{ error: code, meta: { count: 1 } }]);
  });

  test('records nothing for anonymous requests', async () => {
    const anonymous = await (await signedIn(BO.email))(CHAT, { body: {}, headers: { Authorization: 'Bearer x' } });
    expect(anonymous.status).toBe(401);
  });
});
