// A signed audit log with an attacker who owns its tables and can change every row, every hash and every signature.
import { beforeEach, describe, expect, test } from 'vitest';
import { verifyOrgLog } from '../../local/admin/read-chain.ts';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import type { LogHead, Witness } from '../contracts/audit-event.ts';
import { auditEvent, auditItem } from '../contracts/audit-event.ts';
import { readChainStep, readLastSegment, readUnsigned, storeSegment } from '../postgres/queries/audit-chain.ts';
import { storeItems } from '../postgres/queries/store-items.ts';
import { signLog } from './sign-log.ts';
import { type AuditKeys, parseAuditKeys } from './signature.ts';
import { verifyLog } from './verify-log.ts';

const ORG = requireDemoOrg('northlight').id;
const NORA = requireDemoPerson('nora@northlight.test').id;
const keyOf = (letter: string): string => btoa(letter.repeat(32));
const FIRST = parseAuditKeys(`k1:${keyOf('a')}`);
const ROTATED = parseAuditKeys(`k2:${keyOf('b')},k1:${keyOf('a')}`);

let database: TestDatabase;
/** The notes of the org's object. */
let notes: { signed: Map<string, LogHead>; observed: LogHead | null };

beforeEach(async () => {
  database = await createTestDatabase();
  notes = { signed: new Map(), observed: null };
  await write(3);
  await sign(FIRST);
  await write(3);
  return () => database.drop();
});

const witness = (): Witness => ({ signed: [...notes.signed.values()], observed: notes.observed });

async function write(rows: number): Promise<void> {
  for (let row = 0; row < rows; row += 1) {
    const fields = { orgId: ORG, actorId: NORA, event: 'answer.complete', costMicros: 500, createdAt: 1 } as const;
    const stored = await storeItems(database.deps, { orgId: ORG, userId: NORA }, [auditItem(auditEvent(fields), NORA)]);
    if (stored.outcome !== 'delivered' || !stored.head) throw new Error(stored.outcome);
    notes.observed = stored.head;
  }
}

const sign = (keys: AuditKeys) =>
  signLog({
    ...{ orgId: ORG, keys, witness },
    readUnsigned: (afterSeq, maxRows) => readUnsigned(database.deps, ORG, { afterSeq, maxRows }),
    readLastSegment: () => readLastSegment(database.deps, ORG),
    storeSegment: (segment, hashes) => storeSegment(database.deps, ORG, segment, hashes),
    noteSigned: ({ keyId, seq, hash }) => notes.signed.set(keyId, { seq, hash }),
  });

async function verify(keys: AuditKeys | null = FIRST, asked: Witness | null = witness()) {
  for await (const check of verifyLog({
    ...{ orgId: ORG, keys, witness: asked },
    readStep: (question) => readChainStep(database.deps, { orgId: ORG, userId: NORA }, { ...question, stepRows: 4 }),
  }))
    if (check.state !== 'progress') return check;
  throw new Error('no result');
}

async function asOwner(...statements: string[]): Promise<void> {
  await database.owner.query('begin');
  await database.owner.query('set local session_replication_role = replica');
  for (const sql of statements) await database.owner.query(sql);
  await database.owner.query('commit');
}

/** Recomputes every hash after a change, as the trigger would. */
const RECOMPUTE = `
  do $$
  declare
    entry public.audit_log;
    last bytea := sha256('');
  begin
    for entry in select * from public.audit_log where org_id = '${ORG}' order by seq loop
      entry.prev_hash := last;
      last := private.audit_hash(entry);
      update public.audit_log set prev_hash = entry.prev_hash, hash = last where org_id = entry.org_id and seq = entry.seq;
    end loop;
    update private.audit_heads h set hash = last, seq = (select max(seq) from public.audit_log where org_id = h.org_id)
    where h.org_id = '${ORG}';
  end $$`;
/** Replaces the hashes under each signature with those of the changed rows. */
const REWRITE_SEGMENTS = `
  update private.audit_segments s set hashes = (
    select string_agg(a.hash, ''::bytea order by a.seq) from public.audit_log a
    where a.org_id = s.org_id and a.seq between s.from_seq and s.seq)`;
const cut = (seq: number): string => `delete from public.audit_log where org_id = '${ORG}' and seq >= ${seq}`;
const lowerCost = (seq: number): string =>
  `update public.audit_log set cost_micros = 1 where org_id = '${ORG}' and seq = ${seq}`;

