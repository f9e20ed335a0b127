// The Postgres door as a tool gets it: the claim is bound to the user who asks, reads are read-only in Postgres.
import { type SQL, sql } from 'drizzle-orm';
import { type PostgresDeps, type TenantOptions, withTenant } from '../postgres/with-tenant.ts';
import type { Access } from '../principal.ts';

type Rows = readonly Record<string, unknown>[];

export type TenantReader = {
  /** Runs one query under the user's rights and answers its rows. @throws AppError */
  query(query: SQL): Promise<Rows>;
};

export type TenantWriter = {
  /** Runs one query, a transaction of its own, under the user's rights and answers its rows. @throws AppError */
  change(query: SQL): Promise<Rows>;
};

export type Tenant = {
  readonly reader: TenantReader;
  readonly writer: TenantWriter;
  /** What the journal holds of an effect of this user; null where there is none. @throws AppError */
  findEffect(key: string): Promise<unknown>;
};

/** A model waits for it, and so does the user behind the model. */
const READ_TIMEOUT_MS = 4_000;
/** A write may wait for another one that holds its rows. */
const WRITE_TIMEOUT_MS = 8_000;

/** @param limits Statement timeouts in milliseconds. */
export function openTenant(
  deps: PostgresDeps,
  access: Access,
  limits: { readonly readMs: number; readonly writeMs: number } = {
    readMs: READ_TIMEOUT_MS,
    writeMs: WRITE_TIMEOUT_MS,
  },
): Tenant {
  const run = async (query: SQL, options: TenantOptions): Promise<Rows> => {
    const claim = { kind: 'user', org: access.orgId, user: access.userId } as const;
    const [result] = await withTenant(deps, claim, (db) => [db.execute(query)], options);
    return result.rows;
  };
  const reader: TenantReader = { query: (query) => run(query, { readOnly: true, timeoutMs: limits.readMs }) };
  return {
    reader,
    writer: { change: (query) => run(query, { timeoutMs: limits.writeMs }) },
    findEffect: async function findEffect(key) {
      const [row] = await reader.query(sql`select public.find_effect(${key}) as answer`);
      return row?.['answer'] ?? null;
    },
  };
}
