// The Durable Object of one conversation: wiring only. It joins storage, log, queue, providers and the owner's
// Account to the functions beside this file, and speaks to the edge by fetch (streams) and RPC (all else).

import { DurableObject } from 'cloudflare:workers';
import type { z } from 'zod';
import { backlog } from '../audit/outbox.ts';
import { createPump } from '../audit/pump.ts';
import { isolateBreakersOf } from '../breakers/config.ts';
import { budgetCalls } from '../budget/budget-calls.ts';
import { settingsOf } from '../env.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { findInView, toolsFor } from '../packs/registry.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { Access } from '../principal.ts';
import { AiSettings } from '../providers/ai-settings.ts';
import { resolveInScope } from '../providers/config.ts';
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { createToolRunner } from '../tools/run-tool.ts';
import { openTenant } from '../tools/tenant-access.ts';
import { admit } from './admit.ts';
import { getApproval, toConfirmation, unsettledApprovals } from './approvals.ts';
import { refusalByBudget } from './ask-budget-first.ts';
import { createBudgetGuard } from './budget-guard.ts';
import { settleLost } from './carry-out.ts';
import { confirmRights } from './confirm-rights.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { estimate } from './estimate.ts';
import { createEventLog } from './event-log.ts';
import { storedEvents } from './event-store.ts';
import { parseEventId } from './events.ts';
import { follow } from './follow.ts';
import * as manage from './manage.ts';
import { recover } from './recover.ts';
import {
  type Answer,
  type Confirmation,
  DecideCall,
  EstimateCall,
  PageCall,
  RunCall,
  refusalResponse,
  SessionDraft,
  SessionPatch,
} from './requests.ts';
import { refusalOf } from './reserve-step.ts';
import { runTurn } from './run-turn.ts';
import { findRun } from './runs.ts';
import { sessionCache } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { every, later, within } from './timers.ts';
import { createTurnQueue } from './turn-queue.ts';
import { createViews } from './views.ts';
import { mayShow } from './watch-rights.ts';

/**
 * Default of FLUSH_WINDOW_MS. A turn writes about 20 rows besides its events, so that with up to 17 a second an answer of
 * some seconds stays below 10 + 20 a second. Content that comes alone is never delayed.
 */
const FLUSH_WINDOW_MS = 60;
/** While anything is unfinished an alarm comes this often, and finds what a lost instance left behind. */
const HEARTBEAT_MS = 30_000;
/** Longer than the Account waits for Postgres; a turn must not wait for ever for an Account that hangs. */
const CONFIRM_LIMIT_MS = 15_000;
const SSE_HEADERS = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };

