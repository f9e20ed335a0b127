// Runs the drains of an object's outbox: one at a time per receiver, as soon as rows are added, and again by alarm while a
// receiver is unavailable. Also knows how to deliver to each receiver.

import { accountOf } from '../contracts/account.ts';
import type { LogHead } from '../contracts/audit-event.ts';
import { auditTrailOf } from '../contracts/audit-trail.ts';
import { budgetOf } from '../contracts/budget.ts';
import { conversationOf } from '../contracts/conversation.ts';
import { logFailure } from '../log.ts';
import { storeItems } from '../postgres/queries/store-items.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';
import { hasTables } from '../sqlite-migrate.ts';
import { type DeliveryResult, drain } from './drain.ts';
import * as outbox from './outbox.ts';

export type PumpDeps = {
  readonly sql: SqlStorage;
  readonly env: Env;
  now(): number;
  waitUntil(work: Promise<unknown>): void;
  /** Called when rows are left, so that the object sets its alarm. */
  retryLater(): void;
  /** Called when nothing is left to deliver. */
  emptied(): void;
};

export type Pump = ReturnType<typeof createPump>;

type Deliver = (env: Env, items: readonly outbox.OutboxItem[]) => Promise<DeliveryResult>;

export function createPump(deps: PumpDeps) {
  const lanes = {
    postgres: createLane(deps, 'postgres', deliverToPostgres),
    account: createLane(deps, 'account', deliverToAccounts),
    budget: createLane(deps, 'budget', deliverToBudget),
  };
  const timers = new Map<outbox.Lane | 'all', ReturnType<typeof setTimeout>>();

  /** Drains all lanes. Resolves to true when nothing deliverable is left. Never rejects. */
  async function now(): Promise<boolean> {
    if (!hasTables(deps.sql)) return true;
    const emptied = await Promise.all(Object.values(lanes).map((lane) => lane()));
    return emptied.every(Boolean);
  }

  function start(): void {
    clear('account');
    clear('all');
    deps.waitUntil(now().then(afterwards));
  }

  /** Rows can be added after a drain saw an empty table and before it finished. */
  function afterwards(emptied: boolean): void {
    if (!emptied) deps.retryLater();
    else if (hasTables(deps.sql) && outbox.backlog(deps.sql) > 0) start();
    else {
      outbox.noteEmpty(deps.sql);
      deps.emptied();
    }
  }

  /** Delivers rows for Accounts before the rest is due. */
  function startAccount(): void {
    timers.delete('account');
    deps.waitUntil(lanes.account());
  }

  function clear(name: outbox.Lane | 'all'): void {
    clearTimeout(timers.get(name));
    timers.delete(name);
  }

  /** Drains in `delayMs`, or immediately if it is 0. */
  function soon(delayMs: number): void {
    if (delayMs === 0) start();
    else if (!timers.has('all')) timers.set('all', setTimeout(start, delayMs));
  }

  /** The same for the rows of Accounts alone. */
  function accountSoon(delayMs: number): void {
    if (!timers.has('account')) timers.set('account', setTimeout(startAccount, delayMs));
  }

  return { now, soon, accountSoon };
}

/** Calls during a drain share it. */
function createLane(deps: PumpDeps, lane: outbox.Lane, deliver: Deliver): () => Promise<boolean> {
  let running: Promise<boolean> | null = null;
  return () => {
    running ??= drain({
      take: (limit) => outbox.takeFromOutbox(deps.sql, lane, limit),
      settle: (rows) => outbox.settle(deps.sql, rows),
      recordFailure: (row, reason) => outbox.recordFailure(deps.sql, row, reason),
      park: (row) => outbox.park(deps.sql, lane, row, deps.now()),
      deliver: (items) => deliver(deps.env, items),
    })
      .catch((error: unknown) => {
        logFailure('outbox.drain_failed', error, { lane });
        return false;
      })
      .then((isEmptied) => {
        // What could not be delivered is read again: by then it may have been corrected.
        if (!isEmptied) outbox.forgetRows(deps.sql);
        return isEmptied;
      })
      .finally(() => {
        running = null;
      });
    return running;
  };
}

