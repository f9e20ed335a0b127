import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { Budget } from '../../../durable/budget/budget.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { requireDemoOrg } from '../../../local/demo-data/demo-people.ts';
import { chatBody, readEvents, readProblem, signedIn, type Visitor } from '../../visitor.fixture.ts';
import {
  type Estimate,
  Estimate as EstimateShape,
  type Quota,
  Quota as QuotaShape,
  UsageReport,
} from './usage-schema.ts';

const AI = '/api/v1/ai';
const NORTHLIGHT = requireDemoOrg('northlight').id;
const today = () => new Date().toISOString().slice(0, 10);

async function talk(visitor: Visitor, threadId: string, text: string): Promise<void> {
  await readEvents(await visitor(`${AI}/chat`, { body: chatBody(threadId, crypto.randomUUID(), text) }));
  await runDurableObjectAlarm(conversationOf(env, NORTHLIGHT, threadId));
}

describe('GET /quota', () => {
  test('shows every member what is used and left, and when it renews', async () => {
    const max = await signedIn('max@northlight.test');
    const before = await (await max(`${AI}/quota`)).json<Quota>();
    expect(QuotaShape.parse(before)).toMatchObject({ plan: 'professional', limit: 200_000, level: 'ok' });
    await talk(max, crypto.randomUUID(), 'Say hello');
    await expect.poll(async () => (await (await max(`${AI}/quota`)).json<Quota>()).used).toBeGreaterThan(before.used);
    const after = await (await max(`${AI}/quota`)).json<Quota>();
    expect(after).toMatchObject({ left: 200_000 - after.used, reserved: 0 });
  });

  test.each([
    ['ada@cascade.test', { plan: 'enterprise', limit: null, left: null, level: 'ok' }],
    ['finn@freefold.test', { plan: 'free', limit: 0, left: 0, level: 'spent' }],
  ])('%s', async (email, expected) => {
    const visitor = await signedIn(email);
    expect(await (await visitor(`${AI}/quota`)).json()).toMatchObject(expected);
  });
});

test('a Budget that does not answer is an error with a retry time', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(Budget.prototype, 'status').mockRejectedValue(new Error('the object is away'));
  const max = await signedIn('max@northlight.test');
  const response = await max(`${AI}/quota`);
  expect(await readProblem(response)).toMatchObject({ status: 503, code: 'BUDGET_UNAVAILABLE' });
  expect(response.headers.get('retry-after')).toBe('10');
});

