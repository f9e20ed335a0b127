import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { and, eq, gte } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accountOf } from '../durable/account/account-stub.ts';
import { budgetOf } from '../durable/budget/budget-stub.ts';
import { monthOf } from '../durable/budget/month.ts';
import { postgresDepsOf } from '../durable/postgres/config.ts';
import { withTenant } from '../durable/postgres/with-tenant.ts';
import { requireDemoOrg, requireDemoPerson } from '../local/demo-people.ts';
import { auditLog } from '../migrations/schema.ts';
import { chatBody, readEvents, readProblem, refillBucket, signedIn, type Visitor } from './visitor.fixture.ts';

const CHAT = '/api/v1/ai/chat';
// Whose conversations no other test lists: all test files share one Postgres.
const BO = requireDemoPerson('both@cascade.test');
const MAX = requireDemoPerson('max@northlight.test');
const NORTHLIGHT = requireDemoOrg('northlight');

const newRun = () => ({ threadId: crypto.randomUUID(), runId: `run-${crypto.randomUUID()}` });
const say = (visitor: Visitor, { threadId, runId } = newRun(), text = 'Say hello') =>
  visitor(CHAT, { body: chatBody(threadId, runId, text) });
/** A message that is refused for its form, and so makes no model work. */
const mumble = (visitor: Visitor) => visitor(CHAT, { body: {} });

let now: number;
/** Turns the clock of the Worker and its objects; timers go on as they are. */
function wait(ms: number): void {
  now += ms;
  vi.setSystemTime(now);
}
beforeEach(async () => {
  now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now });
  await signedIn(BO.email);
  await signedIn(MAX.email);
  for (const { subject } of [BO, MAX]) await refillBucket(subject);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('R37: the ai bucket', () => {
  test('of 1,000 at once exactly the burst passes, whatever they ask for', async () => {
    const bo = await signedIn(BO.email);
    const principal = { subject: BO.subject, expiresAt: Math.floor(now / 1_000) + 60 };
    const admissions = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        accountOf(env, BO.subject).admit({ principal, rights: 'last-known', modelCall: { run: null } }),
      ),
    );
    expect(admissions.filter((admission) => admission.ok && admission.rate?.ok)).toHaveLength(10);
    expect((await say(bo)).status).toBe(429);
  });

  test('R38: a refusal says when to come back: one second early does not succeed, then it does', async () => {
    const bo = await signedIn(BO.email);
    for (let asked = 0; asked < 10; asked += 1) await mumble(bo);
    const refused = await say(bo);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(refused.headers.get('RateLimit-Policy')).toBe('"ai";q=30;w=60;burst=10');
    expect(refused.headers.get('RateLimit')).toBe('"ai";r=0;t=2');
    wait(1_000);
    expect((await say(bo)).status).toBe(429);
    wait(1_000);
    const passed = await say(bo);
    expect(passed.status).toBe(200);
    expect(passed.headers.get('RateLimit')).toBe('"ai";r=0;t=2');
    await passed.body?.cancel();
  });

  test('a run costs one token however often it is asked for, live, ended, and after the object slept', async () => {
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

  test('naming a known run does not make another one free', async () => {
    const bo = await signedIn(BO.email);
    const { runId } = newRun();
    const replies = [];
    for (let asked = 0; asked < 12; asked += 1) replies.push(await say(bo, { threadId: crypto.randomUUID(), runId }));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    for (const reply of replies) await reply.body?.cancel();
  });

  test('is one for all orgs and sessions of a person, and nobody else’s', async () => {
    const [bo, max] = await Promise.all([signedIn(BO.email), signedIn(MAX.email)]);
    for (let asked = 0; asked < 10; asked += 1) await mumble(bo);
    expect((await mumble(bo)).status).toBe(429);
    expect((await mumble(max)).status).toBe(400);
  });

  test('also counts a click on a card, once a card, and refuses before it decides', async () => {
    const bo = await signedIn(BO.email);
    const decide = (approvalId: string) =>
      bo(`/api/v1/ai/sessions/${SESSION}/approvals/${approvalId}`, { body: { decision: 'approve' } });
    const card = crypto.randomUUID();
    for (let clicks = 0; clicks < 15; clicks += 1) expect((await decide(card)).status).toBe(404);
    for (let cards = 0; cards < 9; cards += 1) expect((await decide(crypto.randomUUID())).status).toBe(404);
    expect((await decide(crypto.randomUUID())).status).toBe(429);
  });

  test('reading costs nothing', async () => {
    const bo = await signedIn(BO.email);
    for (let asked = 0; asked < 11; asked += 1) await mumble(bo);
    for (const path of ['/models', '/sessions', '/quota']) expect((await bo(`/api/v1/ai${path}`)).status).toBe(200);
  });
});

