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
import { findInView, findShared, toolsFor } from '../packs/registry.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { Access } from '../principal.ts';
import { AiSettings } from '../providers/ai-settings.ts';
import { resolveInScope } from '../providers/config.ts';
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { createToolRunner } from '../tools/run-tool.ts';
import { openTenant } from '../tools/tenant-access.ts';
import { admit } from './admit.ts';
import { unsettledApprovals } from './approvals.ts';
import { arrive, isSharedPlace } from './audience.ts';
import { CopyInCall, CopyOutCall, FeedbackCall, ShowBranchCall } from './branching-calls.ts';
import { createBudgetGuard } from './budget-guard.ts';
import { settleLost } from './carry-out.ts';
import { type ConversationChore, doChore } from './chores.ts';
import { confirmRights } from './confirm-rights.ts';
import { copyIn } from './copy-in.ts';
import { copyAsText } from './copy-out.ts';
import { decide } from './decide.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { estimate } from './estimate.ts';
import { createEventLog, WINDOW_MS } from './event-log.ts';
import { storedEvents } from './event-store.ts';
import { expiryOf } from './expiry.ts';
import { judge } from './feedback.ts';
import * as manage from './manage.ts';
import { createMembers } from './members.ts';
import { createLater } from './object-timers.ts';
import { recover } from './recover.ts';
import {
  type Answer,
  type Confirmation,
  DecideCall,
  EstimateCall,
  PageCall,
  type Refused,
  type RunCall,
  refusalResponse,
  SessionDraft,
  SessionPatch,
} from './requests.ts';
import { refusalOf } from './reserve-step.ts';
import { runTurn } from './run-turn.ts';
import { sessionCache } from './session.ts';
import { showBranch } from './show-branch.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { standingOf } from './standing.ts';
import { createStreams } from './streams.ts';
import { every, later as laterOfRuntime, within } from './timers.ts';
import { createTurnQueue } from './turn-queue.ts';
import { createViews } from './views.ts';
import { createWatchers, type Watchers } from './watchers.ts';

/** While anything is unfinished an alarm comes this often, and finds what a lost instance left behind. */
const HEARTBEAT_MS = 30_000;
/** Longer than the Account waits for Postgres; a turn must not wait for ever for an Account that hangs. */
const CONFIRM_LIMIT_MS = 15_000;

