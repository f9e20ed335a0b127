// Empties the outbox in order, one batch at a time. Delivery is at least once; receivers deduplicate.
// An unavailable receiver stops the drain until the next attempt. A single rejected row does not block the others.
import type { LogHead } from '../contracts/audit-event.ts';
import { logFailure } from '../log.ts';
import type { OutboxItem, OutboxRow } from './outbox.ts';

/** `rejected`: the receiver refused these items and would refuse them again. */
export type DeliveryResult =
  | {
      readonly outcome: 'delivered';
      /** The newest row of the audit log, if the items added to it. */
      readonly head?: LogHead | undefined;
    }
  | { readonly outcome: 'unavailable' | 'rejected'; readonly reason: string };

export type DrainDeps = {
  take(limit: number): readonly OutboxRow[];
  settle(rows: readonly OutboxRow[]): void;
  recordFailure(row: OutboxRow, reason: string): void;
  park(row: OutboxRow): void;
  deliver(items: readonly OutboxItem[]): Promise<DeliveryResult>;
};

const BATCH_ROWS = 50;
/** A row is parked after this many rejections. */
const MAX_ATTEMPTS = 5;

const UNREADABLE: DeliveryResult = { outcome: 'rejected', reason: 'unreadable' };

/** Resolves to true when nothing deliverable is left, and to false if a row has to wait. */
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

async function deliverRows(deps: DrainDeps, rows: readonly OutboxRow[]): Promise<DeliveryResult> {
  return rows.some((row) => !row.items) ? UNREADABLE : deps.deliver(rows.flatMap((row) => row.items ?? []));
}

/** Finds the rejected row of a batch. Stops there until it is parked, because later rows can depend on it. */
async function deliverSingly(deps: DrainDeps, rows: readonly OutboxRow[]): Promise<boolean> {
  for (const row of rows) {
    const delivery = await deliverItems(deps, row);
    if (delivery.outcome === 'delivered') deps.settle([row]);
    else if (delivery.outcome === 'unavailable') return wait(delivery.reason);
    else {
      deps.recordFailure(row, delivery.reason);
      if (row.attempts + 1 < MAX_ATTEMPTS) return false;
      logFailure('outbox.parked', null, { seq: row.seq, reason: delivery.reason });
      deps.park(row);
    }
  }
  return true;
}

/** Sends each item of a row on its own, so that a bad one does not block the rest. Returns the first rejection. */
async function deliverItems(deps: DrainDeps, row: OutboxRow): Promise<DeliveryResult> {
  if (!row.items) return UNREADABLE;
  let rejection: DeliveryResult | null = null;
  for (const item of row.items) {
    const delivery = await deps.deliver([item]);
    if (delivery.outcome === 'unavailable') return delivery;
    if (delivery.outcome === 'rejected') rejection ??= delivery;
  }
  return rejection ?? { outcome: 'delivered' };
}

function wait(reason: string): false {
  logFailure('outbox.waiting', null, { reason });
  return false;
}
