import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { ZodError } from 'zod';
import { DEMO_ORGS, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { type AdmitInput, accountOf, type EvictedSession } from '../contracts/account.ts';
import type { SessionRecord } from '../contracts/session.ts';
import { DEFAULT_SESSION_RULES } from '../session-rules.ts';

const [CASCADE, NORTHLIGHT] = DEMO_ORGS;
const orgId = CASCADE.id;
/** A new Account for each test. */
const newAccount = () => accountOf(env, `test:${crypto.randomUUID()}`);
const T0 = 1_760_000_000_000;

const session = (change: Partial<SessionRecord> = {}): SessionRecord => ({
  id: crypto.randomUUID(),
  title: 'A session',
  model: null,
  programId: null,
  designId: null,
  pinned: false,
  createdAt: T0,
  updatedAt: T0,
  version: 1,
  ...change,
});

type Stub = ReturnType<typeof newAccount>;
const list = async (account: Stub, limit = 100, cursor?: string) => {
  const page = await account.listSessions({ orgId, limit, ...(cursor !== undefined && { cursor }) });
  if (!page.ok) throw new Error(page.code);
  return page;
};

describe('admission', () => {
  const principalOf = (email: string) => ({ subject: requireDemoPerson(email).subject, expiresAt: 4_000_000_000 });

  test('returns the memberships Postgres has for the user', async () => {
    const principal = principalOf('both@cascade.test');
    const admission = await accountOf(env, principal.subject).admit({
      principal,
      orgSlug: 'northlight',
      rights: 'confirmed',
    });
    expect(admission).toMatchObject({
      ok: true,
      access: {
        orgId: NORTHLIGHT.id,
        role: 'member',
        plan: 'professional',
        features: { aiAssistant: true },
        userName: 'Bo Thompson',
      },
      orgs: [{ slug: 'cascade', name: 'Cascade Robotics', role: 'engineer' }, { slug: 'northlight' }],
    });
  });

  test('returns NO_MEMBERSHIP for an unknown subject', async () => {
    const principal = { subject: 'unknown', expiresAt: 4_000_000_000 };
    expect(await accountOf(env, 'unknown').admit({ principal, rights: 'last-known' })).toEqual({
      ok: false,
      code: 'NO_MEMBERSHIP',
    });
  });

  test('ends the oldest sign-ins beyond a hundred, and never the one that was just opened', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: T0 });
    try {
      const account = newAccount();
      const first = await account.openSignIn();
      vi.setSystemTime(T0 + 1_000);
      // All in the same second, so that their times can't tell them apart.
      for (let opened = 0; opened < 120; opened += 1) {
        const { signInId } = await account.openSignIn();
        const signIns = await account.listSignIns();
        expect(signIns.map((entry) => entry.signInId)).toContain(signInId);
      }
      const signIns = await account.listSignIns();
      expect(signIns).toHaveLength(100);
      expect(signIns.map(({ signInId }) => signInId)).not.toContain(first.signInId);
    } finally {
      vi.useRealTimers();
    }
  });

  test('accepts a sign-in until it is closed, also after an eviction', async () => {
    const { subject } = requireDemoPerson('max@northlight.test');
    const account = accountOf(env, subject);
    const [mine, other] = await Promise.all([account.openSignIn(), account.openSignIn()]);
    const admit = (signInId: string, expiresAt = 4_000_000_000) =>
      account.admit({ principal: { subject, signInId, expiresAt }, rights: 'confirmed' });
    expect(await admit(mine.signInId)).toMatchObject({ ok: true });
    await evictDurableObject(account);
    expect(await admit(mine.signInId)).toMatchObject({ ok: true });
    await account.closeSignIn(mine.signInId);
    const refused = { ok: false, code: 'UNAUTHENTICATED' };
    expect(await admit(mine.signInId)).toEqual(refused);
    expect(await admit(crypto.randomUUID())).toEqual(refused);
    expect(await admit(other.signInId, 1)).toEqual(refused);
    expect(await admit(other.signInId)).toMatchObject({ ok: true });
  });

  test('rejects input that does not match the schema', async () => {
    await runInDurableObject(newAccount(), async (account) => {
      const call = { principal: { subject: 's', expiresAt: 1 }, rights: 'all' } as unknown as AdmitInput;
      await expect(account.admit(call)).rejects.toThrow(ZodError);
      await expect(account.findRun({ orgId: "' or 1=1", runId: 'r' })).rejects.toThrow(ZodError);
    });
  });
});