export class Conversation extends DurableObject<Env> {
  readonly #deps: ConversationDeps;
  readonly #pump: ReturnType<typeof createPump>;
  readonly #watchers: Watchers;
  readonly #streams: ReturnType<typeof createStreams>;
  #alarmIsSet = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const settings = settingsOf(env);
    const sql = ctx.storage.sql;
    const now = (): number => Date.now();
    const later = createLater({ later: laterOfRuntime, now });
    this.#pump = createPump({
      sql,
      env,
      now,
      waitUntil: (work) => ctx.waitUntil(work),
      retryLater: () => this.#keepAlive(),
    });
    const session = sessionCache(sql);
    const id = (): string => session.get()?.id ?? (ctx.id.name ?? '').slice((ctx.id.name ?? '').indexOf(':') + 1);
    const members = createMembers({
      find: (access) => findShared(access, id(), openTenant(postgresDepsOf(env), access).reader),
      now,
    });
    this.#deps = {
      sql,
      id,
      members,
      log: createEventLog({ ...storedEvents(sql), now, later, windowMs: settings.FLUSH_WINDOW_MS ?? WINDOW_MS }),
      queue: createTurnQueue({ changed: () => this.#watchers.tell() }),
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
      confirm: (access) => within(CONFIRM_LIMIT_MS, 'DATABASE_UNAVAILABLE', confirmRights(env, this.#deps, access)),
      budget: createBudgetGuard({ ...budgetCalls(env), now }),
      keepAlive: () => this.#keepAlive(),
      restart: (reason) => ctx.abort(reason),
      drainSoon: (delayMs) => this.#pump.soon(delayMs),
    };
    this.#watchers = createWatchers({
      ...this.#deps,
      standing: () => standingOf(this.#deps),
      isShared: () => isSharedPlace(this.#deps),
    });
    this.#streams = createStreams({
      conversation: this.#deps,
      watchers: this.#watchers,
      start: (call) => this.#start(call),
      waitUntil: (work) => ctx.waitUntil(work),
    });
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

  /** Streams; see streams.ts for the addresses. */
  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#streams.serve(request);
    } catch (error) {
      if (error instanceof AppError) return refusalResponse(error);
      logFailure('conversation request failed', error);
      return refusalResponse(new AppError('INTERNAL', { cause: error }));
    }
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

  /** Acts for a person once it is known whether they may be here; at a shared place the database is asked before. */
  async #as<T extends object>(given: Access, act: (access: Access) => T | Promise<T>): Promise<T | Refused> {
    const access = Access.parse(given);
    try {
      await arrive(this.#deps, access);
    } catch (error) {
      if (error instanceof AppError) return { ok: false, code: error.code };
      throw error;
    }
    return act(access);
  }

  create(call: { access: Access; settings?: AiSettings; draft: SessionDraft; requestId: string }) {
    const draft = SessionDraft.parse(call.draft);
    const settings = AiSettings.parse(call.settings ?? []);
    return this.#as(call.access, (access) => manage.create(this.#deps, { ...call, access, settings, draft }));
  }

  read(call: { access: Access }) {
    return this.#as(call.access, (access) => manage.read(this.#deps, access));
  }

  async patch(call: { access: Access; settings?: AiSettings; patch: SessionPatch; requestId: string }) {
    const patch = SessionPatch.parse(call.patch);
    const settings = AiSettings.parse(call.settings ?? []);
    const answer = await this.#as(call.access, (access) =>
      manage.patch(this.#deps, { ...call, access, settings, patch }),
    );
    this.#watchers.tell();
    return answer;
  }

  messages(call: PageCall) {
    const page = PageCall.parse(call);
    return this.#as(page.access, () => manage.messages(this.#deps, page));
  }

  estimate(call: z.input<typeof EstimateCall>) {
    const asked = EstimateCall.parse(call);
    return this.#as(asked.access, () => estimate(this.#deps, asked));
  }

  cancel(call: { access: Access; runId: string }) {
    return this.#as(call.access, (access) => manage.cancel(this.#deps, { ...call, access }));
  }

  /** For the edge, which takes it to the object of the fork. */
  copyOut(call: CopyOutCall) {
    const { messageId, access } = CopyOutCall.parse(call);
    return this.#as(access, (known) => copyAsText(this.#deps, { access: known, messageId }));
  }

  copyIn(call: z.input<typeof CopyInCall>) {
    const { access, ...rest } = CopyInCall.parse(call);
    return this.#as(access, (known) => copyIn(this.#deps, { access: known, ...rest }));
  }

  async showBranch(call: ShowBranchCall) {
    const { access, ...rest } = ShowBranchCall.parse(call);
    const answer = await this.#as(access, (known) => showBranch(this.#deps, { access: known, ...rest }));
    this.#watchers.tell();
    return answer;
  }

  judge(call: FeedbackCall) {
    const { access, ...rest } = FeedbackCall.parse(call);
    return this.#as(access, (known) => judge(this.#deps, { access: known, ...rest }));
  }

  /** The owner's click on a card. The run that it starts can be followed like any other. */
  decide(call: z.input<typeof DecideCall>): Promise<Answer<{ runId: string; confirmation: Confirmation }>> {
    const parsed = DecideCall.parse(call);
    return this.#as(parsed.access, () => decide(this.#deps, (run) => this.#start(run), parsed));
  }

  async remove(call: { access: Access; requestId: string }) {
    const answer = await this.#as(call.access, (access) => manage.remove(this.#deps, { ...call, access }));
    if (answer.ok) this.#watchers.endAll('NOT_FOUND');
    return answer;
  }

  /** For the org's rules on keeping only. `lastChangedAt`: what the sweep went by; whatever was said or done since stays. */
  async removeByRetention(call: { orgId: string; subject: string; lastChangedAt?: number }) {
    const standing = expiryOf(this.#deps, call.lastChangedAt);
    if (standing) return standing;
    const answer = await manage.remove(this.#deps, { ...call, reason: 'retention' });
    if (answer.ok) this.#watchers.endAll('NOT_FOUND');
    return answer.ok ? 'removed' : 'kept';
  }

  /** For the installation alone. @throws also where all was erased: this instance ends with it */
  chore(chore: ConversationChore): Promise<void> {
    return doChore(chore, this.#deps, { pump: this.#pump, watchers: this.#watchers, ctx: this.ctx, env: this.env });
  }

  /** Heartbeat: empties the outbox and comes again while a turn runs or something is left to deliver. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    // Alarms that throw are given up after a few tries, so nothing here may.
    const emptied = await this.#pump.now();
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