describe('a signed log', () => {
  test('is whole, and says up to which row signatures prove it', async () => {
    expect(await verify()).toEqual({ state: 'whole', checked: 6, signed: 3 });
    expect(await sign(FIRST)).toEqual({ state: 'signed', rows: 3 });
    expect(await verify()).toEqual({ state: 'whole', checked: 6, signed: 6 });
    expect(await verifyOrgLog(database.owner, ORG, FIRST, 4)).toEqual({ state: 'whole', checked: 6, signed: 6 });
    expect(await verifyOrgLog(database.owner, ORG, null, 4)).toEqual({ state: 'whole', checked: 6, signed: null });
  });

  test.each([
    ['a signed row', 2],
    ['the last signed row', 3],
    // Its signature is not there yet, but the Worker saw the hash of the newest row.
    ['a row after the last signature', 4],
  ])('names the row when a lowered cost in %s is hashed again', async (_what, seq) => {
    await asOwner(lowerCost(seq), RECOMPUTE);
    expect(await verify()).toEqual({ state: 'broken', seq, reason: 'changed' });
  });

  test('proves nothing from the first row on when the hashes under a signature were replaced', async () => {
    await asOwner(lowerCost(2), RECOMPUTE, REWRITE_SEGMENTS);
    expect(await verify()).toEqual({ state: 'broken', seq: 1, reason: 'signature' });
    expect(await verifyOrgLog(database.owner, ORG, FIRST)).toMatchObject({ seq: 1, reason: 'signature' });
  });

  test.each([
    ['signed rows', 3],
    ['rows that were not signed yet', 6],
  ])('names the first missing row when the end is removed and the head moved back: %s', async (_what, seq) => {
    await asOwner(cut(seq), RECOMPUTE, `delete from private.audit_segments where seq >= ${seq}`);
    expect(await verify()).toEqual({ state: 'broken', seq, reason: 'missing' });
  });

  test('finds a row past the head', async () => {
    await asOwner(
      `insert into public.audit_log (org_id, seq, id, event, prev_hash, hash)
       select org_id, 7, 'foreign', 'message.sent', hash, hash from private.audit_heads where org_id = '${ORG}'`,
      `update public.audit_log a set hash = private.audit_hash(a) where id = 'foreign'`,
    );
    expect(await verify()).toEqual({ state: 'broken', seq: 7, reason: 'extra' });
    expect(await sign(FIRST)).toEqual({ state: 'signed', rows: 3 });
    expect(await verify()).toEqual({ state: 'broken', seq: 7, reason: 'extra' });
  });

  test.each([
    ['replaced', `update private.audit_segments set signature = repeat('ab', 32)`],
    ['moved to another key', `update private.audit_segments set key_id = 'k2'`],
    ['removed', 'delete from private.audit_segments'],
  ])('finds a signature that was %s', async (_what, sql) => {
    await asOwner(sql);
    expect(await verify(ROTATED)).toEqual({ state: 'broken', seq: 1, reason: 'signature' });
  });

  test('is not signed after it was changed', async () => {
    await asOwner(lowerCost(5), RECOMPUTE);
    expect(await sign(FIRST)).toEqual({ state: 'refused', seq: 4 });
    await asOwner(lowerCost(2), RECOMPUTE);
    expect(await sign(FIRST)).toEqual({ state: 'refused', seq: 4 });
  });
});

describe('after a rotation', () => {
  beforeEach(async () => {
    await sign(ROTATED);
  });

  test('verifies what the old key signed, and needs that key for it', async () => {
    expect(await verify(ROTATED)).toEqual({ state: 'whole', checked: 6, signed: 6 });
    const forgotten = parseAuditKeys(`k2:${keyOf('b')}`);
    expect(await verify(forgotten)).toEqual({ state: 'broken', seq: 1, reason: 'key' });
  });

  test('takes nothing newer from someone who has the old key', async () => {
    await write(2);
    // The object's own notes don't change when another deployment signs.
    const before = new Map(notes.signed);
    await sign(FIRST);
    notes.signed = before;
    expect(await verify(ROTATED)).toEqual({ state: 'broken', seq: 7, reason: 'signature' });
    expect(await verifyOrgLog(database.owner, ORG, ROTATED)).toMatchObject({ seq: 7, reason: 'signature' });
  });

  test('finds a log that someone with the old key changed and signed again', async () => {
    const seen = witness();
    await asOwner(lowerCost(2), RECOMPUTE, 'delete from private.audit_segments');
    notes = { signed: new Map(), observed: null };
    await sign(FIRST);
    expect(await verify(ROTATED, seen)).toEqual({ state: 'broken', seq: 1, reason: 'changed' });
  });
});

test('an object without notes continues after the newest segment', async () => {
  notes = { signed: new Map(), observed: null };
  expect(await sign(FIRST)).toEqual({ state: 'signed', rows: 3 });
  expect(await verify()).toEqual({ state: 'whole', checked: 6, signed: 6 });
});

test('rows that Postgres refused for good are a finding until they are retried', async () => {
  const sessionId = crypto.randomUUID();
  const note = async (event: 'outbox.parked' | 'outbox.retried' | 'session.deleted', meta: Record<string, unknown>) => {
    const audit = auditEvent({ orgId: ORG, actorId: null, event, sessionId, createdAt: 1, meta });
    const stored = await storeItems(database.deps, { orgId: ORG, userId: NORA }, [auditItem(audit, NORA)]);
    if (stored.outcome === 'delivered') notes.observed = stored.head ?? null;
  };
  await note('outbox.parked', { lane: 'account', items: ['index'] });
  await note('outbox.parked', { lane: 'postgres', items: ['message'] });
  expect(await verify()).toMatchObject({ state: 'whole' });
  await note('outbox.parked', { lane: 'postgres', items: ['message', 'audit'] });
  expect(await verify()).toEqual({ state: 'broken', seq: 9, reason: 'parked' });
  // The conversation is gone, and its rows are not in the log.
  await note('session.deleted', {});
  expect(await verify()).toEqual({ state: 'broken', seq: 9, reason: 'parked' });
  await note('outbox.retried', { rows: 1 });
  expect(await verify()).toMatchObject({ state: 'whole' });
});
