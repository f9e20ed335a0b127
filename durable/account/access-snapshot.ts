// What Postgres last said of one person's memberships, and when it must be asked again.
// A Postgres that does not answer leaves the last word standing for a while; one that says no is obeyed at once.
import { AppError } from '../errors.ts';
import type { Membership } from '../postgres/memberships.ts';
import type { Access } from '../principal.ts';
import { DEFAULT_SESSION_RULES, type SessionRules } from '../session-rules.ts';
import type { Admission, Confirmation, OrgChoice } from './requests.ts';

export type Snapshot = {
  readonly subject: string;
  readonly memberships: readonly Membership[];
  /** Unix milliseconds at which the question went out: what changed later may not be in it. */
  readonly confirmedAt: number;
};

/** A removed member loses access within this time and one round trip. */
export const FRESH_MS = 30_000;
/** How long the last word stands while Postgres does not answer. */
export const STANDS_IN_OUTAGE_MS = 10 * 60_000;

export type AccessSnapshotDeps = {
  load(): Snapshot | null;
  store(snapshot: Snapshot): void;
  /** @throws AppError DATABASE_UNAVAILABLE where Postgres gives no answer. */
  fetchMemberships(subject: string): Promise<readonly Membership[]>;
  now(): number;
  /** Keeps a promise alive that nobody awaits; it never rejects. */
  background(work: Promise<void>): void;
  noteFailure(error: unknown): void;
};

export type AccessSnapshots = ReturnType<typeof createAccessSnapshots>;

export function createAccessSnapshots(deps: AccessSnapshotDeps) {
  let refreshing: Promise<Snapshot> | null = null;

  async function admit(question: {
    subject: string;
    orgSlug: string | undefined;
    rights: 'last-known' | 'confirmed';
    fresh?: boolean | undefined;
  }): Promise<Admission> {
    let snapshot = deps.load();
    if (snapshot && snapshot.subject !== question.subject) throw new Error('an Account serves one subject only');
    if (question.fresh) snapshot = await refreshOrStand(question.subject, snapshot, refreshFromNow);
    else if (snapshot && !isFresh(snapshot)) {
      const mayStart = question.rights === 'last-known' && choose(snapshot, question.orgSlug) !== null;
      // Nobody is turned away on old rights either: a new member's first request waits instead.
      if (mayStart) deps.background(refreshQuietly(question.subject));
      else snapshot = await refreshOrStand(question.subject, snapshot);
    }
    snapshot ??= await refreshOrStand(question.subject, null);
    if (!snapshot) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const membership = choose(snapshot, question.orgSlug);
    if (!membership) return { ok: false, code: 'NOT_FOUND' };
    const { settings } = membership;
    return { ok: true, access: toAccess(snapshot, membership), orgs: snapshot.memberships.map(toChoice), settings };
  }

  async function confirm(orgId: string): Promise<Confirmation> {
    let snapshot = deps.load();
    if (!snapshot) return { ok: false, code: 'ACCESS_REVOKED' };
    if (!isFresh(snapshot)) snapshot = await refreshOrStand(snapshot.subject, snapshot);
    if (!snapshot) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const membership = snapshot.memberships.find((candidate) => candidate.orgId === orgId);
    if (!membership) return { ok: false, code: 'ACCESS_REVOKED' };
    return { ok: true, access: toAccess(snapshot, membership), settings: membership.settings };
  }

  /** What the person may do in the org by the last word, however old; for work that shows nothing new. */
  function lastKnown(orgId: string): Access | null {
    const snapshot = deps.load();
    const membership = snapshot?.memberships.find((candidate) => candidate.orgId === orgId);
    return snapshot && membership ? toAccess(snapshot, membership) : null;
  }

  /** How the org keeps conversations, by the last word. */
  function sessionRules(orgId: string): SessionRules {
    const membership = deps.load()?.memberships.find((candidate) => candidate.orgId === orgId);
    return membership?.sessionRules ?? DEFAULT_SESSION_RULES;
  }

  /** After a change of the person's own: an answer that was asked for before it does not count. */
  async function renew(subject: string): Promise<void> {
    await refreshing?.catch(() => undefined);
    await refresh(subject);
  }

  async function refreshOrStand(
    subject: string,
    last: Snapshot | null,
    ask: (subject: string) => Promise<Snapshot> = refresh,
  ): Promise<Snapshot | null> {
    try {
      return await ask(subject);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
      return last && deps.now() - last.confirmedAt <= STANDS_IN_OUTAGE_MS ? last : null;
    }
  }

  async function refreshQuietly(subject: string): Promise<void> {
    try {
      await refresh(subject);
    } catch (error) {
      deps.noteFailure(error);
    }
  }

  /** One question to Postgres at a time, whoever asks meanwhile shares its answer. */
  function refresh(subject: string): Promise<Snapshot> {
    refreshing ??= fetchSnapshot(subject).finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  /** An answer under way may have been asked for before what must show was saved. */
  async function refreshFromNow(subject: string): Promise<Snapshot> {
    // Whoever asked for it hears of its failure.
    await refreshing?.catch(() => undefined);
    return refresh(subject);
  }

  async function fetchSnapshot(subject: string): Promise<Snapshot> {
    const confirmedAt = deps.now();
    const memberships = await deps.fetchMemberships(subject);
    const snapshot = { subject, memberships: [...memberships].sort(byOrgName), confirmedAt };
    deps.store(snapshot);
    return snapshot;
  }

  const isFresh = (snapshot: Snapshot): boolean => deps.now() - snapshot.confirmedAt <= FRESH_MS;

  return { admit, confirm, lastKnown, sessionRules, renew };
}

/** The named org, or the first by name; null where the person has no such membership. */
function choose(snapshot: Snapshot, orgSlug: string | undefined): Membership | null {
  const { memberships } = snapshot;
  if (orgSlug === undefined) return memberships[0] ?? null;
  return memberships.find((membership) => membership.orgSlug === orgSlug) ?? null;
}

const toAccess = (
  snapshot: Snapshot,
  { settings: _settings, sessionRules: _rules, ...rights }: Membership,
): Access => ({
  ...rights,
  subject: snapshot.subject,
  confirmedAt: snapshot.confirmedAt,
});

const toChoice = ({ orgSlug, orgName, role }: Membership): OrgChoice => ({ slug: orgSlug, name: orgName, role });

const byOrgName = (a: Membership, b: Membership): number =>
  a.orgName.localeCompare(b.orgName) || a.orgSlug.localeCompare(b.orgSlug);
