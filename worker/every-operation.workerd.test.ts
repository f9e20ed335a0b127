// R17, R18 and R20 for every route: no other site's browser can call it, each of its replies has the headers, and it refuses
// unknown input.
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settingsOf } from '../durable/env.ts';
import { expectSafeHeaders } from './http/safe-headers.fixture.ts';
import { askFromAnywhere, CALLS, HARMLESS, pathOf, type RouteCall } from './routing/route-calls.fixture.ts';
import { type Ask, chatBody, ORIGIN, readProblem, refillRate, tokenOf } from './visitor.fixture.ts';

/** Has every permission, and tokens left. */
const PERSON = 'nora@northlight.test';

const named = (calls: readonly RouteCall[]) => calls.map((call) => [call.name, call] as const);
const writes = CALLS.filter(({ route }) => route.method !== 'get');
const withBody = CALLS.filter(({ route }) => route.body !== undefined);
/** The provider's callback accepts the provider's own parameters. */
const withQuery = CALLS.filter(({ route, path }) => route.query !== undefined && path !== '/auth/callback');

async function send(call: RouteCall, options: Ask & { search?: string; ids?: Record<string, string> } = {}) {
  const isOperators = call.route.permission === 'operator';
  const authorization = `Bearer ${isOperators ? settingsOf(env).OPERATOR_TOKEN : await tokenOf(PERSON)}`;
  return askFromAnywhere(pathOf(call, options.ids) + (options.search ?? ''), {
    method: call.route.method.toUpperCase(),
    ...options,
    headers: { Authorization: authorization, ...options.headers },
  });
}

/** A session of the user's own, since an unknown one is refused before the body. */
let ids: { readonly sessionId: string };
beforeAll(async () => {
  ids = { sessionId: crypto.randomUUID() };
  const headers = { Authorization: `Bearer ${await tokenOf(PERSON)}` };
  const response = await askFromAnywhere('/api/v1/ai/sessions', { body: { id: ids.sessionId }, headers });
  expect(response.status).toBe(201);
});

beforeEach(() => refillRate(PERSON));

describe('refuses requests from other sites (R17)', () => {
  test.each(named(writes))('%s', async (_name, call) => {
    const cookie = `groundwire=${await tokenOf(PERSON)}`;
    for (const headers of [
      { Origin: 'https://evil.test' },
      { Origin: 'null' },
      { Origin: 'https://evil.test', 'Content-Type': 'text/plain' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: ORIGIN },
      {},
    ]) {
      const method = call.route.method.toUpperCase();
      const response = await askFromAnywhere(pathOf(call), {
        method,
        body: HARMLESS,
        headers: { Cookie: cookie, ...headers },
      });
      expect(await readProblem(response), JSON.stringify(headers)).toMatchObject({ status: 403, code: 'CROSS_SITE' });
      expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
    }
  });
});

describe('headers of every reply (R18)', () => {
  test.each(named(CALLS))('%s', async (_name, call) => {
    const { method, body } = call.route;
    const refused = await askFromAnywhere(pathOf(call), {
      method: method.toUpperCase(),
      ...(body && { body: HARMLESS }),
    });
    const answered = await send(call, body ? { body: HARMLESS } : {});
    for (const response of [refused, answered]) {
      expectSafeHeaders(response);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      await response.body?.cancel();
    }
  });
});

describe('unknown input (R20)', () => {
  const STRANGE_KEYS = ['nothingOfTheKind', '__proto__', 'constructor', 'orgId', 'userId', 'permissions'];

  /** Protocols of others ask servers to ignore unknown keys. Their replies name them. */
  const OF_OTHERS = ['/chat', '/ui-messages', '/v1/chat/completions', '/v1/responses'];
  const ownForm = withBody.filter(
    ({ route: { paths } }) => !OF_OTHERS.some((path) => paths[0] === path || paths[0] === `/api/v1/ai${path}`),
  );

  test.each(named(ownForm))('%s refuses unknown keys of a body by name', async (_name, call) => {
    for (const key of STRANGE_KEYS) {
      const response = await send(call, { ids, body: `{${JSON.stringify(key)}: {"isAdmin": true}}` });
      const { status, issues } = await readProblem(response);
      expect(status, key).toBe(400);
      expect(issues?.map(({ message }) => message).join(), key).toContain(`"${key}"`);
    }
  });

  test.each(named(withBody))('%s accepts only JSON objects of limited size', async (_name, call) => {
    const attempts: readonly (readonly [number, Ask])[] = [
      [400, { body: '{' }],
      [400, { body: '[]' }],
      [400, { body: '"text"' }],
      [400, { body: 'null' }],
      [413, { body: JSON.stringify({ padding: 'x'.repeat(1_100_000) }) }],
      [415, { body: '{}', headers: { 'Content-Type': 'text/plain' } }],
      [415, { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    ];
    for (const [status, options] of attempts) {
      const response = await send(call, { ids, ...options });
      const problem = await readProblem(response);
      expect([problem.status, problem.code], JSON.stringify(options).slice(0, 60)).toEqual([
        status,
        expect.any(String),
      ]);
    }
  });

  test.each(named(withQuery))('%s refuses unknown parameters', async (_name, call) => {
    const response = await send(call, { search: '?orgId=x' });
    const { status, issues } = await readProblem(response);
    expect(status).toBe(400);
    expect(issues?.map(({ message }) => message).join()).toContain('"orgId"');
  });
});

test('a role, an org or a permission in a request has no effect (R20)', async () => {
  const headers = {
    Authorization: `Bearer ${await tokenOf('vic@cascade.test')}`,
    'X-Role': 'admin',
    'X-Permissions': 'members:manage',
  };
  const response = await askFromAnywhere('/api/v1/members?role=admin', { headers });
  expect(await readProblem(response)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const foreign = { ...chatBody(crypto.randomUUID(), 'r', 'hello'), forwardedProps: { orgId: 'quiet' } };
  const reply = await askFromAnywhere('/api/v1/ai/chat', { body: foreign, headers: { ...headers, 'X-Org': 'quiet' } });
  expect(reply.status).toBe(404);
  await reply.body?.cancel();
});
