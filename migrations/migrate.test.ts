// The runner applies what is new, once, and refuses a history that does not fit, in one line each.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { seedDemoData } from '../local/demo-data.ts';
import { startPostgres } from '../local/postgres.ts';
import { MigrationError, migrate } from './migrate.ts';

let directory: string;
let database: string;
let ownerUrl: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundwire-migrations-'));
  database = `migrate_${randomUUID().replaceAll('-', '')}`;
  ownerUrl = inject('postgres').adminUrl.replace(/\/postgres$/, `/${database}`);
  await asAdmin(`create database ${database}`);
  return async () => {
    rmSync(directory, { recursive: true });
    await asAdmin(`drop database ${database} with (force)`);
  };
});

async function asAdmin(sql: string): Promise<void> {
  await ask(inject('postgres').adminUrl, sql);
}

async function ask(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const put = (name: string, sql: string) => writeFileSync(join(directory, name), sql);
const run = () => migrate({ ownerUrl, directory });

async function refusal(): Promise<string> {
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MigrationError);
  const { message } = error as MigrationError;
  expect(message).not.toContain('\n');
  return message;
}

test('new files are applied in order, and never again', async () => {
  put('0001_create_cats.sql', 'create table cats (name text);');
  put('0002_add_cats.sql', `insert into cats values ('a');`);
  expect(await run()).toEqual(['0001_create_cats.sql', '0002_add_cats.sql']);
  expect(await run()).toEqual([]);
  put('0003_add_cats.sql', `insert into cats values ('b');`);
  expect(await run()).toEqual(['0003_add_cats.sql']);
  expect(await ask(ownerUrl, 'select name from cats order by name')).toEqual([{ name: 'a' }, { name: 'b' }]);
});

test('a file that fails leaves nothing of itself and names its line', async () => {
  put('0001_create_cats.sql', 'create table cats (name text);');
  put('0002_create_dogs.sql', 'create table dogs (name text);\n\nselect * from cows;\n');
  expect(await refusal()).toBe('0002_create_dogs.sql line 3: relation "cows" does not exist');
  expect(await ask(ownerUrl, `select to_regclass('cats')::text as cats, to_regclass('dogs')::text as dogs`)).toEqual([
    { cats: 'cats', dogs: null },
  ]);
  put('0002_create_dogs.sql', 'create table dogs (name text);');
  expect(await run()).toEqual(['0002_create_dogs.sql']);
});

test('a file that was edited after it was applied is refused, its line ends are not an edit', async () => {
  put('0001_create_cats.sql', 'create table cats (\n name text);');
  await run();
  put('0001_create_cats.sql', 'create table cats (\r\n name text);');
  expect(await run()).toEqual([]);
  put('0001_create_cats.sql', 'create table cats (\n name text, age int);');
  expect(await refusal()).toContain('0001_create_cats.sql was edited');
});

test('gaps, numbers used twice, wrong names, renamed and vanished files are refused', async () => {
  put('0001_create_cats.sql', 'select 1;');
  put('0003_create_dogs.sql', 'select 1;');
  expect(await refusal()).toBe('0003_create_dogs.sql should have the number 0002');
  renameSync(join(directory, '0003_create_dogs.sql'), join(directory, '0001_create_dogs.sql'));
  expect(await refusal()).toBe('0001_create_dogs.sql should have the number 0002');
  renameSync(join(directory, '0001_create_dogs.sql'), join(directory, '2_dogs.sql'));
  expect(await refusal()).toBe('2_dogs.sql is not named NNNN_verb_noun.sql');
  renameSync(join(directory, '2_dogs.sql'), join(directory, '0002_create_dogs.sql'));
  await run();
  renameSync(join(directory, '0002_create_dogs.sql'), join(directory, '0002_create_wolves.sql'));
  expect(await refusal()).toBe('0002_create_dogs.sql was applied and is now called 0002_create_wolves.sql');
  rmSync(join(directory, '0002_create_wolves.sql'));
  expect(await refusal()).toContain('this code is older than the database');
});

test('a file may not end the transaction that it runs in', async () => {
  put('0001_create_cats.sql', 'create table cats (name text);\ncommit;\ncreate table dogs (name text);');
  expect(await refusal()).toBe('0001_create_cats.sql ends its own transaction');
});

test('two runs at once apply each file once', async () => {
  put('0001_create_cats.sql', 'create table cats (name text); select pg_sleep(0.2);');
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.flat()).toEqual(['0001_create_cats.sql']);
});

test('a wrong claim key or a login that is refused is one line without the secret', async () => {
  const wrong = await migrate({ ownerUrl, directory, claimKey: 'canary' }).catch((error: Error) => error.message);
  expect(wrong).toBe('CLAIM_KEY has not the form <key id>:<base64>');
  const refused = await migrate({ ownerUrl: ownerUrl.replace(/:[^:@]+@/, ':canary@'), directory }).catch(
    (error: Error) => error.message,
  );
  expect(refused).toBe('the database does not let the owner in: password authentication failed for user "postgres"');
});

test('the command says what it applied, and fails in one line', () => {
  const command = (environment: Record<string, string>) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'migrate.ts')], {
      encoding: 'utf8',
      env: environment as NodeJS.ProcessEnv,
    });
  expect(command({})).toMatchObject({
    status: 1,
    stderr: 'error: set DATABASE_OWNER_URL to the login that owns the database\n',
  });
  const first = command({ DATABASE_OWNER_URL: ownerUrl });
  expect([first.status, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toContain('applied 0001_create_roles.sql\n');
  expect(command({ DATABASE_OWNER_URL: ownerUrl })).toMatchObject({ status: 0, stdout: 'up to date\n' });
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

test('a login like neondb_owner, no superuser, migrates and seeds an empty cluster', async () => {
  const dir = join(directory, 'cluster');
  mkdirSync(dir);
  const postgres = await startPostgres({ dir, password: 'pw', durable: false });
  stops.push(postgres.stop);
  // What Neon gives its first role.
  await ask(
    postgres.ownerUrl('postgres'),
    `create role neondb_owner login createdb createrole bypassrls password 'pw'`,
  );
  await ask(postgres.ownerUrl('postgres'), 'create database neondb owner neondb_owner');
  const neonUrl = postgres.ownerUrl('neondb').replace('postgres:pw', 'neondb_owner:pw');
  const claimKey = `k:${Buffer.alloc(32).toString('base64')}`;
  const applied = await migrate({ ownerUrl: neonUrl, appPassword: 'app-pw', claimKey });
  expect(applied.length).toBe(readdirSync(import.meta.dirname).filter((name) => name.endsWith('.sql')).length);
  await seedDemoData({ ownerUrl: neonUrl });
  await seedDemoData({ ownerUrl: neonUrl });
  expect(await ask(neonUrl, 'select count(*)::int as count from users')).toEqual([{ count: 9 }]);
  const appUrl = postgres.ownerUrl('neondb').replace('postgres:pw', 'groundwire_app:app-pw');
  expect(await ask(appUrl, 'select count(*)::int as count from users')).toEqual([{ count: 0 }]);
  expect(await ask(appUrl, `select has_database_privilege('neondb', 'temporary') as temporary`)).toEqual([
    { temporary: false },
  ]);
  // Applied again from a folder with one more file.
  for (const name of applied) copyFileSync(join(import.meta.dirname, name), join(directory, name));
  put(
    `${String(applied.length + 1).padStart(4, '0')}_create_cats.sql`,
    'set local role groundwire_owner; create table cats (org_id uuid);',
  );
  expect(await migrate({ ownerUrl: neonUrl, directory })).toHaveLength(1);
});
