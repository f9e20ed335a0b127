// A page acts for the user and org that it was loaded for, or not at all: every route, with the cookie of someone who
// switched orgs or signed in as someone else in another tab.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountOf } from '../durable/contracts/account.ts';
import { DEMO_ORGS, requireDemoPerson } from '../local/demo-data/demo-people.ts';
import { PAGE_IDENTITY_HEADER } from './auth/page-identity.ts';
import { needsMembership } from './routing/define-route.ts';
import { askFromAnywhere, CALLS, HARMLESS, pathOf, type RouteCall } from './routing/route-calls.fixture.ts';
import { chatBody, ORIGIN, readProblem, refillRate, tokenOf } from './visitor.fixture.ts';

/** A member of both orgs. */
const PERSON = requireDemoPerson('both@cascade.test');
const OTHER_PERSON = requireDemoPerson('eli@cascade.test');
const orgId = (slug: string): string => DEMO_ORGS.find((org) => org.slug === slug)?.id ?? '';
const IN_CASCADE = `${PERSON.id}/${orgId('cascade')}`;
const IN_NORTHLIGHT = `${PERSON.id}/${orgId('northlight')}`;

const named = (calls: readonly RouteCall[]) => calls.map((call) => [call.name, call] as const);
const ofMembers = CALLS.filter(({ route }) => needsMembership(route));
const isRead = ({ route }: RouteCall): boolean => route.method === 'get';

let token: string;
beforeAll(async () => {
  token = await tokenOf(PERSON.email);
});
beforeEach(() => refillRate(PERSON.email));

/** Sent by a page loaded for `identity`, while the cookies name this person in `org`. */
function askAsPage(path: string, method: string, identity: string | null, org: string, body?: unknown) {
  const headers = {
    Cookie: `groundwire=${token}; groundwire_org=${org}`,
    Origin: ORIGIN,
    ...(identity !== null && { [PAGE_IDENTITY_HEADER]: identity }),
  };
  return askFromAnywhere(path, { method: method.toUpperCase(), headers, ...(body !== undefined && { body }) });
}

async function codeOf(call: RouteCall, identity: string | null, org: string): Promise<string | null> {
  const { method, body } = call.route;
  const response = await askAsPage(pathOf(call), method, identity, org, body && HARMLESS);
  if (response.status >= 400) return (await readProblem(response)).code;
  await response.body?.cancel();
  return null;
}

const countedCalls = (): Promise<unknown> =>
  runInDurableObject(accountOf(env, PERSON.subject), (_account, { storage }) => storage.get('ai-bucket-full-at'));

