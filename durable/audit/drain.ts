// Empties the outbox in order, a batch at a time. Delivery is at least once; receivers make it exactly once.
// A receiver that is away stops the drain, to be tried again later; one bad row does not hold up the rest.
import { logFailure } from '../log.ts';
import type { OutboxItem, OutboxRow } from './outbox.ts';

/** What came of one delivery: `rejected` means that these very items were refused and would be again. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'unavailable' | 'rejected'; readonly reason: string };

export type DrainDeps = {
  take(limit: number): readonly OutboxRow[];
  settle(rows: readonly OutboxRow[]): void;
  recordFailure(row: OutboxRow, reason: string): void;
  park(row: OutboxRow): void;
  deliver(items: readonly OutboxItem[]): Promise<Delivery>;
};

const BATCH_ROWS = 50;
/** Refusals of one row before it is parked. */
const MAX_ATTEMPTS = 5;

/** Resolves to true when nothing deliverable is left, false when a receiver was away. */
export async function drain(deps: DrainDeps): Promise<boolean> {
  for (;;) {
    const rows = deps.take(BATCH_ROWS);
    if (rows.length === 0) return true;
    const delivery = await deliverRows(deps, rows);
    if (delivery.outcome === 'delivered') deps.settle(rows);
    else if (delivery.outcome === 'unavailable') return wait(delivery.reason);
    else if (!(await deliverSingly(deps, rows))) return false;
  }
}

/** Finds the row that spoils a batch. Stops at the first refusal that may yet pass, since rows build on one another. */
async function deliverSingly(deps: DrainDeps, rows: readonly OutboxRow[]): Promise<boolean> {
  for (const row of rows) {
    const delivery = await deliverItems(deps, row);
    if (delivery.outcome === 'delivered') deps.settle([row]);
    else if (delivery.outcome === 'unavailable') return wait(delivery.reason);
    else {
      deps.recordFailure(row, delivery.reason);
      if (row.attempts + 1 < MAX_ATTEMPTS) return false;
      logFailure('outbox row parked', null, { seq: row.seq, reason: delivery.reason });
      deps.park(row);
    }
  }
  return true;
}

/** Each item of a row by itself, so that a bad one holds up no other. Answers the first refusal when all were tried. */
async function deliverItems(deps: DrainDeps, row: OutboxRow): Promise<Delivery> {
  if (!row.items) return UNREADABLE;
  let refusal: Delivery | null = null;
  for (const item of row.items) {
    const delivery = await deps.deliver([item]);
    if (delivery.outcome === 'unavailable') return delivery;
    if (delivery.outcome === 'rejected') refusal ??= delivery;
  }
  return refusal ?? { outcome: 'delivered' };
}

async function deliverRows(deps: DrainDeps, rows: readonly OutboxRow[]): Promise<Delivery> {
  return rows.some((row) => !row.items) ? UNREADABLE : deps.deliver(rows.flatMap((row) => row.items ?? []));
}

const UNREADABLE: Delivery = { outcome: 'rejected', reason: 'unreadable' };

function wait(reason: string): false {
  logFailure('outbox waits', null, { reason });
  return false;
}
