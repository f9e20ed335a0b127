// The catalog has no hole, and each rule of the check finds the hole that it is for.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { TEMPLATE } from '../../../local/testing/test-postgres.ts';
import { APP_FUNCTIONS, DEFINER_TRIGGERS, findCatalogHoles, findTenantSchemas } from './catalog-holes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('the migrated database has no hole (R1, R2)', async () => {
  expect(await findCatalogHoles(database.owner)).toEqual([]);
});

test('the app role can connect but not create schemas or temporary tables (R1)', async () => {
  // Checked on the template, because a copied database doesn't keep the rights on the database itself.
  const { rows } = await database.owner.query(
    `select has_database_privilege('groundwire_app', $1, 'connect') as connect, has_database_privilege('groundwire_app', $1, 'create') as create,
       has_database_privilege('groundwire_app', $1, 'temporary') as temporary`,
    [TEMPLATE],
  );
  expect(rows).toEqual([{ connect: true, create: false, temporary: false }]);
  expect(inject('postgres').appPassword.length).toBeGreaterThan(16);
});

test('the list of security definer functions is complete (R2)', async () => {
  const { rows } = await database.owner.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p
     where p.prosecdef and p.pronamespace = any ($1::regnamespace[])`,
    [[...(await findTenantSchemas(database.owner)), 'private']],
  );
  expect(rows.map((row) => row.name).sort()).toEqual([...Object.keys(APP_FUNCTIONS), ...DEFINER_TRIGGERS].sort());
});

const PLANTED: readonly [hole: string, sql: string][] = [
  ['has the attribute bypassrls', 'alter role groundwire_app bypassrls'],
  ['has the attribute superuser', 'alter role groundwire_app superuser'],
  ['has the attribute createrole', 'alter role groundwire_app createrole'],
  ['is a member of', 'grant groundwire_owner to groundwire_app'],
  ['groundwire_app owns', 'alter table roles owner to groundwire_app'],
  ['may create in', 'grant create on schema public to groundwire_app'],
  ['has an attribute that an owner does not need', 'alter role groundwire_owner bypassrls'],
  ['roles has no forced row level security', 'alter table roles no force row level security'],
  ['roles has no forced row level security', 'alter table roles disable row level security'],
  ['notes has no forced row level security', 'create table notes (org_id uuid not null)'],
  [
    'elsewhere.notes has no forced',
    'create schema elsewhere; create table elsewhere.notes (x int); grant select on elsewhere.notes to groundwire_app',
  ],
  [
    'elsewhere.notes has no forced',
    'create schema elsewhere; create table elsewhere.notes (org_id uuid not null); grant usage on schema elsewhere to groundwire_app',
  ],
  [
    'elsewhere.notes has no org_id',
    `create schema elsewhere; create table elsewhere.notes (x int); alter table elsewhere.notes enable row level security;
     alter table elsewhere.notes force row level security; grant select on elsewhere.notes to groundwire_app;
     create policy readable on elsewhere.notes for select to groundwire_app using ((select true from private.claim()))`,
  ],
  [
    'elsewhere.planted does not lead with org_id',
    'create schema elsewhere; create table elsewhere.notes (org_id uuid not null, x int); create index planted on elsewhere.notes (x)',
  ],
  ['can be addressed in the private schema', 'grant select (kid) on private.claim_keys to groundwire_app'],
  ['gives the app role truncate', 'grant truncate on ai_messages to groundwire_app'],
  ['has no policy for delete', 'grant delete on ai_messages to groundwire_app'],
  ['plm.items has no forced row level security', 'alter table plm.items no force row level security'],
  ['has no policy for delete', 'grant delete on plm.items to groundwire_app'],
  [
    'production.crew_contacts has no forced row level security',
    'alter table production.crew_contacts no force row level security',
  ],
  ['has no policy for update', 'grant update on production.shows to groundwire_app'],
  ['has no policy for update', 'grant update (content) on ai_messages to groundwire_app'],
  ['is not owned by groundwire_owner', 'alter table roles owner to postgres'],
  ['is granted to public', 'grant select on roles to public'],
  [
    'has no org_id that is never null',
    'alter table ai_messages drop constraint ai_messages_pkey cascade; alter table ai_messages alter org_id drop not null',
  ],
  ['does not lead with org_id', 'create index planted on ai_messages (conversation_id)'],
  ['does not lead with org_id', 'create unique index planted on ai_messages (lower(id))'],
  ['does not lead with org_id', 'create index planted on plm.items (design_id)'],
  ['does not lead with org_id', 'create index planted on production.shows (project_id)'],
  [
    'refers to another tenant table without org_id',
    'create unique index u on ai_conversations (id); alter table ai_messages add constraint planted foreign key (conversation_id) references ai_conversations (id)',
  ],
  ['is for other roles', 'create policy planted on roles for select using (false)'],
  ['lets the owner write', 'create policy planted on roles for insert to groundwire_owner with check (true)'],
  ['does not ask the claim', 'create policy planted on roles for select to groundwire_app using (true)'],
  [
    'does not ask the claim',
    `create policy planted on roles for select to groundwire_app using (org_id = current_setting('groundwire.org')::uuid)`,
  ],
  [
    'updates without a check',
    'create policy planted on roles for update to groundwire_app using (org_id = (select org_id from private.claim()))',
  ],
  ['is a view that is not security_invoker', 'create view planted as select * from roles'],
  [
    'is a granted materialized view',
    'create materialized view planted as select * from roles; grant select on planted to groundwire_app',
  ],
  [
    'can be called by the app role and is not listed',
    'create function planted() returns int language sql return 1; grant execute on function planted() to groundwire_app',
  ],
  [
    'is security definer and not listed',
    `create function planted() returns int language sql security definer set search_path = pg_catalog, pg_temp return 1`,
  ],
  ['without a fixed search_path', 'alter function account_access() reset search_path'],
  ['without a fixed search_path', `alter function private.claim() set search_path = public`],
];

test.each(PLANTED)('finds a planted hole: %s (%s) (R2)', async (hole, sql) => {
  await database.owner.query('begin');
  try {
    await database.owner.query(sql);
    expect((await findCatalogHoles(database.owner)).join('\n')).toContain(hole);
  } finally {
    await database.owner.query('rollback');
  }
});
