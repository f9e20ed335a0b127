// The database refuses: the whole matrix of claims, tables and operations, and proof that a weaker policy would be
// noticed.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { findPolicyHoles } from './catalog-holes.ts';
import { cell, findReached, OPERATIONS, readTables, type Table } from './isolation-matrix.fixture.ts';
import { findSharedReach, SHARED_REACH } from './shared-rows.fixture.ts';
import { type ClaimName, createTwoOrgs, insert, type TwoOrgs } from './two-orgs.fixture.ts';
import { createProductionRows } from './two-orgs-production.fixture.ts';

const READ = 'select count join';
const PEOPLE = { orgs: READ, users: READ, roles: READ };
/** Everyone can leave; an admin can change members who have no more rights than they do. */
const MEMBER = { ...PEOPLE, memberships: `${READ} blind-delete` };
const ADMIN = {
  ...PEOPLE,
  ai_feedback: READ,
  memberships: `${READ} update delete returning blind-update blind-delete`,
  invitations: `${READ} insert-as-self delete returning blind-delete`,
};
const CONVERSATION = `${READ} insert insert-as-self update delete upsert returning blind-update blind-delete`;

const GROWING = `${READ} insert insert-as-self upsert returning`;
const CHANGING = `${GROWING} update blind-update`;
/** Facts about a server, in no one's name. */
const SERVER_LIMITS = {
  ai_server_limits: `${READ} insert insert-as-self update upsert returning blind-update`,
};
/** Settings that another admin wrote: an admin who sees the program can change them in their own name only. */
const AI_SETTINGS_OF_OTHERS = {
  ...SERVER_LIMITS,
  ai_settings: `${READ} insert-as-self delete returning blind-update blind-delete`,
  ai_keys: `${READ} insert-as-self delete returning blind-update blind-delete`,
};
const WORKFLOWS = { 'plm.workflow_definitions': READ };
/** The rows that a program member with all permissions reaches. */
const PLM_WRITE = {
  ...{ 'plm.programs': READ, 'plm.program_members': READ, 'plm.designs': READ },
  ...{ 'plm.items': CHANGING, 'plm.branches': CHANGING, 'plm.branch_items': GROWING },
  ...{ 'plm.parts': CHANGING, 'plm.documents': CHANGING, 'plm.requirements': CHANGING, 'plm.tasks': CHANGING },
  ...{ 'plm.item_relationships': CHANGING, 'plm.item_history': GROWING, 'plm.design_sessions': GROWING },
  ...{ 'plm.change_orders': CHANGING, 'plm.change_order_designs': CHANGING, 'plm.change_order_items': CHANGING },
  ...{ 'plm.workflow_instances': CHANGING, 'plm.workflow_history': GROWING, 'plm.approval_votes': GROWING },
};
const PLM_READ = Object.fromEntries(Object.keys(PLM_WRITE).map((table) => [table, READ]));

/** A role with the permissions reads all rows of the organization; no one writes. */
const PRODUCTION = Object.fromEntries(
  Object.keys(createProductionRows({ orgA: '', orgB: '' }).rows).map((table) => [table, READ]),
);

