// The Durable Object of one conversation. Wiring only: functions in other files do the work. The Worker calls `fetch` for
// streams and the contract's methods for everything else.

import { DurableObject } from 'cloudflare:workers';
import type { z } from 'zod';
import { AiSettings } from '../contracts/ai-settings.ts';
import {
  type ConversationChore,
  type ConversationRpc,
  CopyForForkCall,
  type CreateCall,
  DecideCall,
  EstimateCall,
  FeedbackCall,
  ForkCall,
  PageCall,
  type PatchCall,
  type Refusal,
  refusalResponse,
  ShowBranchCall,
} from '../contracts/conversation.ts';
import { SessionDraft, SessionPatch } from '../contracts/session.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { backlog, noteEmpty } from '../outbox/outbox.ts';
import { createPump, type Pump } from '../outbox/pump.ts';
import { toolsFor } from '../packs/registry.ts';
import { Access } from '../principal.ts';
import { hasTables } from '../sqlite-migrate.ts';
import { unsettledApprovals } from './approvals/approvals.ts';
import { decideAndRun } from './approvals/decide.ts';
import { isLost, settleLost } from './approvals/execute-approval.ts';
import { doChore } from './chores.ts';
import { arrive, isSharedPlace } from './conversation-access.ts';
import { statusOf } from './conversation-status.ts';
import type { ConversationDeps } from './deps.ts';
import { saveFeedback } from './history/feedback.ts';
import { copyForFork, fork } from './history/fork.ts';
import { showBranch } from './history/switch-branch.ts';
import { readPage } from './history/transcript-page.ts';
import { createWatchers, type Watchers } from './log/watchers.ts';
import { estimate } from './prompt/estimate.ts';
import { eraseContent, freeDeleted, remove, removeByRetention } from './remove.ts';
import { cancelRun } from './run/admission/start-run.ts';
import { recover } from './run/recover.ts';
import { serveStream } from './serve-streams.ts';
import { createSession, patchSession, readSession } from './session-operations.ts';
import { migrateConversation } from './sqlite-migrations.ts';
import { createDeps } from './wiring.ts';

/** While work is unfinished, an alarm at this interval resumes what a lost instance left behind. */
const HEARTBEAT_MS = 30_000;
/** After a restart, lost outcomes are looked up this often, and this many times, before only the heartbeat does. */
const SOON_MS = 5_000;
const SOON_TRIES = 8;
/** Turns that follow one another closely share one alarm. */
const REST_AFTER_MS = 2_000;

