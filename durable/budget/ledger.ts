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

type Held = { readonly month: string; readonly tokens: number; readonly limit: number | null };

type MonthState = {
  readonly month: string;
  readonly used: number;
  readonly leastRefused: number | null;
  /** Held for all running answers. */
  readonly reserved: number;
  /** The reservation that was asked for. */
  readonly held: Held | null;
  readonly isSettled: boolean;
};

type MonthRow = {
  used: number | null;
  least_refused: number | null;
  held_month: string | null;
  held_tokens: number | null;
  held_limit: number | null;
  reserved: number;
  next_expiry: number | null;
  is_settled: number;
};

const emptyMonth = (month: string): MonthState => ({
  month,
  used: 0,
  leastRefused: null,
  reserved: 0,
  held: null,
  isSettled: false,
});

function figuresOf({ month, used, leastRefused, reserved }: MonthState, limit: number | null): BudgetFigures {
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

export function createLedger({ sql, now }: LedgerDeps) {
  /** Repeating a reservation returns the same one, unless the limit was lowered since. */
  function reserve({ leaseId, month, tokens, atLeast, limit }: ReserveInput): ReserveResult {
    migrate(sql, BUDGET_STEPS);
    const before = read(month, leaseId);
    if (before.isSettled) return { ok: true, tokens, figures: figuresOf(before, limit) };
    const { held } = before;
    if (held && !isLowered(held.limit, limit))
      return { ok: true, tokens: held.tokens, figures: figuresOf(before, limit) };
    const free = held ? letGo(before, leaseId, held) : before;
    const { left } = figuresOf(free, limit);
    const grant = Math.min(held?.tokens ?? tokens, left ?? Number.MAX_SAFE_INTEGER);
    if (grant < atLeast) return { ok: false, figures: figuresOf(noteRefused(free, atLeast), limit) };
    hold(leaseId, { month, tokens: grant, limit });
    const after = noteGranted({ ...free, reserved: free.reserved + grant });
    return { ok: true, tokens: grant, figures: figuresOf(after, limit) };
  }

  /** Never takes anything back. A reservation that has expired meanwhile is made again, as far as there is room. */
  function extend({ leaseId, month, tokens, limit }: ExtendInput): Extension {
    migrate(sql, BUDGET_STEPS);
    const { held, isSettled } = read(month, leaseId);
    const charged = held?.month ?? month;
    const before = read(charged, leaseId);
    const { left } = figuresOf(before, limit);
    const own = held?.tokens ?? 0;
    const grant = Math.max(own, Math.min(tokens, own + (left ?? Number.MAX_SAFE_INTEGER)));
    // Its answer has ended, and this request for it was late.
    if (isSettled) return { tokens: grant, figures: figuresOf(before, limit) };
    hold(leaseId, { month: charged, tokens: grant, limit });
    return { tokens: grant, figures: figuresOf({ ...before, reserved: before.reserved - own + grant }, limit) };
  }

  /** Charges the used tokens, once per reservation, even if it has expired or never arrived. */
  function settle({ leaseId, month, tokens }: Settlement): void {
    migrate(sql, BUDGET_STEPS);
    if (month < oldestOfLeases()) return;
    // Charged to the month it was reserved in, if known.
    const [settled] = sql
      .exec<{ month: string }>(
        `insert or ignore into settled (lease_id, month, tokens)
         values (?1, coalesce((select month from held where lease_id = ?1), ?2), ?3) returning month`,
        leaseId,
        month,
        tokens,
      )
      .toArray();
    if (!settled) return;
    sql.exec('delete from held where lease_id = ?', leaseId);
    const charged = sql.exec('update months set used = used + ? where month = ?', tokens, settled.month);
    if (charged.rowsWritten === 0) beginMonth(settled.month, { used: tokens });
  }

  function status({ month, limit }: StatusInput): BudgetFigures {
    return figuresOf(schemaVersion(sql) > 0 ? read(month, null) : emptyMonth(month), limit);
  }

  /** Releases expired reservations. Returns when the next one expires; null if none is held. */
  function expire(): number | null {
    sql.exec('delete from held where expires_at <= ?', now());
    return sql.exec<{ at: number | null }>('select min(expires_at) as at from held').one().at;
  }

  /** The month and one reservation in it, without expired reservations: one query, because each answer needs all of it. */
  function read(month: string, leaseId: string | null): MonthState {
    const row = sql
      .exec<MonthRow>(
        `select m.used, m.least_refused, h.month as held_month, h.tokens as held_tokens, h.limit_tokens as held_limit,
           (select coalesce(sum(tokens), 0) from held where month = ?1) as reserved,
           (select min(expires_at) from held) as next_expiry,
           exists (select 1 from settled where lease_id = ?2) as is_settled
         from (select 1) left join months m on m.month = ?1 left join held h on h.lease_id = ?2`,
        month,
        leaseId,
      )
      .one();
    if (row.next_expiry !== null && row.next_expiry <= now()) {
      expire();
      return read(month, leaseId);
    }
    const held =
      row.held_month === null ? null : { month: row.held_month, tokens: row.held_tokens ?? 0, limit: row.held_limit };
    const { used, least_refused: leastRefused, reserved } = row;
    return { month, used: used ?? 0, leastRefused, reserved, held, isSettled: row.is_settled === 1 };
  }

  function hold(leaseId: string, { month, tokens, limit }: Held): void {
    sql.exec(
      'insert or replace into held (lease_id, month, tokens, limit_tokens, expires_at) values (?, ?, ?, ?, ?)',
      leaseId,
      month,
      tokens,
      limit,
      now() + LEASE_MS,
    );
  }

  function letGo(state: MonthState, leaseId: string, { month, tokens }: Held): MonthState {
    sql.exec('delete from held where lease_id = ?', leaseId);
    return { ...state, held: null, reserved: state.reserved - (month === state.month ? tokens : 0) };
  }

  function noteRefused(state: MonthState, atLeast: number): MonthState {
    const { month, leastRefused } = state;
    if (leastRefused !== null && leastRefused <= atLeast) return state;
    const { rowsWritten } = sql.exec('update months set least_refused = ? where month = ?', atLeast, month);
    if (rowsWritten === 0) beginMonth(month, { leastRefused: atLeast });
    return { ...state, leastRefused: atLeast };
  }

  function noteGranted(state: MonthState): MonthState {
    if (state.leastRefused === null) return state;
    sql.exec('update months set least_refused = null where month = ?', state.month);
    return { ...state, leastRefused: null };
  }

  /** Old months are deleted when a new one starts. */
  function beginMonth(month: string, { used = 0, leastRefused = null }: Partial<MonthState>): void {
    sql.exec('insert into months (month, used, least_refused) values (?, ?, ?)', month, used, leastRefused);
    sql.exec('delete from settled where month < ?', oldestOfLeases());
    sql.exec('delete from months where month < ?', monthAfter(monthOf(now()), 1 - MONTHS_KEPT));
  }

  const oldestOfLeases = (): string => monthAfter(monthOf(now()), 1 - MONTHS_OF_LEASES);

  return { reserve, extend, settle, status, expire };
}

const isLowered = (before: number | null, now: number | null): boolean =>
  now !== null && (before === null || now < before);
