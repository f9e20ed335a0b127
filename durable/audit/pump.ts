// Moves the outbox on: one drain a lane at a time, as soon as asked, and again by alarm where a receiver was away.
import { logFailure } from '../log.ts';
import { schemaVersion } from '../sqlite-migrate.ts';
import { deliverToAccount } from './deliver-to-account.ts';
import { deliverToBudget } from './deliver-to-budget.ts';
import { deliverToPostgres } from './deliver-to-postgres.ts';
import { type Delivery, drain } from './drain.ts';
import * as outbox from './outbox.ts';
import { reportParked } from './parked.ts';

export type PumpDeps = {
  readonly sql: SqlStorage;
  readonly env: Env;
  now(): number;
  waitUntil(work: Promise<unknown>): void;
  /** A receiver was away: the alarm must come again. */
  retryLater(): void;
};

export type Pump = ReturnType<typeof createPump>;

export function createPump(deps: PumpDeps) {
  const lanes = [
    createLane(deps, 'postgres', deliverToPostgres),
    createLane(deps, 'account', deliverToAccount),
    createLane(deps, 'budget', deliverToBudget),
  ];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let hasTables = false;

  /** Drains all lanes. True where nothing deliverable is left. Never rejects. */
  async function now(): Promise<boolean> {
    if (!isMigrated()) return true;
    const emptied = await Promise.all(lanes.map((lane) => lane()));
    return emptied.every(Boolean);
  }

  /** Asked where no transaction is open, so that what was seen once stays. */
  function isMigrated(): boolean {
    hasTables ||= schemaVersion(deps.sql) > 0;
    return hasTables;
  }

  function start(): void {
    timer = null;
    deps.waitUntil(now().then(afterwards));
  }

  /** Rows can come in the moment in which a drain has seen the end and is not yet over. */
  function afterwards(emptied: boolean): void {
    if (!emptied) deps.retryLater();
    else if (isMigrated() && outbox.backlog(deps.sql) > 0) start();
  }

  /** Drains from `delayMs` on; asking again for an earlier time brings it forward. */
  function soon(delayMs: number): void {
    if (delayMs > 0) {
      timer ??= setTimeout(start, delayMs);
      return;
    }
    if (timer !== null) clearTimeout(timer);
    start();
  }

  return { now, soon };
}

type Deliver = (env: Env, items: readonly outbox.OutboxItem[]) => Promise<Delivery>;

/** One drain at a time; rows that come while it runs are taken by the same one, or by one more. */
function createLane(deps: PumpDeps, lane: outbox.Lane, deliver: Deliver): () => Promise<boolean> {
  let running: Promise<boolean> | null = null;
  return () => {
    running ??= drain({
      take: (limit) => outbox.takeFromOutbox(deps.sql, lane, limit),
      settle: (rows) => outbox.settle(deps.sql, rows),
      recordFailure: (row, reason) => outbox.recordFailure(deps.sql, row, reason),
      park: (row) => {
        outbox.park(deps.sql, row, deps.now());
        reportParked(deps.sql, lane, row, deps.now());
      },
      deliver: (items) => deliver(deps.env, items),
    })
      .catch((error: unknown) => {
        logFailure('outbox drain failed', error, { lane });
        return false;
      })
      .finally(() => {
        running = null;
      });
    return running;
  };
}
