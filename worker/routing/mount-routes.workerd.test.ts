import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { createApp } from '../app.ts';
import { ROUTES } from '../routes.ts';
import { ORIGIN, tokenOf } from '../visitor.fixture.ts';
import { needsAssistant, needsMembership, type Route } from './define-route.ts';
import { CALLS, paramsOf, pathOf } from './route-calls.fixture.ts';

const reversed = createApp({ routes: ROUTES.toReversed() });

/** From an address of its own, to stay below the address limit. */
const askReversed = (path: string, method: string, address: number, headers: Record<string, string> = {}) =>
  reversed.request(
    `${ORIGIN}${path}`,
    { method, headers: { 'CF-Connecting-IP': `2001:db8:ee:${address.toString(16)}::1`, ...headers } },
    env,
  );

describe('mountRoutes', () => {
  test.each(ROUTES.map((route) => [`${route.method} ${route.paths[0]}`, route] as const))(
    '%s declares every parameter of its path',
    (_name, route) => {
      for (const path of route.paths)
        expect(paramsOf(path).sort()).toEqual(Object.keys(route.params?.shape ?? {}).sort());
    },
  );

  test('guards every route, whatever the order of the list', async () => {
    for (const [index, call] of CALLS.entries()) {
      const response = await askReversed(pathOf(call), call.route.method.toUpperCase(), index);
      if (call.route.permission === 'public') expect(response.status, call.name).not.toBe(401);
      else expect(response.status, call.name).toBe(401);
      await response.body?.cancel();
    }
  });

  test('prefers a fixed path to a placeholder, whatever the order of the list', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('ada@cascade.test')}` };
    const exported = await askReversed('/api/v1/audit/export', 'GET', 0xfff0, headers);
    expect(exported.headers.get('Content-Disposition')).toContain('attachment');
    await exported.body?.cancel();
    const entry = await askReversed('/api/v1/audit/no-such-entry', 'GET', 0xfff1, headers);
    expect(entry.status).toBe(404);
    await entry.body?.cancel();
  });
});

/** The role matrix reads the declarations that it tests. These lists are written by hand. */
describe('declarations', () => {
  const named = (isWanted: (route: Route) => boolean): string[] =>
    ROUTES.filter(isWanted)
      .map(({ method, paths }) => `${method.toUpperCase()} ${paths[0]}`)
      .sort();

  test('only these routes are public', () => {
    expect(named(({ permission }) => permission === 'public')).toEqual([
      'GET /api/v1/openapi.json',
      'GET /auth/callback',
      'GET /auth/methods',
      'GET /auth/sign-in',
      'POST /auth/invitations/look',
    ]);
  });

  test('only these routes need no membership', () => {
    expect(named(({ permission }) => permission === 'signed-in')).toEqual([
      'POST /auth/invitations/accept',
      'POST /auth/leave',
      'POST /auth/org',
      'POST /auth/sign-out',
    ]);
  });

  test('only these routes are the operator’s', () => {
    expect(named(({ permission }) => permission === 'operator')).toEqual([
      'DELETE /api/v1/operator/issuers/{issuerId}',
      'GET /api/v1/operator/issuers',
      'POST /api/v1/operator/issuers',
      'PUT /api/v1/operator/issuers/{issuerId}',
    ]);
  });

  test('only these routes are for a user’s own account, whatever the org', () => {
    expect(named(({ permission }) => permission === 'account')).toEqual([
      'DELETE /api/v1/me/sign-ins/{signInId}',
      'GET /api/v1/me/sign-ins',
      'POST /api/v1/me/sign-ins/end',
    ]);
  });

  test('only these routes of members work while the assistant is off', () => {
    expect(named((route) => needsMembership(route) && !needsAssistant(route))).toEqual([
      'DELETE /api/v1/ai/settings',
      'DELETE /api/v1/invitations/{invitationId}',
      'DELETE /api/v1/members/{userId}',
      'GET /api/v1/ai/feedback',
      'GET /api/v1/ai/quota',
      'GET /api/v1/ai/settings',
      'GET /api/v1/ai/usage',
      'GET /api/v1/ai/usage/export',
      'GET /api/v1/audit',
      'GET /api/v1/audit/export',
      'GET /api/v1/audit/{entryId}',
      'GET /api/v1/invitations',
      'GET /api/v1/me',
      'GET /api/v1/members',
      'GET /api/v1/members/removed',
      'GET /api/v1/roles',
      'GET /api/v1/settings/allowed-origins',
      'GET /api/v1/settings/experimental-features',
      'GET /api/v1/settings/sessions',
      'GET /api/v1/workspace',
      'GET /api/v1/workspace/{kind}/{id}',
      'GET /api/v1/workspace/{kind}/{id}/{tab}',
      'PATCH /api/v1/members/{userId}',
      'POST /api/v1/ai/settings',
      'POST /api/v1/ai/settings/test',
      'POST /api/v1/audit/verify',
      'POST /api/v1/invitations',
      'POST /api/v1/members/{userId}/restore',
      'PUT /api/v1/ai/settings',
      'PUT /api/v1/settings/allowed-origins',
      'PUT /api/v1/settings/experimental-features',
      'PUT /api/v1/settings/sessions',
    ]);
  });

  test('of the routes that call a model, only the test of a connection works while the assistant is off', () => {
    const isOpen = (route: Route) => route.modelCall !== undefined && !needsAssistant(route);
    expect(named(isOpen)).toEqual(['POST /api/v1/ai/settings/test']);
    expect(named((route) => route.modelCall !== undefined)).toEqual([
      'POST /api/chat/stream/{name}',
      'POST /api/chat/v1/completions',
      'POST /api/chat/v1/completions/stream',
      'POST /api/chat/v1/execute',
      'POST /api/v1/ai/chat',
      'POST /api/v1/ai/settings/test',
      'POST /api/v1/ai/templates/{template}/draft',
      'POST /api/v1/ai/ui-messages',
      'POST /v1/chat/completions',
      'POST /v1/responses',
    ]);
  });
});
