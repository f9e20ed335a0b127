// Connects to the database: the one in DATABASE_OWNER_URL, or that of the running local stack.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../project-root.ts';
import { loadKeys } from '../stack/keys.ts';
import { HOST } from '../stack/ports.ts';
import { AdminError } from './command.ts';

type Settings = Readonly<Record<string, string>>;

export type Target = { readonly ownerUrl: string; readonly isLocal: boolean; readonly settings: Settings };

/** The port is on the fourth line of postmaster.pid. */
const PORT_LINE = 3;

/** @throws AdminError if no database is configured and no local stack is running. */
export function findTarget(settings: Settings): Target {
  const named = settings['DATABASE_OWNER_URL'];
  if (named) return { ownerUrl: named, isLocal: false, settings };
  if (settings['DATABASE_URL'])
    throw new AdminError(
      'DATABASE_URL is set and DATABASE_OWNER_URL is not; set it to the login that migrates that database',
    );
  const dir = join(PROJECT_ROOT, settings['LOCAL_DIR'] ?? '.local');
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
      AUDIT_KEYS: keys.auditKeys,
      PUBLIC_ORIGIN: `http://${HOST}:${settings['PORT'] ?? '8787'}`,
      ...settings,
    },
  };
}

/** @throws AdminError if the database doesn't respond, lacks our migrations, or the login can't administer it. */
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
    // The next query reports it. Without a listener, the event would end the process with a stack trace.
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (cause) {
    // The driver's message doesn't name the database, and the address contains a password.
    const code = (cause as { code?: string }).code ?? 'it isn’t responding';
    throw new AdminError(`can’t log in to the database (${code}); check DATABASE_OWNER_URL`, { cause });
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
  if (!facts.owns) throw new AdminError('this login doesn’t own the tables; use the one that ran `npm run migrate`');
  if (!facts.sees_all)
    throw new AdminError(
      'row-level security applies to this login; run `alter role <login> bypassrls` as a superuser, or use a login that has it',
    );
}
