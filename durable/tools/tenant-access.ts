// The Postgres door as a tool gets it: the claim is bound to the user who asks, reads are read-only in Postgres.
import type { SQL } from 'drizzle-orm';

export type TenantReader = {
  /** Runs one query under the user's rights and answers its rows. @throws AppError */
  query(query: SQL): Promise<readonly Record<string, unknown>[]>;
};

export type TenantWriter = {
  /** Runs one query, a transaction of its own, under the user's rights and answers its rows. @throws AppError */
  change(query: SQL): Promise<readonly Record<string, unknown>[]>;
};
