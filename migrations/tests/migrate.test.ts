import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { seedDemoData } from '../../local/demo-data/demo-data.ts';
import { startPostgres } from '../../local/postgres/postgres.ts';
import { dumpSchema } from '../dump-schema.ts';
import { migrate } from '../migrate.ts';
import { MigrationError } from '../sql-files.ts';

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

const MIGRATIONS = join(import.meta.dirname, '..');

function put(name: string, sql: string): void {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, sql);
}

const run = () => migrate({ ownerUrl, directory });

async function refusal(): Promise<string> {
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MigrationError);
  const { message } = error as MigrationError;
  expect(message).not.toContain('\n');
  return message;
}

describe('numbered migrations', () => {
  test('run in order, once', async () => {
    put('0001_create_cats.sql', 'create table cats (name text);');
    put('0002_add_cats.sql', `insert into cats values ('a');`);
    expect(await run()).toEqual(['0001_create_cats.sql', '0002_add_cats.sql']);
    expect(await run()).toEqual([]);
    put('0003_add_cats.sql', `insert into cats values ('b');`);
    expect(await run()).toEqual(['0003_add_cats.sql']);
    expect(await ask(ownerUrl, 'select name from cats order by name')).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  test('leave nothing of the whole run when one fails, and name the line', async () => {
    put('0001_create_cats.sql', 'create table cats (name text);');
    await run();
    put('0002_create_birds.sql', 'create table birds (name text);');
    put('0003_create_dogs.sql', 'create table dogs (name text);\n\nselect * from cows;\n');
    expect(await refusal()).toBe('0003_create_dogs.sql line 3: relation "cows" does not exist');
    const tables = `select to_regclass('cats')::text as cats, to_regclass('birds')::text as birds, to_regclass('dogs')::text as dogs`;
    expect(await ask(ownerUrl, tables)).toEqual([{ cats: 'cats', birds: null, dogs: null }]);
    put('0003_create_dogs.sql', 'create table dogs (name text);');
    expect(await run()).toEqual(['0002_create_birds.sql', '0003_create_dogs.sql']);
  });

  test('are refused when edited after they were applied, unless only line ends changed', async () => {
    put('0001_create_cats.sql', 'create table cats (\n name text);');
    await run();
    put('0001_create_cats.sql', 'create table cats (\r\n name text);');
    expect(await run()).toEqual([]);
    put('0001_create_cats.sql', 'create table cats (\n name text, age int);');
    expect(await refusal()).toBe(
      '0001_create_cats.sql was edited after it was applied; undo the edit and add a new file instead',
    );
  });

  test('are refused with a gap, a repeated number, a wrong name, or when renamed or deleted', async () => {
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
    expect(await refusal()).toBe('0002_create_dogs.sql was applied and is now named 0002_create_wolves.sql');
    rmSync(join(directory, '0002_create_wolves.sql'));
    expect(await refusal()).toContain('this code is older than the database');
  });

  test('are refused when they end their own transaction', async () => {
    put('0001_create_cats.sql', 'create table cats (name text);\ncommit;\ncreate table dogs (name text);');
    expect(await refusal()).toBe('0001_create_cats.sql ends its own transaction');
  });

  test('run once when several runs start together', async () => {
    put('0001_create_cats.sql', 'create table cats (name text); select pg_sleep(0.2);');
    const applied = await Promise.all([run(), run(), run()]);
    expect(applied.flat()).toEqual(['0001_create_cats.sql']);
  });
});

describe('function files', () => {
  // Like ours: owned by groundwire_owner, called by groundwire_app.
  const SETUP = 'grant create, usage on schema public to groundwire_owner;';
  const define = (name: string, body: string) =>
    `set local role groundwire_owner;\ncreate or replace function public.${name} language sql return ${body};\n`;
  const call = async (sql: string) => (await ask(ownerUrl, `select ${sql} as value`))[0]?.['value'];
  const mayCall = (signature: string) => call(`has_function_privilege('groundwire_app', '${signature}', 'execute')`);

  test('run again when their content changes, and only then', async () => {
    put('0001_create_schema.sql', SETUP);
    put('functions/cats.sql', define('meow() returns text', `'meow'`));
    put('functions/more/dogs.sql', define('bark() returns text', `'bark'`));
    expect(await run()).toEqual(['0001_create_schema.sql', 'functions/cats.sql', 'functions/more/dogs.sql']);
    expect(await run()).toEqual([]);
    put('functions/cats.sql', define('meow() returns text', `'purr'`));
    expect(await run()).toEqual(['functions/cats.sql']);
    expect(await call('meow()')).toBe('purr');
    expect(await call('bark()')).toBe('bark');
  });

  test('run after the numbered migrations, or earlier where one needs them', async () => {
    put('functions/a.sql', `--!needs functions/z.sql\n${define('a() returns integer', 'z() + 1')}`);
    put('functions/z.sql', define('z() returns integer', '1'));
    put(
      '0001_create_cats.sql',
      `${SETUP}\n--!needs functions/a.sql\nreset role;\ncreate table cats (lives integer default a());`,
    );
    await run();
    await ask(ownerUrl, 'insert into cats default values');
    expect(await ask(ownerUrl, 'select lives from cats')).toEqual([{ lives: 2 }]);
    put('functions/a.sql', `--!needs functions/missing.sql\n${define('a() returns integer', '1')}`);
    expect(await refusal()).toBe('functions/a.sql needs functions/missing.sql, which does not exist');
  });

  test('name their line when they fail behind a needed file', async () => {
    put('functions/z.sql', 'select 1;');
    put('0001_create_cats.sql', 'select 1;\n--!needs functions/z.sql\n\nselect * from cows;\n');
    expect(await refusal()).toBe('0001_create_cats.sql line 4: relation "cows" does not exist');
  });

  test('restore a function that a migration dropped to change its result', async () => {
    put('0001_create_schema.sql', SETUP);
    put('functions/cats.sql', define('lives() returns integer', '9'));
    await run();
    put('functions/cats.sql', define('lives() returns text', `'nine'`));
    expect(await refusal()).toBe(
      'functions/cats.sql: cannot change return type of existing function; if its signature changed, drop the function in a numbered migration first',
    );
    put('0002_drop_lives.sql', 'drop function if exists public.lives();');
    expect(await run()).toEqual(['0002_drop_lives.sql', 'functions/cats.sql']);
    expect(await call('lives()')).toBe('nine');
  });

  test('leave no function behind that they do not define', async () => {
    put('0001_create_schema.sql', SETUP);
    put('functions/cats.sql', define('meow() returns text', `'meow'`));
    put('functions/dogs.sql', define('bark() returns text', `'bark'`));
    await run();
    rmSync(join(directory, 'functions/dogs.sql'));
    expect(await refusal()).toBe('no function file defines bark() any more; drop it in a numbered migration');
    expect(await call('bark()')).toBe('bark');
    put('0002_drop_bark.sql', 'drop function if exists public.bark();');
    expect(await run()).toEqual(['0002_drop_bark.sql']);
    // Another signature is another function.
    put('functions/cats.sql', define('meow(times integer) returns text', `repeat('meow', times)`));
    expect(await refusal()).toBe('no function file defines meow() any more; drop it in a numbered migration');
  });

  test('take back a grant that they no longer state', async () => {
    put('0001_create_schema.sql', SETUP);
    const grant = 'revoke execute on function meow() from public;\ngrant execute on function meow() to groundwire_app;';
    put('functions/cats.sql', define('meow() returns text', `'meow'`) + grant);
    await run();
    expect(await mayCall('meow()')).toBe(true);
    put('functions/cats.sql', define('meow() returns text', `'meow'`));
    await run();
    expect(await mayCall('meow()')).toBe(false);
  });

  test('of this repository change nothing when they run again', async () => {
    await migrate({ ownerUrl });
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    try {
      const before = await dumpSchema(client);
      await client.query(`update migrations.functions set checksum = 'old' where name = 'functions/claim.sql'`);
      expect(await migrate({ ownerUrl })).toEqual(['functions/claim.sql']);
      expect(await dumpSchema(client)).toBe(before);
    } finally {
      await client.end();
    }
  });
});

describe('a database of an earlier release', () => {
  const PREVIOUS = `create schema migrations;
    create table migrations.applied (number integer primary key, name text not null, checksum text not null);
    insert into migrations.applied values (1, '0001_create_roles.sql', 'x'), (58, '0058_quicken_plm_reads.sql', 'y')`;

  test('is refused and stays as it is', async () => {
    await ask(ownerUrl, PREVIOUS);
    put('0001_create_cats.sql', 'create table cats (name text);');
    expect(await refusal()).toBe(
      "this database has the schema of an earlier release, which can't be upgraded; migrate an empty database instead",
    );
    const left = `select to_regclass('migrations.functions')::text as functions, to_regclass('cats')::text as cats`;
    expect(await ask(ownerUrl, left)).toEqual([{ functions: null, cats: null }]);
  });
});

test('reports a malformed claim key or a refused login in one line without the secret', async () => {
  const wrong = await migrate({ ownerUrl, directory, claimKey: 'canary' }).catch((error: Error) => error.message);
  expect(wrong).toBe('CLAIM_KEY must be <key id>:<base64>');
  const refused = await migrate({ ownerUrl: ownerUrl.replace(/:[^:@]+@/, ':canary@'), directory }).catch(
    (error: Error) => error.message,
  );
  expect(refused).toBe(
    `can't connect to the database as its owner: password authentication failed for user "postgres"`,
  );
});

test('the command prints what it applied, and fails in one line', () => {
  const command = (environment: Record<string, string>) =>
    spawnSync(process.execPath, [join(MIGRATIONS, 'migrate.ts')], {
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

test('a login like neondb_owner, which is no superuser, migrates and seeds an empty cluster', {
  timeout: 60_000,
}, async () => {
  const dir = join(directory, 'cluster');
  mkdirSync(dir);
  const postgres = await startPostgres({ dir, password: 'pw', durable: false });
  stops.push(postgres.stop);
  // The rights that Neon gives its first role.
  await ask(
    postgres.ownerUrl('postgres'),
    `create role neondb_owner login createdb createrole bypassrls password 'pw'`,
  );
  await ask(postgres.ownerUrl('postgres'), 'create database neondb owner neondb_owner');
  const neonUrl = postgres.ownerUrl('neondb').replace('postgres:pw', 'neondb_owner:pw');
  const claimKey = `k:${Buffer.alloc(32).toString('base64')}`;
  const applied = await migrate({ ownerUrl: neonUrl, appPassword: 'app-pw', claimKey });
  const names = readdirSync(MIGRATIONS, { recursive: true, encoding: 'utf8' });
  expect(applied).toHaveLength(names.filter((name) => name.endsWith('.sql')).length);
  await seedDemoData({ ownerUrl: neonUrl });
  await seedDemoData({ ownerUrl: neonUrl });
  expect(await ask(neonUrl, 'select count(*)::int as count from users')).toEqual([{ count: 9 }]);
  const appUrl = postgres.ownerUrl('neondb').replace('postgres:pw', 'groundwire_app:app-pw');
  expect(await ask(appUrl, 'select count(*)::int as count from users')).toEqual([{ count: 0 }]);
  expect(await ask(appUrl, `select has_database_privilege('neondb', 'temporary') as temporary`)).toEqual([
    { temporary: false },
  ]);
  // A later release with one more migration.
  for (const name of applied) put(name, readFileSync(join(MIGRATIONS, name), 'utf8'));
  const count = applied.filter((name) => !name.startsWith('functions/')).length;
  put(
    `${String(count + 1).padStart(4, '0')}_create_cats.sql`,
    'set local role groundwire_owner; create table cats (org_id uuid);',
  );
  expect(await migrate({ ownerUrl: neonUrl, directory })).toHaveLength(1);
});
