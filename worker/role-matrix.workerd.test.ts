// R19: every route × every kind of user, and every undeclared method. A route requires exactly what it declares.
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../durable/contracts/account.ts';
import { settingsOf } from '../durable/env.ts';
import { DEMO_ORGS, requireDemoPerson } from '../local/demo-data/demo-people.ts';
import { createApp } from './app.ts';
import { signSessionToken } from './auth/session-token.ts';
import { ASSISTANT_PREFIXES, needsAssistant, needsMembership, permissionsOf } from './routing/define-route.ts';
import { askFromAnywhere, CALLS, HARMLESS, pathOf, type RouteCall } from './routing/route-calls.fixture.ts';
import { readProblem, tokenOf } from './visitor.fixture.ts';

/** One person for each role of the demo, and a user without permissions. */
const PEOPLE = [
  'ada@cascade.test',
  'eli@cascade.test',
  'vic@cascade.test',
  'nora@northlight.test',
  'max@northlight.test',
  'quinn@quiet.test',
  'rae@quiet.test',
] as const;
type Email = (typeof PEOPLE)[number];
type Role = { readonly permissions: readonly string[]; readonly aiAssistant: boolean };

function roleOf(email: Email): Role {
  const [[slug = '', name = ''] = []] = Object.entries(requireDemoPerson(email).memberships);
  const org = DEMO_ORGS.find((candidate) => candidate.slug === slug);
  const role = org?.roles.find((candidate) => candidate.name === name);
  return { permissions: role?.permissions ?? [], aiAssistant: org?.aiAssistant ?? false };
}

const [CANONICAL, ALIAS] = ASSISTANT_PREFIXES;

const STRANGER = 'user-without-an-org';

async function strangersToken(): Promise<string> {
  const signIn = await accountOf(env, STRANGER).openSignIn();
  return signSessionToken(settingsOf(env).SESSION_KEY, STRANGER, signIn);
}

/** The refusal's code, or null. A permitted call gets another refusal for its harmless body, or only reads. */
async function refusalOf(call: RouteCall, token: string | null): Promise<string | null> {
  const { method, body } = call.route;
  const response = await askFromAnywhere(pathOf(call), {
    method: method.toUpperCase(),
    ...(body && { body: HARMLESS }),
    ...(token !== null && { headers: { Authorization: `Bearer ${token}` } }),
  });
  if (response.ok || response.status < 400) {
    await response.body?.cancel();
    return null;
  }
  return (await readProblem(response)).code;
}

const ACCESS_CODES = ['UNAUTHENTICATED', 'NO_MEMBERSHIP', 'FORBIDDEN', 'ASSISTANT_DISABLED'];

describe.each(CALLS.map((call) => [call.name, call] as const))('%s (R19)', (_name, call) => {
  const { route } = call;
  const permissions: readonly string[] = permissionsOf(route);

  test('a request without a sign-in', async () => {
    const refusal = await refusalOf(call, null);
    if (route.permission === 'public') expect(ACCESS_CODES).not.toContain(refusal);
    else expect(refusal).toBe('UNAUTHENTICATED');
  });

  test('a user without an org', async () => {
    const refusal = await refusalOf(call, await strangersToken());
    if (route.permission === 'operator') expect(refusal).toBe('UNAUTHENTICATED');
    else if (!needsMembership(route)) expect(ACCESS_CODES).not.toContain(refusal);
    else expect(refusal).toBe('NO_MEMBERSHIP');
  });

  test.each(PEOPLE)('%s', async (email) => {
    const role = roleOf(email);
    const refusal = await refusalOf(call, await tokenOf(email));
    const isPermitted =
      permissions.length === 0 || permissions.some((permission) => role.permissions.includes(permission));
    if (route.permission === 'operator') expect(refusal).toBe('UNAUTHENTICATED');
    else if (needsAssistant(route) && !role.aiAssistant) expect(refusal).toBe('ASSISTANT_DISABLED');
    else if (!isPermitted) expect(refusal).toBe('FORBIDDEN');
    // These routes declare FORBIDDEN, because their data has permissions of its own.
    else if (!route.errors?.includes('FORBIDDEN')) expect(ACCESS_CODES).not.toContain(refusal);
  });
});

describe('undeclared routes and methods (R19)', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const byAddress = Map.groupBy(CALLS, ({ path }) => path);
  const undeclared = [...byAddress].flatMap(([address, [call, ...others]]) => {
    if (!call) return [];
    const declared = [call, ...others].map(({ route }) => route.method.toUpperCase());
    return METHODS.filter((method) => !declared.includes(method)).map((method) => ({ address, method, call }));
  });
  let tokens: Record<string, string>;
  beforeAll(async () => {
    tokens = Object.fromEntries(await Promise.all(PEOPLE.map(async (email) => [email, await tokenOf(email)])));
  });

  test('no address answers an undeclared method', async () => {
    expect(undeclared.length).toBeGreaterThan(50);
    for (const { address, method, call } of undeclared) {
      for (const email of [null, ...PEOPLE]) {
        const headers: Record<string, string> = email === null ? {} : { Authorization: `Bearer ${tokens[email]}` };
        const response = await askFromAnywhere(pathOf(call), { method, headers });
        expect([401, 403, 404, 405], `${method} ${address} of ${email}`).toContain(response.status);
        await response.body?.cancel();
      }
    }
  });

  test('every mounted route is declared', () => {
    const routes = createApp()
      .routes.filter(({ method, path }) => method !== 'ALL' && /^\/(api|auth|v1)\//.test(path))
      .filter(({ path }) => !path.startsWith(`${ALIAS}/`))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(routes)].sort()).toEqual(CALLS.map(({ name }) => name).sort());
  });
});

describe('the second prefix of the assistant (R19)', () => {
  test('has the same guards and handlers in the same order', () => {
    const { routes } = createApp();
    const under = (prefix: string) =>
      routes
        .filter(({ path }) => path.startsWith(`${prefix}/`))
        .map(({ method, path, handler }) => ({ method, path: path.slice(prefix.length), handler }));
    const [canonical, alias] = [under(CANONICAL), under(ALIAS)];
    expect(canonical.length).toBeGreaterThan(20);
    expect(alias.map(({ method, path }) => `${method} ${path}`)).toEqual(
      canonical.map(({ method, path }) => `${method} ${path}`),
    );
    // The same functions, so they refuse the same requests.
    expect(alias.filter(({ handler }, index) => handler !== canonical[index]?.handler)).toEqual([]);
  });
});
