// Outbox items are stored in Postgres exactly once, even when they arrive repeated, late or out of order.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { AuditEvent } from '../../contracts/audit-event.ts';
import type { SessionRecord } from '../../contracts/session.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import type { StoredItem } from '../../outbox/outbox.ts';
import { listConversations, searchConversations } from './conversations.ts';
import { storeItems } from './store-items.ts';

const org = requireDemoOrg('cascade');
const ada = requireDemoPerson('ada@cascade.test');
const owner = { orgId: org.id, userId: ada.id };
const NOW = Date.UTC(2026, 10, 21, 10, 0, 0, 123);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const sessionOf = (given: Partial<SessionRecord>): SessionRecord => ({
  id: crypto.randomUUID(),
  title: 'Torque',
  model: null,
  programId: null,
  designId: null,
  pinned: false,
  createdAt: NOW,
  updatedAt: NOW,
  version: 1,
  ...given,
});
const conversation = (session: SessionRecord): StoredItem => ({ kind: 'conversation', ...owner, session });
const removal = (sessionId: string): StoredItem => ({ kind: 'conversation-removed', ...owner, sessionId });

function message(sessionId: string, ordinal: number, given: Partial<TranscriptMessage> = {}): StoredItem {
  const blank = { model: null, provider: null, usage: null, costMicros: null, priceVersion: null, error: null };
  return {
    kind: 'message' as const,
    ...owner,
    sessionId,
    ordinal,
    position: 0,
    message: {
      id: crypto.randomUUID(),
      runId: 'run-1',
      role: 'user' as const,
      status: 'complete' as const,
      createdAt: NOW,
      parts: [{ type: 'text', content: `message ${ordinal}` }],
      ...blank,
      ...given,
    },
  };
}

const USAGE = {
  inputTokens: 10,
  outputTokens: 20,
  cacheReadTokens: 3,
  cacheWriteTokens: 4,
  longCacheWriteTokens: 1,
  reasoningTokens: 5,
  estimated: true,
};

function audit(sessionId: string, given: Partial<AuditEvent> = {}): StoredItem {
  return {
    kind: 'audit' as const,
    ...owner,
    audit: {
      id: crypto.randomUUID(),
      orgId: org.id,
      actorId: ada.id,
      event: 'answer.complete' as const,
      sessionId,
      runId: 'run-1',
      requestId: 'request-1',
      programId: null,
      designId: null,
      provider: 'demo',
      model: 'demo-1',
      usage: USAGE,
      costMicros: 12,
      priceVersion: '2026-11',
      error: null,
      durationMs: 900,
      meta: { steps: 1 },
      createdAt: NOW,
      ...given,
    },
  };
}

async function rowsOf(table: string, sessionId: string): Promise<Record<string, unknown>[]> {
  const column = { ai_conversations: 'id', ai_messages: 'conversation_id', audit_log: 'session_id' }[table];
  const order = { ai_conversations: 'id', ai_messages: 'ordinal', audit_log: 'seq' }[table];
  const { rows } = await database.owner.query<Record<string, unknown>>(
    `select * from ${table} where ${column} = $1 order by ${order}`,
    [sessionId],
  );
  return rows;
}

test('stores every field of an item in its row', async () => {
  const session = sessionOf({ model: 'demo-1', programId: 'P-1', designId: 'D-1', pinned: true, version: NOW });
  const answer = message(session.id, 2, {
    role: 'assistant',
    status: 'interrupted',
    model: 'demo-1',
    provider: 'demo',
    usage: USAGE,
    costMicros: 12,
    priceVersion: '2026-11',
    parts: [
      { type: 'thinking', content: 'hmm' },
      { type: 'text', content: 'Nine' },
      { type: 'text', content: 'newton metres' },
    ],
    error: { code: 'RUN_INTERRUPTED', detail: 'x' },
  });
  expect(
    await storeItems(database.deps, owner, [conversation(session), message(session.id, 1), answer, audit(session.id)]),
  ).toMatchObject({ outcome: 'delivered' });
  expect(await listConversations(database.deps, owner, { limit: 1 })).toEqual([session]);
  const [, stored] = await rowsOf('ai_messages', session.id);
  expect(stored).toMatchObject({
    role: 'assistant',
    status: 'interrupted',
    content: 'Nine\n\nnewton metres',
    model: 'demo-1',
    provider: 'demo',
    error_code: 'RUN_INTERRUPTED',
    input_tokens: '10',
    output_tokens: '20',
    cache_read_tokens: '3',
    cache_write_tokens: '4',
    reasoning_tokens: '5',
    usage_estimated: true,
    cost_micros: '12',
    price_version: '2026-11',
    created_at: new Date(NOW),
  });
  const [fact] = await rowsOf('audit_log', session.id);
  expect(fact).toMatchObject({
    event: 'answer.complete',
    actor_user_id: ada.id,
    run_id: 'run-1',
    request_id: 'request-1',
    model: 'demo-1',
    input_tokens: '10',
    cost_micros: '12',
    duration_ms: '900',
    _meta: { steps: 1, longCacheWriteTokens: 1 },
  });
});

