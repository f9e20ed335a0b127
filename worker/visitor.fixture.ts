// For tests inside the Workers runtime: signs in people of the demo without a page and sends requests as them.
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { accountOf, type Identity } from '../durable/contracts/account.ts';
import { auditTrailOf } from '../durable/contracts/audit-trail.ts';
import { settingsOf } from '../durable/env.ts';
import { requireDemoPerson } from '../local/demo-data/demo-people.ts';
import { signSessionToken } from './auth/session-token.ts';
import type { Problem } from './http/problem-schema.ts';

export const ORIGIN = 'http://groundwire.test';

export type Ask = { method?: string; body?: unknown; headers?: Record<string, string> };

/** Sends a request to the app like an API client. */
export function ask(path: string, { method, body, headers = {} }: Ask = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    redirect: 'manual',
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

export function tokenOf(email: string): Promise<string> {
  const { subject, name } = requireDemoPerson(email);
  return tokenFor(subject, { email, emailVerified: true, name });
}

async function tokenFor(subject: string, identity?: Identity): Promise<string> {
  const signIn = await accountOf(env, subject).openSignIn(identity && { identity });
  return signSessionToken(settingsOf(env).SESSION_KEY, subject, signIn);
}

/** Waits until the org has the audit event of a request. It is noted after the reply, and a test must not end before it. */
export const untilNoted = (orgId: string, reply: Response): Promise<void> =>
  expect
    .poll(() =>
      runInDurableObject(auditTrailOf(env, orgId), (_trail, { storage }) => {
        const requestId = reply.headers.get('X-Request-Id');
        return storage.sql.exec('select 1 from noted where instr(request_ids, ?) > 0', requestId).toArray().length;
      }),
    )
    .toBe(1);

export type Visitor = (path: string, options?: Ask) => Promise<Response>;

/** A signed-in user with a bearer token. Someone with several orgs acts in the first, unless a request names another. */
export async function signedIn(email: string): Promise<Visitor> {
  const [first, ...others] = Object.keys(requireDemoPerson(email).memberships);
  return visitorWith(await tokenOf(email), others.length > 0 && first !== undefined ? { 'X-Org': first } : {});
}

/** A user that exists in Postgres, by the subject of their tokens. */
export const visitorFor = async (subject: string): Promise<Visitor> => visitorWith(await tokenFor(subject));

const visitorWith =
  (token: string, headers: Record<string, string> = {}): Visitor =>
  (path, options = {}) =>
    ask(path, { ...options, headers: { Authorization: `Bearer ${token}`, ...headers, ...options.headers } });

/** Refills the user's `ai` bucket. */
export async function refillBucket(subject: string): Promise<void> {
  await runInDurableObject(accountOf(env, subject), (_account, { storage }) => storage.delete('ai-bucket-full-at'));
}

/** Reads a problem, also from an error in the form of Chat Completions. */
export async function readProblem(response: Response): Promise<Problem> {
  const { status } = response;
  const problem = await response.json<
    Problem & { error?: string | (Problem & { message: string; request_id: string }) }
  >();
  const { error } = problem;
  if (typeof error !== 'object') return problem;
  return { ...error, status, detail: error.message, requestId: error.request_id };
}

export async function readEvents(
  response: Response,
): Promise<{ id: string; event: { type: string; [key: string]: unknown } }[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('id: '))
    .map((frame) => {
      const [id = '', data = ''] = frame.split('\n');
      return { id: id.slice('id: '.length), event: JSON.parse(data.slice('data: '.length)) };
    });
}

export function chatBody(threadId: string, runId: string, text: string): Record<string, unknown> {
  return { threadId, runId, messages: [{ id: `m-${runId}`, role: 'user', content: text }] };
}

/** Refills the users' `ai` buckets, because tests send more requests than people. */
export async function refillRate(...emails: string[]): Promise<void> {
  for (const email of emails) await refillBucket(requireDemoPerson(email).subject);
}

/**
 * Stops the clock of the Worker and its objects during each test of the file or `describe` that calls it. A test that counts
 * requests needs this: a bucket refills while they are sent, so on a slow machine more of them would pass. Timers still run.
 */
export function stopClock() {
  let now = 0;
  beforeEach(() => {
    now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return {
    now: () => now,
    wait(ms: number): void {
      now += ms;
      vi.setSystemTime(now);
    },
  };
}
