// Applies the numbered SQL files in order, each in one transaction, and never twice. Refuses a history that does not fit.
// `DATABASE_OWNER_URL=… node migrations/migrate.ts`; APP_ROLE_PASSWORD and CLAIM_KEY, where set, are stored as well.
// Use a direct connection, not a pooler: the lock that keeps two runs apart belongs to the session.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const FILE_NAME = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)+\.sql$/;
/** Any number that other users of advisory locks are unlikely to have picked. */
const LOCK_ID = 7_040_201_133;
const LOCK_WAIT = '60s';

/** Why a migration cannot run, in one line that may be shown as it is. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

type MigrationFile = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
};
type AppliedRow = { readonly number: number; readonly name: string; readonly checksum: string };

export type MigrateOptions = {
  /** A login that owns the database and may make roles. */
  ownerUrl: string;
  /** Where set, becomes the password of groundwire_app. */
  appPassword?: string | undefined;
  /** `<kid>:<base64>`; where set, claims signed with it hold from now on. */
  claimKey?: string | undefined;
  directory?: string;
};

/** @returns the names of the files that were applied. @throws MigrationError */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const files = readMigrations(options.directory ?? import.meta.dirname);
  const client = new pg.Client({ connectionString: options.ownerUrl });
  try {
    await client.connect();
  } catch (cause) {
    throw new MigrationError(`the database does not let the owner in: ${messageOf(cause)}`, { cause });
  }
  try {
    await lock(client);
    const pending = selectPending(files, await readApplied(client));
    for (const file of pending) await apply(client, file);
    if (options.appPassword !== undefined) await setAppPassword(client, options.appPassword);
    if (options.claimKey !== undefined) await putClaimKey(client, options.claimKey);
    return pending.map((file) => file.name);
  } finally {
    await client.end();
  }
}

/** The files of a folder in order. @throws MigrationError on a wrong name, a gap or a number used twice. */
function readMigrations(directory: string): MigrationFile[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) throw new MigrationError(`${name} is not named NNNN_verb_noun.sql`);
    if (number !== index + 1)
      throw new MigrationError(`${name} should have the number ${String(index + 1).padStart(4, '0')}`);
    const sql = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
    if (/^\s*(commit|rollback)\b/im.test(sql)) throw new MigrationError(`${name} ends its own transaction`);
    return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/** The files that are still to be applied. @throws MigrationError where what was applied is not what is in the folder. */
function selectPending(files: readonly MigrationFile[], applied: readonly AppliedRow[]): MigrationFile[] {
  for (const [index, row] of applied.entries()) {
    const file = files.find((candidate) => candidate.number === row.number);
    if (row.number !== index + 1)
      throw new MigrationError(`migration ${index + 1} was left out when ${row.name} was applied`);
    if (!file)
      throw new MigrationError(
        `${row.name} was applied and is not in the folder: this code is older than the database`,
      );
    if (file.name !== row.name) throw new MigrationError(`${row.name} was applied and is now called ${file.name}`);
    if (file.checksum !== row.checksum) {
      throw new MigrationError(
        `${row.name} was edited after it had been applied; undo that and add a new file instead`,
      );
    }
  }
  return files.slice(applied.length);
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

async function readApplied(client: pg.Client): Promise<AppliedRow[]> {
  try {
    await client.query(`
      create schema if not exists migrations;
      create table if not exists migrations.applied (
        number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
      )`);
    const { rows } = await client.query<AppliedRow>(
      'select number, name, checksum from migrations.applied order by number',
    );
    return rows;
  } catch (cause) {
    throw new MigrationError(`the list of applied migrations cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function apply(client: pg.Client, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin');
    await client.query(file.sql);
    await client.query('reset role');
    await client.query('insert into migrations.applied (number, name, checksum) values ($1, $2, $3)', [
      file.number,
      file.name,
      file.checksum,
    ]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw new MigrationError(`${file.name}${placeOf(cause, file.sql)}: ${messageOf(cause)}`, { cause });
  }
}

// ALTER ROLE takes no parameters, and Neon has to see the password itself, so it cannot be hashed here.
async function setAppPassword(client: pg.Client, password: string): Promise<void> {
  try {
    await client.query(`alter role groundwire_app password ${client.escapeLiteral(password)}`);
  } catch (cause) {
    throw new MigrationError(`the password of groundwire_app was not taken: ${messageOf(cause)}`, { cause });
  }
}

async function putClaimKey(client: pg.Client, claimKey: string): Promise<void> {
  const [, kid, secret] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(claimKey) ?? [];
  if (kid === undefined || secret === undefined)
    throw new MigrationError('CLAIM_KEY has not the form <key id>:<base64>');
  try {
    await client.query('begin; set local role groundwire_owner');
    await client.query('select private.put_claim_key($1, $2)', [kid, Buffer.from(secret, 'base64')]);
    await client.query('commit');
  } catch (cause) {
    throw new MigrationError(`the claim key was not taken: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (error: unknown): string => {
  const message = error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : (error as Error).message;
  return message.split('\n')[0] ?? '';
};

function placeOf(error: unknown, sql: string): string {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  return position > 0 ? ` line ${sql.slice(0, position).split('\n').length}` : '';
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
