// The database says no: the whole matrix of claims, tables and operations, and proof that it would notice a weaker policy.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../local/test-database.ts';
import { findCatalogHoles } from './catalog-holes.ts';
import { cell, findReached, OPERATIONS, readTables, type Table } from './isolation-matrix.ts';
import { type ClaimName, createTwoOrgs, type TwoOrgs } from './two-orgs.ts';

const READ = 'select count join';
const PEOPLE = { orgs: READ, users: READ, roles: READ, memberships: READ };
const CONVERSATION = `${READ} insert insert-as-self update delete upsert returning blind-update blind-delete`;

/** All that anybody reaches; every other cell is refused. */
const EXPECTED: Partial<Record<ClaimName, Readonly<Record<string, string>>>> = {
  victim: {
    ...PEOPLE,
    tenant_settings: `${READ} insert insert-as-self update upsert returning blind-update`,
    ai_conversations: CONVERSATION,
    ai_messages: `${READ} insert insert-as-self upsert returning`,
    audit_log: `${READ} insert insert-as-self upsert returning`,
  },
  // An admin may change the settings in their own name only: these cells name the victim.
  secondAdmin: {
    ...PEOPLE,
    tenant_settings: `${READ} insert-as-self blind-update`,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: `${READ} insert-as-self upsert`,
  },
  // The upsert of an audit fact that is there already is skipped before its policy is asked, within one's own org.
  colleague: {
    ...PEOPLE,
    tenant_settings: READ,
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
    audit_log: 'insert-as-self upsert',
  },
  systemForVictim: {
    ai_conversations: CONVERSATION,
    ai_messages: 'insert insert-as-self upsert',
    audit_log: 'insert insert-as-self upsert',
  },
  systemForColleague: {
    ai_conversations: 'insert-as-self',
    ai_messages: 'insert-as-self',
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

function differences(reached: ReadonlySet<string>, among: readonly Table[]): string[] {
  const found: string[] = [];
  for (const claim of Object.keys(orgs.claims) as ClaimName[]) {
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

test('R3: as the login role, every claim reaches exactly what is its own, in every table and by every operation', async () => {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query('begin');
  const reached = await findReached(client, orgs, tables);
  await client.end();
  expect(differences(reached, tables)).toEqual([]);
  expect(tables.length).toBeGreaterThanOrEqual(8);
});

test('R7: another org answers alike, whether the row that is asked for exists or not', async () => {
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
  // A message in another org's conversation, under one's own org, is a message in no conversation at all.
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

type Policy = { name: string; table: string; using: string | null; check: string | null };
type Mutant = { readonly what: string; readonly table: string; readonly sql: string };

test('R11: whichever policy is dropped or weakened, a check notices', { timeout: 120_000 }, async () => {
  const { rows: policies } = await database.owner.query<Policy>(`
    select polname as name, polrelid::regclass::text as table,
      pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
    from pg_policy order by 2, 1`);
  const mutants = policies.flatMap(mutantsOf);
  const survivors: string[] = [];
  // The first is no mutant: checks that always notice something would prove nothing.
  for (const mutant of [{ what: 'nothing changed', table: '', sql: 'select' }, ...mutants]) {
    await database.owner.query('begin');
    await database.owner.query(mutant.sql);
    if (!(await isNoticed(mutant.table))) survivors.push(mutant.what);
    await database.owner.query('rollback');
  }
  expect(survivors).toEqual(['nothing changed']);
  expect(policies.length).toBeGreaterThanOrEqual(20);
  expect(mutants.length).toBeGreaterThan(policies.length * 2);
});

function mutantsOf(policy: Policy): Mutant[] {
  const on = `${policy.name} on ${policy.table}`;
  const mutants: Mutant[] = [{ what: `dropped ${on}`, table: policy.table, sql: `drop policy ${on}` }];
  const alter = (what: string, using: string | null, check: string | null) => {
    if (using === policy.using && check === policy.check) return;
    const clauses = [using !== null && `using (${using})`, check !== null && `with check (${check})`].filter(Boolean);
    mutants.push({ what: `${what} ${on}`, table: policy.table, sql: `alter policy ${on} ${clauses.join(' ')}` });
  };
  if (policy.using !== null) alter('using true in', 'true', policy.check);
  if (policy.check !== null) alter('check true in', policy.using, 'true');
  const weaken = (what: string, change: (expression: string) => string) =>
    alter(what, policy.using && change(policy.using), policy.check && change(policy.check));
  weaken('any kind in', (text) => text.replaceAll(/\(?c\.kind = '\w+'::text\)?/g, 'true'));
  weaken('any permission in', (text) => text.replaceAll(/'[\w:]+'::text = ANY \(c\.permissions\)/g, 'true'));
  // The database writes both forms as `((org_id, x) = ( SELECT c.org_id, c.user_id …` and `(org_id = ( SELECT c.org_id …`.
  const pair = /\(\((org_id), (\w+)\) = \(\s*SELECT c\.org_id,\s*c\.user_id/g;
  weaken('any person in', (text) => text.replaceAll(pair, '($1 = (SELECT c.org_id'));
  weaken('any org in', (text) =>
    text
      .replaceAll(pair, '($2 = (SELECT c.user_id')
      .replaceAll(/\((org_id|id) = \(\s*SELECT c\.org_id/g, '(null is distinct from (SELECT c.org_id'),
  );
  return mutants;
}

/** The quick checks first; the whole matrix only where they notice nothing. */
async function isNoticed(table: string): Promise<boolean> {
  const { owner } = database;
  if ((await findCatalogHoles(owner)).length > 0) return true;
  await owner.query('set local role groundwire_app');
  if (!(await doDefinersWork())) return true;
  for (const among of [tables.filter(({ name }) => name === table), tables]) {
    if (differences(await findReached(owner, orgs, among), among).length > 0) return true;
  }
  return false;
}

/** The definer functions see through the owner's policies. */
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
  const breaks = await ask(orgs.claims.victim, 'select * from find_audit_break()');
  return (
    access === JSON.stringify([{ org_slug: 'org-b', features: { aiAssistant: true } }]) &&
    title === JSON.stringify([{ id: orgs.ids.conversation }]) &&
    words === title &&
    breaks === '[]'
  );
}
