// The only access to Postgres. Each call is one HTTP request and one transaction, whose first statement sets the signed
// claim, the statement timeout and, for reads, read-only mode. Without the claim, queries see no rows.
import { neon, neonConfig } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import { settingsOf } from '../env.ts';
import { type Claim, signClaim } from './session-claim.ts';
import { toDatabaseError } from './sqlstate.ts';

export type PostgresDeps = {
  /** Logs in as groundwire_app. */
  readonly databaseUrl: string;
  /** `<kid>:<base64>` */
  readonly claimKey: string;
  /** Set when Neon's HTTP endpoint is not on the database's host. */
  readonly fetchEndpoint?: string | undefined;
  /** Unix milliseconds; the clock by default. */
  readonly now?: () => number;
};

export type TenantOptions = {
  readonly readOnly?: boolean;
  /** Limits each statement in Postgres; the whole request gets a little more. */
  readonly timeoutMs?: number;
};

/** Builds queries. It has no connection: only `withTenant` runs them. */
export type TenantDb = Pick<
  NeonHttpDatabase,
  'select' | 'selectDistinct' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'execute' | 'with' | '$with'
>;

type Query = BatchItem<'pg'>;

const TIMEOUT_MS = 5_000;
/** A page waits for a read; a user who waits longer than this reloads anyway. */
const READ_TIMEOUT_MS = 3_000;
const NETWORK_MS = 2_000;
const READ_NETWORK_MS = 1_000;

/**
 * Runs the queries in one transaction under the claim and returns their results in order.
 * @throws AppError, whose fault `getDatabaseFault` returns; never the driver's own message.
 */
export async function withTenant<T extends readonly [Query, ...Query[]]>(
  deps: PostgresDeps,
  claim: Claim,
  build: (db: TenantDb) => T,
  options: TenantOptions = {},
): Promise<BatchResponse<T>> {
  const { readOnly = false } = options;
  const timeoutMs = options.timeoutMs ?? (readOnly ? READ_TIMEOUT_MS : TIMEOUT_MS);
  // Built first: a mistake in a query is the caller's, not the database's.
  const queries = build(builder);
  const settings = builder.execute(sql`select
    set_config('groundwire.claim', ${await signClaim(deps.claimKey, claim, (deps.now ?? Date.now)())}, true),
    set_config('statement_timeout', ${String(Math.ceil(timeoutMs))}, true)
    ${readOnly ? sql`, set_config('transaction_read_only', 'on', true)` : sql``}`);
  try {
    const [, ...results] = await connect(deps, timeoutMs + (readOnly ? READ_NETWORK_MS : NETWORK_MS)).batch([
      settings,
      ...queries,
    ]);
    // The rest of a tuple keeps its order, but the compiler can't infer that through the spread.
    return results as BatchResponse<T>;
  } catch (error) {
    throw toDatabaseError(error);
  }
}

const builder: TenantDb = drizzle.mock();

const defaultEndpoint = neonConfig.fetchEndpoint;
/** `host:port` of a database → its endpoint. The driver takes this setting for the whole process only. */
const endpoints = new Map<string, string>();
neonConfig.fetchEndpoint = (host, port, options) =>
  endpoints.get(`${host}:${port}`) ??
  (typeof defaultEndpoint === 'string' ? defaultEndpoint : defaultEndpoint(host, port, options));

// One driver per request, because the time limit is set on the driver; it is a closure and has no connection.
function connect(deps: PostgresDeps, limitMs: number): NeonHttpDatabase {
  if (deps.fetchEndpoint !== undefined) {
    const { hostname, port } = new URL(deps.databaseUrl.replace(/^postgres(ql)?:/, 'http:'));
    endpoints.set(`${hostname}:${port}`, deps.fetchEndpoint);
  }
  const client = neon(deps.databaseUrl, {
    fetchOptions: { signal: AbortSignal.timeout(limitMs) },
    disableWarningInBrowsers: true,
  });
  return drizzle({ client });
}

export function postgresDepsOf(env: object): PostgresDeps {
  const { DATABASE_URL, CLAIM_KEY, NEON_FETCH_ENDPOINT } = settingsOf(env);
  return { databaseUrl: DATABASE_URL, claimKey: CLAIM_KEY, fetchEndpoint: NEON_FETCH_ENDPOINT };
}
