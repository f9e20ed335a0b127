// Writing settings in a real database with the real login role: rights, versions, audit rows, keys.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { ServerLimits } from '../../contracts/ai-settings.ts';
import { signClaim } from '../session-claim.ts';
import {
  type AiSettingsValues,
  createAiSettings,
  deleteAiSettings,
  noteServerLimits,
  readAiSettings,
  updateAiSettings,
} from './ai-settings.ts';
import { getExperimentalFeatures, updateExperimentalFeatures } from './experimental-features.ts';
import { fetchMemberships } from './memberships.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.owner.query('delete from ai_settings');
});

const personOf = (email: string, slug = 'cascade') => ({
  orgId: requireDemoOrg(slug).id,
  userId: requireDemoPerson(email).id,
});
const ADA = personOf('ada@cascade.test');
const ELI = personOf('eli@cascade.test');
const QUINN = personOf('quinn@quiet.test', 'quiet');

type AuditRow = { actor: string; parameters: Record<string, unknown>; program: string | null; request: string };
async function changesOf(orgId: string): Promise<AuditRow[]> {
  const { rows } = await database.owner.query<AuditRow>(
    `select actor_user_id as actor, parameters, program_id as program, request_id as request from audit_log
     where org_id = $1 and event = 'settings.changed' order by seq`,
    [orgId],
  );
  return rows;
}

describe('experimental features', () => {
  const update = (version: number, features: Record<string, boolean>, person = QUINN) =>
    updateExperimentalFeatures(database.deps, person, { features, version, requestId: 'request-1' });
  beforeEach(async () => {
    await database.owner.query(
      `update tenant_settings set version = 1, settings = '{"theme": {"dark": true}, "experimentalFeatures": {"retired": true}}'
       where org_id = $1`,
      [QUINN.orgId],
    );
  });

  test('a save changes only the given features', async () => {
    expect(await update(1, { aiAssistant: true })).toEqual({ ok: true });
    expect(await update(2, { longAnswers: true })).toEqual({ ok: true });
    const { rows } = await database.owner.query('select settings, version from tenant_settings where org_id = $1', [
      QUINN.orgId,
    ]);
    expect(rows[0]).toEqual({
      settings: {
        theme: { dark: true },
        experimentalFeatures: { retired: true, aiAssistant: true, longAnswers: true },
      },
      version: '3',
    });
    expect(await getExperimentalFeatures(database.deps, QUINN)).toMatchObject({
      features: { aiAssistant: true, longAnswers: true },
      version: 3,
      updatedBy: 'Quinn Abara',
    });
  });

  test('each change adds one audit row with the user, the old and the new value', async () => {
    const before = (await changesOf(QUINN.orgId)).length;
    await update(1, { aiAssistant: true });
    // Nothing changes, so no audit row is added.
    await update(2, { aiAssistant: true });
    await update(7, { longAnswers: true });
    const changes = (await changesOf(QUINN.orgId)).slice(before);
    expect(changes).toEqual([
      {
        actor: QUINN.userId,
        program: null,
        request: 'request-1',
        parameters: {
          area: 'experimentalFeatures',
          before: { retired: true },
          after: { retired: true, aiAssistant: true },
        },
      },
    ]);
    expect(await getExperimentalFeatures(database.deps, QUINN)).toMatchObject({ version: 2 });
  });

  test('the second of two concurrent saves gets CONFLICT, and no change is lost', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { version } = await getExperimentalFeatures(database.deps, QUINN);
      const isOn = round % 2 === 0;
      const outcomes = await Promise.all([
        update(version, { aiAssistant: isOn }),
        update(version, { longAnswers: isOn }),
      ]);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      const [refused] = outcomes.filter((outcome) => !outcome.ok);
      expect(refused).toMatchObject({ code: 'CONFLICT', version: version + 1 });
      await update(version + 1, outcomes[0]?.ok ? { longAnswers: isOn } : { aiAssistant: isOn });
      expect(await getExperimentalFeatures(database.deps, QUINN)).toMatchObject({
        features: { aiAssistant: isOn, longAnswers: isOn },
      });
    }
  });

  test('an org’s first save starts at version 0, even when two admins save at once', async () => {
    await database.owner.query('delete from tenant_settings where org_id = $1', [QUINN.orgId]);
    expect(await getExperimentalFeatures(database.deps, QUINN)).toMatchObject({
      features: { aiAssistant: false, longAnswers: false },
      version: 0,
      updatedBy: null,
    });
    const outcomes = await Promise.all([1, 2, 3].map(() => update(0, { aiAssistant: true })));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await getExperimentalFeatures(database.deps, QUINN)).toMatchObject({ version: 1 });
  });

  test('the database rejects a save without settings:update', async () => {
    const rae = personOf('rae@quiet.test', 'quiet');
    expect(await update(1, { aiAssistant: true }, rae)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect(await getExperimentalFeatures(database.deps, rae)).toMatchObject({ version: 1 });
  });
});

