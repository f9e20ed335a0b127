import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-people.ts';
import { AuditEntry, AuditPage, VerifyFact } from '../audit-contract.ts';
import { chatBody, readEvents, readProblem, signedIn, type Visitor } from '../visitor.fixture.ts';

const PATH = '/api/v1/audit';

async function pageOf(visitor: Visitor, search = ''): Promise<AuditPage> {
  return AuditPage.parse(await (await visitor(PATH + search)).json());
}

/** Something to look at, in the log already. */
async function talk(visitor: Visitor, slug: string): Promise<string> {
  const sessionId = crypto.randomUUID();
  await readEvents(await visitor('/api/v1/ai/chat', { body: chatBody(sessionId, crypto.randomUUID(), 'Say hello') }));
  await runDurableObjectAlarm(conversationOf(env, requireDemoOrg(slug).id, sessionId));
  await expect.poll(async () => (await pageOf(visitor, `?conversation=${sessionId}`)).rows.length).toBeGreaterThan(2);
  return sessionId;
}

describe('GET /audit', () => {
  test('tells what happened in a conversation, newest first, and each row whole', async () => {
    const nora = await signedIn('nora@northlight.test');
    const { id: userId } = requireDemoPerson('nora@northlight.test');
    const conversation = await talk(nora, 'northlight');
    const { rows } = await pageOf(nora, `?conversation=${conversation}&person=${userId}`);
    expect(rows.map(({ event }) => event)).toEqual(expect.arrayContaining(['session.created', 'message.sent']));
    expect(rows.map(({ at }) => at)).toEqual(
      rows
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    const answer = (await pageOf(nora, `?conversation=${conversation}&event=answer.complete`)).rows[0];
    expect(answer).toMatchObject({ actorName: 'Nora Lindqvist', costMicros: expect.any(Number), error: null });
    const entry = await nora(`${PATH}/${answer?.id}`);
    expect(AuditEntry.parse(await entry.json())).toMatchObject({ ...answer, hash: expect.any(String) });
  });

  test('goes on from page to page, and ends', async () => {
    const nora = await signedIn('nora@northlight.test');
    const conversation = await talk(nora, 'northlight');
    const whole = await pageOf(nora, `?conversation=${conversation}`);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await pageOf(nora, `?conversation=${conversation}&limit=1${more}`);
      seen.push(...page.rows.map(({ seq }) => seq));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toEqual(whole.rows.map(({ seq }) => seq));
  });

  test.each([
    ...['?limit=0', '?limit=201', '?cursor=none-of-ours', '?person=nora', '?conversation=x', '?from=2026-13-01'],
    ...['?from=2026-11-02&to=2026-11-01', '?orgId=x', '?event='],
  ])('R20: refuses %j', async (search) => {
    const nora = await signedIn('nora@northlight.test');
    expect(await readProblem(await nora(PATH + search))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  test('stays open where the assistant is off', async () => {
    const quinn = await signedIn('quinn@quiet.test');
    expect(AuditPage.parse(await (await quinn(PATH)).json()).rows).toEqual(expect.any(Array));
  });

  test.each(['', '/export', '/some-id'])('R19: %s is for those who may read the log', async (address) => {
    const max = await signedIn('max@northlight.test');
    expect(await readProblem(await max(PATH + address))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});

describe('GET /audit/export', () => {
  test('has every row of the list as a line, whole, and puts itself on record', async () => {
    const nora = await signedIn('nora@northlight.test');
    const conversation = await talk(nora, 'northlight');
    const response = await nora(`${PATH}/export?conversation=${conversation}`);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/x-ndjson/);
    expect(response.headers.get('Content-Disposition')).toMatch(/^attachment; filename="audit-northlight-.*\.ndjson"$/);
    const lines = (await response.text()).trimEnd().split('\n');
    const entries = lines.map((line) => AuditEntry.parse(JSON.parse(line)));
    const { rows } = await pageOf(nora, `?conversation=${conversation}`);
    expect(entries.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
    const [noted] = (await pageOf(nora, '?event=audit.exported&limit=1')).rows;
    const entry = await (await nora(`${PATH}/${noted?.id}`)).json();
    expect(entry).toMatchObject({ actorName: 'Nora Lindqvist', parameters: { format: 'ndjson', conversation } });
  });

  test('comes as CSV', async () => {
    const nora = await signedIn('nora@northlight.test');
    const conversation = await talk(nora, 'northlight');
    const response = await nora(`${PATH}/export?conversation=${conversation}&format=csv`);
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present');
    const [head = '', ...records] = (await response.text()).trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 4)).toEqual(['seq', 'id', 'at', 'event']);
    expect(records).toHaveLength((await pageOf(nora, `?conversation=${conversation}`)).rows.length);
  });
});

test('POST /audit/verify follows the whole chain, and is on record with what it found', async () => {
  const nora = await signedIn('nora@northlight.test');
  await talk(nora, 'northlight');
  const response = await nora(`${PATH}/verify`, { method: 'POST' });
  const facts = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => VerifyFact.parse(JSON.parse(line)));
  expect(facts.at(-1)).toEqual({ type: 'whole', checked: expect.any(Number) });
  const [noted] = (await pageOf(nora, '?event=audit.verified&limit=1')).rows;
  expect(await (await nora(`${PATH}/${noted?.id}`)).json()).toMatchObject({ result: facts.at(-1) });
});

test('R19: checking is for those who may read the log', async () => {
  const max = await signedIn('max@northlight.test');
  const refused = await max(`${PATH}/verify`, { method: 'POST' });
  expect(await readProblem(refused)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});
