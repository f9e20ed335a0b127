// R19: every operation × every kind of person, and every method that it does not have. What an operation declares that it
// needs is what it asks for; what declares nothing is no route.
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../durable/account/account-stub.ts';
import { settingsOf } from '../durable/env.ts';
import { DEMO_ORGS, requireDemoPerson } from '../local/demo-people.ts';
import { createApp } from './app.ts';
import { isOfAssistant, needsMembership, permissionsOf } from './operation.ts';
import { askFromAnywhere, CALLS, HARMLESS, type OperationCall, pathOf } from './operation-calls.fixture.ts';
import { signSessionToken } from './session-token.ts';
import { readProblem, tokenOf } from './visitor.fixture.ts';

/** Each role of the demo once, and whoever has none. */
const PEOPLE = [
  'ada@cascade.test',
  'eli@cascade.test',
  'vic@cascade.test',
  'nora@northlight.test',
  'max@northlight.test',
  'quinn@quiet.test',
  'rae@quiet.test',
] as const;
type Somebody = (typeof PEOPLE)[number];
type Role = { readonly permissions: readonly string[]; readonly aiAssistant: boolean };

function roleOf(email: Somebody): Role {
  const [[slug = '', name = ''] = []] = Object.entries(requireDemoPerson(email).memberships);
  const org = DEMO_ORGS.find((candidate) => candidate.slug === slug);
  const role = org?.roles.find((candidate) => candidate.name === name);
  return { permissions: role?.permissions ?? [], aiAssistant: org?.aiAssistant ?? false };
}

const STRANGER = 'somebody-without-an-org';

async function strangersToken(): Promise<string> {
  const signIn = await accountOf(env, STRANGER).openSignIn();
  return signSessionToken(settingsOf(env).SESSION_KEY, STRANGER, signIn);
}

/** The code of the refusal, or none; a harmless call of whoever may ends in some other refusal, or in a mere look. */
async function refusalOf(call: OperationCall, token: string | null): Promise<string | null> {
  const { method, body } = call.operation;
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

describe.each(CALLS.map((call) => [call.name, call] as const))('R19: %s', (_name, call) => {
  const { operation } = call;
  const permissions: readonly string[] = permissionsOf(operation);

  test('who is not signed in', async () => {
    const refusal = await refusalOf(call, null);
    if (operation.needs === 'nothing') expect(ACCESS_CODES).not.toContain(refusal);
    else expect(refusal).toBe('UNAUTHENTICATED');
  });

  test('who belongs to no org', async () => {
    const refusal = await refusalOf(call, await strangersToken());
    if (!needsMembership(operation)) expect(ACCESS_CODES).not.toContain(refusal);
    else expect(['NOT_FOUND', 'NO_MEMBERSHIP']).toContain(refusal);
  });

  test.each(PEOPLE)('%s', async (email) => {
    const role = roleOf(email);
    const refusal = await refusalOf(call, await tokenOf(email));
    const isPermitted =
      permissions.length === 0 || permissions.some((permission) => role.permissions.includes(permission));
    if (isOfAssistant(operation) && !role.aiAssistant) expect(refusal).toBe('ASSISTANT_DISABLED');
    else if (!isPermitted) expect(refusal).toBe('FORBIDDEN');
    // The product's data is under its own, finer rights, and says so.
    else if (!operation.errors?.includes('FORBIDDEN')) expect(ACCESS_CODES).not.toContain(refusal);
  });
});

describe('R19: what an operation is not', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const byAddress = Map.groupBy(CALLS, ({ prefix, operation }) => prefix + operation.path);
  const undeclared = [...byAddress].flatMap(([address, [call, ...others]]) => {
    if (!call) return [];
    const declared = [call, ...others].map(({ operation }) => operation.method.toUpperCase());
    return METHODS.filter((method) => !declared.includes(method)).map((method) => ({ address, method, call }));
  });
  let tokens: Record<string, string>;
  beforeAll(async () => {
    tokens = Object.fromEntries(await Promise.all(PEOPLE.map(async (email) => [email, await tokenOf(email)])));
  });

  test('has no other methods, for nobody', async () => {
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

  test('every route of the edge declares what it needs', () => {
    const routes = createApp()
      .routes.filter(({ method, path }) => method !== 'ALL' && /^\/(api|auth|v1)\//.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(routes)].sort()).toEqual(CALLS.map(({ name }) => name).sort());
  });
});
