// How long a resolved name is cached, and when no lookup is needed.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../contracts/account.ts';
import { AppError } from '../errors.ts';
import type { ScopeLookup } from '../packs/registry.ts';
import { RIGHTS_FRESH_MS } from '../principal.ts';
import { MAX_OUTAGE_AGE_MS } from './access-snapshot.ts';
import { findNamedScope, type ScopeQuestion } from './named-scopes.ts';

const ORG = crypto.randomUUID();
const [P, Q, D] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
const NOTHING = { programId: null, designId: null };
const OPEN = { programId: 'OPEN', designId: null };
const found = (programId: string | null, designId: string | null = null): ScopeLookup => ({
  found: true,
  programId,
  designId,
});
const UNKNOWN: ScopeLookup = { found: false, unknown: 'programId' };
const OUTAGE = new AppError('DATABASE_UNAVAILABLE');

type Trial = {
  readonly state: { now: number; answer: ScopeLookup | AppError; asked: number };
  look(question?: Partial<ScopeQuestion>): ReturnType<typeof findNamedScope>;
};

/** Uses the tables of a new Account. */
const inTrial = (work: (trial: Trial) => Promise<void>): Promise<void> =>
  runInDurableObject(accountOf(env, `test:${crypto.randomUUID()}`), async (_account, { storage: { sql } }) => {
    const state: Trial['state'] = { now: 1_760_000_000_000, answer: found(P), asked: 0 };
    const find = async () => {
      state.asked += 1;
      if (state.answer instanceof AppError) throw state.answer;
      return state.answer;
    };
    const look: Trial['look'] = (question) =>
      findNamedScope({ sql, find, now: () => state.now }, { orgId: ORG, names: OPEN, stored: null, ...question });
    await work({ state, look });
  });

describe('findNamedScope', () => {
  test('looks a name up once, ignoring case, and again after RIGHTS_FRESH_MS', async () => {
    await inTrial(async ({ state, look }) => {
      expect(await look()).toEqual({ ok: true, programId: P, designId: null });
      state.now += RIGHTS_FRESH_MS;
      expect(await look({ names: { ...OPEN, programId: 'open' } })).toMatchObject({ ok: true });
      expect(state.asked).toBe(1);
      state.now += 1;
      state.answer = found(Q);
      expect(await look()).toMatchObject({ programId: Q });
      expect(state.asked).toBe(2);
    });
  });

  test('looks names up per org and per design', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      await look({ orgId: crypto.randomUUID() });
      await look({ names: { ...OPEN, designId: 'GBX-2' } });
      expect(state.asked).toBe(3);
    });
  });

  test('does not cache a name that no longer matches', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.now += RIGHTS_FRESH_MS + 1;
      state.answer = UNKNOWN;
      expect(await look()).toEqual({ ok: false, code: 'NOT_FOUND', unknown: 'programId' });
      state.answer = OUTAGE;
      expect(await look()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
      expect(state.asked).toBe(3);
    });
  });

  test('uses the cached name during an outage, as long as a snapshot', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.answer = OUTAGE;
      state.now += MAX_OUTAGE_AGE_MS;
      expect(await look()).toMatchObject({ ok: true, programId: P });
      state.now += 1;
      expect(await look()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
    });
  });

  test('caches the last hundred names', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      for (let at = 0; at < 100; at += 1) await look({ names: { programId: `P-${at}`, designId: null } });
      await look({ names: { programId: 'P-0', designId: null } });
      expect(state.asked).toBe(101);
      await look();
      expect(state.asked).toBe(102);
    });
  });
});

describe('findNamedScope in an existing conversation', () => {
  test("never looks up the session's own ids", async () => {
    await inTrial(async ({ state, look }) => {
      const stored = { programId: P, designId: D };
      state.answer = UNKNOWN;
      expect(await look({ stored, names: stored })).toEqual({ ok: true, ...stored });
      expect(await look({ stored, names: { programId: P, designId: null } })).toEqual({
        ...NOTHING,
        ok: true,
        programId: P,
      });
      expect(await look({ stored, names: { programId: null, designId: D } })).toEqual({ ok: true, ...stored });
      expect(await look({ stored, names: NOTHING })).toEqual({ ok: true, ...NOTHING });
      expect(state.asked).toBe(0);
      expect(await look({ stored, names: { programId: Q, designId: D } })).toMatchObject({ ok: false });
      expect(await look({ stored: NOTHING, names: { programId: P, designId: null } })).toMatchObject({ ok: false });
      expect(state.asked).toBe(2);
    });
  });

  test("does not repeat the lookup of a name that matched the session's scope", async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.now += 30 * 24 * 3_600_000;
      state.answer = OUTAGE;
      expect(await look({ stored: { programId: P, designId: D } })).toMatchObject({ ok: true, programId: P });
      expect(await look({ stored: { programId: Q, designId: null } })).toMatchObject({ ok: false });
      expect(state.asked).toBe(2);
    });
  });

  test('resolves names stored by an earlier release, and ignores a miss', async () => {
    await inTrial(async ({ state, look }) => {
      const stored = { programId: null, designId: D };
      state.answer = found(P, D);
      expect(await look({ names: NOTHING, stored })).toEqual({ ok: true, programId: P, designId: D });
      state.answer = UNKNOWN;
      const kept = { programId: 'no such program', designId: null };
      expect(await look({ names: NOTHING, stored: kept })).toEqual({ ok: true, ...NOTHING });
      expect(await look({ names: kept, stored: kept })).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    });
  });
});