const VALUES: AiSettingsValues = {
  enabled: true,
  provider: 'openai',
  model: 'gpt-4.1',
  baseUrl: null,
  fallbackProvider: null,
  fallbackModel: null,
  wire: null,
  fallbackBaseUrl: null,
  fallbackWire: null,
  effort: null,
  effortCeiling: null,
};
const sealed = (text: string) => ({ sealed: `sealed ${text}`, lastFour: text.slice(-4) });

async function create(person: typeof ADA, programId: string | null = null, given: Partial<AiSettingsValues> = {}) {
  const id = crypto.randomUUID();
  const write = { id, programId, values: { ...VALUES, ...given }, keys: { primary: sealed('key-0001') } };
  return { id, outcome: await createAiSettings(database.deps, person, { ...write, requestId: 'request-1' }) };
}

async function programOf(code: string): Promise<string> {
  const { rows } = await database.owner.query<{ id: string }>('select id from plm.programs where code = $1', [code]);
  if (!rows[0]) throw new Error(`no program ${code}`);
  return rows[0].id;
}

/** A program that Eli, an engineer, is not a member of. */
async function hiddenProgram(): Promise<string> {
  const { rows } = await database.owner.query<{ id: string }>(
    `insert into plm.programs (org_id, code, name) values ($1, 'HIDDEN', 'Hidden')
     on conflict (org_id, code) do update set name = excluded.name returning id`,
    [ADA.orgId],
  );
  return rows[0]?.id ?? '';
}

