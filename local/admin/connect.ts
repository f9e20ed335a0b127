// Opens the database that is administered: the one that DATABASE_OWNER_URL names, or that of the local stack that runs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { loadKeys } from '../keys.ts';
import { HOST } from '../ports.ts';
import { AdminError } from './command.ts';
import { ROOT } from './root.ts';

type Settings = Readonly<Record<string, string>>;

export type Target = { readonly ownerUrl: string; readonly isLocal: boolean; readonly settings: Settings };

/** PostgreSQL's own note of how it runs: the port stands in the fourth line. */
const PORT_LINE = 3;

/** @throws AdminError where there is neither a named database nor a stack that runs. */
export function findTarget(settings: Settings): Target {
  const named = settings['DATABASE_OWNER_URL'];
  if (named) return { ownerUrl: named, isLocal: false, settings };
  if (settings['DATABASE_URL'])
    throw new AdminError(
      'DATABASE_URL is set and DATABASE_OWNER_URL is not; set it to the login that migrates that database',
    );
  const dir = join(ROOT, settings['LOCAL_DIR'] ?? '.local');
  const stateDir = settings['LOCAL_DIR']?.startsWith('/') ? settings['LOCAL_DIR'] : dir;
  const note = join(stateDir, 'postgres', 'data', 'postmaster.pid');
  if (!existsSync(note))
    throw new AdminError(
      'no database: set DATABASE_OWNER_URL to the login that migrates it, or start the local stack with `npm run dev`',
    );
  const port = readFileSync(note, 'utf8').split('\n')[PORT_LINE];
  const keys = loadKeys(stateDir);
  return {
    ownerUrl: `postgresql://postgres:${encodeURIComponent(keys.ownerPassword)}@${HOST}:${port}/groundwire`,
    isLocal: true,
    settings: {
      MASTER_KEYS: keys.masterKeys,
      PUBLIC_ORIGIN: `http://${HOST}:${settings['PORT'] ?? '8787'}`,
      ...settings,
    },
  };
}

/** @throws AdminError where the database does not answer, is not ours, or the login cannot administer it. */
export async function connect(ownerUrl: string): Promise<pg.Client> {
  const client = await open(ownerUrl);
  try {
    await requireOwner(client);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function open(ownerUrl: string): Promise<pg.Client> {
  try {
    const client = new pg.Client({ connectionString: ownerUrl, application_name: 'groundwire admin' });
    // Said by whatever query meets it; an event without a listener would end the process with a trace.
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (cause) {
    // Not the driver's words alone: it does not say which database, and the address holds a password.
    const code = (cause as { code?: string }).code ?? 'it does not answer';
    throw new AdminError(`the database does not let the owner in (${code}); check DATABASE_OWNER_URL`, { cause });
  }
}

async function requireOwner(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ sees_all: boolean; owns: boolean | null; migrated: boolean }>(`
    select r.rolsuper or r.rolbypassrls as sees_all,
      (select pg_has_role(r.oid, o.oid, 'usage') from pg_roles o where o.rolname = 'groundwire_owner') as owns,
      to_regclass('private.object_chores') is not null and to_regclass('private.erasures') is not null as migrated
    from pg_roles r where r.rolname = current_user`);
  const [facts] = rows;
  if (!facts?.migrated) throw new AdminError('the database lacks migrations; run `npm run migrate` first');
  if (!facts.owns) throw new AdminError('this login does not own the tables; use the one that ran `npm run migrate`');
  if (!facts.sees_all)
    throw new AdminError(
      'row level security holds this login; let a superuser run `alter role <login> bypassrls`, or use one that has it',
    );
}
