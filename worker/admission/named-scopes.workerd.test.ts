// The program and design that a request names, on every wire: the lookup, the stored ids and the settings that apply.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountOf } from '../../durable/contracts/account.ts';
import { conversationOf } from '../../durable/contracts/conversation.ts';
import { requireDemoProject, requireDemoShow } from '../../local/demo-data/production/projects.ts';
import { TEST_ORGS } from '../../local/testing/test-orgs.ts';
import type { Session } from '../api/sessions/sessions-schema.ts';
import { openUpstreams, type Upstreams } from '../upstream.fixture.ts';
import { chatBody, readProblem, refillBucket, signedIn, type Visitor, visitorFor } from '../visitor.fixture.ts';

const AI = '/api/v1/ai';
const { id: orgId, people, programs, designs } = TEST_ORGS.scopes;
const [OPEN, NEXT] = [programs.OPEN, programs.NEXT];
const KEY = 'sk-scopes-0123456789abcdef';

let upstreams: Upstreams;
let admin: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, member] = await Promise.all([visitorFor(people.admin.subject), visitorFor(people.member.subject)]);
  upstreams = openUpstreams();
});
afterAll(() => upstreams.close());
beforeEach(async () => {
  for (const program of ['', '?programId=OPEN', '?programId=NEXT'])
    await admin(`${AI}/settings${program}`, { method: 'DELETE' });
  await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY });
  await refillBucket(people.member.subject);
  upstreams.forget();
});

/** Saves settings and applies them to the member at once, like a page reload. */
async function save(body: Record<string, unknown>, program = ''): Promise<void> {
  const path = `${AI}/settings${program && `?programId=${program}`}`;
  const created = await admin(path, { body });
  if (created.status === 409) expect((await admin(path, { method: 'PUT', body })).status).toBe(200);
  else expect(created.status).toBe(201);
  await (await member('/api/v1/me')).text();
}

type Names = { readonly programId?: string; readonly designId?: string };
type Wire = (names: Names, more?: { threadId?: string; broken?: boolean }) => Promise<Response>;

const say: Wire = (names, { threadId = crypto.randomUUID(), broken = false } = {}) =>
  member(`${AI}/chat`, {
    body: {
      ...chatBody(threadId, crypto.randomUUID(), 'hello'),
      forwardedProps: names,
      ...(broken && { messages: [] }),
    },
  });

