// R17, R18, R20 for every operation there is: no other site's browser may call it, each of its replies carries the headers,
// and it takes nothing that it does not know.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askFromAnywhere, CALLS, HARMLESS, type OperationCall, pathOf } from './operation-calls.fixture.ts';
import { expectSafeHeaders } from './safe-headers.fixture.ts';
import { type Ask, chatBody, ORIGIN, readProblem, refillRate, tokenOf } from './visitor.fixture.ts';

/** May do all of it, and has tokens left. */
const PERSON = 'nora@northlight.test';

const named = (calls: readonly OperationCall[]) => calls.map((call) => [call.name, call] as const);
const writes = CALLS.filter(({ operation }) => operation.method !== 'get');
const withBody = CALLS.filter(({ operation }) => operation.body !== undefined);
/** What comes back from a provider has whatever the provider adds. */
const withQuery = CALLS.filter(({ operation }) => operation.query !== undefined && operation.path !== '/auth/callback');

async function send(call: OperationCall, options: Ask & { search?: string; ids?: Record<string, string> } = {}) {
  const authorization = `Bearer ${await tokenOf(PERSON)}`;
  return askFromAnywhere(pathOf(call, options.ids) + (options.search ?? ''), {
    method: call.operation.method.toUpperCase(),
    ...options,
    headers: { Authorization: authorization, ...options.headers },
  });
}

/** A session of the person's own: what is not there is answered before what is wrong with the rest. */
let ids: { readonly sessionId: string };
beforeAll(async () => {
  ids = { sessionId: crypto.randomUUID() };
  const headers = { Authorization: `Bearer ${await tokenOf(PERSON)}` };
  const response = await askFromAnywhere('/api/v1/ai/sessions', { body: { id: ids.sessionId }, headers });
  expect(response.status).toBe(201);
});

beforeEach(() => refillRate(PERSON));

describe('R17: no other site’s browser', () => {
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
      const method = call.operation.method.toUpperCase();
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

describe('R18: headers of every reply', () => {
  test.each(named(CALLS))('%s', async (_name, call) => {
    const { method, body } = call.operation;
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

describe('R20: what it does not know', () => {
  const STRANGE_KEYS = ['nothingOfTheKind', '__proto__', 'constructor', 'orgId', 'userId', 'permissions'];

  test.each(named(withBody))('%s refuses unknown keys of a body by name', async (_name, call) => {
    for (const key of STRANGE_KEYS) {
      const response = await send(call, { ids, body: `{${JSON.stringify(key)}: {"isAdmin": true}}` });
      const { status, issues } = await readProblem(response);
      expect(status, key).toBe(400);
      expect(issues?.map(({ message }) => message).join(), key).toContain(`"${key}"`);
    }
  });

  test.each(named(withBody))('%s takes JSON objects of bounded size only', async (_name, call) => {
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

test('R20: a role, an org or a permission in a request has no effect', async () => {
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