describe('POST /estimate', () => {
  test('returns tokens and a cost range, which grow with the conversation', async () => {
    const max = await signedIn('max@northlight.test');
    const threadId = crypto.randomUUID();
    const ask = async (text: string) =>
      EstimateShape.parse(await (await max(`${AI}/estimate`, { body: { threadId, text } })).json<Estimate>());
    const first = await ask('Say hello');
    expect(first.model).toBe('claude-sonnet-5-5');
    expect(first.costMicros.least).toBeLessThan(first.costMicros.most);
    expect((await ask('Say hello to everybody in the crew of the show')).promptTokens).toBeGreaterThan(
      first.promptTokens,
    );
    expect((await max(`${AI}/sessions/${threadId}`)).status).toBe(404);
    await talk(max, threadId, 'Say hello');
    const second = await ask('Say hello');
    expect(second.promptTokens).toBeGreaterThan(first.promptTokens);
    // What was estimated is what would be charged at most.
    const { messages } = await (await max(`${AI}/sessions/${threadId}/messages`)).json<{
      messages: { usage: { inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number } | null }[];
    }>();
    const used = messages.at(-1)?.usage;
    expect(used && used.inputTokens + used.cacheReadTokens + used.cacheWriteTokens).toBeLessThanOrEqual(
      first.promptTokens,
    );
  });

  test('needs no session and refuses what sending would refuse', async () => {
    const max = await signedIn('max@northlight.test');
    expect((await max(`${AI}/estimate`, { body: { text: 'hello' } })).status).toBe(200);
    const opus = await max(`${AI}/estimate`, { body: { text: 'hello', model: 'claude-opus-4-7' } });
    expect(await readProblem(opus)).toMatchObject({ status: 403, code: 'MODEL_NOT_IN_PLAN' });
    for (const body of [{}, { text: '' }, { text: 'x', orgId: 'y' }, { text: 'x', threadId: 'z' }])
      expect((await max(`${AI}/estimate`, { body })).status).toBe(400);
  });

  test('gives the same reply for another user’s session as for an unknown one (R12)', async () => {
    const [max, nora] = await Promise.all([signedIn('max@northlight.test'), signedIn('nora@northlight.test')]);
    const threadId = crypto.randomUUID();
    await talk(max, threadId, 'Say hello');
    const refused = await nora(`${AI}/estimate`, { body: { threadId, text: 'hello' } });
    expect(await readProblem(refused)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('GET /usage', () => {
  test('shows an admin the usage by day, month, user and model', async () => {
    const nora = await signedIn('nora@northlight.test');
    const usage = async (by: string) =>
      UsageReport.parse(await (await nora(`${AI}/usage?from=${today()}&to=${today()}&by=${by}`)).json<UsageReport>());
    const ofNora = async () => (await usage('user')).rows.find(({ label }) => label === 'Nora Lindqvist')?.answers ?? 0;
    const before = await ofNora();
    await talk(nora, crypto.randomUUID(), 'Say hello');
    await expect.poll(ofNora).toBeGreaterThan(before);
    const byDay = await usage('day');
    expect(byDay.rows.map(({ key }) => key)).toEqual([today()]);
    expect(byDay.totals.runs).toBeGreaterThan(0);
    expect(byDay.totals.totalTokens).toBeGreaterThan(0);
    expect(byDay.totals.costMicros).toBeGreaterThan(0);
    expect(byDay.totals.firstTokenMs?.p95).toBeGreaterThanOrEqual(byDay.totals.firstTokenMs?.p50 ?? Infinity);
    // Tests of the turn of the month may have added the next one.
    expect((await usage('month')).rows.map(({ key }) => key)).toContain(today().slice(0, 7));
    expect((await usage('model')).rows.map(({ key }) => key)).toContain('claude-sonnet-5-5');
  });

  test('requires permission to see usage (R19)', async () => {
    for (const email of ['max@northlight.test', 'eli@cascade.test', 'vic@cascade.test']) {
      const visitor = await signedIn(email);
      expect(await readProblem(await visitor(`${AI}/usage?from=2026-11-01&to=2026-11-30`))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    }
  });

  test.each([
    '',
    '?from=2026-11-01',
    '?from=2026-11-30&to=2026-11-01',
    '?from=2024-01-01&to=2026-01-01',
    '?from=2026-02-30&to=2026-03-01',
    '?from=2026-11-01&to=2026-11-30&by=org',
    '?from=2026-11-01&to=2026-11-30&orgId=x',
  ])('refuses %j (R20)', async (query) => {
    const nora = await signedIn('nora@northlight.test');
    expect((await nora(`${AI}/usage${query}`)).status).toBe(400);
  });

  test('a period without usage is empty, not missing', async () => {
    const nora = await signedIn('nora@northlight.test');
    const usage = await (await nora(`${AI}/usage?from=2020-01-01&to=2020-01-31`)).json<UsageReport>();
    expect(usage).toMatchObject({ by: 'day', rows: [], totals: { runs: 0, totalTokens: 0, firstTokenMs: null } });
  });
});

describe('GET /usage/export', () => {
  test('returns the same rows as CSV', async () => {
    const nora = await signedIn('nora@northlight.test');
    await talk(nora, crypto.randomUUID(), 'Say hello');
    const search = `?from=${today()}&to=${today()}&by=user`;
    const rows = async () => (await (await nora(`${AI}/usage${search}`)).json<UsageReport>()).rows;
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(0);
    const response = await nora(`${AI}/usage/export${search}`);
    expect(response.headers.get('Content-Disposition')).toContain(`usage-northlight-by-user-${today()}-${today()}.csv`);
    const [head = '', ...records] = (await response.text()).trimEnd().split('\r\n');
    expect(head).toMatch(/^user,label,runs,.*,costMicros,firstTokenP50Ms,firstTokenP95Ms$/);
    expect(records.map((record) => record.split(',')[1])).toEqual((await rows()).map(({ label }) => label));
  });

  test('refuses the same users and queries as GET /usage (R19, R20)', async () => {
    const [max, nora] = await Promise.all([signedIn('max@northlight.test'), signedIn('nora@northlight.test')]);
    const search = `?from=${today()}&to=${today()}`;
    expect(await readProblem(await max(`${AI}/usage/export${search}`))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await nora(`${AI}/usage/export${search}&by=org`)).status).toBe(400);
  });
});