describe('the list of conversations', () => {
  test('pages through sessions in order of last use, each once', async () => {
    const account = newAccount();
    const made = Array.from({ length: 25 }, (_, at) => session({ updatedAt: T0 + Math.floor(at / 3) }));
    for (const entry of made) await account.putSession({ orgId, session: entry });
    const seen: SessionRecord[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await list(account, 4, cursor);
      seen.push(...page.sessions);
      cursor = page.cursor;
    }
    expect(seen.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    expect(seen.map(({ updatedAt }) => updatedAt)).toEqual(
      made.map(({ updatedAt }) => updatedAt).sort((a, b) => b - a),
    );
  });

  test('keeps the lists of two orgs apart', async () => {
    const account = newAccount();
    await account.putSession({ orgId, session: session() });
    expect(await account.listSessions({ orgId: NORTHLIGHT.id, limit: 10 })).toEqual({
      ok: true,
      sessions: [],
      cursor: null,
    });
  });

  test('ignores a late copy of an older version', async () => {
    const account = newAccount();
    const entry = session({ version: 3, title: 'Third' });
    await account.putSession({ orgId, session: entry });
    await account.putSession({ orgId, session: { ...entry, version: 2, title: 'Second' } });
    await account.putSession({ orgId, session: { ...entry, version: 3, title: 'Third, repeated' } });
    expect((await list(account)).sessions).toEqual([entry]);
    await account.putSession({ orgId, session: { ...entry, version: 4, title: 'Fourth' } });
    expect((await list(account)).sessions).toMatchObject([{ title: 'Fourth' }]);
  });

  test('does not restore a removed session from a late copy', async () => {
    const account = newAccount();
    const entry = session();
    await account.putSession({ orgId, session: entry });
    await account.removeSession({ orgId, sessionId: entry.id });
    await account.putSession({ orgId, session: { ...entry, version: 9 } });
    await account.removeSession({ orgId, sessionId: entry.id });
    expect((await list(account)).sessions).toEqual([]);
    const never = session();
    await account.removeSession({ orgId, sessionId: never.id });
    await account.putSession({ orgId, session: never });
    expect((await list(account)).sessions).toEqual([]);
  });

  test('returns unpinned sessions beyond the newest fifty until they are removed', async () => {
    const account = newAccount();
    const pinned = session({ pinned: true, updatedAt: T0 - 1 });
    await account.putSession({ orgId, session: pinned });
    const made = Array.from({ length: DEFAULT_SESSION_RULES.keepNewest + 2 }, (_, at) =>
      session({ updatedAt: T0 + at }),
    );
    let evicted: readonly EvictedSession[] = [];
    for (const entry of made) ({ evicted } = await account.putSession({ orgId, session: entry }));
    const beyond = [made[1], made[0]].map((entry) => ({ id: entry?.id, updatedAt: entry?.updatedAt }));
    expect(evicted).toEqual(beyond);
    const [oldest] = made;
    if (!oldest) throw new Error('none made');
    expect((await account.putSession({ orgId, session: oldest })).evicted).toEqual(beyond);
    for (const { id } of evicted) await account.removeSession({ orgId, sessionId: id });
    const newest = made.at(-1);
    if (!newest) throw new Error('none made');
    expect((await account.putSession({ orgId, session: newest })).evicted).toEqual([]);
    const { sessions } = await list(account);
    expect(sessions).toHaveLength(DEFAULT_SESSION_RULES.keepNewest + 1);
    expect(sessions.at(-1)).toEqual(pinned);
  });

  test('rejects an invalid cursor', async () => {
    const account = newAccount();
    for (const cursor of ['x', btoa('[1]'), btoa('["a","b"]'), btoa('{"__proto__":1}')]) {
      expect(await account.listSessions({ orgId, limit: 1, cursor })).toEqual({ ok: false, code: 'BAD_REQUEST' });
    }
  });
});

describe('recent runs', () => {
  test('resolve to their session within their org until it is removed', async () => {
    const account = newAccount();
    const entry = session();
    await account.putSession({ orgId, session: entry, run: { runId: 'run-1' } });
    await account.noteRun({ orgId, sessionId: entry.id, runId: 'run-2' });
    expect(await account.findRun({ orgId, runId: 'run-1' })).toBe(entry.id);
    expect(await account.findRun({ orgId, runId: 'run-2' })).toBe(entry.id);
    expect(await account.findRun({ orgId: NORTHLIGHT.id, runId: 'run-1' })).toBeNull();
    expect(await account.findRun({ orgId, runId: 'run-3' })).toBeNull();
    await account.removeSession({ orgId, sessionId: entry.id });
    expect(await account.findRun({ orgId, runId: 'run-1' })).toBeNull();
  });

  test('are limited to the newest', async () => {
    const account = newAccount();
    const sessionId = crypto.randomUUID();
    for (let run = 0; run < 510; run += 1) await account.noteRun({ orgId, sessionId, runId: `run-${run}` });
    expect(await account.findRun({ orgId, runId: 'run-9' })).toBeNull();
    expect(await account.findRun({ orgId, runId: 'run-10' })).toBe(sessionId);
    expect(await account.findRun({ orgId, runId: 'run-509' })).toBe(sessionId);
  });
});
