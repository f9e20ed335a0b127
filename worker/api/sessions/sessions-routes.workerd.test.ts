import { describe, expect, test } from 'vitest';
import { chatBody, readEvents, readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';

const SESSIONS = '/api/v1/ai/sessions';
type Session = { id: string; title: string | null; pinned: boolean; updatedAt: string };

async function create(visitor: Visitor, body: object = {}): Promise<Session> {
  const response = await visitor(SESSIONS, { body });
  expect(response.status).toBe(201);
  return response.json<Session>();
}

describe('sessions', () => {
  test('are created, read, changed, listed and deleted', async () => {
    const ada = await signedIn('ada@cascade.test');
    const id = crypto.randomUUID();
    expect(await create(ada, { id, title: 'Fan tray', programId: 'kestrel' })).toMatchObject({
      id,
      title: 'Fan tray',
      programId: expect.stringMatching(/^0d0a/),
      pinned: false,
      activeRunId: null,
    });
    const changed = await ada(`${SESSIONS}/${id}`, {
      method: 'PATCH',
      body: { title: 'Fan tray, again', pinned: true },
    });
    expect(await changed.json()).toMatchObject({ title: 'Fan tray, again', pinned: true });
    expect(await (await ada(`${SESSIONS}/${id}`)).json()).toMatchObject({ id, title: 'Fan tray, again' });
    expect(await (await ada(`${SESSIONS}/${id}/messages`)).json()).toEqual({
      messages: [],
      page: { truncated: false },
    });
    await expect.poll(() => listIds(ada)).toContain(id);
    expect((await ada(`${SESSIONS}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ada(`${SESSIONS}/${id}`)).status).toBe(404);
    expect((await ada(`${SESSIONS}/${id}`, { method: 'DELETE' })).status).toBe(404);
    await expect.poll(() => listIds(ada)).not.toContain(id);
  });

  test('are the same under both prefixes', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await create(ada);
    expect(await (await ada(`/api/ai/sessions/${id.toUpperCase()}`)).json()).toMatchObject({ id });
  });

  test('pages without gaps or repetitions', async () => {
    const eli = await signedIn('eli@cascade.test');
    const made = await Promise.all(Array.from({ length: 7 }, () => create(eli)));
    const ids = made.map(({ id }) => id).sort();
    // Tests in other files may have created sessions for this user.
    await expect.poll(async () => (await listIds(eli)).sort()).toEqual(expect.arrayContaining(ids));
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 10; page += 1) {
      const response: Response = await eli(`${SESSIONS}?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      const list: { sessions: Session[]; cursor: string | null } = await response.json();
      expect(list.sessions.length).toBeLessThanOrEqual(3);
      seen.push(...list.sessions.map(({ id }) => id));
      cursor = list.cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => ids.includes(id)).sort()).toEqual(ids);
  });

  test('searches titles and texts of the user’s own sessions', async () => {
    const vic = await signedIn('vic@cascade.test');
    const { id } = await create(vic, { title: 'Gearbox review' });
    await create(vic, { title: 'Something else' });
    const find = async (visitor: Visitor) => {
      const { sessions } = await (await visitor(`${SESSIONS}?q=gearBOX`)).json<{ sessions: Session[] }>();
      return sessions.map((session) => session.id);
    };
    await expect.poll(() => find(vic)).toEqual([id]);
    expect(await find(await signedIn('ada@cascade.test'))).toEqual([]);
    expect(await find(await signedIn('max@northlight.test'))).toEqual([]);
  });
});

describe('inputs (R20)', () => {
  test.each<[string, string, unknown, number]>([
    ['POST', SESSIONS, { orgId: 'x' }, 400],
    ['POST', SESSIONS, { userId: 'x' }, 400],
    ['POST', SESSIONS, '{"__proto__":{"pinned":true}}', 400],
    ['POST', SESSIONS, { id: 'not-a-uuid' }, 400],
    ['POST', SESSIONS, { title: 'x'.repeat(256) }, 400],
    ['POST', SESSIONS, [], 400],
    ['POST', SESSIONS, '{', 400],
    ['POST', SESSIONS, JSON.stringify({ title: 'x'.repeat(300_000) }), 413],
    ['POST', SESSIONS, { model: 'no-such-model' }, 400],
    ['GET', `${SESSIONS}?limit=0`, undefined, 400],
    ['GET', `${SESSIONS}?limit=101`, undefined, 400],
    ['GET', `${SESSIONS}?cursor=abc`, undefined, 400],
    ['GET', `${SESSIONS}?userId=x`, undefined, 400],
    ['GET', `${SESSIONS}?q=gear&cursor=abc`, undefined, 400],
  ])('%s %s %j', async (method, path, body, status) => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada(path, { method, ...(body !== undefined && { body }) });
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect((await readProblem(response)).requestId).toBe(response.headers.get('X-Request-Id'));
  });

  test('refuses a change that names nothing or an unchangeable field', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await create(ada, { title: 'Kept' });
    for (const body of [
      {},
      { id: crypto.randomUUID() },
      { title: 'x', version: 9 },
      { pinned: 'yes' },
      { title: ' ' },
    ]) {
      expect((await ada(`${SESSIONS}/${id}`, { method: 'PATCH', body })).status).toBe(400);
    }
    expect(await (await ada(`${SESSIONS}/${id}`)).json()).toMatchObject({ title: 'Kept', pinned: false });
  });
});

