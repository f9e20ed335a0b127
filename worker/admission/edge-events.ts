// Reports to the audit log what no transaction records: sign-ins, rejected tokens, refused access, and reads of the log and
// the members. After the response, so that no request waits for it or fails because of it.
import { waitUntil } from 'cloudflare:workers';
import type { Context } from 'hono';
import { decodeJwt } from 'jose';
import type { AuditEvent } from '../../durable/contracts/audit-event.ts';
import { auditTrailOf, type EdgeEvent } from '../../durable/contracts/audit-trail.ts';
import { isStorable, toStorable } from '../../durable/input-text.ts';
import { logFailure } from '../../durable/log.ts';
import { fetchMemberships } from '../../durable/postgres/queries/memberships.ts';
import { postgresDepsOf } from '../../durable/postgres/with-tenant.ts';
import { subjectOf } from '../auth/issuer-token.ts';
import type { EdgeEnv } from '../edge-env.ts';

type EventName = AuditEvent['event'];
/** What is noted of a route: its first path names it. */
type NotedRoute = { readonly paths: readonly string[] };

const MAX_VALUE = 128;
/** No one waits for these reads, so a slow database loses no event. The runtime ends work 30 seconds after the response. */
const TIMEOUT_MS = 20_000;

/** A read of what few may read. `query` tells a filtered list from a whole one. */
export function noteRead(c: Context<EdgeEnv>, route: NotedRoute, event: EventName): void {
  noteAccess(c, route, { event, error: null });
}

/** Someone asked for what they may not have, or what is not there for them: an attempt shows in the log. */
export function noteRefusedAccess(c: Context<EdgeEnv>, route: NotedRoute, error: 'FORBIDDEN' | 'NOT_FOUND'): void {
  noteAccess(c, route, { event: 'access.refused', error });
}

/** Someone asked for something in their own account that is not there, such as another person's sign-in. */
export function noteRefusedAccount(c: Context<EdgeEnv>, route: NotedRoute, error: 'NOT_FOUND'): void {
  const parameters = parametersOf(c, route);
  noteInOwnOrgs(c, c.get('principal').subject, { event: 'access.refused', error, parameters });
}

function noteAccess(
  c: Context<EdgeEnv>,
  route: NotedRoute,
  { event, error }: Pick<EdgeEvent, 'event' | 'error'>,
): void {
  const { orgId, userId } = c.get('access');
  const sessionId = c.get('sessionId');
  const parameters = { ...parametersOf(c, route), ...(sessionId ? { sessionId } : {}) };
  const requestId = c.get('requestId');
  note(c.env, orgId, { event, actorId: userId, error, requestId, parameters });
}

function parametersOf(c: Context<EdgeEnv>, route: NotedRoute): EdgeEvent['parameters'] {
  const given = { ...c.req.query(), ...c.req.param() };
  return {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name.slice(0, 64), toValue(value)])),
    method: c.req.method,
    route: route.paths[0] ?? c.req.path,
  };
}

/** In the log of each org that the person belongs to. */
export function noteSignIn(c: Context<EdgeEnv>, subject: string, event: 'sign_in.succeeded' | 'sign_in.ended'): void {
  noteInOwnOrgs(c, subject, { event, error: null, parameters: {} });
}

/** Someone named an org that is not theirs. Its log is not for what strangers send, so it shows in the logs of their own. */
export function noteForeignOrg(c: Context<EdgeEnv>, slug: string): void {
  const parameters = { org: toValue(slug), method: c.req.method };
  noteInOwnOrgs(c, c.get('principal').subject, { event: 'access.refused', error: 'NOT_FOUND', parameters });
}

function noteInOwnOrgs(
  c: Context<EdgeEnv>,
  subject: string,
  event: Pick<EdgeEvent, 'event' | 'error' | 'parameters'>,
): void {
  const { env } = c;
  const requestId = c.get('requestId');
  afterwards(async () => {
    for (const { orgId, userId } of await fetchMemberships(postgresDepsOf(env), subject, { timeoutMs: TIMEOUT_MS }))
      note(env, orgId, { ...event, actorId: userId, requestId });
  });
}

