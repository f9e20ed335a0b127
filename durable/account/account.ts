// One person's Account object: sign-in sessions, what Postgres last said of their rights, their list of conversations,
// their exact rate of model calls.
// Wiring only: each call is parsed, done in one synchronous step where it changes state, and answered as a union.
import { DurableObject } from 'cloudflare:workers';
import { isPlaceId } from '../conversation/audience.ts';
import type { SessionRecord } from '../conversation/requests.ts';
import { sessionIdOf } from '../conversation/session-name.ts';
import { logFailure } from '../log.ts';
import { findScope } from '../packs/registry.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { listConversations } from '../postgres/conversations.ts';
import { fetchMemberships } from '../postgres/memberships.ts';
import { type Access, isAssistantEnabled } from '../principal.ts';
import { migrate } from '../sqlite-migrate.ts';
import { openTenant } from '../tools/tenant-access.ts';
import { type AccessSnapshots, createAccessSnapshots } from './access-snapshot.ts';
import { deliverRefusals } from './deliver-refusals.ts';
import { eraseOrg, forgetSession, isBlank } from './erase.ts';
import { createModelCalls } from './model-calls.ts';
import { findNamedScope } from './named-scopes.ts';
import { aiRuleOf, type RateVerdict } from './rate-bucket.ts';
import { findRun, noteRun } from './recent-runs.ts';
import { closingTime, hasRefusals, noteRefusal } from './refusals.ts';
import {
  type Admission,
  AdmitInput,
  type Confirmation,
  ConfirmInput,
  ErasureInput,
  FindRunInput,
  FindScopeInput,
  type FoundScope,
  type Identity,
  ListSessionsInput,
  MarkSessionInput,
  NoteRunInput,
  OpenSignInInput,
  PutSessionInput,
  RefusalInput,
  RemoveSessionInput,
  RenewInput,
  type ScopeNames,
  type SessionList,
  type SessionQuestion,
} from './requests.ts';
import { requireSafeLogin } from './safe-login.ts';
import {
  hydrateSessions,
  isHydrated,
  listForks,
  listSessions,
  putSession,
  removeSession,
  scopeOfSession,
  sessionIds,
  sessionsToEvict,
} from './session-index.ts';
import { findMarked, putMarks } from './session-marks.ts';
import { closeSignIn, getIdentity, isSignInOpen, openSignIn, type SignIn } from './sign-ins.ts';
import { loadSnapshot, storeSnapshot } from './snapshot-row.ts';
import { ACCOUNT_STEPS } from './sqlite-migrations.ts';

