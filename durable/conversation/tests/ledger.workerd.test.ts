import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { isNotNull } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditLog } from '../../../migrations/schema/core.ts';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import { readUsage } from '../../postgres/queries/usage.ts';
import { postgresDepsOf, withTenant } from '../../postgres/with-tenant.ts';
import type { Access } from '../../principal.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import { deriveCostMicros } from '../../providers/models/price-lists.ts';
import { figuresOf, LIMIT, limited, settled, startMonth } from './budget-talk.fixture.ts';
import {
  accessOf,
  ask,
  callOf,
  lastOf,
  NORA,
  newTalk,
  readerOf,
  rowsOf,
  saidIn,
  type Talk,
} from './conversation-client.fixture.ts';
import {
  createWorld,
  HEAD,
  HEAD_INPUT_TOKENS,
  type ProviderCall,
  piece,
  TAIL,
  toolUse,
  type World,
  words,
} from './gated-world.fixture.ts';
import { shownMessages } from './tool-talk.fixture.ts';

const FINN = 'demo:finn@freefold.test';
const { inputTokens, cacheReadTokens, cacheWriteTokens } = HEAD_INPUT_TOKENS;
/** The counts in the provider's first and last event. */
const PROMPT = inputTokens + cacheReadTokens + cacheWriteTokens;
const OUTPUT = 42;
/** What that counts against the plan. */
const WHOLE = planTokensOf({ ...HEAD_INPUT_TOKENS, outputTokens: OUTPUT });

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  // An org that no other test uses. Its own limit replaces its plan's.
  access = limited(await accessOf(FINN));
  await startMonth(access);
});
afterEach(() => {
  vi.useRealTimers();
  world.restore();
});

/** The provider's own count: all of a finished answer, and for one that was cut off, all that was sent. */
function createLedger() {
  let tokens = 0;
  let planTokens = 0;
  const add = (outputTokens: number): void => {
    tokens += PROMPT + outputTokens;
    planTokens += planTokensOf({ ...HEAD_INPUT_TOKENS, outputTokens });
  };
  return {
    tokens: () => tokens,
    planTokens: () => planTokens,
    finished: () => add(OUTPUT),
    cut: (sent: string) => add(estimateTokens(sent)),
  };
}

const reopened = (talk: Talk): Talk => newTalk(access, talk.sessionId);

async function stored(talk: Talk): Promise<void> {
  await settled(talk);
  for (let beats = 0; (await rowsOf(talk, 'select seq from outbox')).length > 0; beats += 1) {
    if (beats > 10) throw new Error('the outbox does not empty');
    await runDurableObjectAlarm(talk.stub);
  }
}

/** Computes the bill from the audit log alone: tokens and their price version. */
async function recomputeBill() {
  const { orgId, userId } = access;
  const [rows] = await withTenant(postgresDepsOf(env), { kind: 'user', org: orgId, user: userId }, (db) => [
    db.select().from(auditLog).where(isNotNull(auditLog.budgetMonth)),
  ]);
  return rows.reduce(
    (bill, row) => {
      const usage = {
        ...{
          inputTokens: row.inputTokens ?? 0,
          outputTokens: row.outputTokens ?? 0,
          reasoningTokens: 0,
          estimated: false,
        },
        ...{ cacheReadTokens: row.cacheReadTokens ?? 0, cacheWriteTokens: row.cacheWriteTokens ?? 0 },
      };
      const charge = { provider: row.provider ?? '', model: row.model ?? '', priceVersion: row.priceVersion ?? '' };
      const cost = deriveCostMicros(charge, usage);
      expect(cost).toBe(row.costMicros);
      return { costMicros: bill.costMicros + (cost ?? 0), tokens: bill.tokens + planTokensOf(usage) };
    },
    { costMicros: 0, tokens: 0 },
  );
}

async function charged(talk: Talk): Promise<number> {
  const { messages } = await shownMessages(talk, access);
  return messages.reduce((sum, { usage }) => sum + (usage ? planTokensOf(usage) : 0), 0);
}

async function begin(
  talk: Talk,
  by = access,
): Promise<{ read: ReturnType<typeof readerOf>; provider: ProviderCall; runId: string }> {
  const call = callOf(talk, by);
  const read = readerOf(await ask(talk, call));
  return { read, provider: await world.nextCall(), runId: call.run.runId };
}