/** A request can make a thousand calls. The operator's own log has the change in any case. */
const MAX_NOTED_ORGS = 500;

/** In the log of each org that a change of the installation's operator touches. */
export function noteOperatorChange(
  c: Context<EdgeEnv>,
  orgIds: readonly string[],
  parameters: EdgeEvent['parameters'],
): void {
  const event = {
    event: 'settings.changed',
    actorId: null,
    error: null,
    requestId: c.get('requestId'),
    parameters,
  } as const;
  for (const orgId of orgIds.slice(0, MAX_NOTED_ORGS)) note(c.env, orgId, event);
}

const WINDOW_MS = 60_000;
/** Each one may cost a query. Beyond them, rejected tokens are not attributed to anyone. */
const MAX_NAMED = 20;
/** By the subjects that the tokens name, per isolate: how many were rejected and not reported yet. */
const rejected = { since: 0, reported: new Set<string>(), counts: new Map<string, number>() };

/**
 * In the log of each org of the person that the token names. The name is not proven, so no one counts as the actor. Others
 * can send any number of such tokens: for each name, the first of a minute is reported, and the rest with the next one.
 */
export function noteRejectedToken(c: Context<EdgeEnv>, token: string): void {
  noteRejectedSubjects(c, namedIn(token));
}

/** A token of ours that was valid until its sign-in ended. */
export function noteEndedSession(c: Context<EdgeEnv>): void {
  noteRejectedSubjects(c, [c.get('principal').subject]);
}

function noteRejectedSubjects(c: Context<EdgeEnv>, subjects: readonly string[]): void {
  const now = Date.now();
  if (now - rejected.since >= WINDOW_MS) {
    rejected.since = now;
    rejected.reported.clear();
  }
  for (const subject of subjects) {
    const isTracked = rejected.counts.has(subject) || rejected.counts.size < MAX_NAMED;
    if (!isTracked) continue;
    const count = (rejected.counts.get(subject) ?? 0) + 1;
    if (rejected.reported.has(subject) || rejected.reported.size >= MAX_NAMED) {
      rejected.counts.set(subject, count);
      continue;
    }
    rejected.counts.delete(subject);
    rejected.reported.add(subject);
    reportRejected(c, subject, count);
  }
}

function reportRejected(c: Context<EdgeEnv>, subject: string, count: number): void {
  const { env } = c;
  const requestId = c.get('requestId');
  afterwards(async () => {
    for (const { orgId, userId } of await fetchMemberships(postgresDepsOf(env), subject, { timeoutMs: TIMEOUT_MS }))
      note(env, orgId, {
        ...{ event: 'sign_in.rejected', actorId: null, error: 'UNAUTHENTICATED', requestId, count },
        parameters: { userId },
      });
  });
}

/** Our own sign-ins are stored without an issuer, all others with theirs. */
function namedIn(token: string): readonly string[] {
  try {
    const { sub, iss } = decodeJwt(token);
    if (typeof sub !== 'string' || sub === '' || sub.length > 256 || !isStorable(sub)) return [];
    return typeof iss !== 'string' || iss.length > 255 || !isStorable(iss) ? [sub] : [sub, subjectOf(iss, sub)];
  } catch {
    // Not a token at all: it names no one.
    return [];
  }
}

function note(env: Env, orgId: string, event: EdgeEvent): void {
  afterwards(() => auditTrailOf(env, orgId).note({ orgId, events: [event] }));
}

function afterwards(work: () => Promise<unknown>): void {
  waitUntil(
    work().catch((error: unknown) => {
      logFailure('audit.edge_event_lost', error);
    }),
  );
}

/** As Postgres can store it, and not longer than anyone needs to recognize it. */
const toValue = (value: string): string => toStorable(value.slice(0, MAX_VALUE));