/** All cells that any claim reaches; every other cell is refused. */
const EXPECTED: Partial<Record<ClaimName, Readonly<Record<string, string>>>> = {
  victim: {
    ...ADMIN,
    invitations: `${ADMIN.invitations} insert upsert`,
    tenant_settings: `${READ} insert insert-as-self update upsert returning blind-update`,
    session_rules: `${READ} insert insert-as-self update upsert returning blind-update`,
    embed_settings: `${READ} insert insert-as-self update upsert returning blind-update`,
    ai_settings: `${READ} insert insert-as-self update delete upsert returning blind-update blind-delete`,
    ...SERVER_LIMITS,
    // No one reads sealed values, not even to write them again.
    ai_keys: `${READ} insert insert-as-self delete returning blind-update blind-delete`,
    ai_conversations: CONVERSATION,
    ai_messages: `${READ} insert insert-as-self upsert returning`,
    audit_log: `${READ} insert insert-as-self upsert returning`,
    effect_journal: GROWING,
    ...WORKFLOWS,
    ...PLM_WRITE,
    ...PRODUCTION,
  },
  // An admin can change the settings in their own name only: these cells name the victim.
  secondAdmin: {
    ...ADMIN,
    tenant_settings: `${READ} insert-as-self blind-update`,
    session_rules: `${READ} insert-as-self blind-update`,
    embed_settings: `${READ} insert-as-self blind-update`,
    ...AI_SETTINGS_OF_OTHERS,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: `${READ} insert-as-self upsert`,
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
    // A viewer in the program: the permissions of the org's role don't help.
    ...PLM_READ,
    ...PRODUCTION,
  },
  // The victim's equal, who can do anything except act in the victim's name.
  partner: {
    ...ADMIN,
    tenant_settings: `${READ} insert-as-self blind-update`,
    session_rules: `${READ} insert-as-self blind-update`,
    embed_settings: `${READ} insert-as-self blind-update`,
    ...AI_SETTINGS_OF_OTHERS,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: `${READ} insert-as-self upsert`,
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
    ...PLM_WRITE,
    'plm.items': `${READ} insert-as-self update returning blind-update`,
    'plm.item_history': `${READ} insert-as-self`,
    'plm.design_sessions': `${READ} insert-as-self`,
    'plm.workflow_history': `${READ} insert-as-self`,
    'plm.approval_votes': `${READ} insert-as-self`,
    ...PRODUCTION,
  },
  // All permissions, but not a member of the program.
  bystander: {
    ...ADMIN,
    tenant_settings: `${READ} insert-as-self blind-update`,
    session_rules: `${READ} insert-as-self blind-update`,
    embed_settings: `${READ} insert-as-self blind-update`,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: `${READ} insert-as-self upsert`,
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
    ...PRODUCTION,
  },
  // Not a member either; programs:all is the only permission.
  overseer: {
    ...MEMBER,
    tenant_settings: READ,
    session_rules: READ,
    embed_settings: READ,
    ai_settings: READ,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: 'insert-as-self upsert',
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
    ...PLM_READ,
  },
  // Within the own organization, the upsert of an existing audit row is skipped before its policy is checked.
  // An engineer of the program, without any permission of the org's.
  colleague: {
    ...MEMBER,
    tenant_settings: READ,
    session_rules: READ,
    embed_settings: READ,
    ai_settings: READ,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: 'insert-as-self upsert',
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
    ...PLM_READ,
  },
  // Manages members and nothing else: members with more rights are out of reach.
  warden: {
    ...PEOPLE,
    memberships: `${READ} blind-update blind-delete`,
    invitations: `${READ} delete returning blind-delete`,
    tenant_settings: READ,
    session_rules: READ,
    embed_settings: READ,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: 'insert-as-self upsert',
    effect_journal: 'insert-as-self',
    ...WORKFLOWS,
  },
  systemForVictim: {
    ai_conversations: CONVERSATION,
    ai_messages: 'insert insert-as-self upsert',
    ai_feedback: CONVERSATION,
    audit_log: 'insert insert-as-self upsert',
  },
  systemForColleague: {
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    ai_feedback: 'insert-as-self',
    audit_log: 'insert insert-as-self upsert',
  },
  systemOfOrg: { audit_log: 'insert insert-as-self upsert' },
};

let database: TestDatabase;
let orgs: TwoOrgs;
let tables: Table[];

beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  tables = await readTables(database.owner);
});
afterAll(() => database.drop());

function differences(
  reached: ReadonlySet<string>,
  among: readonly Table[],
  claims: readonly ClaimName[] = Object.keys(orgs.claims) as ClaimName[],
): string[] {
  const found: string[] = [];
  for (const claim of claims) {
    for (const { name } of among) {
      const allowed = (EXPECTED[claim]?.[name] ?? '').split(' ');
      for (const operation of OPERATIONS) {
        const isReached = reached.has(cell(claim, name, operation));
        if (isReached !== allowed.includes(operation))
          found.push(`${cell(claim, name, operation)}: ${isReached ? 'reached' : 'refused'}`);
      }
    }
  }
  return found;
}

test('every claim reaches exactly its own rows, in every table and by every operation, as the login role (R3)', {
  timeout: 120_000,
}, async () => {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query('begin');
  const reached = await findReached(client, orgs, tables);
  await client.end();
  expect(differences(reached, tables)).toEqual([]);
  expect(tables.length).toBeGreaterThanOrEqual(48);
});

test('only system claims write shared conversations, and no user claim reaches them', async () => {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query('begin');
  const reach = await findSharedReach(client, orgs);
  await client.end();
  expect(reach).toEqual(SHARED_REACH);
});

