import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { chatBody, readEvents, readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';
import { AuditEntry, AuditPage, VerifyFact } from './audit-schema.ts';

const PATH = '/api/v1/audit';

async function pageOf(visitor: Visitor, search = ''): Promise<AuditPage> {
  return AuditPage.parse(await (await visitor(PATH + search)).json());
}

/** Creates a conversation whose events are in the log. */
async function talk(visitor: Visitor, slug: string): Promise<string> {
  const sessionId = crypto.randomUUID();
  await readEvents(await visitor('/api/v1/ai/chat', { body: chatBody(sessionId, crypto.randomUUID(), 'Say hello') }));
  await runDurableObjectAlarm(conversationOf(env, requireDemoOrg(slug).id, sessionId));
  await expect.poll(async () => (await pageOf(visitor, `?conversation=${sessionId}`)).rows.length).toBeGreaterThan(2);
  return sessionId;
}

describe('GET /audit', () => {
  test('lists the events of a conversation, newest first, each in full', async () => {
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

  test('pages to the end', async () => {
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
  ])('refuses %j (R20)', async (search) => {
    const nora = await signedIn('nora@northlight.test');
    expect(await readProblem(await nora(PATH + search))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  test('works while the assistant is off', async () => {
    const quinn = await signedIn('quinn@quiet.test');
    expect(AuditPage.parse(await (await quinn(PATH)).json()).rows).toEqual(expect.any(Array));
  });

  test.each(['', '/export', '/some-id'])('%s requires permission to read the log (R19)', async (address) => {
    const max = await signedIn('max@northlight.test');
    expect(await readProblem(await max(PATH + address))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});

describe('GET /audit/export', () => {
  test('exports each listed row in full and records the export', async () => {
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

  test('exports CSV', async () => {
    const nora = await signedIn('nora@northlight.test');
    const conversation = await talk(nora, 'northlight');
    const response = await nora(`${PATH}/export?conversation=${conversation}&format=csv`);
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present');
    const [head = '', ...records] = (await response.text()).trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 4)).toEqual(['seq', 'id', 'at', 'event']);
    expect(records).toHaveLength((await pageOf(nora, `?conversation=${conversation}`)).rows.length);
  });
});

test('POST /audit/verify follows the whole chain and records its result', async () => {
  const nora = await signedIn('nora@northlight.test');
  await talk(nora, 'northlight');
  const response = await nora(`${PATH}/verify`, { method: 'POST' });
  const facts = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => VerifyFact.parse(JSON.parse(line)));
  const last = facts.at(-1);
  if (last?.type !== 'whole') throw new Error(JSON.stringify(last));
  expect(last.signed).toBe(last.checked);
  const [noted] = (await pageOf(nora, '?event=audit.verified&limit=1')).rows;
  expect(await (await nora(`${PATH}/${noted?.id}`)).json()).toMatchObject({ result: facts.at(-1) });
});

test('verifying requires permission to read the log (R19)', async () => {
  const max = await signedIn('max@northlight.test');
  const refused = await max(`${PATH}/verify`, { method: 'POST' });
  expect(await readProblem(refused)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});