describe('provider settings', () => {
  test('are created once, readable by all members, and updated by version', async () => {
    const { id, outcome } = await create(ADA);
    expect(outcome).toEqual({ ok: true });
    expect((await create(ADA)).outcome).toEqual({ ok: false, code: 'EXISTS' });
    expect(await readAiSettings(database.deps, ELI, null)).toMatchObject({
      programId: null,
      stored: { id, provider: 'openai', version: 1, updatedBy: 'Ada Moreau', keys: [] },
    });
    const change = { id, values: { ...VALUES, enabled: false }, keys: {}, requestId: 'request-2' };
    const both = await Promise.all([
      updateAiSettings(database.deps, ADA, { ...change, version: 1 }),
      updateAiSettings(database.deps, ADA, { ...change, version: 1 }),
    ]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(both).toContainEqual({ ok: false, code: 'CONFLICT' });
    expect(await readAiSettings(database.deps, ADA, null)).toMatchObject({
      stored: { enabled: false, version: 2, keys: [{ slot: 'primary', lastFour: '0001', replacedBy: 'Ada Moreau' }] },
    });
  });

  test('keeps, replaces and removes a key, each with its own time', async () => {
    const { id } = await create(ADA);
    const put = async (version: number, keys: Parameters<typeof updateAiSettings>[2]['keys']) => {
      const write = { id, values: VALUES, keys, version, requestId: 'r' };
      expect(await updateAiSettings(database.deps, ADA, write)).toEqual({ ok: true });
      const { rows } = await database.owner.query(
        'select slot, sealed, last_four, replaced_at from ai_keys where setting_id = $1 order by slot',
        [id],
      );
      return rows;
    };
    const [first] = await put(1, {});
    expect(first).toMatchObject({ sealed: 'sealed key-0001' });
    const [fallback, second] = await put(2, { primary: sealed('key-0002'), fallback: sealed('key-0003') });
    expect(second).toMatchObject({ sealed: 'sealed key-0002', last_four: '0002' });
    expect(second.replaced_at.getTime()).toBeGreaterThan(first.replaced_at.getTime());
    expect(await put(3, { primary: null })).toEqual([fallback]);
  });

  test('each change is in the audit log with old and new values, without keys (R39)', async () => {
    const before = (await changesOf(ADA.orgId)).length;
    const { id } = await create(ADA);
    const values = { ...VALUES, model: 'gpt-4.1-mini' };
    await updateAiSettings(database.deps, ADA, {
      id,
      values,
      keys: { primary: sealed('key-0002') },
      version: 1,
      requestId: 'request-2',
    });
    await deleteAiSettings(database.deps, ADA, { id, requestId: 'request-3' });
    const changes = (await changesOf(ADA.orgId)).slice(before);
    expect(changes.map(({ request }) => request)).toEqual(['request-1', 'request-2', 'request-3']);
    expect(changes.map(({ parameters }) => [parameters['before'], parameters['after']])).toEqual([
      [null, expect.objectContaining({ model: 'gpt-4.1', keys: { primary: expect.any(String) } })],
      [expect.objectContaining({ model: 'gpt-4.1' }), expect.objectContaining({ model: 'gpt-4.1-mini' })],
      [expect.objectContaining({ model: 'gpt-4.1-mini' }), null],
    ]);
    // The log shows that the key was replaced, not the key.
    const keysOf = (side: unknown) => (side as { keys: { primary: string } }).keys.primary;
    expect(keysOf(changes[1]?.parameters['before'])).not.toBe(keysOf(changes[1]?.parameters['after']));
    expect(JSON.stringify(changes)).not.toMatch(/sealed|key-|last/);
  });

  test('keep what their servers say, without a new version, in the snapshot of those who see the row', async () => {
    const { id } = await create(ADA);
    const audited = (await changesOf(ADA.orgId)).length;
    const limits = (contextTokens: number): ServerLimits => ({
      ...{ provider: 'openai', baseUrl: 'https://models.example/v1', readAt: '2026-12-01T00:00:00.000Z' },
      models: [{ id: 'gpt-4.1', contextTokens, maxOutputTokens: null }],
    });
    const known = async () => {
      const [org] = await fetchMemberships(database.deps, requireDemoPerson('eli@cascade.test').subject);
      const [row] = org?.settings ?? [];
      return [row?.primary.serverLimits ?? null, row?.fallback.serverLimits ?? null];
    };
    await noteServerLimits(database.deps, ADA, id, { primary: limits(65_536) });
    await noteServerLimits(database.deps, ADA, id, { primary: limits(32_768), fallback: limits(16_384) });
    expect(await known()).toEqual([limits(32_768), limits(16_384)]);
    // Without the right, with another organization's row, and after its removal, nothing is kept.
    for (const person of [ELI, QUINN]) await noteServerLimits(database.deps, person, id, { primary: limits(8_192) });
    expect(await known()).toEqual([limits(32_768), limits(16_384)]);
    expect(await readAiSettings(database.deps, ADA, null)).toMatchObject({ stored: { version: 1 } });
    expect(await changesOf(ADA.orgId)).toHaveLength(audited);
    await deleteAiSettings(database.deps, ADA, { id, requestId: 'r' });
    await noteServerLimits(database.deps, ADA, id, { primary: limits(8_192) });
    expect((await database.owner.query('select from ai_server_limits')).rowCount).toBe(0);
  });

  test('deleting the row also deletes its keys', async () => {
    const { id } = await create(ADA);
    expect(await deleteAiSettings(database.deps, ADA, { id, requestId: 'r' })).toEqual({ ok: true });
    expect((await database.owner.query('select from ai_keys')).rowCount).toBe(0);
    expect(await deleteAiSettings(database.deps, ADA, { id, requestId: 'r' })).toEqual({
      ok: false,
      code: 'NOT_FOUND',
    });
  });

  test('the database rejects writes without the permission', async () => {
    expect((await create(ELI)).outcome).toEqual({ ok: false, code: 'FORBIDDEN' });
    const { id } = await create(ADA);
    const write = { id, values: VALUES, keys: {}, version: 1, requestId: 'r' };
    expect(await updateAiSettings(database.deps, ELI, write)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect(await deleteAiSettings(database.deps, ELI, { id, requestId: 'r' })).toEqual({
      ok: false,
      code: 'FORBIDDEN',
    });
  });

  test('a user who may create but not update can create a row with its key but can’t change it', async () => {
    await database.owner.query(
      `insert into roles (org_id, name, permissions) values ($1, 'creator', '{ai_settings:create}') on conflict do nothing`,
      [QUINN.orgId],
    );
    const rae = personOf('rae@quiet.test', 'quiet');
    await database.owner.query(`update memberships set role = 'creator' where user_id = $1`, [rae.userId]);
    const { id, outcome } = await create(rae);
    expect(outcome).toEqual({ ok: true });
    const write = { id, values: VALUES, keys: { primary: null }, version: 1, requestId: 'r' };
    expect(await updateAiSettings(database.deps, rae, write)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect((await database.owner.query('select from ai_keys where setting_id = $1', [id])).rowCount).toBe(1);
  });

  test('hides programs of another org, unknown programs and invisible programs (R4, R7)', async () => {
    const hidden = await hiddenProgram();
    expect(await readAiSettings(database.deps, ADA, 'hidden')).toEqual({ programId: hidden, stored: null });
    for (const program of ['HIDDEN', hidden, crypto.randomUUID(), 'NOTHING', "' or true --"]) {
      expect(await readAiSettings(database.deps, ELI, program)).toBeNull();
    }
    expect(await readAiSettings(database.deps, QUINN, hidden)).toBeNull();
    // Not even by id, for a user with the permission in another org.
    await expect(create(QUINN, hidden)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the Account’s snapshot', () => {
  test('includes the rows of the org and of visible programs, with sealed keys', async () => {
    const hidden = await hiddenProgram();
    const { rows } = await database.owner.query<{ code: string }>(
      `select p.code from plm.programs p join plm.program_members m on m.org_id = p.org_id and m.program_id = p.id
       where p.org_id = $1 and m.user_id = $2 limit 1`,
      [ELI.orgId, ELI.userId],
    );
    const visible = await programOf(rows[0]?.code ?? '');
    await create(ADA);
    await create(ADA, hidden, { provider: 'anthropic' });
    await create(ADA, visible, { provider: null, model: null });
    const programsOf = async (email: string) => {
      const [cascade] = await fetchMemberships(database.deps, requireDemoPerson(email).subject);
      return cascade?.settings.map(({ programId }) => programId).sort();
    };
    expect(await programsOf('ada@cascade.test')).toEqual([null, hidden, visible].sort());
    expect(await programsOf('eli@cascade.test')).toEqual([null, visible].sort());
    const [cascade] = await fetchMemberships(database.deps, requireDemoPerson('eli@cascade.test').subject);
    expect(cascade?.settings.find(({ programId }) => programId === null)).toMatchObject({
      enabled: true,
      programCode: null,
      primary: {
        provider: 'openai',
        model: 'gpt-4.1',
        sealedKey: 'sealed key-0001',
        keyReplacedAt: expect.any(String),
      },
      fallback: { provider: null, sealedKey: null },
    });
    // Users of another org can't see it.
    const others = await fetchMemberships(database.deps, requireDemoPerson('nora@northlight.test').subject);
    expect(others.flatMap(({ settings }) => settings)).toEqual([]);
  });
});

test('the login role can’t read a sealed key under any claim (R24)', async () => {
  await create(ADA);
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  const { orgId, userId } = ADA;
  for (const claim of [
    { kind: 'user', org: orgId, user: userId },
    { kind: 'system', org: orgId, user: userId },
    { kind: 'system', org: orgId },
    { kind: 'subject', sub: requireDemoPerson('ada@cascade.test').subject },
  ] as const) {
    const text = await signClaim(database.deps.claimKey, claim, Date.now());
    for (const query of [
      'select sealed from ai_keys',
      'select * from ai_keys',
      'select to_jsonb(k) from ai_keys k',
      'select k::text from ai_keys k',
      'update ai_keys set last_four = sealed',
      'update ai_keys set last_four = substr(sealed, 1, 4)',
      'update ai_keys set replaced_at = now() returning sealed',
      'delete from ai_keys returning *',
      `update ai_settings s set model = k.sealed from ai_keys k`,
    ]) {
      await client.query('begin');
      await client.query(`select set_config('groundwire.claim', $1, true)`, [text]);
      const refusal = await client.query(query).catch((error: pg.DatabaseError) => error.code);
      await client.query('rollback');
      expect([claim.kind, query, refusal]).toEqual([claim.kind, query, '42501']);
    }
  }
  await client.end();
});