test('duplicates and reordering leave one row each, and the newest state of the conversation (R42)', async () => {
  const first = sessionOf({ title: 'first', version: 1 });
  const items = [conversation(first), message(first.id, 1), message(first.id, 2), audit(first.id), audit(first.id)];
  const newer = conversation({ ...first, title: 'newest', version: 3 });
  const older = conversation({ ...first, title: 'older', version: 2 });
  for (const batch of [items, items, [newer], [...items].reverse(), [older], [newer, ...items], items]) {
    expect(await storeItems(database.deps, owner, batch)).toMatchObject({ outcome: 'delivered' });
  }
  expect(await rowsOf('ai_conversations', first.id)).toMatchObject([{ title: 'newest', version: '3' }]);
  expect(await rowsOf('ai_messages', first.id)).toHaveLength(2);
  expect(await rowsOf('audit_log', first.id)).toHaveLength(2);
});

test('a removed conversation stays removed when its items arrive again, and its audit entries stay', async () => {
  const session = sessionOf({ createdAt: Date.now() - 1000 });
  const items = [conversation(session), message(session.id, 1, { createdAt: Date.now() - 500 }), audit(session.id)];
  await storeItems(database.deps, owner, items);
  for (const batch of [[removal(session.id)], items, [removal(session.id)], items]) {
    expect(await storeItems(database.deps, owner, batch)).toMatchObject({ outcome: 'delivered' });
    expect(await rowsOf('ai_conversations', session.id)).toEqual([]);
    expect(await rowsOf('ai_messages', session.id)).toEqual([]);
  }
  expect(await rowsOf('audit_log', session.id)).toHaveLength(1);
});

test('an id reused after a removal starts a new conversation', async () => {
  const session = sessionOf({ createdAt: Date.now() - 1000 });
  await storeItems(database.deps, owner, [conversation(session)]);
  await storeItems(database.deps, owner, [removal(session.id)]);
  const later = Date.now() + 5000;
  const recreated = conversation({ ...session, createdAt: later, version: later });
  expect(await storeItems(database.deps, owner, [recreated, message(session.id, 1, { createdAt: later })])).toEqual({
    outcome: 'delivered',
  });
  expect(await rowsOf('ai_messages', session.id)).toHaveLength(1);
});

test('stores text without the characters that Postgres can’t store', async () => {
  const session = sessionOf({ title: 'nul \0 and half \ud83d' });
  const text = { type: 'text' as const, content: 'a\0b \udc00 c' };
  expect(
    await storeItems(database.deps, owner, [conversation(session), message(session.id, 1, { parts: [text] })]),
  ).toMatchObject({ outcome: 'delivered' });
  expect(await rowsOf('ai_conversations', session.id)).toMatchObject([{ title: 'nul \ufffd and half \ufffd' }]);
  expect(await rowsOf('ai_messages', session.id)).toMatchObject([
    { content: 'a\ufffdb \ufffd c', parts: [{ type: 'text', content: 'a\ufffdb \ufffd c' }] },
  ]);
});

test('stores the audit row of a call whose arguments have such characters in keys and values (R39)', async () => {
  const session = sessionOf({});
  const parameters = { 'a\0b': { '\ud83d': 'c\0' }, list: ['\udc00'] };
  const call = audit(session.id, { event: 'tool.refused', tool: 'x\0', parameters, result: { message: 'key a\0b' } });
  expect(await storeItems(database.deps, owner, [conversation(session), call])).toMatchObject({ outcome: 'delivered' });
  expect(await rowsOf('audit_log', session.id)).toMatchObject([
    { tool: 'x\ufffd', parameters: { 'a\ufffdb': { '\ufffd': 'c\ufffd' }, list: ['\ufffd'] } },
  ]);
});

