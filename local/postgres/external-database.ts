// Uses the PostgreSQL or Neon database in DATABASE_URL instead of the embedded one. It is migrated if an owner's login is
// known, and gets the demo data only if it has no org yet.
import pg from 'pg';
import { migrate } from '../../migrations/migrate.ts';
import { seedDemoData } from '../demo-data/demo-data.ts';
import type { Keys } from '../stack/keys.ts';
import { StackError } from '../stack/stack-error.ts';
import type { Settings } from '../stack/worker/worker-bindings.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';

const APP_ROLE = 'groundwire_app';
const DEFAULT_PORT = 5432;

export type ExternalAddresses = {
  /** The Worker's login. */
  readonly appUrl: string;
  /** Null if no login that can migrate is configured. */
  readonly ownerUrl: string | null;
  readonly appPassword: string | undefined;
  readonly isNeon: boolean;
};

/**
 * DATABASE_URL is the Worker's login if its user is groundwire_app. Otherwise it is the owner's, and the Worker's is
 * derived from it. DATABASE_OWNER_URL sets the owner's login separately.
 * @throws StackError if an address can't be parsed.
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

/** @throws StackError | MigrationError with one line for the user. */
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
    // Reported below without the text, which contains a password.
  }
  throw new StackError(`${name} must read postgresql://user:password@host:port/database`);
}
