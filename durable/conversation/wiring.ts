// Builds a conversation's dependencies from its object's storage and environment.

import { isolateBreakersOf } from '../breakers/isolate-breakers.ts';
import { budgetCalls } from '../budget/budget-calls.ts';
import { createBudgetGuard } from '../budget/budget-guard.ts';
import { createObjectClock, systemClock, within } from '../clock.ts';
import { settingsOf } from '../env.ts';
import { findInView, findShared } from '../packs/registry.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';
import { resolveInScope } from '../providers/settings/config.ts';
import { transact } from '../sqlite-cache.ts';
import { createToolRunner } from '../tools/run-tool.ts';
import { openTenant } from '../tools/tenant-access.ts';
import { isSharedPlace } from './conversation-access.ts';
import type { ConversationDeps, LiveRun } from './deps.ts';
import { createEventLog } from './log/event-log.ts';
import { storedEvents } from './log/event-store.ts';
import { createLateness, flushWindow, WINDOW_MS } from './log/flush-window.ts';
import { createViews } from './prompt/view-cache.ts';
import { createEarlyStops } from './run/admission/early-stops.ts';
import { createTurnQueue } from './run/admission/turn-queue.ts';
import { confirmRights } from './run/rights.ts';
import { sessionCache } from './session.ts';
import { createMembers } from './shared-members.ts';

/** Longer than the Account waits for Postgres. A run must not wait forever for an Account that hangs. */
const CONFIRM_LIMIT_MS = 15_000;

/** All objects of an isolate share its thread, so they are late together. */
const lateness = createLateness();

/** Operations that need the object itself. */
type ObjectDeps = Pick<ConversationDeps, 'keepAlive' | 'drainSoon'> & {
  /** Called after each change of the running or waiting turns. */
  queueChanged(): void;
};

export function createDeps(ctx: DurableObjectState, env: Env, object: ObjectDeps): ConversationDeps {
  const { sql } = ctx.storage;
  const clock = createObjectClock(systemClock);
  const newId = (): string => crypto.randomUUID();
  const background = (work: Promise<unknown>): void => ctx.waitUntil(work);
  const session = sessionCache(sql);
  // The object's name is `<org>:<session>`.
  const name = ctx.id.name ?? '';
  const id = (): string => session.get()?.id ?? name.slice(name.indexOf(':') + 1);
  const readerFor = (access: Parameters<typeof openTenant>[1]) => openTenant(postgresDepsOf(env), access).reader;
  const members = createMembers({ find: (access) => findShared(access, id(), readerFor(access)), now: clock.now });
  const leastMs = settingsOf(env).FLUSH_WINDOW_MS ?? WINDOW_MS;
  const log = createEventLog({
    ...storedEvents(sql),
    ...clock,
    windowMs: (ageMs) => flushWindow({ leastMs, ageMs, latenessMs: lateness.ms() }),
    noteLateness: lateness.note,
  });
  return {
    ...clock,
    sql,
    session,
    transaction(work) {
      try {
        return transact(ctx.storage, work);
      } catch (error) {
        session.forget();
        log.forgetEnded();
        throw error;
      }
    },
    newId,
    id,
    members,
    log,
    queue: createTurnQueue({ changed: object.queueChanged }),
    live: new Map<string, LiveRun>(),
    earlyStops: createEarlyStops(clock.now),
    resolveModel: (question) => resolveInScope(env, question),
    breakerFor: (orgId, connection) => isolateBreakersOf(env)(orgId, connection, background),
    budget: createBudgetGuard({ ...budgetCalls(env), now: clock.now }),
    confirm: (access) =>
      within(CONFIRM_LIMIT_MS, 'DATABASE_UNAVAILABLE', confirmRights(env, { session, id, members }, access)),
    openTools: (options) =>
      createToolRunner({
        ...options,
        // Everyone in a shared place reads what a tool returned.
        tenant: (access) =>
          openTenant(postgresDepsOf(env), access, { place: isSharedPlace({ session, id }) ? id() : undefined }),
        now: clock.now,
        newId,
      }),
    viewOf: createViews((access, ids) => findInView(access, ids, readerFor(access)), background, clock.now),
    background,
    restart: (reason) => ctx.abort(reason),
    keepAlive: object.keepAlive,
    drainSoon: object.drainSoon,
  };
}