test('search shows the replies of tools as text, not as JSON', async () => {
  const vic = { orgId: org.id, userId: requireDemoPerson('vic@cascade.test').id };
  const session = sessionOf({ title: 'Parts' });
  const reply = {
    items: [
      { id: crypto.randomUUID(), itemNumber: 'PN-000059', name: 'Flange "A"\nleft, {outer}', revision: null, tags: [] },
      { id: crypto.randomUUID(), itemNumber: 'PN-000060', name: 'Base', state: 'In review' },
    ],
    total: 2,
  };
  const items = [
    { ...conversation(session), ...vic },
    {
      ...message(session.id, 1, {
        role: 'tool',
        parts: [{ type: 'text', content: JSON.stringify(reply) }],
        tool: { callId: 'call-1', name: 'search_items', isError: false, link: null },
      }),
      ...vic,
    },
  ] as StoredItem[];
  expect(await storeItems(database.deps, vic, items)).toMatchObject({ outcome: 'delivered' });
  const { found } = await searchConversations(database.deps, vic, { query: 'flange', limit: 10 });
  expect(found.map(({ snippet }) => snippet)).toEqual([
    'items: itemNumber: PN-000059, name: Flange "A" left, outer, itemNumber: PN-000060, name: Base, state: In review, total: 2',
  ]);
});

test('rejects a message without its conversation and an item of another owner, but retries when the database is unavailable', async () => {
  expect(await storeItems(database.deps, owner, [message(crypto.randomUUID(), 1)])).toMatchObject({
    outcome: 'rejected',
    reason: expect.stringMatching(/^invalid 23503 ai_messages_/),
  });
  const eli = requireDemoPerson('eli@cascade.test');
  expect(await storeItems(database.deps, { ...owner, userId: eli.id }, [conversation(sessionOf({}))])).toEqual({
    outcome: 'rejected',
    reason: 'denied 42501',
  });
  const away = {
    ...database.deps,
    databaseUrl: database.deps.databaseUrl.replace('127.0.0.1', 'away.test'),
    fetchEndpoint: 'http://127.0.0.1:9/sql',
  };
  expect(await storeItems(away, owner, [conversation(sessionOf({}))])).toEqual({
    outcome: 'unavailable',
    reason: 'unavailable',
  });
  expect(await storeItems(away, owner, [])).toMatchObject({ outcome: 'delivered' });
});

test('stores a removed member’s last messages, which no one can read', async () => {
  const rae = requireDemoPerson('rae@quiet.test');
  const quiet = { orgId: requireDemoOrg('quiet').id, userId: rae.id };
  await database.owner.query('delete from memberships where user_id = $1', [rae.id]);
  const session = sessionOf({});
  const items = [
    { ...conversation(session), ...quiet },
    { ...message(session.id, 1), ...quiet },
  ] as StoredItem[];
  expect(await storeItems(database.deps, quiet, items)).toMatchObject({ outcome: 'delivered' });
  expect(await rowsOf('ai_messages', session.id)).toHaveLength(1);
  expect(await listConversations(database.deps, quiet, { limit: 10 })).toEqual([]);
});

test('search finds words in titles and texts of the user’s own conversations, in pages, newest first', async () => {
  const eli = { orgId: org.id, userId: requireDemoPerson('eli@cascade.test').id };
  const [from, at, copy] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const forkedFrom = { sessionId: from, messageId: at, copyId: copy, title: 'Before' };
  const sessions = Array.from({ length: 5 }, (_, index) =>
    sessionOf({
      title: index === 0 ? 'Gripper 100% OK_1' : `Talk ${index}`,
      updatedAt: NOW + (index === 4 ? 3 : index),
      ...(index === 2 && { forkedFrom }),
    }),
  );
  const mine = sessions.flatMap((session, index) => [
    { ...conversation(session), ...eli },
    {
      ...message(session.id, 1, {
        parts: [{ type: 'text', content: `${'x'.repeat(200)} the GRIPPER number ${index} ${'y'.repeat(200)}` }],
      }),
      ...eli,
    },
  ]) as StoredItem[];
  expect(await storeItems(database.deps, eli, mine)).toMatchObject({ outcome: 'delivered' });

  const pages: string[][] = [];
  let before: { updatedAt: number; id: string } | undefined;
  do {
    const { found, next } = await searchConversations(database.deps, eli, { query: 'gripper', limit: 2, before });
    for (const { session, snippet } of found) {
      expect(sessions).toContainEqual(session);
      expect(snippet).toContain('GRIPPER number');
      expect(snippet?.length).toBeLessThanOrEqual(160);
    }
    pages.push(found.map(({ session }) => session.id));
    before = next ?? undefined;
  } while (before);
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  const newestFirst = [...sessions]
    .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
  expect(pages.flat()).toEqual(newestFirst);

  const titlesOf = async (query: string) => {
    const { found } = await searchConversations(database.deps, eli, { query, limit: 10 });
    return found.map(({ session, snippet }) => [session.title, snippet === null]);
  };
  expect(await titlesOf('100% ok_1')).toEqual([['Gripper 100% OK_1', true]]);
  for (const wildcard of ['gripper%number', 'grippe_', '%', '_', '\\', "'", '']) {
    expect([wildcard, (await titlesOf(wildcard)).length]).toEqual([wildcard, ['%', '_'].includes(wildcard) ? 1 : 0]);
  }
  const asAda = await searchConversations(database.deps, owner, { query: 'GRIPPER number', limit: 10 });
  expect(asAda).toEqual({ found: [], next: null });
});

