// A user's Account object: sign-in sessions, the access snapshot, the conversation list and the rate limit of model calls.
// Wiring only: each call is parsed, changes state in one synchronous step, and returns a tagged union.
import { DurableObject } from 'cloudflare:workers';
import {
  type AccessConfirmation,
  type AccountRpc,
  type Admission,
  AdmitInput,
  CloseSignInsInput,
  ConfirmInput,
  ErasureInput,
  type EvictedSession,
  FindRunInput,
  FindScopeInput,
  type FoundScope,
  type Identity,
  ListSessionsInput,
  MarkSessionInput,
  NoteRunInput,
  OpenSignInInput,
  type PageIdentity,
  PutSessionInput,
  type RateVerdict,
  RefusalInput,
  RemoveSessionInput,
  RenewInput,
  type ScopeNames,
  type SessionList,
  type SessionLookup,
  type SignIn,
  type SignInEntry,
} from '../contracts/account.ts';
import type { SessionRecord } from '../contracts/session.ts';
import { sessionIdOf } from '../contracts/session-name.ts';
import { isPlaceId } from '../conversation/conversation-access.ts';
import { settingsOf } from '../env.ts';
import { logFailure } from '../log.ts';
import { findScope } from '../packs/registry.ts';
import { listConversations } from '../postgres/queries/conversations.ts';
import { fetchGranted } from '../postgres/queries/issuers.ts';
import { fetchMemberships } from '../postgres/queries/memberships.ts';
import { requireSafeLogin } from '../postgres/safe-login.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';
import { type Access, isAssistantEnabled } from '../principal.ts';
import { migrate } from '../sqlite-migrate.ts';
import { openTenant } from '../tools/tenant-access.ts';
import {
  type AccessSnapshots,
  createAccessSnapshots,
  loadReach,
  loadSnapshot,
  storeReach,
  storeSnapshot,
} from './access-snapshot.ts';
import { ACCOUNT_STEPS, eraseOrg, forgetSession, isBlank } from './account-tables.ts';
import { createModelCalls, type RunName } from './model-calls.ts';
import { findNamedScope } from './named-scopes.ts';
import { aiRuleOf, requestRuleOf, takeToken } from './rate-bucket.ts';
import { closingTime, deliverRefusals, hasRefusals, noteRefusal } from './refusals.ts';
import {
  findMarked,
  findRun,
  hydrateSessions,
  isHydrated,
  listForks,
  listSessions,
  noteRun,
  putMarks,
  putSession,
  removeSession,
  scopeOfSession,
  sessionIds,
  sessionsToEvict,
} from './session-index.ts';
import {
  closeOtherSignIns,
  closeSignIn,
  getIdentity,
  listSignIns,
  openSignIn,
  type SignInLimits,
  useSignIn,
} from './sign-ins.ts';

/** More than the default limit of unpinned sessions, which leaves room for pinned ones. */
const HYDRATED_SESSIONS = 700;
const AI_BUCKET = 'ai-bucket-full-at';
const REQUEST_BUCKET = 'request-bucket-full-at';
const BUCKETS = [AI_BUCKET, REQUEST_BUCKET];

/** By the bucket that a request was counted in. */
type Counted = { readonly rate?: RateVerdict; readonly requests?: RateVerdict };

