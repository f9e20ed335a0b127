// A person of the demo at the edge, for tests inside the Workers runtime: signs in without any page and asks.
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { accountOf } from '../durable/account/account-stub.ts';
import type { Identity } from '../durable/account/requests.ts';
import { settingsOf } from '../durable/env.ts';
import { requireDemoPerson } from '../local/demo-people.ts';
import type { Problem } from './problem-contract.ts';
import { signSessionToken } from './session-token.ts';

export const ORIGIN = 'http://groundwire.test';

export type Ask = { method?: string; body?: unknown; headers?: Record<string, string> };

/** A request of the edge, as a program sends it. */
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

export type Visitor = (path: string, options?: Ask) => Promise<Response>;

/** Somebody signed in, who asks with a bearer token. */
export const signedIn = async (email: string): Promise<Visitor> => visitorWith(await tokenOf(email));

/** Anybody whom Postgres knows, by the subject of their tokens. */
export const visitorFor = async (subject: string): Promise<Visitor> => visitorWith(await tokenFor(subject));

const visitorWith =
  (token: string): Visitor =>
  (path, options = {}) =>
    ask(path, { ...options, headers: { Authorization: `Bearer ${token}`, ...options.headers } });

/** Gives them back every request that they may make a model work with. */
export async function refillBucket(subject: string): Promise<void> {
  await runInDurableObject(accountOf(env, subject), (_account, { storage }) => storage.delete('ai-bucket-full-at'));
}

/** Of Chat Completions' errors too, which have the words of a problem inside and under other names. */
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

/** Gives them back every request that they may make a model work with: tests ask more than people do. */
export async function refillRate(...emails: string[]): Promise<void> {
  for (const email of emails) await refillBucket(requireDemoPerson(email).subject);
}