export class Conversation extends DurableObject<Env> {
  readonly #deps: ConversationDeps;
  readonly #pump: ReturnType<typeof createPump>;
  #alarmIsSet = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const settings = settingsOf(env);
    const sql = ctx.storage.sql;
    const now = (): number => Date.now();
    this.#pump = createPump({
      sql,
      env,
      now,
      waitUntil: (work) => ctx.waitUntil(work),
      retryLater: () => this.#keepAlive(),
    });
    const session = sessionCache(sql);
    this.#deps = {
      sql,
      log: createEventLog({ ...storedEvents(sql), now, later, windowMs: settings.FLUSH_WINDOW_MS ?? FLUSH_WINDOW_MS }),
      queue: createTurnQueue(),
      live: new Map<string, LiveTurn>(),
      session,
      transaction: (work) => {
        try {
          return ctx.storage.transactionSync(work);
        } catch (error) {
          session.forget();
          throw error;
        }
      },
      now,
      newId: () => crypto.randomUUID(),
      later,
      every,
      resolveModel: (question) => resolveInScope(env, question),
      breakerFor: (orgId, connection) => isolateBreakersOf(env)(orgId, connection, (work) => ctx.waitUntil(work)),
      openTools: (options) =>
        createToolRunner({
          ...options,
          tenant: (access) => openTenant(postgresDepsOf(env), access),
          now,
          newId: () => crypto.randomUUID(),
        }),
      viewOf: createViews(
        (access, ids) => findInView(access, ids, openTenant(postgresDepsOf(env), access).reader),
        (work) => ctx.waitUntil(work),
        now,
      ),
      confirm: (access) => within(CONFIRM_LIMIT_MS, 'DATABASE_UNAVAILABLE', confirmRights(env, access)),
      budget: createBudgetGuard({ ...budgetCalls(env), now }),
      keepAlive: () => this.#keepAlive(),
      restart: (reason) => ctx.abort(reason),
      drainSoon: (delayMs) => this.#pump.soon(delayMs),
    };
    if (schemaVersion(sql) === 0) return;
    migrate(sql, CONVERSATION_STEPS);
    if (recover(this.#deps) > 0) this.#keepAlive();
    if (session.get()?.deletedAt) manage.eraseContent(this.#deps);
    if (backlog(sql) > 0) this.#pump.soon(0);
    if (unsettledApprovals(sql).length > 0) {
      this.#keepAlive();
      ctx.waitUntil(this.#settleLost());
    }
  }

  /** `POST /run` with a `RunCall`, or `GET /runs/<runId>?after=<event id>` with the Access as a header: SSE either way. */
  override async fetch(request: Request): Promise<Response> {
    try {
      const url = new URL(request.url);
      if (request.method === 'POST' && url.pathname === '/run')
        return await this.#run(RunCall.parse(await request.json()));
      const access = Access.parse(JSON.parse(request.headers.get('X-Groundwire-Access') ?? 'null'));
      return await this.#rejoin(
        access,
        decodeURIComponent(url.pathname.slice('/runs/'.length)),
        url.searchParams.get('after'),
      );
    } catch (error) {
      if (error instanceof AppError) return refusalResponse(error);
      logFailure('conversation request failed', error);
      return refusalResponse(new AppError('INTERNAL', { cause: error }));
    }
  }

  async #run(call: RunCall): Promise<Response> {
    const after = parseEventId(call.run.runId, call.lastEventId) ?? -1;
    const refused = await refusalByBudget(this.#deps, call);
    if (refused) return refusalResponse(refused);
    const started = this.#start(call);
    if (!started) return this.#showStored(call.access, call.run.runId, after);
    // Nothing can be shown before, so waiting here costs nothing and lets a refusal be a real status.
    const refusal = await started.refusal;
    return refusal ? refusalResponse(refusal) : this.#stream(call.run.runId, after);
  }

  /** Admits a turn and lets it run; null for one that was admitted before. One that must wait is refused in its stream. */
  #start(call: RunCall): { readonly refusal: Promise<AppError | null> } | null {
    const admitted = admit(this.#deps, call);
    if (admitted.kind === 'repeated') return null;
    const { turn } = admitted;
    const startsNow = this.#deps.queue.idle();
    this.#deps.queue.admit(call.run.runId, () => runTurn(this.#deps, turn));
    this.ctx.waitUntil(turn.ended.promise);
    return { refusal: startsNow ? refusalOf(turn) : Promise.resolve(null) };
  }

  async #rejoin(access: Access, runId: string, lastEventId: string | null): Promise<Response> {
    this.#requireRun(access, runId);
    return this.#showStored(access, runId, parseEventId(runId, lastEventId) ?? -1);
  }

  /** What is stored is shown on rights that hold only, and may have been deleted when that is known. */
  async #showStored(access: Access, runId: string, after: number): Promise<Response> {
    const refusal = await mayShow(this.#deps, access);
    if (refusal) return refusalResponse(refusal);
    this.#requireRun(access, runId);
    return this.#stream(runId, after);
  }

  #requireRun(access: Access, runId: string): void {
    if (!manage.getOwned(this.#deps, access) || !findRun(this.#deps.sql, runId)) throw new AppError('NOT_FOUND');
  }

  #stream(runId: string, after: number): Response {
    const { body, done } = follow(this.#deps, runId, after);
    this.ctx.waitUntil(done);
    return new Response(body, { headers: SSE_HEADERS });
  }

  create(call: { access: Access; settings?: AiSettings; draft: SessionDraft; requestId: string }) {
    return manage.create(this.#deps, {
      ...call,
      access: Access.parse(call.access),
      settings: AiSettings.parse(call.settings ?? []),
      draft: SessionDraft.parse(call.draft),
    });
  }

  read(call: { access: Access }) {
    return manage.read(this.#deps, Access.parse(call.access));
  }

  patch(call: { access: Access; settings?: AiSettings; patch: SessionPatch; requestId: string }) {
    return manage.patch(this.#deps, {
      ...call,
      access: Access.parse(call.access),
      settings: AiSettings.parse(call.settings ?? []),
      patch: SessionPatch.parse(call.patch),
    });
  }

  messages(call: PageCall) {
    return manage.messages(this.#deps, PageCall.parse(call));
  }

  estimate(call: z.input<typeof EstimateCall>) {
    return estimate(this.#deps, EstimateCall.parse(call));
  }

  cancel(call: { access: Access; runId: string }) {
    return manage.cancel(this.#deps, { ...call, access: Access.parse(call.access) });
  }

  /** The owner's click on a card. The run that it starts can be followed like any other. */
  async decide(call: z.input<typeof DecideCall>): Promise<Answer<{ runId: string; confirmation: Confirmation }>> {
    const { access, settings, requestId, runId, approvalId, approve, digest } = DecideCall.parse(call);
    const session = manage.getOwned(this.#deps, access);
    if (!session) return { ok: false, code: 'NOT_FOUND' };
    const parentRunId = getApproval(this.ctx.storage.sql, approvalId)?.runId ?? null;
    const nothing = { message: null, model: null, programId: null, designId: null, parentRunId };
    const run = {
      ...nothing,
      sessionId: session.id,
      runId,
      decisions: [{ approvalId, approve }],
      mode: 'chat' as const,
      digest,
    };
    try {
      const started = this.#start({ run, access, settings, requestId, lastEventId: null });
      const refusal = (await started?.refusal) ?? null;
      if (refusal) return { ok: false, code: refusal.code };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, code: error.code, detail: error.detail };
      throw error;
    }
    const approval = getApproval(this.ctx.storage.sql, approvalId);
    if (!approval) return { ok: false, code: 'NOT_FOUND' };
    return { ok: true, runId, confirmation: toConfirmation(approval, this.#deps.now()) };
  }

  remove(call: { access: Access; requestId: string }) {
    return manage.remove(this.#deps, { ...call, access: Access.parse(call.access) });
  }

  /** For the retention rule of the owner's Account only. */
  removeByRetention(call: { orgId: string; subject: string }) {
    return manage.remove(this.#deps, { ...call, reason: 'retention' });
  }

  /** Heartbeat: empties the outbox and comes again while a turn runs or something is left to deliver. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    // Alarms that throw are given up after a few tries, so nothing here may.
    const emptied = await this.#pump.now().catch((error: unknown) => {
      logFailure('drain failed', error);
      return false;
    });
    const settled = schemaVersion(this.ctx.storage.sql) === 0 || (await this.#settleLost());
    if (!emptied || !settled || this.#deps.live.size > 0) this.#keepAlive();
  }

  /** Clicks of which an earlier instance did not tell the end. */
  #settleLost(): Promise<boolean> {
    return settleLost(this.#deps, (access) => toolsFor(access, 'chat'));
  }

  #keepAlive(): void {
    if (this.#alarmIsSet) return;
    this.#alarmIsSet = true;
    const set = this.ctx.storage.setAlarm(Date.now() + HEARTBEAT_MS).catch((error: unknown) => {
      this.#alarmIsSet = false;
      logFailure('alarm not set', error);
    });
    this.ctx.waitUntil(set);
  }
}
