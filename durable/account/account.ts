// One person's Account object: sign-in sessions, what Postgres last said of their rights, their list of conversations,
// their exact rate of model calls.
// Wiring only: each call is parsed, done in one synchronous step where it changes state, and answered as a union.
import { DurableObject } from 'cloudflare:workers';
import { logFailure } from '../log.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { listConversations } from '../postgres/conversations.ts';
import { fetchMemberships } from '../postgres/memberships.ts';
import { migrate } from '../sqlite-migrate.ts';
import { type AccessSnapshots, createAccessSnapshots } from './access-snapshot.ts';
import { deliverRefusals } from './deliver-refusals.ts';
import { createModelCalls } from './model-calls.ts';
import { findRun, noteRun } from './recent-runs.ts';
import { closingTime, hasRefusals, noteRefusal } from './refusals.ts';
import {
  type Admission,
  AdmitInput,
  type Confirmation,
  ConfirmInput,
  FindRunInput,
  ListSessionsInput,
  NoteRunInput,
  PutSessionInput,
  RefusalInput,
  RemoveSessionInput,
  type SessionList,
} from './requests.ts';
import { requireSafeLogin } from './safe-login.ts';
import {
  hydrateSessions,
  isHydrated,
  listSessions,
  programOfSession,
  putSession,
  removeSession,
  sessionsToEvict,
} from './session-index.ts';
import { closeSignIn, isSignInOpen, openSignIn, type SignIn } from './sign-ins.ts';
import { loadSnapshot, storeSnapshot } from './snapshot-row.ts';
import { ACCOUNT_STEPS } from './sqlite-migrations.ts';

/** More than are kept unpinned; pinned ones come on top. */
const HYDRATED_SESSIONS = 200;
const AI_BUCKET = 'ai-bucket-full-at';

export class Account extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #rights: AccessSnapshots;
  readonly #countModelCall: ReturnType<typeof createModelCalls>;
  #alarmIsSet = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(this.#sql, ACCOUNT_STEPS);
    this.#rights = createAccessSnapshots({
      load: () => loadSnapshot(this.#sql),
      store: (snapshot) => storeSnapshot(this.#sql, snapshot),
      fetchMemberships: async (subject) => {
        const postgres = postgresDepsOf(env);
        const [memberships] = await Promise.all([fetchMemberships(postgres, subject), requireSafeLogin(postgres)]);
        return memberships;
      },
      now: () => Date.now(),
      background: (work) => ctx.waitUntil(work),
      noteFailure: (error) => logFailure('access not refreshed', error),
    });
    this.#countModelCall = createModelCalls({
      load: () => ctx.storage.kv.get<number>(AI_BUCKET) ?? 0,
      // Not waited for by the reply: the first token must not wait for a disk.
      store: (fullAt) => ctx.waitUntil(ctx.storage.put(AI_BUCKET, fullAt, { allowUnconfirmed: true })),
      isKnown: ({ orgId, sessionId, runId }) => findRun(this.#sql, orgId, runId) === sessionId,
      now: () => Date.now(),
    });
  }

  /** Whether this sign-in is open and what the person may do in the org; one hop for each request. */
  async admit(input: AdmitInput): Promise<Admission> {
    const { principal, orgSlug, rights, fresh, modelCall, sessionId } = AdmitInput.parse(input);
    const now = Date.now();
    const isOpen = principal.signInId === undefined || isSignInOpen(this.#sql, principal.signInId, now);
    if (!isOpen || principal.expiresAt * 1000 <= now) return { ok: false, code: 'UNAUTHENTICATED' };
    const admission = await this.#rights.admit({ subject: principal.subject, orgSlug, rights, fresh });
    if (!admission.ok) return admission;
    const { orgId } = admission.access;
    return {
      ...admission,
      ...(modelCall && { rate: this.#countModelCall(modelCall.run && { orgId, ...modelCall.run }) }),
      ...(sessionId !== undefined && { sessionProgramId: programOfSession(this.#sql, orgId, sessionId) }),
    };
  }

  /** Fresh rights for work that began on older ones. */
  async confirm(input: ConfirmInput): Promise<Confirmation> {
    return this.#rights.confirm(ConfirmInput.parse(input).orgId);
  }

  /** Puts a refused message on record; it reaches the audit log when its minute is over. */
  async noteRefusal(input: RefusalInput): Promise<void> {
    const refusal = RefusalInput.parse(input);
    this.ctx.storage.transactionSync(() => noteRefusal(this.#sql, refusal, Date.now()));
    this.#wakeAt(closingTime(Date.now()));
  }

  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    await deliverRefusals(postgresDepsOf(this.env), this.#sql, Date.now());
    if (hasRefusals(this.#sql)) this.#wakeAt(closingTime(Date.now()));
  }

  #wakeAt(at: number): void {
    if (this.#alarmIsSet) return;
    this.#alarmIsSet = true;
    const set = this.ctx.storage.setAlarm(at).catch((error: unknown) => {
      this.#alarmIsSet = false;
      logFailure('alarm not set', error);
    });
    this.ctx.waitUntil(set);
  }

  async openSignIn(): Promise<SignIn> {
    return this.ctx.storage.transactionSync(() => openSignIn(this.#sql, Date.now()));
  }

  async closeSignIn(signInId: string): Promise<void> {
    closeSignIn(this.#sql, signInId);
  }

  /** Takes a Conversation's entry; answers which conversations are beyond those that are kept, for the caller to delete. */
  async putSession(input: PutSessionInput): Promise<{ readonly evicted: readonly string[] }> {
    const { orgId, session, run } = PutSessionInput.parse(input);
    return this.ctx.storage.transactionSync(() => {
      putSession(this.#sql, orgId, session);
      if (run) noteRun(this.#sql, { orgId, sessionId: session.id, runId: run.runId });
      return { evicted: sessionsToEvict(this.#sql, orgId) };
    });
  }

  async removeSession(input: RemoveSessionInput): Promise<void> {
    const { orgId, sessionId } = RemoveSessionInput.parse(input);
    this.ctx.storage.transactionSync(() => removeSession(this.#sql, orgId, sessionId, Date.now()));
  }

  async noteRun(input: NoteRunInput): Promise<void> {
    const run = NoteRunInput.parse(input);
    this.ctx.storage.transactionSync(() => noteRun(this.#sql, run));
  }

  /** The session of a recent run, or null. */
  async findRun(input: FindRunInput): Promise<string | null> {
    const { orgId, runId } = FindRunInput.parse(input);
    return findRun(this.#sql, orgId, runId);
  }

  /** A page of the org's conversations, newest first. */
  async listSessions(input: ListSessionsInput): Promise<SessionList> {
    const { orgId, limit, cursor } = ListSessionsInput.parse(input);
    await this.#hydrate(orgId);
    const page = listSessions(this.#sql, orgId, { limit, cursor });
    return page ? { ok: true, ...page } : { ok: false, code: 'BAD_REQUEST' };
  }

  /** An Account that is new, or newly in this org, learns once what Postgres has kept. */
  async #hydrate(orgId: string): Promise<void> {
    if (isHydrated(this.#sql, orgId)) return;
    const access = this.#rights.lastKnown(orgId);
    if (!access) return;
    try {
      const sessions = await listConversations(postgresDepsOf(this.env), access, { limit: HYDRATED_SESSIONS });
      this.ctx.storage.transactionSync(() => hydrateSessions(this.#sql, orgId, sessions));
    } catch (error) {
      // The list is what it is until Postgres answers; the next look asks again.
      logFailure('sessions not hydrated', error);
    }
  }
}
