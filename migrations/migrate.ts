// Brings a database to the schema of this code, in one transaction: new numbered migrations, then the function files if
// anything changed. Refuses a history that doesn't match. `DATABASE_OWNER_URL=… node migrations/migrate.ts`; also stores
// APP_ROLE_PASSWORD and CLAIM_KEY if they are set. Use a direct connection, not a pooler: the lock that prevents two
// concurrent runs belongs to the session.
import pg from 'pg';
import { MigrationError, readSqlFiles, type SqlFile, type SqlFiles } from './sql-files.ts';

/** A number that other users of advisory locks are unlikely to use. */
const LOCK_ID = 7_040_201_133;
const LOCK_WAIT = '60s';
/** SQLSTATE of `create or replace function` with other parameter names or another result. */
const INVALID_FUNCTION_DEFINITION = '42P13';

type AppliedMigration = { readonly number: number; readonly name: string; readonly checksum: string };
type Applied = {
  readonly migrations: readonly AppliedMigration[];
  /** Checksums by name. */
  readonly functions: ReadonlyMap<string, string>;
};

export type MigrateOptions = {
  /** A login that owns the database and may create roles. */
  ownerUrl: string;
  /** If set, becomes the password of groundwire_app. */
  appPassword?: string | undefined;
  /** `<kid>:<base64>`. If set, claims signed with it are valid from now on. */
  claimKey?: string | undefined;
  directory?: string;
};

/**
 * @returns the names of the new or changed files
 * @throws MigrationError; then nothing has changed
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const files = readSqlFiles(options.directory ?? import.meta.dirname);
  const client = new pg.Client({ connectionString: options.ownerUrl });
  try {
    await client.connect();
  } catch (cause) {
    throw new MigrationError(`can't connect to the database as its owner: ${messageOf(cause)}`, { cause });
  }
  try {
    await lock(client);
    await refusePreviousSchema(client);
    const applied = await readApplied(client);
    const changes = selectChanges(files, applied);
    if (changes.isNeeded) await applyChanges(client, files, changes.pending);
    if (options.appPassword !== undefined) await setAppPassword(client, options.appPassword);
    if (options.claimKey !== undefined) await putClaimKey(client, options.claimKey);
    return [...changes.pending, ...changes.functions].map((file) => file.name);
  } finally {
    await client.end();
  }
}

async function lock(client: pg.Client): Promise<void> {
  try {
    await client.query(`set lock_timeout = '${LOCK_WAIT}'`);
    await client.query('select pg_advisory_lock($1)', [LOCK_ID]);
    await client.query('set lock_timeout = 0');
  } catch (cause) {
    throw new MigrationError('another migration is running; wait for it to end', { cause });
  }
}

// Releases before 0.2 recorded migrations and no function files. Checked before the first write.
async function refusePreviousSchema(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isPrevious: boolean }>(
    `select to_regclass('migrations.applied') is not null and to_regclass('migrations.functions') is null as "isPrevious"`,
  );
  if (!rows[0]?.isPrevious) return;
  const { rowCount } = await client.query('select from migrations.applied limit 1');
  if (rowCount === 0) return;
  throw new MigrationError(
    "this database has the schema of an earlier release, which can't be upgraded; migrate an empty database instead",
    { code: 'previous-schema' },
  );
}

async function readApplied(client: pg.Client): Promise<Applied> {
  try {
    await client.query(`
      create schema if not exists migrations;
      create table if not exists migrations.applied (
        number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
      );
      create table if not exists migrations.functions (
        name text primary key, checksum text not null, applied_at timestamptz not null default now()
      )`);
    const migrations = await client.query<AppliedMigration>(
      'select number, name, checksum from migrations.applied order by number',
    );
    const functions = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from migrations.functions',
    );
    return {
      migrations: migrations.rows,
      functions: new Map(functions.rows.map((row) => [row.name, row.checksum])),
    };
  } catch (cause) {
    throw new MigrationError(`can't read the list of applied migrations: ${messageOf(cause)}`, { cause });
  }
}

type Changes = {
  readonly isNeeded: boolean;
  /** Numbered migrations to apply. */
  readonly pending: readonly SqlFile[];
  /** Function files that are new or edited. */
  readonly functions: readonly SqlFile[];
};

/** @throws MigrationError if the applied migrations differ from those of the folder. Function files may change freely. */
function selectChanges(files: SqlFiles, applied: Applied): Changes {
  for (const [index, row] of applied.migrations.entries()) {
    const file = files.migrations[row.number - 1];
    if (row.number !== index + 1) {
      throw new MigrationError(`migration ${index + 1} was skipped when ${row.name} was applied`);
    }
    if (!file) {
      throw new MigrationError(
        `${row.name} was applied but is not in the folder: this code is older than the database`,
      );
    }
    if (file.name !== row.name) throw new MigrationError(`${row.name} was applied and is now named ${file.name}`);
    if (file.checksum !== row.checksum) {
      throw new MigrationError(`${row.name} was edited after it was applied; undo the edit and add a new file instead`);
    }
  }
  const pending = files.migrations.slice(applied.migrations.length);
  const functions = [...files.functions.values()].filter((file) => applied.functions.get(file.name) !== file.checksum);
  const isRemoved = [...applied.functions.keys()].some((name) => !files.functions.has(name));
  return { isNeeded: pending.length > 0 || functions.length > 0 || isRemoved, pending, functions };
}