describe("the provider's ledger and ours agree (R36)", () => {
  it('to the token, for complete, stopped, cut and tool-using answers, in messages, Budget and audit log', async () => {
    const ledger = createLedger();
    const talk = newTalk(access);

    const whole = await begin(talk);
    whole.provider.send(words('whole'));
    await whole.read.rest();
    ledger.finished();

    const stopped = await begin(talk);
    stopped.provider.send(HEAD, piece('kept words '));
    await stopped.read.until('kept words ');
    await talk.stub.cancel({ access, runId: stopped.runId });
    await stopped.provider.aborted();
    await stopped.read.rest();
    ledger.cut('kept words ');

    const cut = await begin(talk);
    cut.provider.send(HEAD, piece('some words'));
    cut.provider.end();
    await cut.read.rest();
    ledger.cut('some words');

    const broken = await begin(talk);
    broken.provider.send(HEAD, piece('other words'));
    broken.provider.reset();
    await broken.read.rest();
    ledger.cut('other words');

    const refused = await begin(talk);
    refused.provider.refuse(400);
    await refused.read.rest();

    const looping = await begin(talk);
    looping.provider.send(toolUse({ id: 'a', name: 'no_such_tool', input: {} }));
    looping.provider.end();
    for (const answer of [toolUse({ id: 'b', name: 'no_such_tool', input: { again: 1 } }), words('done')]) {
      const next = await world.nextCall();
      next.send(answer);
      next.end();
    }
    await looping.read.rest();
    for (let steps = 0; steps < 3; steps += 1) ledger.finished();

    await stored(talk);
    expect(await charged(talk)).toBe(ledger.planTokens());
    const figures = await figuresOf(access);
    expect(figures).toMatchObject({ used: ledger.planTokens(), reserved: 0 });
    const day = new Date().toISOString().slice(0, 10);
    const { rows, totals } = await readUsage(postgresDepsOf(env), access, { from: day, to: day, by: 'month' });
    const [month] = rows;
    expect(rows).toHaveLength(1);
    expect(month?.key).toBe(figures.month);
    expect(month && month.inputTokens + month.outputTokens + month.cacheReadTokens + month.cacheWriteTokens).toBe(
      ledger.tokens(),
    );
    expect(month?.planTokens).toBe(ledger.planTokens());
    expect(totals).toMatchObject({ runs: 6, answers: 8, estimatedAnswers: 3, planTokens: ledger.planTokens() });
    expect(totals?.firstTokenP50Ms).toBeGreaterThanOrEqual(0);
    expect(await recomputeBill()).toEqual({ costMicros: totals?.costMicros, tokens: ledger.planTokens() });
  });

  it('charge a repeated request once', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(words('once'));
    await reader.rest();
    for (let again = 0; again < 5; again += 1) await readerOf(await ask(talk, call)).rest();
    await settled(talk);
    expect((await figuresOf(access)).used).toBe(WHOLE);
  });
});

describe('charges when the object dies (R35)', () => {
  const points: readonly (readonly [string, (talk: Talk) => Promise<void>])[] = [
    ['as soon as the reply begins', async () => undefined],
    ['when the provider was asked', async () => void (await world.nextCall())],
    ['when the provider has begun', async () => (await world.nextCall()).send(HEAD)],
    ['at the first word', async () => (await world.nextCall()).send(HEAD, piece('word'))],
    ['at the end', async () => (await world.nextCall()).send(words('word'))],
    [
      'when the provider is asked again after a tool',
      async () => {
        const first = await world.nextCall();
        first.send(toolUse({ id: 'a', name: 'no_such_tool', input: {} }));
        first.end();
        await world.nextCall();
      },
    ],
  ];

  it.each(points)('%s: charges once and leaves nothing reserved', async (_name, reach) => {
    const talk = newTalk(access);
    expect((await ask(talk, callOf(talk, access))).status).toBe(200);
    await reach(talk);
    await abortAllDurableObjects();
    const again = reopened(talk);
    await shownMessages(again, access);
    await settled(again);
    await abortAllDurableObjects();
    const last = reopened(talk);
    const { messages } = await shownMessages(last, access);
    await settled(last);
    expect(messages.every(({ status }) => status !== 'streaming')).toBe(true);
    const steps = messages.filter(({ usage }) => usage !== null);
    // Each started answer is charged at least for its prompt.
    expect(steps).toHaveLength(world.calls.length);
    for (const { usage } of steps) expect(usage?.inputTokens).toBeGreaterThan(0);
    expect(await figuresOf(access)).toMatchObject({ used: await charged(last), reserved: 0 });
  });

  it("charges the prompt of a run whose rows can't be read", async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = newTalk(access);
    const { provider, read } = await begin(talk);
    provider.send(HEAD, piece('word'));
    await read.until('word');
    const [run] = await rowsOf<{ prompt_tokens: number }>(
      talk,
      "update runs set pricing = '{}' returning prompt_tokens",
    );
    await abortAllDurableObjects();
    const again = reopened(talk);
    await shownMessages(again, access);
    await settled(again);
    expect(run?.prompt_tokens).toBeGreaterThan(0);
    const used = planTokensOf({ ...NO_USAGE, inputTokens: run?.prompt_tokens ?? 0 });
    expect(await figuresOf(access)).toMatchObject({ used, reserved: 0 });
  });
});

