import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { Membership } from '../postgres/queries/memberships.ts';
import { RIGHTS_FRESH_MS } from '../principal.ts';
import { createAccessSnapshots, MAX_OUTAGE_AGE_MS, type Reach, type Snapshot } from './access-snapshot.ts';

const SUBJECT = 'person-1';
const CASCADE = '0c000000-0000-4000-8000-000000000001';

const membership = (orgSlug: string, change: Partial<Membership> = {}): Membership => ({
  userId: '0a000000-0000-4000-8000-000000000001',
  userName: 'Bo',
  userEmail: 'bo@example.test',
  orgId: orgSlug === 'cascade' ? CASCADE : '0c000000-0000-4000-8000-000000000002',
  orgSlug,
  orgName: orgSlug,
  plan: 'free',
  role: 'member',
  permissions: [],
  features: { aiAssistant: true },
  tokenAllowance: null,
  extraModels: [],
  settings: [],
  ...change,
});

/** A fake Postgres that can be delayed, taken down and changed, and a clock. */
function setUp() {
  const postgres = {
    memberships: [membership('northlight'), membership('cascade')],
    reach: [CASCADE],
    error: null as Error | null,
    questions: 0,
  };
  const clock = { now: 1_000_000_000 };
  const background: Promise<void>[] = [];
  const noted: unknown[] = [];
  let gate: Promise<void> = Promise.resolve();
  let stored: Snapshot | null = null;
  const reaches = new Map<string, Reach>();
  const snapshots = createAccessSnapshots({
    load: () => stored,
    store: (snapshot) => {
      stored = snapshot;
    },
    fetchMemberships: async () => {
      postgres.questions += 1;
      // The state when the query was sent, however long the reply takes.
      const { memberships, error } = postgres;
      await gate;
      if (error) throw error;
      return memberships;
    },
    loadReach: (token) => reaches.get(token) ?? null,
    storeReach: (token, reach) => void reaches.set(token, reach),
    fetchGranted: async () => {
      postgres.questions += 1;
      const { memberships, reach, error } = postgres;
      await gate;
      if (error) throw error;
      return { memberships, reach };
    },
    now: () => clock.now,
    background: (work) => background.push(work),
    noteFailure: (error) => noted.push(error),
  });
  return {
    postgres,
    clock,
    noted,
    settle: () => Promise.all(background),
    /** Delays Postgres replies until the returned function is called. */
    hold: () => {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return held.resolve;
    },
    goAway: () => {
      postgres.error = new AppError('DATABASE_UNAVAILABLE');
    },
    admit: (orgSlug?: string, rights: 'last-known' | 'confirmed' = 'confirmed') =>
      snapshots.admit({ subject: SUBJECT, orgSlug, rights }),
    admitFresh: () => snapshots.admit({ subject: SUBJECT, orgSlug: undefined, rights: 'confirmed', fresh: true }),
    admitOther: () => snapshots.admit({ subject: 'person-2', orgSlug: undefined, rights: 'confirmed' }),
    confirm: () => snapshots.confirm(CASCADE),
  };
}

