// Caches a user's memberships as Postgres last returned them, and decides when to read them again. While Postgres is
// unavailable, the last snapshot is used for a limited time. A removal takes effect immediately.
import * as z from 'zod';
import type { AccessConfirmation, Admission, OrgChoice } from '../contracts/account.ts';
import type { IssuerClaims } from '../contracts/issuers.ts';
import { AppError } from '../errors.ts';
import type { GrantedAccess } from '../postgres/queries/issuers.ts';
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

/** The organizations that a token of the user's issuer names. */
export type Reach = {
  readonly orgIds: readonly string[];
  readonly confirmedAt: number;
  /** The `iat` of the newest token with these claims. */
  readonly issuedAt: number;
};

/** A token's claims with the text that they are stored under, which is the same for every token that says the same. */
type Token = { readonly claims: IssuerClaims; readonly key: string };

/** What a request may see: all memberships, or those that its token names. */
type View = Snapshot & { readonly reach: readonly string[] | null };

/** How long a snapshot may be used while Postgres is unavailable. */
export const MAX_OUTAGE_AGE_MS = 10 * 60_000;

export type AccessSnapshotDeps = {
  load(): Snapshot | null;
  store(snapshot: Snapshot): void;
  loadReach(tokenKey: string): Reach | null;
  storeReach(tokenKey: string, reach: Reach): void;
  /** @throws AppError DATABASE_UNAVAILABLE */
  fetchMemberships(subject: string): Promise<readonly Membership[]>;
  /** The same after what the token grants or withdraws. @throws AppError DATABASE_UNAVAILABLE */
  fetchGranted(subject: string, claims: IssuerClaims): Promise<GrantedAccess>;
  now(): number;
  /** Keeps background work alive; the work never rejects. */
  background(work: Promise<void>): void;
  noteFailure(error: unknown): void;
};

export type AccessSnapshots = ReturnType<typeof createAccessSnapshots>;

export function createAccessSnapshots(deps: AccessSnapshotDeps) {
  /** By token; the empty key is for none. */
  const refreshing = new Map<string, Promise<View>>();

  async function admit(lookup: {
    subject: string;
    orgSlug: string | undefined;
    rights: 'last-known' | 'confirmed';
    fresh?: boolean | undefined;
    claims?: IssuerClaims | undefined;
    mustNameOrg?: boolean | undefined;
  }): Promise<Admission> {
    const token = lookup.claims ? tokenOf(lookup.claims) : null;
    let view = loadView(token);
    if (view && view.subject !== lookup.subject) throw new Error('an Account serves a single subject');
    if (lookup.fresh) view = await refreshOrKeep(view, () => refreshFromNow(lookup.subject, token));
    else if (view && !isFresh(view)) {
      const mayStart = lookup.rights === 'last-known' && choose(view, lookup).ok;
      // An old snapshot must not reject a new member, so their first request waits.
      if (mayStart) deps.background(refreshQuietly(lookup.subject, token));
      else view = await refreshOrKeep(view, () => refresh(lookup.subject, token));
    }
    view ??= await refreshOrKeep(null, () => refresh(lookup.subject, token));
    if (!view) return { ok: false, code: 'DATABASE_UNAVAILABLE' };
    const chosen = choose(view, lookup);
    if (!chosen.ok) return chosen;
    const { membership } = chosen;
    const { settings } = membership;
    return { ok: true, access: toAccess(view, membership), orgs: reachable(view).map(toChoice), settings };
  }

  async function confirm(orgId: string): Promise<AccessConfirmation> {
    let snapshot = loadView(null);
    if (!snapshot) return { ok: false, code: 'ACCESS_REVOKED' };
    const { subject } = snapshot;
    if (!isFresh(snapshot)) snapshot = await refreshOrKeep(snapshot, () => refresh(subject, null));
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
    await refreshFromNow(subject, null);
  }

  function loadView(token: Token | null): View | null {
    const snapshot = deps.load();
    if (!snapshot || !token) return snapshot && { ...snapshot, reach: null };
    const reach = deps.loadReach(token.key);
    if (!reach) return null;
    const view = withReach(snapshot, reach);
    // A newer token can grant again what was withdrawn since.
    const isNewer = token.claims.issuedAt > reach.issuedAt && reachable(view).length < reach.orgIds.length;
    return isNewer ? null : view;
  }

  async function refreshOrKeep(last: View | null, ask: () => Promise<View>): Promise<View | null> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
      return last && deps.now() - last.confirmedAt <= MAX_OUTAGE_AGE_MS ? last : null;
    }
  }

  async function refreshQuietly(subject: string, token: Token | null): Promise<void> {
    try {
      await refresh(subject, token);
    } catch (error) {
      deps.noteFailure(error);
    }
  }

  /** One query at a time for each token; concurrent callers share it. */
  function refresh(subject: string, token: Token | null): Promise<View> {
    const key = token?.key ?? '';
    const running = refreshing.get(key);
    if (running !== undefined) return running;
    const fetching = fetchView(subject, token).finally(() => refreshing.delete(key));
    refreshing.set(key, fetching);
    return fetching;
  }

  /** A query that is already running may have started before the change that must show. */
  async function refreshFromNow(subject: string, token: Token | null): Promise<View> {
    // Its own caller handles the failure.
    await refreshing.get(token?.key ?? '')?.catch(() => undefined);
    return refresh(subject, token);
  }

  async function fetchView(subject: string, token: Token | null): Promise<View> {
    const confirmedAt = deps.now();
    const { memberships, reach } = token
      ? await deps.fetchGranted(subject, token.claims)
      : { memberships: await deps.fetchMemberships(subject), reach: null };
    const snapshot = { subject, memberships: [...memberships].sort(byOrgName), confirmedAt };
    deps.store(snapshot);
    if (token && reach) deps.storeReach(token.key, { orgIds: reach, confirmedAt, issuedAt: token.claims.issuedAt });
    return { ...snapshot, reach };
  }

  const isFresh = (view: View): boolean => deps.now() - view.confirmedAt <= RIGHTS_FRESH_MS;

  return { admit, confirm, lastKnown, sessionRules, renew };
}