/** A request on each wire that can name a scope. `broken` makes its body invalid. */
const WIRES: Readonly<Record<string, Wire>> = {
  'AG-UI': say,
  'Chat Completions': ({ programId, designId }, { threadId, broken = false } = {}) =>
    member('/v1/chat/completions', {
      body: {
        model: 'default',
        messages: broken ? [] : [{ role: 'user', content: 'hello' }],
        metadata: {
          ...(programId !== undefined && { program_id: programId }),
          ...(designId !== undefined && { design_id: designId }),
          ...(threadId !== undefined && { session_id: threadId }),
        },
      },
    }),
  'AI SDK': (names, { threadId = crypto.randomUUID(), broken = false } = {}) =>
    member(`${AI}/ui-messages`, {
      body: {
        ...{ id: threadId, trigger: 'submit-message', ...names },
        messages: broken ? [] : [{ id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
      },
    }),
};
const eachWire = Object.entries(WIRES);

const estimate: Wire = (names, { threadId, broken } = {}) =>
  member(`${AI}/estimate`, { body: { ...names, ...(threadId && { threadId }), ...(!broken && { text: 'hello' }) } });

const begin = (names: Names, more: object = {}) => member(`${AI}/sessions`, { body: { ...names, ...more } });
const sessionAt = async (id: string) => (await member(`${AI}/sessions/${id}`)).json<Session>();
const refusal = async (response: Promise<Response>) => readProblem(await response);
/** The host of the provider that answered. */
async function answered(response: Promise<Response>): Promise<string | undefined> {
  const { status } = await response;
  await (await response).text();
  expect(status).toBe(200);
  return upstreams.hosts().at(-1);
}

describe('a named program or design', () => {
  test.each<[string, Names, Names]>([
    ['an id', { programId: OPEN }, { programId: OPEN }],
    ['an id in capitals', { programId: OPEN.toUpperCase() }, { programId: OPEN }],
    ['a code, in whatever case', { programId: ' open ' }, { programId: OPEN }],
    ['a name', { programId: 'Open Program' }, { programId: OPEN }],
    ['a design alone, with its program', { designId: 'next-1' }, { programId: NEXT, designId: designs['NEXT-1'] }],
    ['both', { programId: 'OPEN', designId: 'OPEN-1 design' }, { programId: OPEN, designId: designs['OPEN-1'] }],
  ])('%s is kept as ids', async (_what, names, ids) => {
    const kept = { programId: null, designId: null, ...ids };
    expect(await (await begin(names)).json()).toMatchObject(kept);
    for (const [name, wire] of eachWire) {
      const response = await wire(names);
      await response.text();
      expect([name, response.status]).toEqual([name, 200]);
      expect(await sessionAt(response.headers.get('X-Session-Id') ?? ''), name).toMatchObject(kept);
    }
  });

  test('in a production, a project or a show', async () => {
    const max = await signedIn('max@northlight.test');
    const [project, show] = [requireDemoProject('GLASS-HORIZONS'), requireDemoShow('denver')];
    const made = await max(`${AI}/sessions`, { body: { programId: 'Glass Horizons Tour' } });
    expect(await made.json()).toMatchObject({ programId: project, designId: null });
    const within = await max(`${AI}/sessions`, { body: { designId: show } });
    expect(await within.json()).toMatchObject({ programId: project, designId: show });
  });

  const UNSEEN: readonly (readonly [string, Names])[] = [
    ['nothing there is', { programId: 'no such program at all' }],
    ['an id of nothing', { programId: crypto.randomUUID() }],
    ['a program of others', { programId: 'SECRET' }],
    ['a program of others by its id', { programId: programs.SECRET }],
    ['a program of another org', { programId: TEST_ORGS.features.programs.OPEN }],
    ['a design of others', { designId: 'SECRET-1' }],
    ['no such design in a program', { programId: 'OPEN', designId: 'nothing' }],
    ['a design of another program', { programId: 'OPEN', designId: 'NEXT-1' }],
  ];
  test.each(UNSEEN)('%s is 404 on every wire', async (_what, names) => {
    const field = names.designId === undefined ? 'program' : 'design';
    const detail = expect.stringContaining(`You can’t see a ${field} with this id, code or name`);
    const id = crypto.randomUUID();
    const asked: [string, Promise<Response>][] = [
      ['sessions', begin(names, { id })],
      ['estimate', estimate(names)],
      ...eachWire.map(([name, wire]): [string, Promise<Response>] => [name, wire(names, { threadId: id })]),
    ];
    for (const [name, response] of asked)
      expect(await refusal(response), name).toMatchObject({ status: 404, code: 'NOT_FOUND', detail });
    expect((await member(`${AI}/sessions/${id}`)).status).toBe(404);
    expect(upstreams.requests).toEqual([]);
  });

  test.each(['a\0b', '\ud800'])('a name that can’t be stored is refused: %j', async (programId) => {
    expect(await refusal(begin({ programId }))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    for (const [name, wire] of eachWire) expect((await refusal(wire({ programId }))).status, name).toBe(400);
    expect(upstreams.requests).toEqual([]);
  });

  test('GET /models accepts the same names for a program', async () => {
    await save({ provider: 'anthropic', apiKey: KEY }, 'OPEN');
    for (const name of [OPEN, 'open', 'OPEN program']) {
      const list = await member(`${AI}/models?${new URLSearchParams({ programId: name })}`);
      expect(await list.json()).toMatchObject({ default: expect.stringContaining('claude') });
    }
    expect(await (await member(`${AI}/models`)).json()).toMatchObject({ default: 'gpt-4.1' });
    expect(await refusal(member(`${AI}/models?programId=SECRET`))).toMatchObject({ status: 404 });
  });

  test('the first named program becomes the conversation’s program', async () => {
    const threadId = crypto.randomUUID();
    await answered(say({}, { threadId }));
    expect(await sessionAt(threadId)).toMatchObject({ programId: null });
    await answered(say({ designId: 'OPEN-1' }, { threadId }));
    await answered(say({ programId: 'NEXT' }, { threadId }));
    expect(await sessionAt(threadId)).toMatchObject({ programId: OPEN, designId: designs['OPEN-1'] });
  });

  test('needs no Postgres if the conversation already has it, by any name', async () => {
    const threadId = crypto.randomUUID();
    const named = [{ programId: 'OPEN program', designId: 'OPEN-1' }, { programId: OPEN }, {}];
    for (const names of named) await answered(say(names, { threadId }));
    await expect.poll(() => listed(threadId)).toBe(OPEN);
    const release = upstreams.holdDatabase();
    try {
      for (const names of named) await answered(say(names, { threadId }));
    } finally {
      release();
    }
  });
});

/** A conversation's program according to the list of conversations. */
const listed = (sessionId: string): Promise<unknown> =>
  runInDurableObject(
    accountOf(env, people.member.subject),
    (_account, { storage }) =>
      storage.sql.exec('select program_id from sessions where org_id = ? and id = ?', orgId, sessionId).toArray()[0]?.[
        'program_id'
      ],
  );

describe('the switch of a program', () => {
  test.each(eachWire)('%s: applies to its designs, by any name', async (_name, wire) => {
    await save({ enabled: false }, 'OPEN');
    for (const names of [{ designId: 'OPEN-1' }, { designId: designs['OPEN-1'] }, { programId: 'OPEN program' }]) {
      expect(await refusal(wire(names))).toMatchObject({ status: 503, code: 'FEATURE_DISABLED' });
      // 404 and 503 come before errors in the body.
      expect(await refusal(wire(names, { broken: true }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    }
    expect(await refusal(wire({ designId: 'SECRET-1' }, { broken: true }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(estimate({ designId: 'OPEN-1' }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    const chosen = { model: 'gpt-4.1', title: 7 };
    expect(await refusal(begin({ designId: 'OPEN-1' }, chosen))).toMatchObject({ code: 'FEATURE_DISABLED' });
    expect(upstreams.requests).toEqual([]);
  });

  test('applies to a conversation that started with its design, even on the wire that names nothing', async () => {
    const { id } = await (await begin({ designId: 'OPEN-1' })).json<Session>();
    await save({ enabled: false }, 'OPEN');
    for (const [, wire] of eachWire)
      expect(await refusal(wire({}, { threadId: id }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    const simple = { messages: [{ role: 'user', content: 'hello' }], chatId: id };
    expect(await refusal(member('/api/chat/v1/completions', { body: simple }))).toMatchObject({
      ...{ status: 503, code: 'FEATURE_DISABLED' },
    });
    expect(await refusal(estimate({}, { threadId: id }))).toMatchObject({ code: 'FEATURE_DISABLED' });
    expect(upstreams.requests).toEqual([]);
  });

  test('applies to conversations stored by an earlier release with only the design or the client’s name for the program', async () => {
    const principal = { subject: people.member.subject, expiresAt: 4_000_000_000 };
    const admission = await accountOf(env, principal.subject).admit({ principal, rights: 'last-known' });
    if (!admission.ok) throw new Error(admission.code);
    for (const kept of [
      { programId: null, designId: designs['OPEN-1'] },
      { programId: 'OPEN program', designId: null },
    ]) {
      const draft = { id: crypto.randomUUID(), title: null, model: null, ...kept };
      await conversationOf(env, orgId, draft.id).create({ access: admission.access, draft, requestId: 'r' });
      await expect.poll(() => listed(draft.id)).toBe(kept.programId);
      await answered(say({}, { threadId: draft.id }));
      expect(await sessionAt(draft.id)).toMatchObject({ ...kept, programId: OPEN });
      await save({ enabled: false }, 'OPEN');
      expect(await refusal(say({}, { threadId: draft.id }))).toMatchObject({ code: 'FEATURE_DISABLED' });
      await save({ enabled: true }, 'OPEN');
    }
  });
});

describe('the provider of a program', () => {
  beforeEach(async () => {
    // Without a key and without a fallback.
    await admin(`${AI}/settings`, { method: 'DELETE' });
    await save({ provider: 'openrouter', model: 'meta/llama-4' });
    await save({ provider: 'openai', model: 'gpt-4.1', apiKey: KEY }, 'OPEN');
  });

  test.each(eachWire)('%s: answers even if the org has none', async (_name, wire) => {
    expect(await refusal(wire({}))).toMatchObject({ status: 503, code: 'PROVIDER_UNCONFIGURED' });
    expect(await refusal(wire({ programId: 'NEXT' }))).toMatchObject({ code: 'PROVIDER_UNCONFIGURED' });
    for (const names of [{ programId: 'OPEN' }, { programId: 'OPEN program' }, { designId: 'OPEN-1' }])
      expect(await answered(wire(names))).toBe('api.openai.com');
  });

  test('answers even if the list of conversations doesn’t know the program yet', async () => {
    const { id } = await (await begin({ programId: 'OPEN' })).json<Session>();
    await expect.poll(() => listed(id)).toBe(OPEN);
    const forget = () =>
      runInDurableObject(accountOf(env, people.member.subject), (_account, { storage }) =>
        storage.sql.exec('delete from sessions where id = ?', id).toArray(),
      );
    for (const [, wire] of eachWire) {
      await forget();
      expect(await answered(wire({}, { threadId: id }))).toBe('api.openai.com');
    }
    await forget();
    const simple = { messages: [{ role: 'user', content: 'hello' }], chatId: id };
    expect(await answered(member('/api/chat/v1/completions', { body: simple }))).toBe('api.openai.com');
  });
});