const SESSION = '11111111-2222-4333-8444-555555555555';

/** Leaves so many tokens of Northlight's month, and takes them back after the test. */
async function leave(tokens: number): Promise<void> {
  const budget = budgetOf(env, NORTHLIGHT.id);
  const month = monthOf(now);
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
    await budgetOf(env, NORTHLIGHT.id).settle([{ leaseId: crypto.randomUUID(), month: monthOf(now), tokens: 0 }]);
  });
  afterEach(() => leave(200_000));

  test('comes with figures and words, before anything is stored, and every further one after it too', async () => {
    const max = await signedIn(MAX.email);
    await leave(0);
    const run = newRun();
    const response = await say(max, run);
    const problem = await readProblem(response);
    expect(problem).toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED', used: 200_000, limit: 200_000, left: 0 });
    expect(problem.renewsAt).toBe(
      new Date(Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() + 1)).toISOString(),
    );
    expect(problem.detail).toContain('Northlight Live has used 200,000 of its 200,000 tokens');
    expect(problem.detail).toContain('An admin of Northlight Live can have it raised');
    expect((await max(`/api/v1/ai/sessions/${run.threadId}`)).status).toBe(404);
    expect((await say(max, run)).status).toBe(402);
  });

  test('precedes 429 and 400, and 403 precedes it', async () => {
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

  test('a little that is left is used: the answer asked for is shorter', async () => {
    const max = await signedIn(MAX.email);
    await leave(3_000);
    const events = await readEvents(await say(max));
    expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
    expect(events.find(({ event }) => event['name'] === 'quota')?.event['value']).toMatchObject({
      limit: 200_000,
      level: 'warning',
    });
  });

  test('a plan without AI tokens is refused at once, in its own words', async () => {
    const finn = await signedIn('finn@freefold.test');
    const problem = await readProblem(await say(finn));
    expect(problem).toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED', used: 0, limit: 0, left: 0 });
    expect(Date.parse(problem.renewsAt ?? '')).toBeGreaterThan(now);
    expect(problem.detail).toContain('The free plan of Free Fold includes no AI tokens');
    expect((await finn('/api/v1/ai/sessions')).status).toBe(200);
  });
});

describe('R39: what is refused is on record', () => {
  let startedAt = 0;
  beforeEach(async () => {
    // In a minute of its own, without what earlier tests left.
    wait(10 * 60_000);
    startedAt = now;
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
            gte(auditLog.createdAt, startedAt),
          ),
        ),
    ]);
    return rows;
  };
  const ada = requireDemoPerson('ada@cascade.test').id;
  const cascade = requireDemoOrg('cascade').id;

  test('with who, where, why and the request’s id; a flood is one row a minute with its count', async () => {
    const bo = await signedIn(BO.email);
    const run = newRun();
    const first = await bo(CHAT, { body: { ...chatBody(run.threadId, run.runId, 'x'), unknown: true } });
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
    wait(60_000);
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
    wait(60_000);
    await runDurableObjectAlarm(account);
    const orgId = requireDemoOrg(Object.keys(person.memberships)[0] ?? '').id;
    expect(await recorded(orgId, person.id, code, person.id)).toMatchObject([{ error: code, meta: { count: 1 } }]);
  });

  test('nothing is recorded of who is not known', async () => {
    const nobody = await (await signedIn(BO.email))(CHAT, { body: {}, headers: { Authorization: 'Bearer x' } });
    expect(nobody.status).toBe(401);
  });
});
