// R22: rotation survives being killed at any point. Committed rows stay, no key is lost, and the next run finishes.
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseMasterKeys } from '../../durable/secrets/master-keys.ts';
import { openProviderKey, sealProviderKey } from '../../durable/secrets/provider-key.ts';
import { versionOf } from '../../durable/secrets/sealed-secret.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { runAdmin, startAdmin } from './run-admin.fixture.ts';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const OLD = `v1:${keyOf(1)}`;
const BOTH = `v2:${keyOf(2)},${OLD}`;
const NEW = `v2:${keyOf(2)}`;
const TARGET = { provider: 'openai', baseUrl: null };
const KEYS = 6;
const GATE = 421;

let database: TestDatabase;
let gate: pg.Client;
let orgId: string;
beforeEach(async () => {
  database = await createTestDatabase();
  gate = new pg.Client({ connectionString: database.ownerUrl });
  await gate.connect();
  const [org] = (await database.owner.query<{ id: string }>(`select id from orgs where slug = 'cascade'`)).rows;
  orgId = org?.id ?? '';
  for (let count = 0; count < KEYS; count += 1) await putKey(count, OLD);
});
afterEach(async () => {
  await gate.end();
  await database.drop();
});

const settingId = (count: number): string => `0d000000-0000-4000-8000-00000000000${count}`;
const recordOf = (count: number) => ({ orgId, settingId: settingId(count), slot: 'primary' as const });

async function putKey(count: number, masterKeys: string, secret = `sk-${count}-0123456789abcdef`): Promise<void> {
  const sealed = await sealProviderKey(parseMasterKeys(masterKeys), recordOf(count), { key: secret, ...TARGET });
  const program = `0d100000-0000-4000-8000-00000000000${count}`;
  await database.owner.query(
    `insert into plm.programs (org_id, id, code, name) values ($1, $2, $3, 'x') on conflict do nothing`,
    [orgId, program, `ROT-${count}`],
  );
  await database.owner.query(
    `insert into ai_settings (org_id, id, program_id, provider) values ($1, $2, $3, 'openai') on conflict do nothing`,
    [orgId, settingId(count), program],
  );
  await database.owner.query(
    `insert into ai_keys (org_id, setting_id, slot, sealed, last_four) values ($1, $2, 'primary', $3, 'cdef')
     on conflict (org_id, setting_id, slot) do update set sealed = excluded.sealed`,
    [orgId, settingId(count), sealed],
  );
}

async function stored(): Promise<{ count: number; sealed: string }[]> {
  const { rows } = await database.owner.query<{ sealed: string }>(
    'select sealed from ai_keys where org_id = $1 order by setting_id',
    [orgId],
  );
  return rows.map(({ sealed }, count) => ({ count, sealed }));
}

async function versions(): Promise<string[]> {
  return (await stored()).map(({ sealed }) => versionOf(sealed));
}

async function expectAllOpen(
  masterKeys: string,
  secretOf = (count: number) => `sk-${count}-0123456789abcdef`,
): Promise<void> {
  const keys = parseMasterKeys(masterKeys);
  const all = await stored();
  expect(all).toHaveLength(KEYS);
  for (const { count, sealed } of all)
    expect(await openProviderKey(keys, recordOf(count), TARGET, sealed)).toBe(secretOf(count));
}

/** Blocks the rotation in the database from the nth change on, until the gate opens. */
async function closeGateAt(nth: number): Promise<void> {
  await gate.query(`
    create sequence rotations;
    create function hold_rotation() returns trigger language plpgsql as $$
    begin
      if current_setting('application_name') = 'groundwire admin' and nextval('rotations') >= ${nth} then
        perform pg_advisory_xact_lock(${GATE});
      end if;
      return new;
    end $$;
    create trigger hold_rotation before update on ai_keys for each row execute function hold_rotation();
    select pg_advisory_lock(${GATE});`);
}

const openGate = () => gate.query(`select pg_advisory_unlock(${GATE}); drop trigger hold_rotation on ai_keys`);

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const { rowCount } = await database.owner.query(
      `select from pg_locks where locktype = 'advisory' and objid = ${GATE} and not granted`,
    );
    if (rowCount) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const rotate = (settings = { MASTER_KEYS: BOTH }) =>
  runAdmin(database.ownerUrl, ['rotate-keys', '--batch', '2', '--json'], settings);

test('wraps all keys under the newest master key, and reports that the old one is unused', async () => {
  const ran = await rotate();
  expect(ran).toMatchObject({ code: 0, error: '' });
  expect(JSON.parse(ran.out)).toMatchObject({ rewrapped: KEYS, failed: [], inUse: { v2: KEYS }, mayBeRemoved: ['v1'] });
  await expectAllOpen(NEW);
  expect(JSON.parse((await rotate()).out)).toMatchObject({ rewrapped: 0 });
});

test.each([1, 2, 3, 4, KEYS])(
  'keeps every key readable when killed at change %i, and the next run finishes',
  async (nth) => {
    await closeGateAt(nth);
    const { child, ended } = startAdmin(database.ownerUrl, ['rotate-keys', '--batch', '2'], { MASTER_KEYS: BOTH });
    await waitUntilBlocked();
    child.kill('SIGKILL');
    await ended;
    const whole = Math.floor((nth - 1) / 2) * 2;
    expect(await versions()).toEqual([...Array(whole).fill('v2'), ...Array(KEYS - whole).fill('v1')]);
    await expectAllOpen(BOTH);
    await openGate();
    const again = await rotate();
    // The killed run's last transaction may have committed before Postgres noticed the closed connection.
    expect(JSON.parse(again.out)).toMatchObject({ failed: [], inUse: { v2: KEYS }, mayBeRemoved: ['v1'] });
    await expectAllOpen(NEW);
  },
);

test('keeps a key stored during the rotation, even under the old master key', async () => {
  await closeGateAt(1);
  const { ended } = startAdmin(database.ownerUrl, ['rotate-keys', '--batch', '2', '--json'], { MASTER_KEYS: BOTH });
  await waitUntilBlocked();
  // The rotation has read this key but not yet replaced it.
  await putKey(1, OLD, 'sk-entered-meanwhile-1234');
  await putKey(4, OLD, 'sk-entered-meanwhile-1234');
  await putKey(5, BOTH, 'sk-entered-meanwhile-1234');
  await gate.query(`select pg_advisory_unlock(${GATE})`);
  const ran = await ended;
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({ replacedMeanwhile: 1, failed: [], inUse: { v2: KEYS } });
  await expectAllOpen(NEW, (count) =>
    [1, 4, 5].includes(count) ? 'sk-entered-meanwhile-1234' : `sk-${count}-0123456789abcdef`,
  );
});

test('names a key that doesn’t open, leaves it unchanged, and reports its master key as in use', async () => {
  await database.owner.query(`update ai_keys set sealed = 's1.v0.AAAA.AAAA' where setting_id = $1`, [settingId(2)]);
  const ran = await rotate();
  expect(ran.code).toBe(3);
  expect(JSON.parse(ran.out)).toMatchObject({
    rewrapped: KEYS - 1,
    failed: [
      { place: expect.stringContaining(settingId(2)), why: 'sealed under a master key that is not configured (v0)' },
    ],
    inUse: { v0: 1, v2: KEYS - 1 },
    mayBeRemoved: ['v1'],
  });
});
