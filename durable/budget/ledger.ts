// An org's token ledger, by month: tokens are reserved before a model call and settled when its answer ends.
// All functions are synchronous, so nothing can run between reading what is left and reserving it.
import type {
  BudgetFigures,
  ExtendInput,
  Extension,
  ReserveInput,
  ReserveResult,
  Settlement,
  StatusInput,
} from '../contracts/budget.ts';
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { monthAfter, monthOf, renewalOf } from './month.ts';

// The Budget's own tables. Append steps; never edit one that has been released.
const BUDGET_STEPS: readonly string[] = [
  `create table months (
     month text primary key, used integer not null,
     -- The smallest refused reservation since the last granted one.
     least_refused integer
   ) without rowid;
   -- Reservations of running answers: few, so that summing them is cheap.
   create table held (
     lease_id text primary key, month text not null, tokens integer not null, limit_tokens integer,
     expires_at integer not null
   ) without rowid;
   -- Settled reservations, so that none is charged twice.
   create table settled (
     lease_id text primary key, month text not null, tokens integer not null
   ) without rowid;`,
];

/**
 * When an unsettled reservation expires. An answer that streams for longer renews it with each extension, and a crashed
 * conversation recovers within a minute. A late settlement still counts.
 */
export const LEASE_MS = 15 * 60_000;
/** Settlements of older months are deleted, because they are no longer sent. */
const MONTHS_OF_LEASES = 3;
const MONTHS_KEPT = 24;

export type LedgerDeps = { readonly sql: SqlStorage; now(): number };

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ sql, now }: LedgerDeps) {
  /** Repeating a reservation returns the same one, unless the limit was lowered since. */
  function reserve({ leaseId, month, tokens, atLeast, limit }: ReserveInput): ReserveResult {
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

  /** Never takes anything back. A reservation that has expired meanwhile is made again, as far as there is room. */
  function extend({ leaseId, month, tokens, limit }: ExtendInput): Extension {
    migrate(sql, BUDGET_STEPS);
    expire();
    const held = findHeld(leaseId);
    const charged = held?.month ?? month;
    const { left } = figuresOf(charged, limit);
    const before = held?.tokens ?? 0;
    const grant = Math.max(before, Math.min(tokens, before + (left ?? Number.MAX_SAFE_INTEGER)));
    // Its answer has ended, and this request for it was late.
    if (!isSettled(leaseId)) {
      sql.exec(
        'insert or replace into held (lease_id, month, tokens, limit_tokens, expires_at) values (?, ?, ?, ?, ?)',
        leaseId,
        charged,
        grant,
        limit,
        now() + LEASE_MS,
      );
    }
    return { tokens: grant, figures: figuresOf(charged, limit) };
  }

  /** Charges the used tokens, once per reservation, even if it has expired or never arrived. */
  function settle({ leaseId, month, tokens }: Settlement): void {
    migrate(sql, BUDGET_STEPS);
    if (month < oldestOfLeases() || isSettled(leaseId)) return;
    // The month it was reserved in, if known.
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

  /** Releases expired reservations. Returns when the next one expires; null if none is held. */
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

  const granted = (month: string, limit: number | null, tokens: number): ReserveResult => ({
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

  /** Old months are deleted when a new one starts. */
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

  return { reserve, extend, settle, status, expire };
}

const isLowered = (before: number | null, now: number | null): boolean =>
  now !== null && (before === null || now < before);
