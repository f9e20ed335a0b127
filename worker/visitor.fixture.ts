// A person of the demo at the edge, for tests inside the Workers runtime: signs in without any page and asks.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { accountOf } from '../durable/account/account-stub.ts';
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

export const tokenOf = (email: string): Promise<string> => tokenFor(requireDemoPerson(email).subject);

async function tokenFor(subject: string): Promise<string> {
  const signIn = await accountOf(env, subject).openSignIn();
  return signSessionToken(settingsOf(env).SESSION_KEY, subject, signIn);
}

export type Visitor = (path: string, options?: Ask) => Promise<Response>;

/** Somebody signed in, who asks with a bearer token. */
export const signedIn = (email: string): Promise<Visitor> => visitorFor(requireDemoPerson(email).subject);

/** Anybody whom Postgres knows, by the subject of their tokens. */
export async function visitorFor(subject: string): Promise<Visitor> {
  const authorization = `Bearer ${await tokenFor(subject)}`;
  return (path, options = {}) =>
    ask(path, { ...options, headers: { Authorization: authorization, ...options.headers } });
}

/** Empties the person's bucket of what earlier tests took. */
export async function refillBucket(subject: string): Promise<void> {
  await runInDurableObject(accountOf(env, subject), async (_account, { storage }) => {
    await storage.delete('ai-bucket-full-at');
  });
  await evictDurableObject(accountOf(env, subject));
}

export async function readProblem(response: Response): Promise<Problem> {
  return response.json<Problem>();
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
