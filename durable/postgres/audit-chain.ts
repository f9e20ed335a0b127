// Checks that an org's audit log is whole, a bounded number of rows at a time.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Owner } from './conversations.ts';
import { type PostgresDeps, withTenant } from './with-tenant.ts';

/** A row was changed, or is not there; or what was taken out of rows is not what the log tells of it. */
export const BREAK_REASONS = ['changed', 'missing', 'redaction'] as const;
type BreakReason = (typeof BREAK_REASONS)[number];

/** How far the chain was found to hold. */
export type ChainPlace = { readonly seq: number; readonly hash: string | null };
export const CHAIN_START: ChainPlace = { seq: 0, hash: null };

export type ChainStep =
  | { readonly state: 'holds'; readonly place: ChainPlace; readonly rows: number }
  | { readonly state: 'whole'; readonly place: ChainPlace }
  | {
      readonly state: 'broken';
      readonly place: ChainPlace;
      readonly seq: number;
      readonly reason: BreakReason;
    };

const count = z.coerce.number().int();
const Row = z.object({
  checkedSeq: count,
  checkedHash: z.string(),
  headSeq: count.nullable(),
  isEnd: z.boolean(),
  breakSeq: count.nullable(),
  reason: z.enum(BREAK_REASONS).nullable(),
});

/** Well below the statement's time limit, on a slow machine too. */
const STEP_ROWS = 20_000;

/** @throws AppError ACCESS_REVOKED where the reader may not read the log */
export async function checkChainStep(
  deps: PostgresDeps,
  reader: Owner,
  after: ChainPlace,
  stepRows = STEP_ROWS,
): Promise<ChainStep> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [
      db.execute(sql`
        select checked_seq as "checkedSeq", checked_hash as "checkedHash", head_seq as "headSeq", is_end as "isEnd",
          break_seq as "breakSeq", reason
        from check_audit_chain(${after.seq}::bigint, ${after.hash}::text, ${stepRows}::integer)`),
    ],
    { readOnly: true },
  );
  if (!rows[0]) throw new AppError('ACCESS_REVOKED');
  const { checkedSeq, checkedHash, headSeq, isEnd, breakSeq, reason } = Row.parse(rows[0]);
  const place = { seq: checkedSeq, hash: checkedHash };
  if (breakSeq !== null && reason !== null) return { state: 'broken', place, seq: breakSeq, reason };
  return isEnd ? { state: 'whole', place } : { state: 'holds', place, rows: headSeq ?? checkedSeq };
}
