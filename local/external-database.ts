// A PostgreSQL or Neon that the developer named with DATABASE_URL, instead of the embedded one. Migrated when an
// owner's login is known, never filled with demo people unless it has no org yet.
import pg from 'pg';
import { migrate } from '../migrations/migrate.ts';
import { seedDemoData } from './demo-data.ts';
import type { Keys } from './keys.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';
import { StackError } from './stack-error.ts';
import type { Settings } from './worker-bindings.ts';

const APP_ROLE = 'groundwire_app';
const DEFAULT_PORT = 5432;

export type ExternalAddresses = {
  /** The Worker's login. */
  readonly appUrl: string;
  /** Null: nobody said who may migrate. */
  readonly ownerUrl: string | null;
  readonly appPassword: string | undefined;
  readonly isNeon: boolean;
};

/**
 * DATABASE_URL is the Worker's login when it names groundwire_app; else it is the owner's, from which the Worker's is
 * made. DATABASE_OWNER_URL names the owner apart.
 * @throws StackError when an address cannot be read.
 */
export function readAddresses(settings: Settings, keys: Keys): ExternalAddresses {
  const url = parseUrl('DATABASE_URL', settings['DATABASE_URL']);
  const owner = settings['DATABASE_OWNER_URL'] ? parseUrl('DATABASE_OWNER_URL', settings['DATABASE_OWNER_URL']) : null;
  const isNeon = url.hostname.endsWith('.neon.tech');
  if (url.username === APP_ROLE) {
    return { appUrl: url.href, ownerUrl: owner?.href ?? null, appPassword: decodeURIComponent(url.password), isNeon };
  }
  const ownerUrl = owner?.href ?? url.href;
  url.username = APP_ROLE;
  url.password = keys.appPassword;
  return { appUrl: url.href, ownerUrl, appPassword: keys.appPassword, isNeon };
}

/** @throws StackError | MigrationError with one line that may be shown. */
export async function openExternalDatabase(settings: Settings, keys: Keys) {
  const { appUrl, ownerUrl, appPassword, isNeon } = readAddresses(settings, keys);
  if (ownerUrl !== null) {
    await migrate({ ownerUrl, appPassword, claimKey: settings['CLAIM_KEY'] ?? keys.claimKey });
    if (await isEmpty(ownerUrl)) await seedDemoData({ ownerUrl });
  }
  const { hostname, port, searchParams, pathname } = new URL(appUrl);
  const ssl = ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '');
  const endpoint = isNeon
    ? null
    : await startNeonEndpoint({ server: { host: hostname, port: Number(port) || DEFAULT_PORT, ssl } });
  return {
    databaseUrl: appUrl,
    ownerUrl: ownerUrl ?? appUrl,
    fetchEndpoint: endpoint?.fetchEndpoint,
    description: `${hostname}${pathname}${ownerUrl === null ? ', not migrated: DATABASE_OWNER_URL is not set' : ', migrated'}`,
    stop: async () => endpoint?.stop(),
  };
}

async function isEmpty(ownerUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from orgs limit 1');
    return rowCount === 0;
  } finally {
    await client.end();
  }
}

function parseUrl(name: string, text: string | undefined): URL {
  try {
    const url = new URL(text ?? '');
    if (/^postgres(ql)?:$/.test(url.protocol) && url.username !== '' && url.pathname.length > 1) return url;
  } catch {
    // Told below, without the text: it holds a password.
  }
  throw new StackError(`${name} must read postgresql://user:password@host:port/database`);
}