describe('months', () => {
  it('refuses runs once a professional org has used 200,000 tokens, and starts over next month', async () => {
    const nora = await accessOf(NORA);
    expect(nora.tokenAllowance).toBe(200_000);
    await startMonth(nora, 194_000);
    let talk = newTalk(nora);
    let runs = 0;
    let refusal: Response | null = null;
    for (; refusal === null; runs += 1) {
      if (runs % 25 === 0) talk = newTalk(nora);
      const response = await ask(talk, callOf(talk, nora));
      if (response.status !== 200) refusal = response;
      else {
        const provider = await world.nextCall();
        provider.send(words('answer'));
        provider.end();
        await readerOf(response).rest();
        await settled(talk);
      }
    }
    const { used, left, reserved } = await figuresOf(nora);
    expect(refusal.status).toBe(402);
    expect(await refusal.json()).toMatchObject({ code: 'QUOTA_EXCEEDED', members: { used, limit: 200_000, left } });
    expect(runs).toBeGreaterThan(10);
    expect(used).toBe(194_000 + (runs - 1) * WHOLE);
    expect(used + reserved).toBeLessThanOrEqual(200_000);
    const [last] = await rowsOf<{ prompt: number }>(talk, 'select max(prompt_tokens) as prompt from runs');
    expect(last?.prompt).toBeGreaterThan(0);
    expect(left).toBeLessThan(planTokensOf({ ...NO_USAGE, cacheWriteTokens: last?.prompt ?? 0 }) + 1_024);

    const { renewsAt } = await figuresOf(nora);
    vi.useFakeTimers({ toFake: ['Date'], now: renewsAt - 1 });
    expect((await ask(talk, callOf(talk, nora))).status).toBe(402);
    vi.setSystemTime(renewsAt);
    const reader = readerOf(await ask(talk, callOf(talk, { ...nora, confirmedAt: renewsAt })));
    (await world.nextCall()).send(words('again'));
    expect(saidIn(await reader.rest())).toBe('again');
    await settled(talk);
    expect(await figuresOf(nora)).toMatchObject({ used: WHOLE, left: 200_000 - WHOLE });
  }, 60_000);

  it('charges an answer to the month in which it began', async () => {
    const start = Date.UTC(2026, 10, 30, 23, 59, 59, 900);
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const early = { ...access, confirmedAt: start };
    const talk = newTalk(early);
    const { read, provider } = await begin(talk, early);
    provider.send(HEAD, piece('old year '));
    await read.until('old year ');
    vi.setSystemTime(start + 200);
    provider.send(TAIL);
    expect(lastOf(await read.rest())).toMatchObject({ type: 'RUN_FINISHED' });
    await settled(talk);
    expect(await figuresOf(access, '2026-11')).toMatchObject({ used: WHOLE, reserved: 0 });
    expect(await figuresOf(access, '2026-12')).toMatchObject({ used: 0, reserved: 0, left: LIMIT });
    const facts = await rowsOf<{ payload: string }>(talk, "select payload from outbox where lane = 'postgres'");
    expect(JSON.stringify(facts)).not.toContain('2026-12"');
  });
});