/** More than are kept unpinned; pinned ones come on top. */
const HYDRATED_SESSIONS = 700;
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
      rule: aiRuleOf(env),
      load: () => ctx.storage.kv.get<number>(AI_BUCKET) ?? 0,
      // Not waited for by the reply: the first token must not wait for a disk.
      store: (fullAt) => ctx.waitUntil(ctx.storage.put(AI_BUCKET, fullAt, { allowUnconfirmed: true })),
      isKnown: ({ orgId, sessionId, runId }) => findRun(this.#sql, orgId, runId) === sessionId,
      now: () => Date.now(),
    });
  }

  /** Whether this sign-in is open and what the person may do in the org; one hop for each request. */
  async admit(input: AdmitInput): Promise<Admission> {
    const { principal, orgSlug, rights, fresh, modelCall, sessionId, names } = AdmitInput.parse(input);
    const now = Date.now();
    const isOpen = principal.signInId === undefined || isSignInOpen(this.#sql, principal.signInId, now);
    if (!isOpen || principal.expiresAt * 1000 <= now) return { ok: false, code: 'UNAUTHENTICATED' };
    const admission = await this.#rights.admit({ subject: principal.subject, orgSlug, rights, fresh });
    if (!admission.ok) return admission;
    const { access } = admission;
    const call = modelCall && (await this.#countCall(access, modelCall));
    const about = call?.sessionId ?? sessionId ?? null;
    const stored = about === null ? null : scopeOfSession(this.#sql, access.orgId, about);
    const session = about === null ? {} : { sessionProgramId: stored?.programId ?? null };
    if (!names || !isAssistantEnabled(access)) return { ...admission, ...call, ...session };
    const scope = await this.#findScope(access, { sessionId: about, names, stored });
    return { ...admission, ...call, ...session, scope };
  }

  async #countCall(
    access: Access,
    { run, session }: NonNullable<AdmitInput['modelCall']>,
  ): Promise<{ rate: RateVerdict; sessionId?: string | null }> {
    if (!session) return { rate: this.#countModelCall(run && { orgId: access.orgId, ...run }) };
    const named = session.name === null ? null : await sessionIdOf(access, session.name);
    return this.#findAndCount(access.orgId, session, named);
  }

  /** One step, so that a request that is sent twice meets itself: it comes to one session, and is counted once. */
  #findAndCount(orgId: string, { marks, otherwise, runId }: SessionQuestion, named: string | null) {
    const sessionId = findMarked(this.#sql, orgId, marks) ?? named ?? otherwise;
    if (sessionId === null) return { sessionId, rate: this.#countModelCall(null) };
    const rate = this.#countModelCall(runId === null ? null : { orgId, sessionId, runId });
    const request = marks.filter(({ kind }) => kind === 'request');
    if (rate.ok && request.length > 0)
      this.ctx.storage.transactionSync(() => putMarks(this.#sql, { orgId, sessionId, marks: request }));
    return { sessionId, rate };
  }

  /** What a request names, for routes that make no model work. @throws AppError */
  async findScope(input: FindScopeInput): Promise<FoundScope> {
    const { orgId, sessionId, names } = FindScopeInput.parse(input);
    const access = this.#rights.lastKnown(orgId);
    if (!access) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const stored = sessionId === null ? null : scopeOfSession(this.#sql, orgId, sessionId);
    return this.#findScope(access, { sessionId, names, stored });
  }

  async #findScope(
    access: Access,
    { sessionId, ...asked }: { sessionId: string | null; names: ScopeNames; stored: ScopeNames | null },
  ): Promise<FoundScope> {
    // Everybody there speaks of the place, whatever their clients name.
    if (sessionId !== null && isPlaceId(sessionId)) return { ok: true, programId: null, designId: null };
    const { reader } = openTenant(postgresDepsOf(this.env), access);
    return findNamedScope(
      { sql: this.#sql, find: (names) => findScope(access, names, reader), now: () => Date.now() },
      { orgId: access.orgId, ...asked },
    );
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

  /** Learns anew what the person may do, after a change of theirs. @throws AppError DATABASE_UNAVAILABLE */
  async renew(input: RenewInput): Promise<void> {
    await this.#rights.renew(RenewInput.parse(input).subject);
  }

  async openSignIn(input: OpenSignInInput = {}): Promise<SignIn> {
    const proven = OpenSignInInput.parse(input);
    return this.ctx.storage.transactionSync(() => openSignIn(this.#sql, Date.now(), proven));
  }

  /** Answers the provider's token, with which the session there can be ended too; null where there is none. */
  async closeSignIn(signInId: string): Promise<string | null> {
    return this.ctx.storage.transactionSync(() => closeSignIn(this.#sql, signInId));
  }

  /** What was proven of the person at a sign-in; null where that is not open. */
  async identityAt(signInId: string): Promise<{ readonly identity: Identity | null } | null> {
    return getIdentity(this.#sql, signInId, Date.now());
  }

  /** Takes a Conversation's entry; answers which conversations are beyond those that are kept, for the caller to delete. */
  async putSession(input: PutSessionInput): Promise<{ readonly evicted: readonly string[] }> {
    const { orgId, session, run } = PutSessionInput.parse(input);
    return this.ctx.storage.transactionSync(() => {
      putSession(this.#sql, orgId, session);
      if (run) noteRun(this.#sql, { orgId, sessionId: session.id, runId: run.runId });
      return { evicted: sessionsToEvict(this.#sql, orgId, this.#rights.sessionRules(orgId).keepNewest) };
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

  /** For the installation's chores: ids of the org's conversations that are listed, and the last word on the person's rights is forgotten. */
  async prepareErasure(input: ErasureInput): Promise<string[]> {
    const { orgId } = ErasureInput.parse(input);
    this.#sql.exec('delete from snapshot');
    return sessionIds(this.#sql, orgId);
  }

  /** For a conversation that erases itself: unlike a removed one it leaves no trace on the list. */
  async forgetSession(input: RemoveSessionInput): Promise<void> {
    const { orgId, sessionId } = RemoveSessionInput.parse(input);
    this.ctx.storage.transactionSync(() => forgetSession(this.#sql, orgId, sessionId));
  }

  /**
   * For the installation's chores: nothing of the org stays here, and nothing at all of who belongs to none any more.
   * @throws where all is erased: this instance ends with it
   */
  async erase(input: ErasureInput & { readonly isGone: boolean }): Promise<void> {
    const { orgId } = ErasureInput.parse(input);
    if (!input.isGone) return this.ctx.storage.transactionSync(() => eraseOrg(this.#sql, orgId));
    if (isBlank(this.#sql) && this.ctx.storage.kv.get(AI_BUCKET) === undefined) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.ctx.abort('erased');
  }

  /** Makes known what a client will repeat. */
  async markSession(input: MarkSessionInput): Promise<void> {
    const marked = MarkSessionInput.parse(input);
    this.ctx.storage.transactionSync(() => putMarks(this.#sql, marked));
  }

  /** A page of the org's conversations, newest first. */
  async listSessions(input: ListSessionsInput): Promise<SessionList> {
    const { orgId, limit, cursor } = ListSessionsInput.parse(input);
    await this.#hydrate(orgId);
    const page = listSessions(this.#sql, orgId, { limit, cursor });
    return page ? { ok: true, ...page } : { ok: false, code: 'BAD_REQUEST' };
  }

  /** What the person made of one of their sessions. */
  async listForks(input: RemoveSessionInput): Promise<readonly SessionRecord[]> {
    const { orgId, sessionId } = RemoveSessionInput.parse(input);
    await this.#hydrate(orgId);
    return listForks(this.#sql, orgId, sessionId);
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