/** All rows of an outbox have one owner. Audit entries can name another actor; the policy accepts them from any member. */
async function deliverToPostgres(env: Env, items: readonly outbox.OutboxItem[]): Promise<DeliveryResult> {
  const stored = items.filter(outbox.isStored);
  const owner = stored.find(({ kind }) => kind !== 'audit') ?? stored[0];
  if (!owner) return { outcome: 'delivered' };
  const delivery = await storeItems(postgresDepsOf(env), owner, stored);
  if (delivery.outcome === 'delivered' && delivery.head) reportHead(env, owner.orgId, delivery.head);
  return delivery;
}

/** The next delivery reports a newer row, so nothing waits for this one or repeats it. */
function reportHead(env: Env, orgId: string, head: LogHead): void {
  auditTrailOf(env, orgId)
    .observe({ orgId, head })
    .catch((error: unknown) => logFailure('audit.head_not_reported', error, { orgId }));
}

function deliverToAccounts(env: Env, items: readonly outbox.OutboxItem[]): Promise<DeliveryResult> {
  return callObject(async () => {
    for (const [index, item] of items.entries())
      if (!items.slice(index + 1).some((later) => isNewer(later, item))) await deliverToAccount(env, item);
  });
}

/** Whether `later` says all that `item` says: the same conversation and run, in a newer version. */
const isNewer = (later: outbox.OutboxItem, item: outbox.OutboxItem): boolean =>
  later.kind === 'index' &&
  item.kind === 'index' &&
  later.subject === item.subject &&
  later.session.id === item.session.id &&
  later.runId === item.runId;

async function deliverToAccount(env: Env, item: outbox.OutboxItem): Promise<void> {
  switch (item.kind) {
    case 'index-removed':
      return accountOf(env, item.subject).removeSession({ orgId: item.orgId, sessionId: item.sessionId });
    case 'run':
      return accountOf(env, item.subject).noteRun({ orgId: item.orgId, sessionId: item.sessionId, runId: item.runId });
    case 'index': {
      const { orgId, subject, session, runId } = item;
      const run = runId === null ? undefined : { runId };
      const { evicted } = await accountOf(env, subject).putSession({ orgId, session, run });
      // The list is limited. A conversation that no longer fits deletes itself in its own object, unless it is in use.
      await Promise.all(
        evicted.map(({ id, updatedAt }) =>
          conversationOf(env, orgId, id).removeByRetention({ orgId, subject, lastChangedAt: updatedAt }),
        ),
      );
      return;
    }
    default:
      throw new Error(`${item.kind} is not an Account item`);
  }
}

/** A conversation belongs to one org, so a whole batch goes to one Budget. */
function deliverToBudget(env: Env, items: readonly outbox.OutboxItem[]): Promise<DeliveryResult> {
  return callObject(async () => {
    const settlements = items.filter(outbox.isSettlement);
    const [first] = settlements;
    if (first) await budgetOf(env, first.orgId).settle(settlements.map(({ settlement }) => settlement));
  });
}

async function callObject(call: () => Promise<void>): Promise<DeliveryResult> {
  try {
    await call();
    return { outcome: 'delivered' };
  } catch (error) {
    return {
      outcome: wasRejected(error) ? 'rejected' : 'unavailable',
      reason: error instanceof Error ? error.name : 'thrown',
    };
  }
}

/** The object's own code threw and would throw again; the runtime marks failures that a retry can fix. */
const wasRejected = (error: unknown): boolean =>
  error instanceof Error &&
  'remote' in error &&
  error.remote === true &&
  !('retryable' in error && error.retryable === true) &&
  !('overloaded' in error && error.overloaded === true);