test("another organization's row gets the same answer whether it exists or not (R7)", async () => {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  const answers = new Map<string, Set<string>>();
  for (const { name } of tables) {
    for (const fresh of [true, false]) {
      const row = orgs.rows[name]?.(fresh) ?? {};
      const columns = Object.keys(row);
      for (const tail of ['', 'on conflict do nothing']) {
        await client.query('begin');
        await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.outsider]);
        const answer = await client
          .query(
            `insert into ${name} (${columns}) values (${columns.map((_, index) => `$${index + 1}`)}) ${tail}`,
            Object.values(row),
          )
          .then(
            (result) => `${result.rowCount} rows`,
            (error: pg.DatabaseError) => `${error.code} ${error.message} ${error.detail ?? ''}`,
          );
        await client.query('rollback');
        answers.set(name, (answers.get(name) ?? new Set()).add(answer));
      }
    }
  }
  // A message in the user's own organization that names another organization's conversation belongs to no conversation.
  for (const conversation of [orgs.ids.conversation, crypto.randomUUID()]) {
    await client.query('begin');
    await client.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.outsider]);
    const error = await client
      .query(
        `insert into ai_messages (org_id, user_id, conversation_id, id, role, ordinal) values ($1, $2, $3, 'x', 'user', 1)`,
        [orgs.ids.orgA, orgs.ids.outsider, conversation],
      )
      .catch((thrown: pg.DatabaseError) => thrown);
    await client.query('rollback');
    answers.set('parent', (answers.get('parent') ?? new Set()).add((error as pg.DatabaseError).message));
  }
  await client.end();
  expect([...answers].filter(([, different]) => different.size !== 1)).toEqual([]);
});

type Policy = { name: string; table: string; isOwners: boolean; using: string | null; check: string | null };
type Mutant = { readonly what: string; readonly table: string; readonly isOwners: boolean; readonly sql: string };

test('a check fails for every policy that is dropped or weakened (R11)', { timeout: 300_000 }, async () => {
  const { rows: policies } = await database.owner.query<Policy>(`
    select polname as name, polrelid::regclass::text as table, 'groundwire_owner'::regrole = any (polroles) as "isOwners",
      pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
    from pg_policy order by 2, 1`);
  const mutants = policies.flatMap(mutantsOf);
  const survivors: string[] = [];
  // The first is unchanged, because checks that always fail would prove nothing.
  for (const mutant of [{ what: 'nothing changed', table: '', isOwners: false, sql: 'select' }, ...mutants]) {
    await database.owner.query('begin');
    await database.owner.query(mutant.sql);
    if (!(await isNoticed(mutant))) survivors.push(mutant.what);
    await database.owner.query('rollback');
  }
  expect(survivors).toEqual(['nothing changed']);
  expect(policies.length).toBeGreaterThanOrEqual(20);
  expect(mutants.length).toBeGreaterThan(policies.length * 2);
});

/** As the database prints `program_id = any ((select private.programs_for('…'))::uuid[])`. */
const IN_PROGRAMS = /\(\w+ = ANY \(\( SELECT private\.programs_for\('\w+'::text\) AS programs_for\)::uuid\[\]\)\)/g;

const IN_GRANTABLE_ROLES = /\(role = ANY \(\( SELECT private\.grantable_roles\(\) AS grantable_roles\)::text\[\]\)\)/g;

