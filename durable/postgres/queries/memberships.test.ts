// account_access() as the Account object calls it, and the check of the database login.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_ORGS, DEMO_PEOPLE, requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { probeLogin } from '../safe-login.ts';
import { fetchMemberships } from './memberships.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('returns a user’s own memberships by org name, with role, plan and flags', async () => {
  for (const person of DEMO_PEOPLE) {
    const roles: Readonly<Record<string, string>> = person.memberships;
    const expected = DEMO_ORGS.filter(({ slug }) => slug in roles).map((org) => ({
      userId: person.id,
      userName: person.name,
      userEmail: person.email,
      orgId: org.id,
      orgSlug: org.slug,
      orgName: org.name,
      plan: org.plan,
      role: roles[org.slug],
      permissions: org.roles.find(({ name }) => name === roles[org.slug])?.permissions,
      features: { aiAssistant: org.aiAssistant, longAnswers: false },
      tokenAllowance: { free: 0, professional: 200_000, enterprise: null }[org.plan],
      extraModels: [],
      settings: [],
    }));
    expect(await fetchMemberships(database.deps, person.subject)).toEqual(expected);
  }
});

test('returns no memberships for an unknown subject or an attempted SQL injection', async () => {
  for (const subject of ['unknown', '', "' or true --", '%', requireDemoPerson('ada@cascade.test').id]) {
    expect(await fetchMemberships(database.deps, subject)).toEqual([]);
  }
});

test('a change of role, flag or membership shows in the next result; an unset feature is off', async () => {
  const quiet = requireDemoOrg('quiet').id;
  const rae = requireDemoPerson('rae@quiet.test');
  await database.owner.query(`update memberships set role = 'admin' where user_id = $1`, [rae.id]);
  await database.owner.query(
    `update tenant_settings set settings = '{"experimentalFeatures": {"aiAssistant": true, "other": true}}' where org_id = $1`,
    [quiet],
  );
  expect(await fetchMemberships(database.deps, rae.subject)).toMatchObject([
    { role: 'admin', features: { aiAssistant: true, other: true } },
  ]);
  await database.owner.query('delete from tenant_settings where org_id = $1', [quiet]);
  expect(await fetchMemberships(database.deps, rae.subject)).toMatchObject([{ features: { aiAssistant: false } }]);
  await database.owner.query('delete from memberships where user_id = $1', [rae.id]);
  expect(await fetchMemberships(database.deps, rae.subject)).toEqual([]);
});

test('an org’s overrides of the catalog come with its membership, and no other org’s', async () => {
  const nora = requireDemoPerson('nora@northlight.test').subject;
  const overrides = [{ id: 'gpt-6.2-sol', provider: 'openai', lowestPlan: 'enterprise' }];
  const change = (value: unknown, slug: string) =>
    database.owner.query('update orgs set model_overrides = $1 where slug = $2', [JSON.stringify(value), slug]);
  const read = async () => {
    const found = (await fetchMemberships(database.deps, nora)).find(({ orgSlug }) => orgSlug === 'northlight');
    return found?.modelOverrides && JSON.parse(found.modelOverrides);
  };
  await change(overrides, 'quiet');
  expect(await read()).toBeUndefined();
  await change(overrides, 'northlight');
  expect(await read()).toEqual(overrides);
  await change([], 'northlight');
  await change([], 'quiet');
});

test('an org’s own limit replaces its plan’s, and the features of plan and org are combined', async () => {
  const { subject } = requireDemoPerson('nora@northlight.test');
  await database.owner.query(
    `update private.plans set extra_models = '{claude-opus-4-7}' where name = 'professional';
     update orgs set token_allowance = 5000000000, extra_models = '{gpt-9}' where slug = 'northlight'`,
  );
  expect(await fetchMemberships(database.deps, subject)).toMatchObject([
    { plan: 'professional', tokenAllowance: 5_000_000_000, extraModels: ['claude-opus-4-7', 'gpt-9'] },
  ]);
  await database.owner.query(`update orgs set token_allowance = 0 where slug = 'cascade'`);
  const ada = requireDemoPerson('ada@cascade.test');
  expect(await fetchMemberships(database.deps, ada.subject)).toMatchObject([{ tokenAllowance: 0 }]);
});

test('the probe lets the app role serve (R1)', async () => {
  expect(await probeLogin(database.deps)).toEqual({ ok: true });
});

test('the probe refuses a superuser, an owner, a member, a role maker and an unknown claim key (R1)', async () => {
  const asOwner = { ...database.deps, databaseUrl: database.ownerUrl };
  expect(await probeLogin(asOwner)).toMatchObject({
    ok: false,
    reasons: expect.arrayContaining([expect.stringContaining('superuser')]),
  });
  const stranger = { ...database.deps, claimKey: `test:${btoa('k'.repeat(32))}` };
  expect(await probeLogin(stranger)).toEqual({ ok: false, reasons: [expect.stringContaining('CLAIM_KEY')] });

  const name = `probe_${database.name}`;
  const asOther = { ...database.deps, databaseUrl: database.appUrl.replace(/groundwire_app:[^@]+/, `${name}:pw`) };
  await database.owner.query(
    `create role ${name} login password 'pw'; grant usage on schema private to ${name}; grant execute on function private.claim() to ${name}`,
  );
  try {
    expect(await probeLogin(asOther)).toEqual({ ok: true });
    for (const [grant, revoke, reason] of [
      [`alter role ${name} bypassrls`, `alter role ${name} nobypassrls`, 'bypasses'],
      [`alter role ${name} createrole`, `alter role ${name} nocreaterole`, 'can create roles'],
      [`grant groundwire_app to ${name}`, `revoke groundwire_app from ${name}`, 'member'],
      [`grant create on schema public to ${name}`, `revoke create on schema public from ${name}`, 'create objects'],
      [`create table owned (); alter table owned owner to ${name}`, 'drop table owned', 'owns'],
    ]) {
      await database.owner.query(grant ?? '');
      expect(await probeLogin(asOther)).toEqual({ ok: false, reasons: [expect.stringContaining(reason ?? '')] });
      await database.owner.query(revoke ?? '');
    }
  } finally {
    await database.owner.query(`drop owned by ${name}; drop role ${name}`);
  }
});
