// How long a looked-up name holds, and for whom nobody has to ask.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { Named } from '../packs/registry.ts';
import { FRESH_MS, STANDS_IN_OUTAGE_MS } from './access-snapshot.ts';
import { accountOf } from './account-stub.ts';
import { findNamedScope, type ScopeQuestion } from './named-scopes.ts';

const ORG = crypto.randomUUID();
const [P, Q, D] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
const NOTHING = { programId: null, designId: null };
const OPEN = { programId: 'OPEN', designId: null };
const found = (programId: string | null, designId: string | null = null): Named => ({
  found: true,
  programId,
  designId,
});
const UNKNOWN: Named = { found: false, unknown: 'programId' };
const OUTAGE = new AppError('DATABASE_UNAVAILABLE');

type Trial = {
  readonly state: { now: number; answer: Named | AppError; asked: number };
  look(question?: Partial<ScopeQuestion>): ReturnType<typeof findNamedScope>;
};

/** Over the tables of an Account of its own. */
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

describe('a name', () => {
  test('is looked up once, in whatever case, and again when the word is as old as rights may be', async () => {
    await inTrial(async ({ state, look }) => {
      expect(await look()).toEqual({ ok: true, programId: P, designId: null });
      state.now += FRESH_MS;
      expect(await look({ names: { ...OPEN, programId: 'open' } })).toMatchObject({ ok: true });
      expect(state.asked).toBe(1);
      state.now += 1;
      state.answer = found(Q);
      expect(await look()).toMatchObject({ programId: Q });
      expect(state.asked).toBe(2);
    });
  });

  test('is looked up in each org, and for each design', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      await look({ orgId: crypto.randomUUID() });
      await look({ names: { ...OPEN, designId: 'GBX-2' } });
      expect(state.asked).toBe(3);
    });
  });

  test('that leads to nothing any more is forgotten at once, and asked for each time', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.now += FRESH_MS + 1;
      state.answer = UNKNOWN;
      expect(await look()).toEqual({ ok: false, code: 'NOT_FOUND', unknown: 'programId' });
      state.answer = OUTAGE;
      expect(await look()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
      expect(state.asked).toBe(3);
    });
  });

  test('stands while Postgres does not answer, as long as rights do', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.answer = OUTAGE;
      state.now += STANDS_IN_OUTAGE_MS;
      expect(await look()).toMatchObject({ ok: true, programId: P });
      state.now += 1;
      expect(await look()).toEqual({ ok: false, code: 'DATABASE_UNAVAILABLE' });
    });
  });

  test('is kept among the last hundred', async () => {
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

describe('in an open conversation', () => {
  test('the ids that it is about are looked up never', async () => {
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

  test('a name that led to what it is about is not looked up again, however old the word', async () => {
    await inTrial(async ({ state, look }) => {
      await look();
      state.now += 30 * 24 * 3_600_000;
      state.answer = OUTAGE;
      expect(await look({ stored: { programId: P, designId: D } })).toMatchObject({ ok: true, programId: P });
      expect(await look({ stored: { programId: Q, designId: null } })).toMatchObject({ ok: false });
      expect(state.asked).toBe(2);
    });
  });

  test('what an earlier release kept is looked up, and missed by nobody who named nothing', async () => {
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
