// R37 for requests that call no model: the user's object counts each of them, and those that cost more take more.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountOf } from '../../durable/contracts/account.ts';
import { requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { askFromAnywhere, CALLS, pathOf, type RouteCall } from '../routing/route-calls.fixture.ts';
import { tokenOf } from '../visitor.fixture.ts';

const PERSON = 'nora@northlight.test';
const account = () => accountOf(env, requireDemoPerson(PERSON).subject);
const isCounted = ({ route }: RouteCall) => route.permission === 'account' || route.rights === 'confirmed';
const counted = CALLS.filter((call) => isCounted(call) && !call.route.modelCall);

let token: string;
beforeAll(async () => {
  token = await tokenOf(PERSON);
});

describe('with an empty bucket', () => {
  beforeEach(() =>
    runInDurableObject(account(), (_account, { storage }) =>
      storage.put('request-bucket-full-at', Date.now() + 3_600_000),
    ),
  );

  test.each(counted.map((call) => [call.name, call] as const))(
    '%s is refused, and says when to retry (R37)',
    async (_name, call) => {
      const { method, body } = call.route;
      const headers = { Authorization: `Bearer ${token}` };
      const response = await askFromAnywhere(pathOf(call), {
        method: method.toUpperCase(),
        headers,
        ...(body && { body: {} }),
      });
      await response.body?.cancel();
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(response.headers.get('RateLimit-Policy')).toMatch(/^"requests";q=\d+;w=60;burst=\d+$/);
    },
  );
});

test('a user without an org is counted on the routes of their own account (R37)', async () => {
  const subject = 'user-without-an-org';
  const stranger = accountOf(env, subject);
  const { signInId, expiresAt } = await stranger.openSignIn();
  const admit = () => stranger.admit({ principal: { subject, signInId, expiresAt }, rights: 'confirmed', cost: 1 });
  expect(await admit()).toMatchObject({ code: 'NO_MEMBERSHIP', requests: { ok: true } });
  await runInDurableObject(stranger, (_account, { storage }) =>
    storage.put('request-bucket-full-at', Date.now() + 3_600_000),
  );
  expect(await admit()).toMatchObject({ code: 'NO_MEMBERSHIP', requests: { ok: false } });
});

test('what creates rows, reads a lot or sends mail costs more than a read', () => {
  const costs = Object.fromEntries(CALLS.flatMap(({ name, route }) => (route.cost ? [[name, route.cost]] : [])));
  expect(costs).toEqual({
    'POST /api/v1/ai/sessions': 10,
    'POST /api/v1/ai/sessions/{sessionId}/fork': 20,
    'POST /api/v1/ai/estimate': 5,
    'GET /api/v1/ai/usage/export': 60,
    'GET /api/v1/audit/export': 60,
    'POST /api/v1/audit/verify': 60,
    'POST /api/v1/invitations': 20,
  });
});
