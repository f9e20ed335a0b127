import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { auditTrailOf } from '../../durable/contracts/audit-trail.ts';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { AuditEntry, AuditPage, type AuditRow } from '../api/audit/audit-schema.ts';
import { ROUTES } from '../routes.ts';
import { ask, signedIn, tokenOf, type Visitor } from '../visitor.fixture.ts';

const ORG = requireDemoOrg('northlight').id;
const NORA = requireDemoPerson('nora@northlight.test').id;
const MAX = requireDemoPerson('max@northlight.test').id;

/** The newest row of an event that matches, once the org's object has written it. */
async function findRow(reader: Visitor, search: string, matches: (row: AuditRow) => boolean = () => true) {
  let found: AuditRow | undefined;
  await expect
    .poll(async () => {
      await runDurableObjectAlarm(auditTrailOf(env, ORG));
      const page = AuditPage.parse(await (await reader(`/api/v1/audit?${search}`)).json());
      found = page.rows.find(matches);
      return found;
    })
    .toBeDefined();
  return AuditEntry.parse(await (await reader(`/api/v1/audit/${found?.id}`)).json());
}

const isOf =
  (response: Response) =>
  ({ requestId }: AuditRow): boolean =>
    requestId === response.headers.get('X-Request-Id');

test('a refused admin route is in the log, under the name of the person', async () => {
  const [nora, max] = await Promise.all([signedIn('nora@northlight.test'), signedIn('max@northlight.test')]);
  expect((await max('/api/v1/audit/export?format=csv')).status).toBe(403);
  const row = await findRow(nora, `event=access.refused&person=${MAX}&error=FORBIDDEN`);
  expect(row.parameters).toEqual({ method: 'GET', route: '/api/v1/audit/export', format: 'csv' });
});

test('a request for an unknown id is in the log with the id', async () => {
  const [nora, max] = await Promise.all([signedIn('nora@northlight.test'), signedIn('max@northlight.test')]);
  const sessionId = crypto.randomUUID();
  const refused = await max(`/api/v1/ai/sessions/${sessionId}`);
  expect(refused.status).toBe(404);
  const row = await findRow(nora, `event=access.refused&person=${MAX}&error=NOT_FOUND`, isOf(refused));
  expect(row.parameters).toEqual({ method: 'GET', route: '/api/v1/ai/sessions/{sessionId}', sessionId });
});

test('a request for another organization is in the log of the person’s own', async () => {
  const [nora, max] = await Promise.all([signedIn('nora@northlight.test'), signedIn('max@northlight.test')]);
  const refused = await max('/api/v1/me', { headers: { 'X-Org': 'cascade' } });
  expect(refused.status).toBe(404);
  const row = await findRow(nora, `event=access.refused&person=${MAX}`, isOf(refused));
  expect(row.parameters).toEqual({ method: 'GET', org: 'cascade' });
});

test('reads of the members and of the log itself are in the log', async () => {
  const nora = await signedIn('nora@northlight.test');
  await nora('/api/v1/members');
  expect(await findRow(nora, `event=members.read&person=${NORA}`)).toMatchObject({ actorId: NORA });
  expect(await findRow(nora, `event=audit.read&person=${NORA}`)).toMatchObject({ actorId: NORA });
});

test('signing out is in the log, and so is the token that was used afterwards', async () => {
  const nora = await signedIn('nora@northlight.test');
  const token = await tokenOf('max@northlight.test');
  const headers = { Authorization: `Bearer ${token}`, Origin: 'http://groundwire.test' };
  expect((await ask('/auth/sign-out', { method: 'POST', headers })).status).toBe(200);
  await findRow(nora, `event=sign_in.ended&person=${MAX}`);
  expect((await ask('/api/v1/me', { headers })).status).toBe(401);
  expect(await findRow(nora, 'event=sign_in.rejected')).toMatchObject({
    ...{ actorId: null, error: 'UNAUTHENTICATED', parameters: { userId: MAX } },
  });
});

test('a flood of rejected tokens is one row a minute, with a count', async () => {
  const nora = await signedIn('nora@northlight.test');
  const [head, body] = (await tokenOf('nora@northlight.test')).split('.');
  const forged = `${head}.${body}.${'A'.repeat(43)}`;
  const send = () => ask('/api/v1/me', { headers: { Authorization: `Bearer ${forged}` } });
  const refused = await Promise.all(Array.from({ length: 40 }, send));
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401]));
  await findRow(nora, 'event=sign_in.rejected', ({ requestId }) =>
    refused.some((response) => response.headers.get('X-Request-Id') === requestId),
  );
  const rows = AuditPage.parse(await (await nora('/api/v1/audit?event=sign_in.rejected&limit=200')).json()).rows;
  const ids = new Set(refused.map((response) => response.headers.get('X-Request-Id')));
  expect(rows.filter(({ requestId }) => ids.has(requestId)).length).toBeLessThanOrEqual(2);
});

test('different refusals in one minute are at most a few hundred rows', async () => {
  const trail = auditTrailOf(env, crypto.randomUUID());
  const orgId = crypto.randomUUID();
  for (let batch = 0; batch < 10; batch += 1)
    await trail.note({
      orgId,
      events: Array.from({ length: 50 }, (_, index) => ({
        ...{ event: 'access.refused' as const, actorId: MAX, error: 'NOT_FOUND', requestId: null },
        parameters: { id: `${batch}-${index}` },
      })),
    });
  const { rows, sum } = await runInDurableObject(trail, async (_trail, { storage }) => {
    await storage.deleteAlarm();
    return storage.sql
      .exec<{ rows: number; sum: number }>('select count(*) as rows, sum(count) as sum from noted')
      .one();
  });
  // A minute may have ended in between.
  expect(rows).toBeLessThanOrEqual(404);
  expect(sum).toBe(500);
});

/** The declaration decides; this list is written by hand. */
test('only these reads are recorded', () => {
  expect(
    ROUTES.filter(({ records }) => records !== undefined)
      .map(({ method, paths, records }) => `${method.toUpperCase()} ${paths[0]}: ${records}`)
      .sort(),
  ).toEqual([
    'GET /api/v1/audit/{entryId}: audit.read',
    'GET /api/v1/audit: audit.read',
    'GET /api/v1/invitations: members.read',
    'GET /api/v1/members/removed: members.read',
    'GET /api/v1/members: members.read',
  ]);
});

test('every read of the log or the members is recorded', () => {
  // An export has an event of its own. Roles name no one.
  const others = ['/api/v1/audit/export', '/api/v1/roles'];
  const reads = ROUTES.filter(
    ({ method, permission }) => method === 'get' && (permission === 'audit:read' || permission === 'members:read'),
  );
  expect(
    reads
      .filter(({ records }) => records === undefined)
      .map(({ paths }) => paths[0])
      .sort(),
  ).toEqual(others);
});