describe('ids of other users (R4)', () => {
  test('every route gives the same reply for another user’s session as for an unknown one', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await create(ada, { title: 'Secret' });
    const runId = `run-${id}`;
    await readEvents(await ada('/api/v1/ai/chat', { body: chatBody(id, runId, 'hello') }));
    const strangers = await Promise.all(
      ['nora@northlight.test', 'eli@cascade.test', 'both@cascade.test'].map(signedIn),
    );
    const calls: readonly [string, (session: string, run: string) => [string, object?]][] = [
      ['read', (session) => [`${SESSIONS}/${session}`]],
      ['change', (session) => [`${SESSIONS}/${session}`, { method: 'PATCH', body: { title: 'Mine' } }]],
      ['change badly', (session) => [`${SESSIONS}/${session}`, { method: 'PATCH', body: { nonsense: 1 } }]],
      ['delete', (session) => [`${SESSIONS}/${session}`, { method: 'DELETE' }]],
      ['messages', (session) => [`${SESSIONS}/${session}/messages`]],
      ['watch', (session) => [`${SESSIONS}/${session}/watch`]],
      ['hydrate', (session) => [`/api/v1/ai/chat?threadId=${session}`]],
      ['rejoin', (_, run) => [`/api/v1/ai/chat?runId=${run}&offset=-1`]],
      ['rejoin in the session', (session, run) => [`/api/v1/ai/chat?threadId=${session}&runId=${run}`]],
      ['stop', (_, run) => [`/api/v1/ai/runs/${run}/cancel`, { method: 'POST' }]],
      ['stop in the session', (session, run) => [`/api/v1/ai/runs/${run}/cancel`, { body: { threadId: session } }]],
    ];
    for (const stranger of strangers) {
      for (const [name, call] of calls) {
        const [theirs, none] = await Promise.all([
          stranger(...call(id, runId)),
          stranger(...call(crypto.randomUUID(), `run-${crypto.randomUUID()}`)),
        ]);
        const bodies = await Promise.all([theirs, none].map(readProblem));
        expect(
          bodies.map(({ status }) => status),
          name,
        ).toEqual([404, 404]);
        expect({ ...bodies[0], requestId: '' }, name).toEqual({ ...bodies[1], requestId: '' });
        const [names, others] = [theirs, none].map((reply) => [...reply.headers.keys()].sort());
        expect(names, name).toEqual(others);
      }
    }
    expect(await (await ada(`${SESSIONS}/${id}`)).json()).toMatchObject({ title: 'Secret' });
  });

  test('refuses a message to another user’s session in the same org; in another org the id is a new session', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { id } = await create(ada, { title: 'Secret' });
    const eli = await signedIn('eli@cascade.test');
    const refused = await eli('/api/v1/ai/chat', { body: chatBody(id, `r-${id}`, 'whose is this?') });
    expect(await readProblem(refused)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const nora = await signedIn('nora@northlight.test');
    const own = await nora('/api/v1/ai/chat', { body: chatBody(id, `r-${id}`, 'my own question') });
    expect(own.status).toBe(200);
    await own.text();
    expect(await (await nora(`${SESSIONS}/${id}`)).json()).toMatchObject({ title: 'my own question' });
    expect(await (await ada(`${SESSIONS}/${id}/messages`)).json()).toMatchObject({ messages: [] });
  });

  test('a thousand guessed ids find nothing (R12)', async () => {
    const nora = await signedIn('nora@northlight.test');
    const address = { 'CF-Connecting-IP': '' };
    const statuses = new Set<number>();
    for (let guess = 0; guess < 1_000; guess += 100) {
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, at) => {
          // A different address for each request, to stay below the address limit.
          const headers = { ...address, 'CF-Connecting-IP': `198.51.${Math.floor(guess / 100)}.${at}` };
          return nora(`${SESSIONS}/${crypto.randomUUID()}`, { headers });
        }),
      );
      for (const reply of replies) {
        statuses.add(reply.status);
        await reply.body?.cancel();
      }
    }
    expect([...statuses]).toEqual([404]);
  });
});

async function listIds(visitor: Visitor): Promise<string[]> {
  const { sessions } = await (await visitor(SESSIONS)).json<{ sessions: Session[] }>();
  return sessions.map(({ id }) => id);
}
