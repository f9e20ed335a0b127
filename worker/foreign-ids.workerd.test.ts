// R4: every route × every id it takes. An id of another org gets exactly the same reply as an id that doesn't exist. New
// routes are included automatically; one without an example fails.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requireDemoPerson } from '../local/demo-data/demo-people.ts';
import type { AuditPage } from './api/audit/audit-schema.ts';
import { ASSISTANT_PREFIXES } from './routing/define-route.ts';
import { askFromAnywhere, CALLS, paramsOf, pathOf, type RouteCall, unknownId } from './routing/route-calls.fixture.ts';
import { chatBody, readEvents, readProblem, refillRate, signedIn, tokenOf, type Visitor } from './visitor.fixture.ts';

/** Has every permission in another org. */
const STRANGER = 'nora@northlight.test';
/** Not references: names that the caller chooses, or scopes looked up in the caller's org. */
const NO_REFERENCE = ['programId', 'designId'];
/** Clients choose these ids, so the same id in two orgs is two things; sessions-routes.workerd.test.ts tests that. */
const MINTING = [
  ...['POST /chat', 'POST /sessions', 'POST /estimate', 'POST /ui-messages', 'POST /templates/{template}/draft'],
  ...['POST /api/chat/v1/completions', 'POST /api/chat/v1/completions/stream'],
  ...['POST /api/chat/stream/title', 'POST /api/chat/stream/{name}'],
];
/** 204 for both: an unknown chat has no running answer. */
const SILENT = ['GET /ui-messages/{chatId}/stream'];

/** Bodies that are valid except for the ids. */
const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /runs/{runId}/cancel': {},
  'PATCH /sessions/{sessionId}': { title: 'Mine now' },
  'POST /sessions/{sessionId}/approvals/{approvalId}': { decision: 'approve' },
  'POST /sessions/{sessionId}/fork': { messageId: unknownId('messageId') },
  'PUT /sessions/{sessionId}/branch': { messageId: unknownId('messageId') },
  'PUT /sessions/{sessionId}/messages/{messageId}/feedback': { verdict: 'up' },
  'PATCH /api/v1/members/{userId}': { role: 'member' },
  'POST /api/chat/v1/execute': { functionCall: { id: unknownId('approvalId') }, action: 'approve' },
};

let theirs: Readonly<Record<string, string>>;
let ada: Visitor;
beforeAll(async () => {
  ada = await signedIn('ada@cascade.test');
  const sessionId = crypto.randomUUID();
  const runId = `run-${sessionId}`;
  const question = 'Create a new part called Motor Assembly in PKH-MFG';
  const events = await readEvents(await ada('/api/v1/ai/chat', { body: chatBody(sessionId, runId, question) }));
  const transcript = await ada(`/api/v1/ai/sessions/${sessionId}/messages`);
  const { messages } = await transcript.json<{ messages: { confirmations: { approvalId: string }[] }[] }>();
  const approvalId = messages.flatMap(({ confirmations }) => confirmations)[0]?.approvalId ?? '';
  const invited = await ada('/api/v1/invitations', { body: { email: 'r4@new.test', role: 'viewer' } });
  const { invitation } = await invited.json<{ invitation: { id: string } }>();
  const { rows } = await (await ada('/api/v1/audit?limit=1')).json<AuditPage>();
  const home = await (await ada('/api/v1/workspace')).text();
  const program = /\/workspace\/programs\/([0-9a-f-]{36})/.exec(home)?.[1] ?? '';
  theirs = {
    ...{ sessionId, threadId: sessionId, chatId: sessionId, runId, approvalId, invitationId: invitation.id },
    entryId: rows[0]?.id ?? '',
    ...{ kind: 'program', id: program, tab: 'designs', userId: requireDemoPerson('eli@cascade.test').id },
  };
  expect(events.length).toBeGreaterThan(3);
  for (const [name, id] of Object.entries(theirs)) expect(id, name).not.toBe('');
});
beforeEach(() => refillRate(STRANGER));
afterAll(async () => {
  await ada(`/api/v1/invitations/${theirs['invitationId']}`, { method: 'DELETE' });
});

type Swap = { readonly call: RouteCall; readonly place: 'path' | 'query' | 'body'; readonly id: string };

/** Without the assistant's prefix, since its routes answer under several. */
const keyOf = ({ name }: RouteCall): string =>
  ASSISTANT_PREFIXES.reduce((key, prefix) => key.replace(` ${prefix}/`, ' /'), name);

const keysOf = (schema: unknown): string[] => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
const isReference = (name: string): boolean => /(Id|^id)$/.test(name) && !NO_REFERENCE.includes(name);

/** The operator's routes belong to no org, and refuse every user. */
const OF_ORGS = CALLS.filter(({ route }) => route.permission !== 'operator');

const SWAPS: readonly Swap[] = OF_ORGS.filter((call) => ![...MINTING, ...SILENT].includes(keyOf(call))).flatMap(
  (call) => [
    ...paramsOf(call.path)
      .filter(isReference)
      .map((id) => ({ call, id, place: 'path' as const })),
    ...keysOf(call.route.query)
      .filter(isReference)
      .map((id) => ({ call, id, place: 'query' as const })),
    ...keysOf(call.route.body)
      .filter(isReference)
      .map((id) => ({ call, id, place: 'body' as const })),
  ],
);

async function askWith({ call, place, id }: Swap, ids: Readonly<Record<string, string>>): Promise<Response> {
  const { route } = call;
  const key = keyOf(call);
  const body = BODIES[key];
  if (route.body && !body) throw new Error(`no body for ${key}; add one to foreign-ids.workerd.test.ts`);
  const search = place === 'query' ? `?${new URLSearchParams({ [id]: ids[id] ?? '' })}` : '';
  return askFromAnywhere(pathOf(call, ids) + search, {
    method: route.method.toUpperCase(),
    headers: { Authorization: `Bearer ${await tokenOf(STRANGER)}` },
    ...(body && { body: { ...body, ...(place === 'body' && { [id]: ids[id] }) } }),
  });
}

describe('ids of another org (R4)', () => {
  test.each(SWAPS.map((swap) => [swap.call.name, swap.id, swap.place, swap] as const))(
    '%s, %s in its %s',
    async (_name, _id, _place, swap) => {
      const nothing = Object.fromEntries(Object.keys(theirs).map((name) => [name, unknownId(name)]));
      const [foreign, none] = [
        await askWith(swap, theirs),
        await askWith(swap, { ...nothing, kind: 'program', tab: 'designs' }),
      ];
      const problems = [await readProblem(foreign), await readProblem(none)];
      expect(problems[0]).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect({ ...problems[0], requestId: '' }).toEqual({ ...problems[1], requestId: '' });
      expect([...foreign.headers.keys()].sort()).toEqual([...none.headers.keys()].sort());
    },
  );

  test('everything is still there for its owner', async () => {
    for (const path of [
      `/api/v1/ai/sessions/${theirs['sessionId']}`,
      `/api/v1/ai/chat?runId=${theirs['runId']}`,
      `/api/v1/workspace/program/${theirs['id']}`,
    ]) {
      const response = await ada(path);
      expect(response.status, path).toBe(200);
      await response.body?.cancel();
    }
    const invitations = await (await ada('/api/v1/invitations')).text();
    expect(invitations).toContain(theirs['invitationId']);
    const members = await (await ada('/api/v1/members')).text();
    expect(members).toContain(theirs['userId']);
    expect(SWAPS.length).toBeGreaterThan(20);
  });
});
