import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { refillRate } from '../../worker/visitor.fixture.ts';
import { accountOf, type SessionLookup, type SessionMark } from '../contracts/account.ts';

const BO = requireDemoPerson('both@cascade.test');
const orgId = requireDemoOrg('cascade').id;
const account = () => accountOf(env, BO.subject);
const uuid = () => crypto.randomUUID();
const transcript = (mark: string): SessionMark => ({ kind: 'transcript', mark });
const approval = (mark: string): SessionMark => ({ kind: 'approval', mark });
const request = (mark: string): SessionMark => ({ kind: 'request', mark });

/** Calls admit as the Worker does, with a model call. */
async function admit(session: Partial<SessionLookup>, orgSlug = 'cascade') {
  const admission = await account().admit({
    principal: { subject: BO.subject, expiresAt: Math.floor(Date.now() / 1_000) + 60 },
    rights: 'last-known',
    orgSlug,
    modelCall: { run: null, session: { marks: [], name: null, otherwise: null, runId: null, ...session } },
  });
  if (!admission.ok) throw new Error(admission.code);
  return admission;
}

const find = async (...asked: Parameters<typeof admit>) => (await admit(...asked)).sessionId;

beforeEach(() => refillRate(BO.email));

describe('session marks', () => {
  test('find the session of the first known mark, within the org', async () => {
    const [one, other, otherwise] = [uuid(), uuid(), uuid()];
    const [t1, a1] = [uuid(), uuid()];
    await account().markSession({ orgId, sessionId: one, marks: [transcript(t1)] });
    await account().markSession({ orgId, sessionId: other, marks: [approval(a1)] });
    expect(await find({ marks: [transcript(t1)], otherwise })).toBe(one);
    expect(await find({ marks: [transcript('unknown'), approval(a1), transcript(t1)], otherwise })).toBe(other);
    expect(await find({ marks: [transcript(a1)], otherwise })).toBe(otherwise);
    expect(await find({ marks: [transcript(t1)], otherwise }, 'northlight')).toBe(otherwise);
    expect(await find({ marks: [transcript('unknown')] })).toBeNull();
  });

  test('take precedence over a name, which resolves to a different session in each org', async () => {
    const [sessionId, a1, name] = [uuid(), uuid(), `chat-${uuid()}`];
    await account().markSession({ orgId, sessionId, marks: [approval(a1)] });
    expect(await find({ marks: [approval(a1)], name })).toBe(sessionId);
    const named = await find({ marks: [approval('unknown')], name, otherwise: uuid() });
    expect(named).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await find({ name })).toBe(named);
    expect(await find({ name }, 'northlight')).not.toBe(named);
    expect(await find({ name: sessionId })).toBe(sessionId);
  });

  test('only match the latest transcript', async () => {
    const [sessionId, first, second] = [uuid(), uuid(), uuid()];
    await account().markSession({ orgId, sessionId, marks: [transcript(first)] });
    await account().markSession({ orgId, sessionId, marks: [transcript(second)] });
    expect(await find({ marks: [transcript(first)] })).toBeNull();
    expect(await find({ marks: [transcript(second)] })).toBe(sessionId);
  });

  test('give a hundred concurrent equal requests one session and one token (R44)', async () => {
    const runId = uuid();
    const asked = Array.from({ length: 100 }, () => admit({ marks: [request(runId)], otherwise: uuid(), runId }));
    const admissions = await Promise.all(asked);
    expect(new Set(admissions.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(admissions.every(({ rate }) => rate?.ok && rate.remaining === 9)).toBe(true);
  });

  test('count a request without a run each time, and leave no mark on a rejection (R37)', async () => {
    const admissions = await Promise.all(Array.from({ length: 12 }, () => admit({ otherwise: uuid() })));
    expect(admissions.filter(({ rate }) => rate?.ok)).toHaveLength(10);
    const runId = uuid();
    const late = () => admit({ marks: [request(runId)], otherwise: uuid(), runId });
    const [one, two] = [await late(), await late()];
    expect([one.rate?.ok, two.rate?.ok]).toEqual([false, false]);
    expect(one.sessionId).not.toBe(two.sessionId);
  });

  test('do not find a deleted session, and count its request again', async () => {
    const runId = uuid();
    const ask = () => admit({ marks: [request(runId)], otherwise: uuid(), runId });
    const { sessionId = null } = await ask();
    if (sessionId === null) throw new Error('no session');
    expect((await ask()).rate?.remaining).toBe(9);
    await account().removeSession({ orgId, sessionId });
    const again = await ask();
    expect(again.sessionId).not.toBe(sessionId);
    expect(again.rate?.remaining).toBe(8);
  });

  test('are limited to the newest thousand', async () => {
    const fresh = accountOf(env, `test:${uuid()}`);
    for (let start = 0; start < 1_100; start += 32) {
      const marks = Array.from({ length: 32 }, (_, index): SessionMark => request(`r${start + index}`));
      await fresh.markSession({ orgId, sessionId: uuid(), marks });
    }
    const count = await runInDurableObject(
      fresh,
      (_account, state) => state.storage.sql.exec<{ n: number }>('select count(*) as n from session_marks').one().n,
    );
    expect(count).toBe(1_000);
  });
});