const tokenOf = (claims: IssuerClaims): Token => {
  const { issuedAt: _iat, ...said } = claims;
  return { claims, key: JSON.stringify(said) };
};

/** As old as the older of the two. */
const withReach = (snapshot: Snapshot, { orgIds, confirmedAt }: Reach): View => ({
  ...snapshot,
  reach: orgIds,
  confirmedAt: Math.min(snapshot.confirmedAt, confirmedAt),
});

const reachable = ({ memberships, reach }: View): readonly Membership[] =>
  reach === null ? memberships : memberships.filter(({ orgId }) => reach.includes(orgId));

type Choice =
  | { readonly ok: true; readonly membership: Membership }
  | { readonly ok: false; readonly code: 'NO_MEMBERSHIP' | 'NOT_FOUND' | 'ORG_MISMATCH' | 'ORG_REQUIRED' };

/** The named org; the only one; or for pages, which have yet to choose, the first by name. */
function choose(
  view: View,
  { orgSlug, mustNameOrg }: { orgSlug: string | undefined; mustNameOrg?: boolean | undefined },
): Choice {
  const candidates = reachable(view);
  const [first, ...others] = candidates;
  if (first === undefined) return { ok: false, code: 'NO_MEMBERSHIP' };
  if (orgSlug === undefined && mustNameOrg && others.length > 0) return { ok: false, code: 'ORG_REQUIRED' };
  const membership = orgSlug === undefined ? first : candidates.find((candidate) => candidate.orgSlug === orgSlug);
  if (membership) return { ok: true, membership };
  return { ok: false, code: view.reach === null ? 'NOT_FOUND' : 'ORG_MISMATCH' };
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

/** Tokens are short-lived, and one person has few at a time. */
const MAX_REACHES = 16;

const OrgIds = z.array(z.string());

export function loadReach(sql: SqlStorage, tokenKey: string): Reach | null {
  const [row] = sql
    .exec<{ org_ids: string; confirmed_at: number; issued_at: number }>(
      'select org_ids, confirmed_at, issued_at from token_reach where token = ?',
      tokenKey,
    )
    .toArray();
  if (!row) return null;
  return { orgIds: OrgIds.parse(JSON.parse(row.org_ids)), confirmedAt: row.confirmed_at, issuedAt: row.issued_at };
}

export function storeReach(sql: SqlStorage, tokenKey: string, { orgIds, confirmedAt, issuedAt }: Reach): void {
  sql.exec(
    `insert into token_reach (token, org_ids, confirmed_at, issued_at) values (?, ?, ?, ?)
     on conflict (token) do update set org_ids = excluded.org_ids, confirmed_at = excluded.confirmed_at,
       issued_at = max(token_reach.issued_at, excluded.issued_at)
       where excluded.confirmed_at >= token_reach.confirmed_at`,
    tokenKey,
    JSON.stringify(orgIds),
    confirmedAt,
    issuedAt,
  );
  sql.exec(
    'delete from token_reach where token in (select token from token_reach order by confirmed_at desc limit -1 offset ?)',
    MAX_REACHES,
  );
}
