import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { createTwoOrgs, type TwoOrgs } from '../../../migrations/tests/isolation/two-orgs.fixture.ts';
import type { StoredItem } from '../../outbox/outbox.ts';
import { listFeedback } from './feedback.ts';
import { storeItems } from './store-items.ts';

let database: TestDatabase;
let orgs: TwoOrgs;
beforeAll(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
});
afterAll(() => database.drop());

type Verdict = 'up' | 'down';

/** An item as the victim's conversation sends it; `authorId` may be any user. */
function feedbackItem(messageId: string, authorId: string, verdict: Verdict | null, at: number): StoredItem {
  const { orgB: orgId, victim: userId, conversation: sessionId } = orgs.ids;
  const feedback = verdict && { verdict, comment: verdict === 'down' ? 'Wrong.' : null };
  return { kind: 'feedback', orgId, userId, sessionId, messageId, authorId, model: 'm', feedback, at };
}

const store = (...items: StoredItem[]) =>
  storeItems(database.deps, { orgId: orgs.ids.orgB, userId: orgs.ids.victim }, items);

const list = (userId: string, orgId: string = orgs.ids.orgB, filter = {}, limit = 50) =>
  listFeedback(database.deps, { orgId, userId }, { filter, limit, before: undefined });

test('later feedback replaces the earlier one, and null removes it', async () => {
  const [id, { victim, colleague, secondAdmin }] = [randomUUID(), orgs.ids];
  await store(feedbackItem(id, victim, 'down', 1_000), feedbackItem(id, colleague, 'up', 2_000));
  const of = async () =>
    (await list(secondAdmin)).rows.filter(({ messageId }) => messageId === id).map(({ verdict }) => verdict);
  expect(await of()).toEqual(['up', 'down']);
  expect(await store(feedbackItem(id, victim, 'up', 3_000))).toEqual({ outcome: 'delivered' });
  expect(await of()).toEqual(['up', 'up']);
  await store(feedbackItem(id, victim, null, 4_000));
  await store(feedbackItem(id, victim, null, 4_000));
  expect(await of()).toEqual(['up']);
});

test('users who may read usage read feedback of their own org only', async () => {
  const [id, { orgA, victim, outsider, colleague, secondAdmin, warden }] = [randomUUID(), orgs.ids];
  await store(feedbackItem(id, victim, 'down', 5_000));
  const sees = async (userId: string, orgId?: string) =>
    (await list(userId, orgId)).rows.some(({ messageId }) => messageId === id);
  expect(await Promise.all([sees(secondAdmin), sees(victim)])).toEqual([true, true]);
  expect(await Promise.all([sees(colleague), sees(warden), sees(outsider, orgA)])).toEqual([false, false, false]);
});

test('returns filtered pages, newest first', async () => {
  const { victim, secondAdmin } = orgs.ids;
  const ids = Array.from({ length: 5 }, () => randomUUID());
  await store(
    ...ids.map((id, index) =>
      feedbackItem(id, victim, index % 2 === 0 ? 'up' : 'down', 1_000_000_000_000 + (index >> 1)),
    ),
  );
  const filter = { from: 1_000_000_000_000, until: 1_000_000_000_010 };
  const all = (await list(secondAdmin, undefined, filter)).rows.map(({ messageId }) => messageId);
  expect(new Set(all)).toEqual(new Set(ids));
  const paged: string[] = [];
  let before: Parameters<typeof listFeedback>[2]['before'];
  do {
    const page = await listFeedback(
      database.deps,
      { orgId: orgs.ids.orgB, userId: secondAdmin },
      { filter, limit: 2, before },
    );
    paged.push(...page.rows.map(({ messageId }) => messageId));
    before = page.next ?? undefined;
  } while (before);
  expect(paged).toEqual(all);
  const down = await list(secondAdmin, undefined, { ...filter, verdict: 'down', withComment: true });
  expect(down.rows.map(({ verdict, comment }) => [verdict, comment])).toEqual([
    ['down', 'Wrong.'],
    ['down', 'Wrong.'],
  ]);
});