function mutantsOf(policy: Policy): Mutant[] {
  const { table, isOwners } = policy;
  const on = `${policy.name} on ${table}`;
  const mutants: Mutant[] = [{ what: `dropped ${on}`, table, isOwners, sql: `drop policy ${on}` }];
  const alter = (what: string, using: string | null, check: string | null) => {
    if (using === policy.using && check === policy.check) return;
    const clauses = [using !== null && `using (${using})`, check !== null && `with check (${check})`].filter(Boolean);
    mutants.push({ what: `${what} ${on}`, table, isOwners, sql: `alter policy ${on} ${clauses.join(' ')}` });
  };
  if (policy.using !== null) alter('using true in', 'true', policy.check);
  if (policy.check !== null) alter('check true in', policy.using, 'true');
  const weaken = (what: string, change: (expression: string) => string) =>
    alter(what, policy.using && change(policy.using), policy.check && change(policy.check));
  weaken('any kind in', (text) => text.replaceAll(/\(?c\.kind = '\w+'::text\)?/g, 'true'));
  weaken('any permission in', (text) => text.replaceAll(/'[\w:]+'::text = ANY \(c\.permissions\)/g, 'true'));
  // The database prints both forms as `((org_id, x) = ( SELECT c.org_id, c.user_id …` and `(org_id = ( SELECT c.org_id …`.
  const pair = /\(\((org_id), (\w+)\) = \(\s*SELECT c\.org_id,\s*c\.user_id/g;
  weaken('any person in', (text) => text.replaceAll(pair, '($1 = (SELECT c.org_id'));
  weaken('any audience in', (text) => text.replaceAll(/\(audience = 'private'::text\)/g, 'true'));
  weaken('any program in', (text) => text.replaceAll(IN_PROGRAMS, 'true'));
  weaken('any role in', (text) => text.replaceAll(IN_GRANTABLE_ROLES, 'true'));
  weaken('any role in the program in', (text) =>
    text.replaceAll(/programs_for\('(?:write|create_eco|approve_eco)'::text\)/g, `programs_for('read'::text)`),
  );
  weaken('any org in', (text) =>
    text
      .replaceAll(pair, '($2 = (SELECT c.user_id')
      .replaceAll(/\((org_id|id) = \(\s*SELECT c\.org_id/g, '(null is distinct from (SELECT c.org_id'),
  );
  return mutants;
}

/** First the checks of the changed policy; all checks only if those notice nothing. */
async function isNoticed({ table, isOwners }: Mutant): Promise<boolean> {
  const { owner } = database;
  if ((await findPolicyHoles(owner)).length > 0) return true;
  await owner.query('set local role groundwire_app');
  if (isOwners && !(await doDefinersWork())) return true;
  if (await doesMatrixDiffer(tables.filter(({ name }) => name === table))) return true;
  if (await readsOrgSettingsAsSystem()) return true;
  if (JSON.stringify(await findSharedReach(owner, orgs)) !== JSON.stringify(SHARED_REACH)) return true;
  return !(await doDefinersWork()) || (await doesMatrixDiffer(tables));
}

/** The claims that noticed a mutant, the latest first, because they often notice the next one of the same table too. */
let lately: readonly ClaimName[] = [];

async function doesMatrixDiffer(among: readonly Table[]): Promise<boolean> {
  for (const claim of new Set([...lately, ...(Object.keys(orgs.claims) as ClaimName[])])) {
    const reached = await findReached(database.owner, orgs, among, [claim]);
    if (differences(reached, among, [claim]).length === 0) continue;
    lately = [claim, ...lately.filter((other) => other !== claim)];
    return true;
  }
  return false;
}

/** The matrix uses a program's settings. An org's own settings are hidden from system claims as well. */
async function readsOrgSettingsAsSystem(): Promise<boolean> {
  const { owner } = database;
  await owner.query('savepoint settings');
  await owner.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.victim]);
  await insert(owner, 'ai_settings', { org_id: orgs.ids.orgB, updated_by: orgs.ids.victim }).catch(() => {
    // The matrix notices a policy that admits no row.
  });
  await owner.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.systemOfOrg]);
  const { rowCount } = await owner.query('select from ai_settings').catch(() => ({ rowCount: 1 }));
  await owner.query('rollback to savepoint settings');
  return rowCount !== 0;
}

/** A message takes the place of the one that was stored there. */
async function replacesMessage(): Promise<boolean> {
  const { owner } = database;
  await owner.query('savepoint replacing');
  await owner.query(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.systemForVictim]);
  const isReplaced = await insert(owner, 'ai_messages', { ...orgs.rows['ai_messages']?.(false), id: 'later' }).then(
    () => true,
    (error: pg.DatabaseError) => error.code !== '23505',
  );
  await owner.query('rollback to savepoint replacing');
  return isReplaced;
}

/** A signed grant of an issuer writes the rows that it grants, and only with the values that it grants. */
async function doGrantsWork(): Promise<boolean> {
  const { joins, changes, leaves, founds } = orgs.issued;
  const apply = 'select apply_issuer_grant(null)';
  const rowOf = ({ org, user }: { org: string; user: string }) =>
    `select role || ' ' || email as value from memberships m join users u on u.id = user_id where m.org_id = '${org}' and user_id = '${user}'`;
  const isGranted =
    (await valueAfter(joins, apply, rowOf(joins))) === 'overseer n@issuer.test' &&
    (await valueAfter(changes, apply, rowOf(changes))) === 'overseer m2@issuer.test' &&
    (await valueAfter(leaves, apply, rowOf(leaves))) === undefined &&
    (await valueAfter(founds, apply, rowOf(founds))) === 'overseer n@issuer.test' &&
    (await valueAfter(
      founds,
      apply,
      `select settings as value from tenant_settings where org_id = '${founds.org}'`,
    )) !== undefined;
  const mine = `user_id = '${changes.user}'`;
  const before = await valueAfter(changes, 'select', rowOf(changes));
  for (const beyond of [
    `update memberships set role = 'admin' where ${mine}`,
    `update memberships set role = 'warden' where ${mine}`,
    `delete from memberships where ${mine}`,
    `update users set email = 'x@issuer.test' where id = '${changes.user}'`,
  ])
    if ((await valueAfter(changes, beyond, rowOf(changes))) !== before) return false;
  return (
    isGranted &&
    (await valueAfter(leaves, `update memberships set role = 'overseer' where ${mine}`, rowOf(leaves))) === before
  );
}

