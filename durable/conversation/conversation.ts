// The Durable Object of one conversation: wiring only. It joins storage, log, queue, providers and the owner's
// Account to the functions beside this file, and speaks to the edge by fetch (streams) and RPC (all else).

import { DurableObject } from 'cloudflare:workers';
import { backlog } from '../audit/outbox.ts';
import { createPump } from '../audit/pump.ts';
import { settingsOf } from '../env.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { Access } from '../principal.ts';
import { resolveModel } from '../providers/catalog.ts';
import { providerConfigOf } from '../providers/config.ts';
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { admit } from './admit.ts';
import { confirmRights } from './confirm-rights.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { createEventLog } from './event-log.ts';
import { storedEvents } from './event-store.ts';
import { parseEventId } from './events.ts';
import { follow } from './follow.ts';
import * as manage from './manage.ts';
import { recover } from './recover.ts';
import { PageCall, RunCall, refusalResponse, SessionDraft, SessionPatch } from './requests.ts';
import { runTurn } from './run-turn.ts';
import { findRun } from './runs.ts';
import { sessionCache } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { createTurnQueue } from './turn-queue.ts';
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
      resolveModel: (requested, plan) => resolveModel({ requested, plan, config: providerConfigOf(env) }),
      confirm: (access) => within(CONFIRM_LIMIT_MS, confirmRights(env, access)),
      keepAlive: () => this.#keepAlive(),
      restart: (reason) => ctx.abort(reason),
      drainSoon: (delayMs) => this.#pump.soon(delayMs),
    };
    if (schemaVersion(sql) === 0) return;
    migrate(sql, CONVERSATION_STEPS);
    if (recover(this.#deps) > 0) this.#keepAlive();
    if (session.get()?.deletedAt) manage.eraseContent(this.#deps);
    if (backlog(sql) > 0) this.#pump.soon(0);
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
    const admitted = admit(this.#deps, call);
    const after = parseEventId(call.run.runId, call.lastEventId) ?? -1;
    if (admitted.kind === 'new') {
      const { turn } = admitted;
      const startsNow = this.#deps.queue.idle();
      this.#deps.queue.admit(call.run.runId, () => runTurn(this.#deps, turn));
      this.ctx.waitUntil(turn.ended.promise);
      // Nothing can be shown before rights hold, so waiting here costs nothing and lets a refusal be a real status.
      const refusal = startsNow ? await turn.rights.promise : null;
      return refusal ? refusalResponse(refusal) : this.#stream(call.run.runId, after);
    }
    return this.#showStored(call.access, call.run.runId, after);
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

  create(call: { access: Access; draft: SessionDraft; requestId: string }) {
    return manage.create(this.#deps, {
      ...call,
      access: Access.parse(call.access),
      draft: SessionDraft.parse(call.draft),
    });
  }

  read(call: { access: Access }) {
    return manage.read(this.#deps, Access.parse(call.access));
  }

  patch(call: { access: Access; patch: SessionPatch; requestId: string }) {
    return manage.patch(this.#deps, {
      ...call,
      access: Access.parse(call.access),
      patch: SessionPatch.parse(call.patch),
    });
  }

  messages(call: PageCall) {
    return manage.messages(this.#deps, PageCall.parse(call));
  }

  cancel(call: { access: Access; runId: string }) {
    return manage.cancel(this.#deps, { ...call, access: Access.parse(call.access) });
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
    if (!emptied || this.#deps.live.size > 0) this.#keepAlive();
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

function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

function every(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms);
  return () => clearInterval(timer);
}

/** @throws where `answer` takes longer. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stopWaiting = later(ms, () => reject(new AppError('DATABASE_UNAVAILABLE')));
  try {
    return await Promise.race([answer, late]);
  } finally {
    stopWaiting();
  }
}
