// Caches a user's memberships as Postgres last returned them, and decides when to read them again. While Postgres is
// unavailable, the last snapshot is used for a limited time. A removal takes effect immediately.
import * as z from 'zod';
import type { AccessConfirmation, Admission, OrgChoice } from '../contracts/account.ts';
import { AppError } from '../errors.ts';
import { Membership } from '../postgres/queries/memberships.ts';
import { type Access, RIGHTS_FRESH_MS } from '../principal.ts';
import { DEFAULT_SESSION_RULES, type SessionRules } from '../session-rules.ts';
import { databaseCache } from '../sqlite-cache.ts';

export type Snapshot = {
  readonly subject: string;
  readonly memberships: readonly Membership[];
  /** Unix milliseconds when the query was sent: later changes may be missing. */
  readonly confirmedAt: number;
};

/** How long a snapshot may be used while Postgres is unavailable. */
export const MAX_OUTAGE_AGE_MS = 10 * 60_000;

export type AccessSnapshotDeps = {
  load(): Snapshot | null;
  store(snapshot: Snapshot): void;
  /** @throws AppError DATABASE_UNAVAILABLE */
  fetchMemberships(subject: string): Promise<readonly Membership[]>;
  now(): number;
  /** Keeps background work alive; the work never rejects. */
  background(work: Promise<void>): void;
  noteFailure(error: unknown): void;
};

export type AccessSnapshots = ReturnType<typeof createAccessSnapshots>;

export function createAccessSnapshots(deps: AccessSnapshotDeps) {
  let refreshing: Promise<Snapshot> | null = null;

  async function admit(lookup: {
    subject: string;
    orgSlug: string | undefined;
    rights: 'last-known' | 'confirmed';
    fresh?: boolean | undefined;
  }): Promise<Admission> {
    let snapshot = deps.load();
    if (snapshot && snapshot.subject !== lookup.subject) throw new Error('an Account serves a single subject');
    if (lookup.fresh) snapshot = await refreshOrKeep(lookup.subject, snapshot, refreshFromNow);
    else if (snapshot && !isFresh(snapshot)) {
      const mayStart = lookup.rights === 'last-known' && choose(snapshot, lookup.orgSlug) !== null;
      // An old snapshot must not reject a new member, so their first request waits.
      if (mayStart) deps.background(refreshQuietly(lookup.subject));
      else snapshot = await refreshOrKeep(lookup.subject, snapshot);
    }
    snapshot ??= await refreshOrKeep(lookup.subject, null);
    if (!snapshot) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    if (snapshot.memberships.length === 0) return { ok: false, code: 'NO_MEMBERSHIP' };
    const membership = choose(snapshot, lookup.orgSlug);
    if (!membership) return { ok: false, code: 'NOT_FOUND' };
    const { settings } = membership;
    return { ok: true, access: toAccess(snapshot, membership), orgs: snapshot.memberships.map(toChoice), settings };
  }

  async function confirm(orgId: string): Promise<AccessConfirmation> {
    let snapshot = deps.load();
    if (!snapshot) return { ok: false, code: 'ACCESS_REVOKED' };
    if (!isFresh(snapshot)) snapshot = await refreshOrKeep(snapshot.subject, snapshot);
    if (!snapshot) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const membership = snapshot.memberships.find((candidate) => candidate.orgId === orgId);
    if (!membership) return { ok: false, code: 'ACCESS_REVOKED' };
    return { ok: true, access: toAccess(snapshot, membership), settings: membership.settings };
  }

  /** The user's access from the snapshot, however old. Only for work that shows no new data. */
  function lastKnown(orgId: string): Access | null {
    const snapshot = deps.load();
    const membership = snapshot?.memberships.find((candidate) => candidate.orgId === orgId);
    return snapshot && membership ? toAccess(snapshot, membership) : null;
  }

  /** The org's retention rules from the snapshot. */
  function sessionRules(orgId: string): SessionRules {
    const membership = deps.load()?.memberships.find((candidate) => candidate.orgId === orgId);
    return membership?.sessionRules ?? DEFAULT_SESSION_RULES;
  }

  /** Called after a change to the user's memberships: the result of a query sent before it is not used. */
  async function renew(subject: string): Promise<void> {
    await refreshing?.catch(() => undefined);
    await refresh(subject);
  }

  async function refreshOrKeep(
    subject: string,
    last: Snapshot | null,
    ask: (subject: string) => Promise<Snapshot> = refresh,
  ): Promise<Snapshot | null> {
    try {
      return await ask(subject);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
      return last && deps.now() - last.confirmedAt <= MAX_OUTAGE_AGE_MS ? last : null;
    }
  }

  async function refreshQuietly(subject: string): Promise<void> {
    try {
      await refresh(subject);
    } catch (error) {
      deps.noteFailure(error);
    }
  }

  /** One query at a time; concurrent callers share it. */
  function refresh(subject: string): Promise<Snapshot> {
    refreshing ??= fetchSnapshot(subject).finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  /** A query that is already running may have started before the change that must show. */
  async function refreshFromNow(subject: string): Promise<Snapshot> {
    // Its own caller handles the failure.
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

  const isFresh = (snapshot: Snapshot): boolean => deps.now() - snapshot.confirmedAt <= RIGHTS_FRESH_MS;

  return { admit, confirm, lastKnown, sessionRules, renew };
}

/** The named org, or the first by name. Null if the user is not a member. */
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

/** The stored text as last parsed. It has all settings of all the user's orgs, and every request needs it. */
const parsed = databaseCache<{ readonly text: string; readonly memberships: readonly Membership[] }>();

/** Null if there is none, or if another release stored it in a format this one can't read. */
export function loadSnapshot(sql: SqlStorage): Snapshot | null {
  const [row] = sql
    .exec<{ subject: string; memberships: string; confirmed_at: number }>(
      'select subject, memberships, confirmed_at from snapshot',
    )
    .toArray();
  if (!row) return null;
  const known = parsed.get(sql);
  const memberships = known?.text === row.memberships ? known.memberships : parseMemberships(row.memberships);
  if (!memberships) return null;
  parsed.set(sql, { text: row.memberships, memberships });
  return { subject: row.subject, memberships, confirmedAt: row.confirmed_at };
}

function parseMemberships(text: string): readonly Membership[] | null {
  return z.array(Membership).safeParse(JSON.parse(text)).data ?? null;
}

/** A slower, older query does not replace a newer snapshot. */
export function storeSnapshot(sql: SqlStorage, snapshot: Snapshot): void {
  sql.exec(
    `insert into snapshot (only_row, subject, memberships, confirmed_at) values (1, ?, ?, ?)
     on conflict (only_row) do update set memberships = excluded.memberships, confirmed_at = excluded.confirmed_at
       where excluded.confirmed_at >= snapshot.confirmed_at`,
    snapshot.subject,
    JSON.stringify(snapshot.memberships),
    snapshot.confirmedAt,
  );
}