/** What the owner finds after the claim's statement, which is undone. */
async function valueAfter(claim: { readonly text: string }, statement: string, question: string): Promise<unknown> {
  const { owner } = database;
  await owner.query('savepoint granting');
  await owner.query(`select set_config('groundwire.claim', $1, true)`, [claim.text]);
  const isRefused = await owner.query(statement).then(
    () => false,
    () => true,
  );
  if (isRefused) await owner.query('rollback to savepoint granting');
  await owner.query('set local role none');
  const { rows } = await owner.query<{ value: unknown }>(question);
  await owner.query('rollback to savepoint granting');
  return rows[0]?.value;
}

/** The definer functions read through the owner's policies. */
async function doDefinersWork(): Promise<boolean> {
  const { owner } = database;
  const ask = async (claim: string, question: string) => {
    await owner.query(`select set_config('groundwire.claim', $1, true)`, [claim]);
    const { rows } = await owner.query<Record<string, unknown>>(question);
    return JSON.stringify(rows);
  };
  const access = await ask(
    orgs.claims.subject,
    `select org_slug, features from account_access() where org_slug = 'org-b'`,
  );
  const title = await ask(orgs.claims.victim, `select id from search_conversations('TORQUE LIMITS', 5)`);
  const words = await ask(orgs.claims.victim, `select id from search_conversations('gripper', 5)`);
  const { program, farProgram, item, component, changeOrder } = orgs.ids;
  const programs = await ask(orgs.claims.victim, `select private.programs_for('approve_eco') as ids`);
  const all = await ask(
    orgs.claims.overseer,
    `select array(select unnest(private.programs_for('read')) order by 1) as ids`,
  );
  const inPlace = await ask(orgs.inPlace, `select private.programs_for('read') as ids`);
  const items = await ask(
    orgs.claims.victim,
    `select ids[1] as id from private.find_items('spindle', 'Part', null, null, 1)`,
  );
  const way = await ask(orgs.claims.victim, `select private.find_bom_path('${item}', '${component}') as way`);
  const counted = await ask(orgs.claims.victim, `select * from private.count_approvable('${changeOrder}')`);
  const invited = await ask(orgs.claims.none, `select org_slug from find_invitation('${orgs.joiner.token}')`);
  await owner.query('savepoint joining');
  const joined = await ask(
    orgs.joiner.claim,
    `select change_members('accept', '${JSON.stringify(orgs.joiner)}') -> 'ok' as ok`,
  ).catch(() => 'refused');
  await owner.query('rollback to savepoint joining');
  const settings = await ask(
    orgs.claims.subject,
    `select s ->> 'programCode' as code, s -> 'primary' ->> 'sealedKey' as key, s -> 'primary' -> 'serverLimits' as limits
     from account_ai_settings() a, jsonb_array_elements(a.settings) s where s ->> 'programCode' is not null`,
  );
  const rules = await ask(orgs.claims.subject, 'select keep_newest as keep from account_session_rules()');
  const origins = await ask(orgs.claims.installation, 'select slug, origin from all_allowed_origins(10)');
  const unsigned = await ask(orgs.claims.systemOfOrg, 'select rows from audit_hashes(0, 10)');
  return (
    access === JSON.stringify([{ org_slug: 'org-b', features: { aiAssistant: true } }]) &&
    title === JSON.stringify([{ id: orgs.ids.conversation }]) &&
    words === title &&
    programs === JSON.stringify([{ ids: [program] }]) &&
    all === JSON.stringify([{ ids: [program, farProgram].sort() }]) &&
    inPlace === programs &&
    items === JSON.stringify([{ id: item }]) &&
    way === JSON.stringify([{ way: [item, component] }]) &&
    counted === JSON.stringify([{ touched: 2, approvable: 1 }]) &&
    invited === JSON.stringify([{ org_slug: 'org-b' }]) &&
    joined === JSON.stringify([{ ok: true }]) &&
    settings === JSON.stringify([{ code: 'ONE', key: 'sealed', limits: {} }]) &&
    rules === JSON.stringify([{ keep: 20 }]) &&
    origins === JSON.stringify([{ slug: 'org-b', origin: 'https://b.test' }]) &&
    (await replacesMessage()) &&
    (await doGrantsWork()) &&
    unsigned === JSON.stringify([{ rows: 1 }])
  );
}