export class Account extends DurableObject<Env> implements AccountRpc {
  readonly #sql: SqlStorage;
  readonly #rights: AccessSnapshots;
  readonly #modelCalls: ReturnType<typeof createModelCalls>;
  #requestsFullAt = 0;
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
      loadReach: (token) => loadReach(this.#sql, token),
      storeReach: (token, reach) => this.ctx.storage.transactionSync(() => storeReach(this.#sql, token, reach)),
      fetchGranted: async (subject, claims) => {
        const postgres = postgresDepsOf(env);
        await requireSafeLogin(postgres);
        return fetchGranted(postgres, subject, claims);
      },
      now: () => Date.now(),
      background: (work) => ctx.waitUntil(work),
      noteFailure: (error) => logFailure('access.refresh_failed', error),
    });
    this.#modelCalls = createModelCalls({
      rule: aiRuleOf(env),
      load: () => ctx.storage.kv.get<number>(AI_BUCKET) ?? 0,
      // Not awaited: the first token must not wait for the disk.
      store: (fullAt) => ctx.waitUntil(ctx.storage.put(AI_BUCKET, fullAt, { allowUnconfirmed: true })),
      isKnown: ({ orgId, sessionId, runId }) => findRun(this.#sql, orgId, runId) === sessionId,
      now: () => Date.now(),
    });
  }

  /** Whether this sign-in is open and what the user may do in the org. One call per request. */
  async admit(input: AdmitInput): Promise<Admission> {
    const { principal, orgSlug, rights, fresh, modelCall, cost, sessionId, names, page, ...token } =
      AdmitInput.parse(input);
    const now = Date.now();
    if (principal.expiresAt * 1000 <= now) return { ok: false, code: 'UNAUTHENTICATED' };
    const { signInId } = principal;
    const { idleSeconds } = this.#signInLimits();
    const signIn = signInId === undefined ? {} : useSignIn(this.#sql, signInId, { now, idleSeconds });
    if (signIn === null) return { ok: false, code: 'UNAUTHENTICATED' };
    const found = await this.#rights.admit({ subject: principal.subject, orgSlug, rights, fresh, ...token });
    if (!found.ok) {
      if (found.code !== 'NO_MEMBERSHIP' || cost === undefined) return found;
      return { ...found, requests: this.#countRequest(cost, now) };
    }
    const admission = { ...found, ...signIn };
    const { access } = admission;
    // Before the call is counted: a refused request costs nothing.
    if (page !== undefined && !isLoadedFor(page, access)) return { ok: false, code: 'IDENTITY_CHANGED' };
    const requests = cost === undefined ? {} : { requests: this.#countRequest(cost, now) };
    const call = modelCall && (await this.#countCall(access, modelCall, now));
    const about = call?.sessionId ?? sessionId ?? null;
    const stored = about === null ? null : scopeOfSession(this.#sql, access.orgId, about);
    const session = about === null ? {} : { sessionProgramId: stored?.programId ?? null };
    if (!names || !isAssistantEnabled(access)) return { ...admission, ...requests, ...call, ...session };
    const scope = await this.#findScope(access, { sessionId: about, names, stored });
    return { ...admission, ...requests, ...call, ...session, scope };
  }

  /** Synchronous, so that concurrent requests get exactly the units there are. */
  #countRequest(cost: number, now: number): RateVerdict {
    const { fullAt, verdict } = takeToken(requestRuleOf(this.env), this.#fullAt(), now, cost);
    this.#requestsFullAt = fullAt;
    // A cheap request isn't worth a write: an object that is evicted was idle, and its bucket refills in half a minute.
    if (verdict.ok && cost > 1)
      this.ctx.waitUntil(this.ctx.storage.put(REQUEST_BUCKET, fullAt, { allowUnconfirmed: true }));
    return verdict;
  }

  #fullAt(): number {
    return Math.max(this.#requestsFullAt, this.ctx.storage.kv.get<number>(REQUEST_BUCKET) ?? 0);
  }

  async #countCall(
    access: Access,
    { run, session, isDecision }: NonNullable<AdmitInput['modelCall']>,
    now: number,
  ): Promise<Counted & { sessionId?: string | null }> {
    const count = (call: RunName | null): Counted =>
      isDecision ? { requests: this.#countRequest(1, now) } : { rate: this.#modelCalls.count(call) };
    if (!session) return count(run && { orgId: access.orgId, ...run });
    const named = session.name === null ? null : await sessionIdOf(access, session.name);
    return this.#findAndCount(access.orgId, { ...session, named, count });
  }

  /** Synchronous, so that a request sent twice gets the same session and is counted once. */
  #findAndCount(
    orgId: string,
    lookup: SessionLookup & { named: string | null; count: (call: RunName | null) => Counted },
  ): Counted & { sessionId: string | null } {
    const { marks, named, otherwise, runId, count } = lookup;
    const sessionId = findMarked(this.#sql, orgId, marks) ?? named ?? otherwise;
    if (sessionId === null) return { sessionId, ...count(null) };
    const counted = count(runId === null ? null : { orgId, sessionId, runId });
    const request = marks.filter(({ kind }) => kind === 'request');
    if ((counted.rate ?? counted.requests)?.ok && request.length > 0)
      this.ctx.storage.transactionSync(() => putMarks(this.#sql, { orgId, sessionId, marks: request }));
    return { sessionId, ...counted };
  }

  /** Resolves names for requests that call no model. @throws AppError */
  async findScope(input: FindScopeInput): Promise<FoundScope> {
    const { orgId, sessionId, names } = FindScopeInput.parse(input);
    const access = this.#rights.lastKnown(orgId);
    if (!access) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const stored = sessionId === null ? null : scopeOfSession(this.#sql, orgId, sessionId);
    return this.#findScope(access, { sessionId, names, stored });
  }

  async #findScope(
    access: Access,
    { sessionId, ...lookup }: { sessionId: string | null; names: ScopeNames; stored: ScopeNames | null },
  ): Promise<FoundScope> {
    // A shared place has a fixed scope, whatever the client names.
    if (sessionId !== null && isPlaceId(sessionId)) return { ok: true, programId: null, designId: null };
    const { reader } = openTenant(postgresDepsOf(this.env), access);
    return findNamedScope(
      { sql: this.#sql, find: (names) => findScope(access, names, reader), now: () => Date.now() },
      { orgId: access.orgId, ...lookup },
    );
  }

  /** Fresh access for work that started on an older snapshot. */
  async confirm(input: ConfirmInput): Promise<AccessConfirmation> {
    return this.#rights.confirm(ConfirmInput.parse(input).orgId);
  }

  /** Records a rejected message. It reaches the audit log when its minute is over. */
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
      logFailure('account.alarm_failed', error);
    });
    this.ctx.waitUntil(set);
  }

  /** Refreshes the snapshot after a change to the user's memberships. @throws AppError DATABASE_UNAVAILABLE */
  async renew(input: RenewInput): Promise<void> {
    await this.#rights.renew(RenewInput.parse(input).subject);
  }

  async openSignIn(input: OpenSignInInput = {}): Promise<SignIn> {
    const proven = OpenSignInInput.parse(input);
    return this.ctx.storage.transactionSync(() => openSignIn(this.#sql, Date.now(), proven, this.#signInLimits()));
  }

  #signInLimits(): SignInLimits {
    const { SIGN_IN_LIFETIME_HOURS: hours, SIGN_IN_IDLE_MINUTES: minutes } = settingsOf(this.env);
    return { lifetimeSeconds: hours * 60 * 60, idleSeconds: minutes * 60 };
  }

  async listSignIns(): Promise<readonly SignInEntry[]> {
    return listSignIns(this.#sql, Date.now(), this.#signInLimits().idleSeconds);
  }

  /** Ends all sign-ins but the one to keep. Returns how many. */
  async closeSignIns(input: CloseSignInsInput): Promise<number> {
    const { keptId } = CloseSignInsInput.parse(input);
    return this.ctx.storage.transactionSync(() => closeOtherSignIns(this.#sql, keptId));
  }

  /** Returns the provider's ID token, which can end the session there; null if there is none. */
  async closeSignIn(signInId: string): Promise<string | null> {
    return this.ctx.storage.transactionSync(() => closeSignIn(this.#sql, signInId));
  }

  /** The identity from this sign-in; null if the sign-in is not open. */
  async identityAt(signInId: string): Promise<{ readonly identity: Identity | null } | null> {
    return getIdentity(this.#sql, signInId, { now: Date.now(), idleSeconds: this.#signInLimits().idleSeconds });
  }

  /** Stores a conversation's entry. Returns the conversations that no longer fit in the list, for the caller to delete. */
  async putSession(input: PutSessionInput): Promise<{ readonly evicted: readonly EvictedSession[] }> {
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
    return findRun(this.#sql, orgId, runId) ?? this.#modelCalls.sessionOf(orgId, runId);
  }

  /** For chores: drops the snapshot and returns the ids of the org's listed conversations. */
  async prepareErasure(input: ErasureInput): Promise<string[]> {
    const { orgId } = ErasureInput.parse(input);
    this.#sql.exec('delete from snapshot');
    return sessionIds(this.#sql, orgId);
  }

  /** For an erased conversation: unlike `removeSession`, leaves no tombstone. */
  async forgetSession(input: RemoveSessionInput): Promise<void> {
    const { orgId, sessionId } = RemoveSessionInput.parse(input);
    this.ctx.storage.transactionSync(() => forgetSession(this.#sql, orgId, sessionId));
  }

  /**
   * For chores: erases the org's data, or everything if the user belongs to no org any more.
   * @throws if everything is erased, because the instance ends
   */
  async erase(input: ErasureInput & { readonly isGone: boolean }): Promise<void> {
    const { orgId } = ErasureInput.parse(input);
    if (!input.isGone) return this.ctx.storage.transactionSync(() => eraseOrg(this.#sql, orgId));
    if (isBlank(this.#sql) && BUCKETS.every((bucket) => this.ctx.storage.kv.get(bucket) === undefined)) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.ctx.abort('erased');
  }

  /** Stores the marks that clients can use to refer to the session. */
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

  /** The user's forks of a session. */
  async listForks(input: RemoveSessionInput): Promise<readonly SessionRecord[]> {
    const { orgId, sessionId } = RemoveSessionInput.parse(input);
    await this.#hydrate(orgId);
    return listForks(this.#sql, orgId, sessionId);
  }

  /** Loads the list from Postgres once, for a new Account or a new org. */
  async #hydrate(orgId: string): Promise<void> {
    if (isHydrated(this.#sql, orgId)) return;
    const access = this.#rights.lastKnown(orgId);
    if (!access) return;
    try {
      const sessions = await listConversations(postgresDepsOf(this.env), access, { limit: HYDRATED_SESSIONS });
      this.ctx.storage.transactionSync(() => hydrateSessions(this.#sql, orgId, sessions));
    } catch (error) {
      // The list stays as it is; the next request tries again.
      logFailure('sessions.hydrate_failed', error);
    }
  }
}

function isLoadedFor(page: PageIdentity | null, { userId, orgId }: Access): boolean {
  return page !== null && page.userId === userId && (page.orgId === undefined || page.orgId === orgId);
}
