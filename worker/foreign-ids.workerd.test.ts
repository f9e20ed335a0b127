// R4: every operation × every id that it takes. An id that exists in another org is answered, to the last header, like one
// that exists nowhere. A new operation that takes ids is asked as well, or fails for want of an example.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requireDemoPerson } from '../local/demo-people.ts';
import { askFromAnywhere, CALLS, nobodys, type OperationCall, paramsOf, pathOf } from './operation-calls.fixture.ts';
import { chatBody, readEvents, readProblem, refillRate, signedIn, tokenOf, type Visitor } from './visitor.fixture.ts';

/** May do all of it in an org of her own. */
const STRANGER = 'nora@northlight.test';
/** Not a reference to what is there, but a name that the caller gives, or a scope that is looked for in the caller's org. */
const NO_REFERENCE = ['programId', 'designId'];
/** A client mints these ids, and the same id in two orgs is two things: routes/sessions.workerd.test.ts holds that. */
const MINTING = [
  ...['POST /chat', 'POST /sessions', 'POST /estimate', 'POST /ui-messages'],
  ...['POST /api/chat/v1/completions', 'POST /api/chat/v1/completions/stream'],
  ...['POST /api/chat/stream/title', 'POST /api/chat/stream/{name}'],
];
/** Nothing is being written where there is no chat: 204 of both. */
const SILENT = ['GET /ui-messages/{chatId}/stream'];

/** Bodies that are right but for the ids. */
const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /runs/{runId}/cancel': {},
  'PATCH /sessions/{sessionId}': { title: 'Mine now' },
  'POST /sessions/{sessionId}/approvals/{approvalId}': { decision: 'approve' },
  'POST /sessions/{sessionId}/fork': { messageId: nobodys('messageId') },
  'PUT /sessions/{sessionId}/branch': { messageId: nobodys('messageId') },
  'PUT /sessions/{sessionId}/messages/{messageId}/feedback': { verdict: 'up' },
  'PATCH /api/v1/members/{userId}': { role: 'member' },
  'POST /api/chat/v1/execute': { functionCall: { id: nobodys('approvalId') }, action: 'approve' },
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
  const home = await (await ada('/api/v1/workspace')).text();
  const program = /\/workspace\/programs\/([0-9a-f-]{36})/.exec(home)?.[1] ?? '';
  theirs = {
    ...{ sessionId, threadId: sessionId, chatId: sessionId, runId, approvalId, invitationId: invitation.id },
    ...{ kind: 'program', id: program, tab: 'designs', userId: requireDemoPerson('eli@cascade.test').id },
  };
  expect(events.length).toBeGreaterThan(3);
  for (const [name, id] of Object.entries(theirs)) expect(id, name).not.toBe('');
});
beforeEach(() => refillRate(STRANGER));
afterAll(async () => {
  await ada(`/api/v1/invitations/${theirs['invitationId']}`, { method: 'DELETE' });
});

type Swap = { readonly call: OperationCall; readonly place: 'path' | 'query' | 'body'; readonly id: string };

const keysOf = (schema: unknown): string[] => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
const isReference = (name: string): boolean => /(Id|^id)$/.test(name) && !NO_REFERENCE.includes(name);

const SWAPS: readonly Swap[] = CALLS.filter(
  ({ operation }) => ![...MINTING, ...SILENT].includes(`${operation.method.toUpperCase()} ${operation.path}`),
).flatMap((call) => [
  ...paramsOf(call.operation)
    .filter(isReference)
    .map((id) => ({ call, id, place: 'path' as const })),
  ...keysOf(call.operation.query)
    .filter(isReference)
    .map((id) => ({ call, id, place: 'query' as const })),
  ...keysOf(call.operation.body)
    .filter(isReference)
    .map((id) => ({ call, id, place: 'body' as const })),
]);

async function askWith({ call, place, id }: Swap, ids: Readonly<Record<string, string>>): Promise<Response> {
  const { operation } = call;
  const key = `${operation.method.toUpperCase()} ${operation.path}`;
  const body = BODIES[key];
  if (operation.body && !body) throw new Error(`no body for ${key}; add one to foreign-ids.workerd.test.ts`);
  const search = place === 'query' ? `?${new URLSearchParams({ [id]: ids[id] ?? '' })}` : '';
  return askFromAnywhere(pathOf(call, ids) + search, {
    method: operation.method.toUpperCase(),
    headers: { Authorization: `Bearer ${await tokenOf(STRANGER)}` },
    ...(body && { body: { ...body, ...(place === 'body' && { [id]: ids[id] }) } }),
  });
}

describe('R4: ids of another org', () => {
  test.each(SWAPS.map((swap) => [swap.call.name, swap.id, swap.place, swap] as const))(
    '%s, %s in its %s',
    async (_name, _id, _place, swap) => {
      const nothing = Object.fromEntries(Object.keys(theirs).map((name) => [name, nobodys(name)]));
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

  test('all of it is still there for whoever it belongs to', async () => {
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