describe('a page loaded for another identity (R51)', () => {
  test.each(named(ofMembers))('%s refuses it', async (_name, call) => {
    expect(await codeOf(call, IN_CASCADE, 'northlight'), 'another org').toBe('IDENTITY_CHANGED');
    expect(await codeOf(call, `${OTHER_PERSON.id}/${orgId('cascade')}`, 'cascade'), 'another user').toBe(
      'IDENTITY_CHANGED',
    );
    for (const malformed of [
      '',
      PERSON.id,
      `${IN_CASCADE}/`,
      `${PERSON.id}/cascade`,
      `${orgId('cascade')}/${PERSON.id}`,
    ])
      expect(await codeOf(call, malformed, 'cascade'), malformed).toBe('IDENTITY_CHANGED');
    expect(await countedCalls(), 'counted against the rate limit').toBeUndefined();
  });

  test.each(named(ofMembers))('%s accepts a matching one', async (_name, call) => {
    expect(await codeOf(call, IN_CASCADE, 'cascade')).not.toBe('IDENTITY_CHANGED');
    expect(await codeOf(call, IN_NORTHLIGHT, 'northlight')).not.toBe('IDENTITY_CHANGED');
  });

  test.each(named(ofMembers))('%s accepts a missing one only to read', async (_name, call) => {
    const code = await codeOf(call, null, 'cascade');
    if (isRead(call)) expect(code).not.toBe('IDENTITY_CHANGED');
    else expect(code).toBe('IDENTITY_CHANGED');
  });

  test.each(named(ofMembers))('%s compares it next to a bearer token, if it is sent', async (_name, call) => {
    const { method, body } = call.route;
    for (const identity of [{ [PAGE_IDENTITY_HEADER]: IN_CASCADE }, {}]) {
      const response = await askFromAnywhere(pathOf(call), {
        method: method.toUpperCase(),
        headers: { Authorization: `Bearer ${token}`, 'X-Org': 'northlight', ...identity },
        ...(body && { body: HARMLESS }),
      });
      const code = response.status >= 400 ? (await readProblem(response)).code : null;
      if (code === null) await response.body?.cancel();
      expect(code === 'IDENTITY_CHANGED').toBe(PAGE_IDENTITY_HEADER in identity);
    }
  });

  test('a question reaches no conversation of either org', async () => {
    const sessionId = crypto.randomUUID();
    const body = chatBody(sessionId, crypto.randomUUID(), 'Which parts are there?');
    const refused = await askAsPage('/api/v1/ai/chat', 'post', IN_CASCADE, 'northlight', body);
    expect(await readProblem(refused)).toMatchObject({ status: 409, code: 'IDENTITY_CHANGED' });
    for (const org of ['cascade', 'northlight']) {
      const headers = { Authorization: `Bearer ${token}`, 'X-Org': org };
      expect((await askFromAnywhere(`/api/v1/ai/sessions/${sessionId}`, { headers })).status).toBe(404);
    }
  });
});

describe('routes of a user’s own account (R51)', () => {
  const ofAccounts = CALLS.filter(({ route }) => route.permission === 'account');
  const signInOf = (): string => String(decodeJwt(token)['sid']);

  test.each(named(ofAccounts))('%s needs the same user, in any org', async (_name, call) => {
    expect(await codeOf(call, IN_CASCADE, 'northlight')).not.toBe('IDENTITY_CHANGED');
    expect(await codeOf(call, `${OTHER_PERSON.id}/${orgId('cascade')}`, 'cascade')).toBe('IDENTITY_CHANGED');
    const missing = await codeOf(call, null, 'cascade');
    if (isRead(call)) expect(missing).not.toBe('IDENTITY_CHANGED');
    else expect(missing).toBe('IDENTITY_CHANGED');
  });

  test.each(named(ofAccounts))('%s accepts the page’s own sign-in, and no other', async (_name, call) => {
    expect(await codeOf(call, `sign-in/${signInOf()}`, 'cascade')).not.toBe('IDENTITY_CHANGED');
    for (const other of [`sign-in/${crypto.randomUUID()}`, 'sign-in/', `sign-in/${signInOf()}/x`])
      expect(await codeOf(call, other, 'cascade'), other).toBe('IDENTITY_CHANGED');
  });

  test.each(named(ofMembers))('a sign-in doesn’t name an org, so %s refuses it', async (_name, call) => {
    expect(await codeOf(call, `sign-in/${signInOf()}`, 'cascade')).toBe('IDENTITY_CHANGED');
  });
});

describe('requests that name an org themselves (R51)', () => {
  const choose = (identity: string | null) =>
    askAsPage('/auth/org', 'post', identity, 'northlight', { slug: 'cascade' });

  test('a page switches from whatever org the browser acts in now', async () => {
    expect((await choose(IN_CASCADE)).status).toBe(204);
    expect((await choose(IN_NORTHLIGHT)).status).toBe(204);
    expect((await choose(null)).status).toBe(204);
  });

  test.each(['/auth/org', '/auth/leave'])('%s refuses a page of another user', async (path) => {
    const identity = `${OTHER_PERSON.id}/${orgId('cascade')}`;
    const response = await askAsPage(path, 'post', identity, 'cascade', { slug: 'cascade' });
    expect(await readProblem(response)).toMatchObject({ status: 409, code: 'IDENTITY_CHANGED' });
  });
});
