// The Postgres access that tools get. Every query runs with the requesting user's rights, and reads can't write.
import { type SQL, sql } from 'drizzle-orm';
import { type PostgresDeps, type TenantOptions, withTenant } from '../postgres/with-tenant.ts';
import type { Access } from '../principal.ts';

type Rows = readonly Record<string, unknown>[];

export type TenantReader = {
  /** Runs one query in a read-only transaction. @throws AppError */
  query(query: SQL): Promise<Rows>;
};

export type TenantWriter = {
  /** Runs one query in its own transaction. @throws AppError */
  change(query: SQL): Promise<Rows>;
};

export type Tenant = {
  readonly reader: TenantReader;
  readonly writer: TenantWriter;
  /** The journal's entry for an effect of this user; null if there is none. @throws AppError */
  findEffect(key: string): Promise<unknown>;
};

/** Short, because the model and the user are waiting. */
const READ_TIMEOUT_MS = 4_000;
/** Longer, because a write may wait for a lock. */
const WRITE_TIMEOUT_MS = 8_000;

export type TenantScope = {
  /** The id of the shared place that will show the results. Limits them to what all its members may see. */
  readonly place?: string | undefined;
  /** Statement timeouts in milliseconds. */
  readonly readMs?: number;
  readonly writeMs?: number;
};

export function openTenant(deps: PostgresDeps, access: Access, scope: TenantScope = {}): Tenant {
  const { place, readMs = READ_TIMEOUT_MS, writeMs = WRITE_TIMEOUT_MS } = scope;
  const run = async (query: SQL, options: TenantOptions): Promise<Rows> => {
    const claim = { kind: 'user', org: access.orgId, user: access.userId, ...(place && { place }) } as const;
    const [result] = await withTenant(deps, claim, (db) => [db.execute(query)], options);
    return result.rows;
  };
  const reader: TenantReader = { query: (query) => run(query, { readOnly: true, timeoutMs: readMs }) };
  return {
    reader,
    writer: { change: (query) => run(query, { timeoutMs: writeMs }) },
    findEffect: async function findEffect(key) {
      const [row] = await reader.query(sql`select public.find_effect(${key}) as answer`);
      return row?.['answer'] ?? null;
    },
  };
}
