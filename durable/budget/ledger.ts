// The ledger of an org's months: tokens reserved before a model is asked, settled when its answer is over.
// Every function here is synchronous: nothing can come between reading what is left and taking it.
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { monthAfter, monthOf, renewalOf } from './month.ts';
import type { BudgetFigures, ReserveAnswer, ReserveInput, Settlement, StatusInput } from './requests.ts';
import { BUDGET_STEPS } from './sqlite-migrations.ts';

/**
 * How long a lease is held for a conversation that is not heard of. A turn takes two minutes at most, and a conversation
 * that died is back within one; what is settled later still counts.
 */
export const LEASE_MS = 15 * 60_000;
/** Settled leases of older months are forgotten: by then nobody settles them again. */
const MONTHS_OF_LEASES = 3;
const MONTHS_KEPT = 24;

export type LedgerDeps = { readonly sql: SqlStorage; now(): number };

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ sql, now }: LedgerDeps) {
  /** Asked again for the same lease it answers the same, unless the limit has been lowered under it since. */
  function reserve({ leaseId, month, tokens, atLeast, limit }: ReserveInput): ReserveAnswer {
    migrate(sql, BUDGET_STEPS);
    expire();
    if (isSettled(leaseId)) return granted(month, limit, tokens);
    const held = findHeld(leaseId);
    if (held && !isLowered(held.limit, limit)) return granted(month, limit, held.tokens);
    if (held) sql.exec('delete from held where lease_id = ?', leaseId);
    const { left } = figuresOf(month, limit);
    const grant = Math.min(held?.tokens ?? tokens, left ?? Number.MAX_SAFE_INTEGER);
    if (grant < atLeast) {
      noteRefused(month, atLeast);
      return { ok: false, figures: figuresOf(month, limit) };
    }
    sql.exec(
      'insert into held (lease_id, month, tokens, limit_tokens, expires_at) values (?, ?, ?, ?, ?)',
      leaseId,
      month,
      grant,
      limit,
      now() + LEASE_MS,
    );
    noteGranted(month);
    return granted(month, limit, grant);
  }

  /** Charges what was used, once a lease, whether it is held, has expired, or was never heard of before. */
  function settle({ leaseId, month, tokens }: Settlement): void {
    migrate(sql, BUDGET_STEPS);
    if (month < oldestOfLeases() || isSettled(leaseId)) return;
    // The lease's own month, where it is known: it was reserved there.
    const charged = findHeld(leaseId)?.month ?? month;
    sql.exec('delete from held where lease_id = ?', leaseId);
    sql.exec('insert into settled (lease_id, month, tokens) values (?, ?, ?)', leaseId, charged, tokens);
    requireMonth(charged);
    if (tokens > 0) sql.exec('update months set used = used + ? where month = ?', tokens, charged);
  }

  function status({ month, limit }: StatusInput): BudgetFigures {
    if (schemaVersion(sql) > 0) expire();
    return figuresOf(month, limit);
  }

  /** Lets go of abandoned leases. Answers when the next one runs out; null where none is held. */
  function expire(): number | null {
    const at = now();
    const next = sql.exec<{ at: number | null }>('select min(expires_at) as at from held').one().at;
    if (next === null || next > at) return next;
    sql.exec('delete from held where expires_at <= ?', at);
    return sql.exec<{ at: number | null }>('select min(expires_at) as at from held').one().at;
  }

  function figuresOf(month: string, limit: number | null): BudgetFigures {
    const { used, leastRefused } = readMonth(month);
    const reserved = reservedIn(month);
    const left = limit === null ? null : Math.max(0, limit - used - reserved);
    return {
      month,
      used,
      reserved,
      limit,
      left,
      renewsAt: renewalOf(month),
      isSpent: left !== null && (left === 0 || (leastRefused !== null && left < leastRefused)),
    };
  }

  const granted = (month: string, limit: number | null, tokens: number): ReserveAnswer => ({
    ok: true,
    tokens,
    figures: figuresOf(month, limit),
  });

  function readMonth(month: string): { readonly used: number; readonly leastRefused: number | null } {
    if (schemaVersion(sql) === 0) return { used: 0, leastRefused: null };
    const row = sql
      .exec<{ used: number; least_refused: number | null }>(
        'select used, least_refused from months where month = ?',
        month,
      )
      .toArray()[0];
    return { used: row?.used ?? 0, leastRefused: row?.least_refused ?? null };
  }

  const reservedIn = (month: string): number =>
    schemaVersion(sql) === 0
      ? 0
      : sql.exec<{ sum: number }>('select coalesce(sum(tokens), 0) as sum from held where month = ?', month).one().sum;

  function noteRefused(month: string, atLeast: number): void {
    const { leastRefused } = readMonth(month);
    if (leastRefused !== null && leastRefused <= atLeast) return;
    requireMonth(month);
    sql.exec('update months set least_refused = ? where month = ?', atLeast, month);
  }

  function noteGranted(month: string): void {
    if (readMonth(month).leastRefused !== null)
      sql.exec('update months set least_refused = null where month = ?', month);
  }

  /** A month that begins is the moment to forget old ones. */
  function requireMonth(month: string): void {
    const { rowsWritten } = sql.exec('insert or ignore into months (month, used) values (?, 0)', month);
    if (rowsWritten === 0) return;
    sql.exec('delete from settled where month < ?', oldestOfLeases());
    sql.exec('delete from months where month < ?', monthAfter(monthOf(now()), 1 - MONTHS_KEPT));
  }

  const oldestOfLeases = (): string => monthAfter(monthOf(now()), 1 - MONTHS_OF_LEASES);

  const isSettled = (leaseId: string): boolean =>
    sql.exec('select 1 from settled where lease_id = ?', leaseId).toArray().length > 0;

  function findHeld(leaseId: string) {
    const row = sql
      .exec<{ month: string; tokens: number; limit_tokens: number | null }>(
        'select month, tokens, limit_tokens from held where lease_id = ?',
        leaseId,
      )
      .toArray()[0];
    return row ? { month: row.month, tokens: row.tokens, limit: row.limit_tokens } : null;
  }

  return { reserve, settle, status, expire };
}

const isLowered = (before: number | null, now: number | null): boolean =>
  now !== null && (before === null || now < before);
