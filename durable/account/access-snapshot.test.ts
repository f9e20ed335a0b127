import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { Membership } from '../postgres/memberships.ts';
import { createAccessSnapshots, FRESH_MS, type Snapshot, STANDS_IN_OUTAGE_MS } from './access-snapshot.ts';

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

/** A Postgres that the test holds back, takes away and changes, and a clock that it moves. */
function setUp() {
  const postgres = {
    memberships: [membership('northlight'), membership('cascade')],
    error: null as Error | null,
    questions: 0,
  };
  const clock = { now: 1_000_000_000 };
  const background: Promise<void>[] = [];
  const noted: unknown[] = [];
  let gate: Promise<void> = Promise.resolve();
  let stored: Snapshot | null = null;
  const snapshots = createAccessSnapshots({
    load: () => stored,
    store: (snapshot) => {
      stored = snapshot;
    },
    fetchMemberships: async () => {
      postgres.questions += 1;
      // As Postgres said when it was asked, however long the answer takes.
      const { memberships, error } = postgres;
      await gate;
      if (error) throw error;
      return memberships;
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
    /** Answers of Postgres wait until the returned function is called. */
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

describe('which org', () => {
  test('the first by name where none is named, the named one of one’s own, and nothing else', async () => {
    const { admit } = setUp();
    expect(await admit()).toMatchObject({ ok: true, access: { orgSlug: 'cascade', subject: SUBJECT } });
    expect(await admit('northlight')).toMatchObject({ ok: true, access: { orgSlug: 'northlight' } });
    expect(await admit('quiet')).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await admit('')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('the choices come with the answer', async () => {
    const admission = await setUp().admit();
    expect(admission).toMatchObject({
      orgs: [{ slug: 'cascade', name: 'cascade', role: 'member' }, { slug: 'northlight' }],
    });
  });

  test('who belongs nowhere finds nothing', async () => {
    const { admit, postgres } = setUp();
    postgres.memberships = [];
    expect(await admit()).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('R12: an Account that another subject reaches gives nothing', async () => {
    const { admit, admitOther } = setUp();
    await admit();
    await expect(admitOther()).rejects.toThrow('one subject');
  });
});

describe('start on last-known rights', () => {
  test('a fresh snapshot asks Postgres nothing', async () => {
    const { admit, clock, postgres } = setUp();
    await admit();
    clock.now += FRESH_MS;
    for (let request = 0; request < 10; request += 1) await admit();
    await admit(undefined, 'last-known');
    expect(postgres.questions).toBe(1);
  });

  test('an old one is used at once while Postgres is asked in the background, once for all who come', async () => {
    const { admit, clock, postgres, hold, settle } = setUp();
    await admit();
    clock.now += 10 * FRESH_MS;
    const release = hold();
    const started = await Promise.all([1, 2, 3].map(() => admit('cascade', 'last-known')));
    expect(started).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(postgres.questions).toBe(2);
    release();
    await settle();
    expect(await admit('cascade', 'last-known')).toMatchObject({ access: { confirmedAt: clock.now } });
  });

  test('R13: whoever shows data waits where the snapshot is old, and is refused after a removal', async () => {
    const { admit, clock, postgres } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('northlight')];
    clock.now += FRESH_MS + 1;
    expect(await admit('cascade')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('R13: who started on old rights is refused from the next admission on', async () => {
    const { admit, clock, postgres, settle } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('northlight')];
    clock.now += FRESH_MS + 1;
    expect(await admit('cascade', 'last-known')).toMatchObject({ ok: true });
    await settle();
    expect(await admit('cascade', 'last-known')).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  test('nobody is turned away on an old word: a new member waits for the new one', async () => {
    const { admit, clock, postgres } = setUp();
    postgres.memberships = [membership('northlight')];
    await admit();
    postgres.memberships = [membership('northlight'), membership('cascade')];
    clock.now += FRESH_MS + 1;
    expect(await admit('cascade', 'last-known')).toMatchObject({ ok: true });
  });
});

describe('fresh rights', () => {
  test('are asked for whatever the age of the snapshot, and serve everybody after', async () => {
    const { admit, admitFresh, postgres } = setUp();
    await admit();
    postgres.memberships = [membership('cascade', { features: { aiAssistant: false } })];
    expect(await admit()).toMatchObject({ access: { features: { aiAssistant: true } } });
    expect(await admitFresh()).toMatchObject({ access: { features: { aiAssistant: false } } });
    expect(await admit()).toMatchObject({ access: { features: { aiAssistant: false } } });
    expect(postgres.questions).toBe(2);
  });

  test('are not those of a question that was under way before', async () => {
    const { admit, admitFresh, clock, postgres, hold, settle } = setUp();
    await admit();
    clock.now += FRESH_MS + 1;
    const release = hold();
    await admit('cascade', 'last-known');
    postgres.memberships = [membership('cascade', { role: 'admin' })];
    const fresh = admitFresh();
    release();
    expect(await fresh).toMatchObject({ access: { role: 'admin' } });
    expect(postgres.questions).toBe(3);
    await settle();
  });

  test('are the last known ones where Postgres is away', async () => {
    const { admit, admitFresh, goAway } = setUp();
    const known = await admit();
    goAway();
    expect(await admitFresh()).toEqual(known);
  });
});

describe('show on confirmed rights', () => {
  test('R13: a removal between start and confirmation is told apart from what never was', async () => {
    const { admit, confirm, clock, postgres, settle } = setUp();
    await admit('cascade');
    postgres.memberships = [];
    clock.now += FRESH_MS + 1;
    await admit('cascade', 'last-known');
    expect(await confirm()).toEqual({ ok: false, code: 'ACCESS_REVOKED' });
    await settle();
  });

  test('a confirmation shares the question that is under way', async () => {
    const { admit, confirm, clock, postgres, hold, settle } = setUp();
    await admit('cascade');
    clock.now += FRESH_MS + 1;
    const release = hold();
    await admit('cascade', 'last-known');
    const confirmations = Promise.all([confirm(), confirm()]);
    release();
    expect(await confirmations).toMatchObject([{ ok: true, access: { confirmedAt: clock.now } }, { ok: true }]);
    expect(postgres.questions).toBe(2);
    await settle();
  });

  test('provider settings come with rights, and are no part of the access', async () => {
    const { admit, confirm, postgres } = setUp();
    const settings = [{ id: 'row' }] as unknown as Membership['settings'];
    postgres.memberships = [membership('cascade', { settings }), membership('northlight')];
    for (const answer of [await admit('cascade'), await confirm()]) {
      expect(answer).toMatchObject({ ok: true, settings });
      expect(answer.ok && 'settings' in answer.access).toBe(false);
    }
    expect(await admit('northlight')).toMatchObject({ settings: [] });
  });

  test('changed rights come with it', async () => {
    const { admit, confirm, clock, postgres } = setUp();
    await admit('cascade');
    postgres.memberships = [membership('cascade', { role: 'viewer', plan: 'enterprise' })];
    clock.now += FRESH_MS + 1;
    expect(await confirm()).toMatchObject({ ok: true, access: { role: 'viewer', plan: 'enterprise' } });
  });

  test('who was never admitted cannot be confirmed', async () => {
    expect(await setUp().confirm()).toEqual({ ok: false, code: 'ACCESS_REVOKED' });
  });
});

describe('R48: Postgres does not answer', () => {
  test('the last word stands for ten minutes, for admission and confirmation alike, and then no more', async () => {
    const { admit, confirm, clock, goAway } = setUp();
    const first = await admit('cascade');
    goAway();
    clock.now += STANDS_IN_OUTAGE_MS;
    expect(await admit('cascade')).toEqual(first);
    expect(await confirm()).toMatchObject({ ok: true });
    clock.now += 1;
    expect(await admit('cascade')).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
    expect(await confirm()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
  });

  test('who was never here before is not let in', async () => {
    const { admit, goAway } = setUp();
    goAway();
    expect(await admit()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
  });

  test('an answer that says no is no outage: it is obeyed and not waited out', async () => {
    const { admit, clock, postgres } = setUp();
    await admit('cascade');
    postgres.error = new AppError('FORBIDDEN');
    clock.now += FRESH_MS + 1;
    await expect(admit('cascade')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a refresh that fails in the background is noted, and the next one is asked anew', async () => {
    const { admit, clock, postgres, noted, settle, goAway } = setUp();
    await admit('cascade');
    goAway();
    clock.now += FRESH_MS + 1;
    await admit('cascade', 'last-known');
    await settle();
    expect(noted).toMatchObject([{ code: 'DATABASE_UNAVAILABLE' }]);
    postgres.error = null;
    expect(await admit('cascade')).toMatchObject({ access: { confirmedAt: clock.now } });
  });
});