describe('org selection', () => {
  test('selects the first org by name, or the named org if the user is a member', async () => {
    const { admit } = setUp();
    expect(await admit()).toMatchObject({ ok: true, access: { orgSlug: 'cascade', subject: SUBJECT } });
    expect(await admit('northlight')).toMatchObject({ ok: true, access: { orgSlug: 'northlight' } });
    expect(await admit('quiet')).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await admit('')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('returns all orgs of the user', async () => {
    const admission = await setUp().admit();
    expect(admission).toMatchObject({
      orgs: [{ slug: 'cascade', name: 'cascade', role: 'member' }, { slug: 'northlight' }],
    });
  });

  test('returns NO_MEMBERSHIP for a user without memberships', async () => {
    const { admit, postgres } = setUp();
    postgres.memberships = [];
    expect(await admit()).toEqual({ ok: false, code: 'NO_MEMBERSHIP' });
  });

  test('throws when another subject reaches the Account (R12)', async () => {
    const { admit, admitOther } = setUp();
    await admit();
    await expect(admitOther()).rejects.toThrow('single subject');
  });
});

describe('last-known access', () => {
  test('does not query Postgres while the snapshot is fresh', async () => {
    const { admit, clock, postgres } = setUp();
    await admit();
    clock.now += RIGHTS_FRESH_MS;
    for (let request = 0; request < 10; request += 1) await admit();
    await admit(undefined, 'last-known');
    expect(postgres.questions).toBe(1);
  });

  test('uses an old snapshot and refreshes it in the background, once for concurrent requests', async () => {
    const { admit, clock, postgres, hold, settle } = setUp();
    await admit();
    clock.now += 10 * RIGHTS_FRESH_MS;
    const release = hold();
    const started = await Promise.all([1, 2, 3].map(() => admit('cascade', 'last-known')));
    expect(started).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(postgres.questions).toBe(2);
    release();
    await settle();
    expect(await admit('cascade', 'last-known')).toMatchObject({ access: { confirmedAt: clock.now } });
  });

  test('waits for a refresh before showing data, and rejects a removed member (R13)', async () => {
    const { admit, clock, postgres } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('northlight')];
    clock.now += RIGHTS_FRESH_MS + 1;
    expect(await admit('cascade')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('rejects a removed member from the next request on (R13)', async () => {
    const { admit, clock, postgres, settle } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('northlight')];
    clock.now += RIGHTS_FRESH_MS + 1;
    expect(await admit('cascade', 'last-known')).toMatchObject({ ok: true });
    await settle();
    expect(await admit('cascade', 'last-known')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('waits for a refresh before it rejects a new member', async () => {
    const { admit, clock, postgres } = setUp();
    postgres.memberships = [membership('northlight')];
    await admit();
    postgres.memberships = [membership('northlight'), membership('cascade')];
    clock.now += RIGHTS_FRESH_MS + 1;
    expect(await admit('cascade', 'last-known')).toMatchObject({ ok: true });
  });
});

describe('fresh access', () => {
  test('queries Postgres whatever the age of the snapshot, and stores the result', async () => {
    const { admit, admitFresh, postgres } = setUp();
    await admit();
    postgres.memberships = [membership('cascade', { features: { aiAssistant: false } })];
    expect(await admit()).toMatchObject({ access: { features: { aiAssistant: true } } });
    expect(await admitFresh()).toMatchObject({ access: { features: { aiAssistant: false } } });
    expect(await admit()).toMatchObject({ access: { features: { aiAssistant: false } } });
    expect(postgres.questions).toBe(2);
  });

  test('does not reuse a query that was already running', async () => {
    const { admit, admitFresh, clock, postgres, hold, settle } = setUp();
    await admit();
    clock.now += RIGHTS_FRESH_MS + 1;
    const release = hold();
    await admit('cascade', 'last-known');
    postgres.memberships = [membership('cascade', { role: 'admin' })];
    const fresh = admitFresh();
    release();
    expect(await fresh).toMatchObject({ access: { role: 'admin' } });
    expect(postgres.questions).toBe(3);
    await settle();
  });

  test('falls back to the snapshot when Postgres is unavailable', async () => {
    const { admit, admitFresh, goAway } = setUp();
    const known = await admit();
    goAway();
    expect(await admitFresh()).toEqual(known);
  });
});

describe('confirm', () => {
  test('returns ACCESS_REVOKED for a member removed since admission (R13)', async () => {
    const { admit, confirm, clock, postgres, settle } = setUp();
    await admit('cascade');
    postgres.memberships = [];
    clock.now += RIGHTS_FRESH_MS + 1;
    await admit('cascade', 'last-known');
    expect(await confirm()).toEqual({ ok: false, code: 'ACCESS_REVOKED' });
    await settle();
  });

  test('shares a running query', async () => {
    const { admit, confirm, clock, postgres, hold, settle } = setUp();
    await admit('cascade');
    clock.now += RIGHTS_FRESH_MS + 1;
    const release = hold();
    await admit('cascade', 'last-known');
    const confirmations = Promise.all([confirm(), confirm()]);
    release();
    expect(await confirmations).toMatchObject([{ ok: true, access: { confirmedAt: clock.now } }, { ok: true }]);
    expect(postgres.questions).toBe(2);
    await settle();
  });

  test('returns provider settings beside the access, not in it', async () => {
    const { admit, confirm, postgres } = setUp();
    const settings = [{ id: 'row' }] as unknown as Membership['settings'];
    postgres.memberships = [membership('cascade', { settings }), membership('northlight')];
    for (const answer of [await admit('cascade'), await confirm()]) {
      expect(answer).toMatchObject({ ok: true, settings });
      expect(answer.ok && 'settings' in answer.access).toBe(false);
    }
    expect(await admit('northlight')).toMatchObject({ settings: [] });
  });

  test('returns changed permissions', async () => {
    const { admit, confirm, clock, postgres } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('cascade', { role: 'viewer', plan: 'enterprise' })];
    clock.now += RIGHTS_FRESH_MS + 1;
    expect(await confirm()).toMatchObject({ ok: true, access: { role: 'viewer', plan: 'enterprise' } });
  });

  test('returns ACCESS_REVOKED without a snapshot', async () => {
    expect(await setUp().confirm()).toEqual({ ok: false, code: 'ACCESS_REVOKED' });
  });
});

describe('while Postgres is unavailable (R48)', () => {
  test('uses the snapshot for ten minutes', async () => {
    const { admit, confirm, clock, goAway } = setUp();
    const first = await admit('cascade');
    goAway();
    clock.now += MAX_OUTAGE_AGE_MS;
    expect(await admit('cascade')).toEqual(first);
    expect(await confirm()).toMatchObject({ ok: true });
    clock.now += 1;
    expect(await admit('cascade')).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
    expect(await confirm()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
  });

  test('rejects a user without a snapshot', async () => {
    const { admit, goAway } = setUp();
    goAway();
    expect(await admit()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
  });

  test('does not treat a refusal as an outage', async () => {
    const { admit, clock, postgres } = setUp();
    await admit('cascade');
    postgres.error = new AppError('FORBIDDEN');
    clock.now += RIGHTS_FRESH_MS + 1;
    await expect(admit('cascade')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('reports a failed background refresh and retries on the next request', async () => {
    const { admit, clock, postgres, noted, settle, goAway } = setUp();
    await admit('cascade');
    goAway();
    clock.now += RIGHTS_FRESH_MS + 1;
    await admit('cascade', 'last-known');
    await settle();
    expect(noted).toMatchObject([{ code: 'DATABASE_UNAVAILABLE' }]);
    postgres.error = null;
    expect(await admit('cascade')).toMatchObject({ access: { confirmedAt: clock.now } });
  });
});
