// Verifies an org's audit log with the database login of an operator, which reads the tables themselves.
import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { AuditKeys } from '../../durable/audit/signature.ts';
import { type LogCheck, verifyLog } from '../../durable/audit/verify-log.ts';
import {
  chainStepQuery,
  STEP_ROWS,
  sourcesForOperator,
  toChainStep,
} from '../../durable/postgres/queries/audit-chain.ts';

export type LogVerdict = Exclude<LogCheck, { state: 'progress' }>;

/** What the org's object remembers can't be asked from here. */
export async function verifyOrgLog(
  database: pg.Client,
  orgId: string,
  keys: AuditKeys | null,
  stepRows = STEP_ROWS,
): Promise<LogVerdict> {
  // Hashes cover times as UTC writes them.
  await database.query(`set timezone = 'UTC'`);
  const checks = verifyLog({
    orgId,
    keys,
    witness: null,
    readStep: async ({ after, hashesOf }) => {
      const query = chainStepQuery(sourcesForOperator(orgId), { after, hashesOf, stepRows });
      const { sql, params } = new PgDialect().sqlToQuery(query);
      return toChainStep((await database.query(sql, params)).rows[0], after, stepRows);
    },
  });
  for await (const check of checks) if (check.state !== 'progress') return check;
  throw new Error('the verification ended without a result');
}