async function applyChanges(client: pg.Client, files: SqlFiles, pending: readonly SqlFile[]): Promise<void> {
  try {
    await client.query('begin');
    for (const file of pending) {
      await applyFile(client, files, file, new Set());
      await client.query('reset role');
      await client.query('insert into migrations.applied (number, name, checksum) values ($1, $2, $3)', [
        files.migrations.indexOf(file) + 1,
        file.name,
        file.checksum,
      ]);
    }
    await applyFunctions(client, files);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw error;
  }
}

// All of them, even if one file changed: functions that migrations dropped are created again, and the database's functions
// and grants match the files exactly.
async function applyFunctions(client: pg.Client, files: SqlFiles): Promise<void> {
  await revokeFunctionGrants(client);
  const done = new Set<string>();
  for (const file of files.functions.values()) await applyFile(client, files, file, done);
  await client.query('reset role');
  await refuseOrphans(client);
  await client.query('delete from migrations.functions');
  for (const { name, checksum } of files.functions.values()) {
    await client.query('insert into migrations.functions (name, checksum) values ($1, $2)', [name, checksum]);
  }
}

/** @param done Function files that this pass has applied already, so that each runs once and a circle ends. */
async function applyFile(client: pg.Client, files: SqlFiles, file: SqlFile, done: Set<string>): Promise<void> {
  if (done.has(file.name)) return;
  done.add(file.name);
  for (const part of file.parts) {
    if (part.kind === 'needs') {
      const needed = files.functions.get(part.name);
      if (needed) await applyFile(client, files, needed, done);
      continue;
    }
    try {
      await client.query(part.sql);
    } catch (cause) {
      throw new MigrationError(`${file.name}${lineOf(cause, part)}: ${describeFailure(cause)}`, { cause });
    }
  }
}

// `create or replace` keeps grants. The files state all grants, so a grant that a file no longer states must be revoked
// first. In a savepoint, so that the changed rows of pg_proc don't count as replaced by the files (see refuseOrphans).
async function revokeFunctionGrants(client: pg.Client): Promise<void> {
  await client.query('savepoint grants');
  await client.query(`
    do $$
    declare
      granted regprocedure;
    begin
      for granted in
        select p.oid from pg_proc p
        where p.proowner = to_regrole('groundwire_owner')
          and exists (select from aclexplode(p.proacl) a where a.grantee = to_regrole('groundwire_app'))
      loop
        execute format('revoke execute on function %s from groundwire_app', granted);
      end loop;
    end
    $$`);
  await client.query('release savepoint grants');
}

// A function that no file replaced in this transaction is a leftover of a deleted file or of an earlier signature.
async function refuseOrphans(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.proowner = to_regrole('groundwire_owner') and p.xmin <> pg_current_xact_id()::xid order by 1`);
  const [first] = rows;
  if (!first) return;
  throw new MigrationError(`no function file defines ${first.name} any more; drop it in a numbered migration`);
}

// ALTER ROLE takes no parameters, and Neon has to see the password itself, so it cannot be hashed here.
async function setAppPassword(client: pg.Client, password: string): Promise<void> {
  try {
    await client.query(`alter role groundwire_app password ${client.escapeLiteral(password)}`);
  } catch (cause) {
    throw new MigrationError(`can't set the password of groundwire_app: ${messageOf(cause)}`, { cause });
  }
}

async function putClaimKey(client: pg.Client, claimKey: string): Promise<void> {
  const [, kid, secret] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(claimKey) ?? [];
  if (kid === undefined || secret === undefined) throw new MigrationError('CLAIM_KEY must be <key id>:<base64>');
  try {
    await client.query('begin; set local role groundwire_owner');
    await client.query('select private.put_claim_key($1, $2)', [kid, Buffer.from(secret, 'base64')]);
    await client.query('commit');
  } catch (cause) {
    throw new MigrationError(`can't store the claim key: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (error: unknown): string => {
  const message = error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : (error as Error).message;
  return message.split('\n')[0] ?? '';
};

function describeFailure(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof pg.DatabaseError) || error.code !== INVALID_FUNCTION_DEFINITION) return message;
  return `${message}; if its signature changed, drop the function in a numbered migration first`;
}

function lineOf(error: unknown, part: { readonly sql: string; readonly firstLine: number }): string {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  if (!(position > 0)) return '';
  return ` line ${part.firstLine - 1 + part.sql.slice(0, position).split('\n').length}`;
}

async function main(): Promise<void> {
  const ownerUrl = process.env['DATABASE_OWNER_URL'];
  if (!ownerUrl) throw new MigrationError('set DATABASE_OWNER_URL to the login that owns the database');
  const applied = await migrate({
    ownerUrl,
    appPassword: process.env['APP_ROLE_PASSWORD'] || undefined,
    claimKey: process.env['CLAIM_KEY'] || undefined,
  });
  for (const name of applied) console.log(`applied ${name}`);
  if (applied.length === 0) console.log('up to date');
}

if (process.argv[1] === import.meta.filename) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