export class Conversation extends DurableObject<Env> implements ConversationRpc {
  readonly #deps: ConversationDeps;
  readonly #pump: Pump;
  readonly #watchers: Watchers;
  /** False only if the alarm is known not to be set. */
  #alarmIsSet = false;
  /** Decisions of this instance or the one before may be without an outcome. */
  #hasDecisions = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#pump = createPump({
      sql: ctx.storage.sql,
      env,
      now: () => Date.now(),
      waitUntil: (work) => ctx.waitUntil(work),
      retryLater: () => this.#keepAlive(),
      emptied: () => this.#emptied(),
    });
    this.#deps = createDeps(ctx, env, {
      queueChanged: () => this.#watchers.notify(),
      keepAlive: () => this.#keepAlive(),
      drainSoon: (delayMs, only) => (only ? this.#pump.accountSoon(delayMs) : this.#pump.soon(delayMs)),
    });
    this.#watchers = createWatchers({
      ...this.#deps,
      status: () => statusOf(this.#deps),
      isShared: () => isSharedPlace(this.#deps),
    });
    this.#resume();
  }

  /** Finishes what an earlier instance left behind. */
  #resume(): void {
    const { sql, session } = this.#deps;
    if (!hasTables(sql)) {
      noteEmpty(sql);
      return;
    }
    migrateConversation(sql);
    if (recover(this.#deps) > 0) this.#keepAlive();
    if (session.get()?.deletedAt) eraseContent(this.#deps);
    if (backlog(sql) > 0) this.#pump.soon(0);
    else {
      noteEmpty(sql);
      if (freeDeleted(this.#deps)) return;
    }
    if (unsettledApprovals(sql).length > 0) {
      this.#hasDecisions = true;
      this.#keepAlive();
      this.#deps.background(this.#settleSoon(SOON_TRIES));
    }
  }

  /** Streams: see `serve-streams.ts`. */
  override async fetch(request: Request): Promise<Response> {
    try {
      return await serveStream(this.#deps, this.#watchers, request);
    } catch (error) {
      if (error instanceof AppError) return refusalResponse(error);
      logFailure('conversation.request_failed', error);
      return refusalResponse(new AppError('INTERNAL', { cause: error }));
    }
  }

  /** Checks the access before `act`. In a shared conversation the check may query Postgres first. */
  async #as<T extends object>(given: Access, act: (access: Access) => T | Promise<T>): Promise<T | Refusal> {
    const access = Access.parse(given);
    try {
      await arrive(this.#deps, access);
    } catch (error) {
      if (error instanceof AppError) return { ok: false, code: error.code };
      throw error;
    }
    return act(access);
  }

  create(call: CreateCall) {
    const draft = SessionDraft.parse(call.draft);
    const settings = AiSettings.parse(call.settings ?? []);
    return this.#as(call.access, (access) => createSession(this.#deps, { ...call, access, settings, draft }));
  }

  read(call: { access: Access }) {
    return this.#as(call.access, (access) => readSession(this.#deps, access));
  }

  async patch(call: PatchCall) {
    const patch = SessionPatch.parse(call.patch);
    const settings = AiSettings.parse(call.settings ?? []);
    const reply = await this.#as(call.access, (access) =>
      patchSession(this.#deps, { ...call, access, settings, patch }),
    );
    this.#watchers.notify();
    return reply;
  }

  async remove(call: { access: Access; requestId: string }) {
    const reply = await this.#as(call.access, (access) => remove(this.#deps, { ...call, access }));
    if (reply.ok) this.#watchers.endAll('NOT_FOUND');
    return reply;
  }

  async removeByRetention(call: { orgId: string; subject: string; lastChangedAt: number }) {
    const expiry = await removeByRetention(this.#deps, call);
    if (expiry === 'removed') this.#watchers.endAll('NOT_FOUND');
    return expiry;
  }

  messages(call: PageCall) {
    const page = PageCall.parse(call);
    return this.#as(page.access, () => readPage(this.#deps, page));
  }

  estimate(call: z.input<typeof EstimateCall>) {
    const parsed = EstimateCall.parse(call);
    return this.#as(parsed.access, () => estimate(this.#deps, parsed));
  }

  cancel(call: { access: Access; runId: string }) {
    return this.#as(call.access, (access) => cancelRun(this.#deps, { ...call, access }));
  }

  decide(call: z.input<typeof DecideCall>) {
    const parsed = DecideCall.parse(call);
    return this.#as(parsed.access, async () => {
      // Its effect may be done, although the instance that executed it is gone.
      if (hasTables(this.#deps.sql) && isLost(this.#deps, parsed.approvalId)) await this.#settleLost();
      return decideAndRun(this.#deps, parsed);
    });
  }

  saveFeedback(call: FeedbackCall) {
    const parsed = FeedbackCall.parse(call);
    return this.#as(parsed.access, () => saveFeedback(this.#deps, parsed));
  }

  async showBranch(call: ShowBranchCall) {
    const parsed = ShowBranchCall.parse(call);
    const reply = await this.#as(parsed.access, () => showBranch(this.#deps, parsed));
    this.#watchers.notify();
    return reply;
  }

  copyForFork(call: CopyForForkCall) {
    const parsed = CopyForForkCall.parse(call);
    return this.#as(parsed.access, () => copyForFork(this.#deps, parsed));
  }

  fork(call: z.input<typeof ForkCall>) {
    const parsed = ForkCall.parse(call);
    return this.#as(parsed.access, () => fork(this.#deps, parsed));
  }

  chore(chore: ConversationChore): Promise<void> {
    return doChore(chore, this.#deps, { pump: this.#pump, watchers: this.#watchers, ctx: this.ctx, env: this.env });
  }

  /** The heartbeat: drains the outbox, and repeats while a run is active or something is left to deliver. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    // The runtime stops retrying alarms that keep throwing, so nothing here may throw.
    const isEmptied = await this.#pump.now();
    const isSettled = !hasTables(this.#deps.sql) || (await this.#settleLost());
    if (!isEmptied || !isSettled || this.#deps.live.size > 0) this.#keepAlive();
  }

  /** Decisions that an earlier instance left without an outcome. */
  async #settleLost(): Promise<boolean> {
    const isSettled = await settleLost(this.#deps, (access) => toolsFor(access, 'chat'));
    this.#watchers.notify();
    return isSettled;
  }

  /** An effect may still commit for a while. Until then someone may be waiting for its outcome. */
  async #settleSoon(tries: number): Promise<void> {
    if ((await this.#settleLost()) || tries <= 1) return;
    this.#deps.later(SOON_MS, () => this.#deps.background(this.#settleSoon(tries - 1)));
  }

  #emptied(): void {
    if (this.#deps.live.size === 0) freeDeleted(this.#deps);
    this.#deps.later(REST_AFTER_MS, () => this.#rest());
  }

  /** At rest an object needs no alarm, which would start it again for nothing. */
  #rest(): void {
    const { sql, live } = this.#deps;
    if (!this.#alarmIsSet || live.size > 0) return;
    if (hasTables(sql) && (backlog(sql) > 0 || (this.#hasDecisions && unsettledApprovals(sql).length > 0))) return;
    this.#alarmIsSet = false;
    const deleted = this.ctx.storage.deleteAlarm();
    this.ctx.waitUntil(deleted.catch((error: unknown) => logFailure('conversation.alarm_not_deleted', error)));
  }

  #keepAlive(): void {
    this.#hasDecisions ||= [...this.#deps.live.values()].some(({ run }) => run.scope.approvalIds.length > 0);
    if (this.#alarmIsSet) return;
    this.#alarmIsSet = true;
    const set = this.ctx.storage.setAlarm(Date.now() + HEARTBEAT_MS).catch((error: unknown) => {
      this.#alarmIsSet = false;
      logFailure('conversation.alarm_not_set', error);
    });
    this.ctx.waitUntil(set);
  }
}