test('stores a shared conversation with the author of each message, and leaves it out of lists and search', async () => {
  const eli = requireDemoPerson('eli@cascade.test');
  const session = sessionOf({ audience: 'shared', title: 'Shared torque' });
  const shared = { audience: 'shared' as const };
  const said = [
    { ...message(session.id, 1, { author: { id: eli.id, name: eli.name } }), ...shared },
    { ...message(session.id, 1, { role: 'assistant', author: null }), position: 1, ...shared },
  ] as StoredItem[];
  // The outbox of a conversation that Ada started delivers Eli's change first.
  const items = [audit(session.id, { actorId: eli.id }), conversation(session), ...said];
  expect(await storeItems(database.deps, owner, items)).toMatchObject({ outcome: 'delivered' });
  expect(await rowsOf('ai_conversations', session.id)).toMatchObject([{ audience: 'shared', user_id: ada.id }]);
  expect(await rowsOf('ai_messages', session.id)).toMatchObject([
    { audience: 'shared', user_id: ada.id, author_id: eli.id, role: 'user' },
    { audience: 'shared', user_id: ada.id, author_id: null, role: 'assistant' },
  ]);
  expect(await rowsOf('audit_log', session.id)).toMatchObject([{ actor_user_id: eli.id }]);
  for (const userId of [ada.id, eli.id]) {
    const person = { orgId: org.id, userId };
    const listed = await listConversations(database.deps, person, { limit: 100 });
    expect(listed.map(({ id }) => id)).not.toContain(session.id);
    for (const query of ['Shared torque', 'message 1']) {
      const { found } = await searchConversations(database.deps, person, { query, limit: 100 });
      expect(found.map((one) => one.session.id)).not.toContain(session.id);
    }
  }
  // A later change and the removal are accepted as for a private conversation.
  await storeItems(database.deps, owner, [conversation({ ...session, title: 'Later', version: 2 })]);
  expect(await rowsOf('ai_conversations', session.id)).toMatchObject([{ title: 'Later', version: '2' }]);
  await storeItems(database.deps, owner, [removal(session.id)]);
  expect([await rowsOf('ai_conversations', session.id), await rowsOf('ai_messages', session.id)]).toEqual([[], []]);
});

test('stores an audit event that Postgres refuses for its content without that content', async () => {
  const session = sessionOf({});
  // Longer than an index takes.
  const tool = Array.from({ length: 200 }, () => crypto.randomUUID()).join('');
  const delivery = await storeItems(database.deps, owner, [audit(session.id, { tool, parameters: { a: 1 } })]);
  expect(delivery).toMatchObject({ outcome: 'delivered' });
  expect(await rowsOf('audit_log', session.id)).toEqual([
    expect.objectContaining({
      ...{ event: 'answer.complete', actor_user_id: ada.id, parameters: null, cost_micros: '12' },
      ...{ tool: tool.slice(0, 64), _meta: { notStored: 'invalid 54000 audit_log_by_tool', longCacheWriteTokens: 1 } },
    }),
  ]);
});

test('keeps one message at a place: the one that was stored last', async () => {
  const session = sessionOf({});
  const unknown = message(session.id, 1, { id: crypto.randomUUID(), parts: [{ type: 'text', content: 'unknown' }] });
  const known = message(session.id, 1, { id: crypto.randomUUID(), parts: [{ type: 'text', content: 'done' }] });
  for (const items of [[conversation(session), unknown], [known], [known], [unknown, known]])
    expect(await storeItems(database.deps, owner, items)).toMatchObject({ outcome: 'delivered' });
  expect((await rowsOf('ai_messages', session.id)).map(({ content }) => content)).toEqual(['done']);
});

test('a clock that was set back keeps no audit event out', async () => {
  const session = sessionOf({});
  expect(await storeItems(database.deps, owner, [audit(session.id, { durationMs: -5 })])).toMatchObject({
    outcome: 'delivered',
  });
  expect(await rowsOf('audit_log', session.id)).toEqual([expect.objectContaining({ duration_ms: '0' })]);
});
