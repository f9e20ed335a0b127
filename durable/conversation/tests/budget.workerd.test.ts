import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monthOf } from '../../budget/month.ts';
import { budgetOf } from '../../contracts/budget.ts';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import type { Access } from '../../principal.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import {
  figuresOf,
  gateReservations,
  LIMIT,
  limited,
  settled,
  startMonth,
  untilRequested,
} from './budget-talk.fixture.ts';
import {
  ADA,
  accessOf,
  ageSnapshot,
  ask,
  callOf,
  eventsOf,
  lastOf,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
  saidIn,
  type Talk,
} from './conversation-client.fixture.ts';
import {
  createSignal,
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
import {
  countParts,
  createPart,
  decide,
  firstOf,
  propose,
  shownMessages,
  talkThrough,
  uniqueName,
} from './tool-talk.fixture.ts';

const OLD_MS = 31_000;
/** Output tokens that are reserved for an answer at first. */
const USUAL_OUTPUT = 1_024;
/** What a whole scripted answer counts against the plan. */
const WHOLE = planTokensOf({ ...HEAD_INPUT_TOKENS, outputTokens: 42 });
/** What the provider counted of its prompt. */
const PROMPT = HEAD_INPUT_TOKENS.inputTokens + HEAD_INPUT_TOKENS.cacheReadTokens + HEAD_INPUT_TOKENS.cacheWriteTokens;

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = limited(await accessOf(ADA));
  await startMonth(access);
});
afterEach(() => world.restore());

/** A conversation that has called the Budget before and has cached figures. */
async function knowing(): Promise<Talk> {
  const talk = newTalk(access);
  await answer(talk, 'known');
  await settled(talk);
  return talk;
}

async function answer(talk: Talk, text: string, by: Access = access): Promise<ProviderCall> {
  const reader = readerOf(await ask(talk, callOf(talk, by)));
  const provider = await world.nextCall();
  provider.send(words(text));
  provider.end();
  await reader.rest();
  return provider;
}

/** What the prompt of the last request counts against the plan. */
async function promptOf(talk: Talk): Promise<number> {
  const [run] = await rowsOf<{ tokens: number }>(
    talk,
    'select prompt_tokens as tokens from runs order by ordinal desc limit 1',
  );
  return planTokensOf({ ...NO_USAGE, cacheWriteTokens: run?.tokens ?? 0 });
}

/** Waits until the org has this much reserved. */
async function untilReserved(tokens: number): Promise<void> {
  while ((await figuresOf(access)).reserved !== tokens) await scheduler.wait(1);
}

const answerOf = async (talk: Talk) => (await shownMessages(talk, access)).messages.at(-1);

describe('tokens are reserved before a model is asked (R35)', () => {
  it('and settled with the usage when the answer ends', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('word'));
    await reader.until('word');
    const { reserved, used } = await figuresOf(access);
    expect(used).toBe(0);
    expect(reserved).toBe((await promptOf(talk)) + USUAL_OUTPUT);
    expect(provider.body.max_tokens).toBe(8_192);
    provider.send(TAIL);
    await reader.rest();
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: WHOLE, reserved: 0, left: LIMIT - WHOLE });
  });

  it('asks no provider before the Budget has granted, even when plenty is left', async () => {
    const talk = await knowing();
    const gate = gateReservations();
    const response = ask(talk, callOf(talk, access));
    await untilRequested(gate);
    expect(world.calls).toHaveLength(1);
    gate.open();
    const provider = await world.nextCall();
    provider.send(words('granted'));
    expect(saidIn(await readerOf(await response).rest())).toBe('granted');
  });

  it('refuses with a 402, sends nothing and charges nothing when others took the tokens meanwhile (R36)', async () => {
    const talk = await knowing();
    const gate = gateReservations();
    const call = callOf(talk, access);
    const response = ask(talk, call);
    await untilRequested(gate);
    await startMonth(access, LIMIT - 1_000);
    gate.open();
    const refusal = await response;
    expect(refusal.status).toBe(402);
    expect(await refusal.json()).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      members: { used: LIMIT - 1_000, limit: LIMIT, left: 1_000 },
    });
    expect(await answerOf(talk)).toMatchObject({
      status: 'failed',
      parts: [],
      usage: null,
      error: { code: 'QUOTA_EXCEEDED' },
    });
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: LIMIT - 1_000, reserved: 0 });
    // The same run again replies the same, and asks no provider.
    const replay = await readerOf(await ask(talk, call)).rest();
    expect(lastOf(replay)).toMatchObject({ type: 'RUN_ERROR', code: 'QUOTA_EXCEEDED' });
    expect(world.calls).toHaveLength(1);
  });

  it.each([10, 60])('charges none of %i messages at once that do not fit (R36)', async (messages) => {
    const left = 4 * USUAL_OUTPUT + 12_000;
    await startMonth(access, LIMIT - left);
    const talks = Array.from({ length: messages }, () => newTalk(access));
    const answers = talks.map(async (talk) => {
      const response = await ask(talk, callOf(talk, access));
      if (response.status === 200) await readerOf(response).rest();
      return response.status;
    });
    let answered = 0;
    const done = Promise.all(answers).then((statuses) => ({ statuses }));
    for (;;) {
      const next = await Promise.race([done, world.nextCall()]);
      if ('statuses' in next) {
        expect(next.statuses.filter((status) => status === 200)).toHaveLength(answered);
        expect(next.statuses.filter((status) => status === 402)).toHaveLength(messages - answered);
        break;
      }
      answered += 1;
      const { used, reserved } = await figuresOf(access);
      expect(used + reserved).toBeLessThanOrEqual(LIMIT);
      next.send(words('answer'));
    }
    expect(answered).toBeGreaterThan(1);
    expect(answered).toBeLessThan(messages);
    const { statuses } = await done;
    for (const [index, talk] of talks.entries()) if (statuses[index] === 200) await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: LIMIT - left + answered * WHOLE, reserved: 0 });
  });

  it('reserves more for a longer answer before it is needed', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('word '.repeat(300)));
    await reader.until('word ');
    const prompt = await promptOf(talk);
    await untilReserved(prompt + 2 * USUAL_OUTPUT);
    provider.send(piece('word '.repeat(600)), TAIL);
    expect(lastOf(await reader.rest())).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: WHOLE, reserved: 0 });
  });

  it('ends an answer where nothing is left, keeps its text, and stays within the limit', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    const prompt = await promptOf(talk);
    // Others take all but a little.
    const month = monthOf(Date.now());
    const taken = LIMIT - prompt - USUAL_OUTPUT - 100;
    await budgetOf(env, access.orgId).settle([{ leaseId: crypto.randomUUID(), month, tokens: taken }]);
    provider.send(HEAD);
    for (let pieces = 0; pieces < 12; pieces += 1) {
      provider.send(piece(`${pieces} ${'word '.repeat(30)}`));
      await reader.until(`${pieces} word`);
    }
    await untilReserved(prompt + USUAL_OUTPUT + 100);
    provider.send(piece('word '.repeat(700)));
    await provider.aborted();
    expect(lastOf(await reader.rest())).toMatchObject({ type: 'RUN_ERROR', code: 'QUOTA_EXCEEDED' });
    expect(await answerOf(talk)).toMatchObject({ status: 'failed', error: { code: 'QUOTA_EXCEEDED' } });
    expect(JSON.stringify(await answerOf(talk))).toContain('11 word');
    await settled(talk);
    const { used, reserved } = await figuresOf(access);
    expect(reserved).toBe(0);
    expect(used).toBeGreaterThan(taken);
    // The last piece was on its way when the answer was ended.
    expect(used).toBeLessThanOrEqual(LIMIT + estimateTokens('word '.repeat(700)));
  });

  it('asks the provider only after the grant, and for no more than is left, when little is left', async () => {
    await startMonth(access, LIMIT - 5_000);
    const talk = newTalk(access);
    const gate = gateReservations();
    const response = ask(talk, callOf(talk, access));
    await untilRequested(gate);
    expect(world.calls).toHaveLength(0);
    gate.open();
    const provider = await world.nextCall();
    const prompt = await promptOf(talk);
    expect((await figuresOf(access)).reserved).toBe(prompt + USUAL_OUTPUT);
    expect(provider.body.max_tokens).toBe(5_000 - prompt);
    provider.send(words('short'));
    expect(saidIn(await readerOf(await response).rest())).toBe('short');
  });

  it('refuses before anything is stored when too little is left', async () => {
    await startMonth(access, LIMIT - 600);
    const talk = newTalk(access);
    const refusal = await ask(talk, callOf(talk, access));
    expect(refusal.status).toBe(402);
    expect(await talk.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(world.calls).toHaveLength(0);
    expect(await figuresOf(access)).toMatchObject({ used: LIMIT - 600, reserved: 0 });
  });

  it('does not wait for the Budget when the org has no limit', async () => {
    const unlimited = limited(access, null);
    const gate = gateReservations();
    const talk = newTalk(unlimited);
    const reader = readerOf(await ask(talk, callOf(talk, unlimited)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('at once'));
    await reader.until('at once');
    provider.send(TAIL);
    await reader.rest();
    gate.open();
    await settled(talk);
    expect((await figuresOf(unlimited)).used).toBe(WHOLE);
  });

  it('does not wait for the Budget, asks no provider and leaves nothing reserved when stopped', async () => {
    const talk = await knowing();
    const gate = gateReservations();
    const call = callOf(talk, access);
    const response = ask(talk, call);
    await untilRequested(gate);
    await talk.stub.cancel({ access, runId: call.run.runId });
    const text = await readerOf(await response).rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    gate.open();
    await settled(talk);
    expect(world.calls).toHaveLength(1);
    await expect.poll(() => figuresOf(access)).toMatchObject({ used: WHOLE, reserved: 0 });
  });

  it('refuses a limited org with a typed error, and lets an unlimited one continue, when the Budget is down', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = await knowing();
    gateReservations().fail();
    const refused = await ask(talk, callOf(talk, access));
    expect(await refused.json()).toMatchObject({ code: 'BUDGET_UNAVAILABLE', retryAfterSeconds: 10 });
    expect(world.calls).toHaveLength(1);
    const unlimited = limited(access, null);
    const other = newTalk(unlimited);
    await answer(other, 'fine', unlimited);
    expect(JSON.stringify(await shownMessages(other, unlimited))).toContain('fine');
  });

  it('applies a limit from confirmed rights to a run that started without one', async () => {
    await startMonth(access, 100);
    const unlimited = { ...limited(access, null), confirmedAt: Date.now() - OLD_MS };
    await ageSnapshot(ADA, OLD_MS);
    world.state.membershipGate = createSignal();
    const talk = newTalk(unlimited);
    const response = ask(talk, callOf(talk, unlimited));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('secret'));
    world.state.memberships = 'free';
    world.state.membershipGate.set();
    expect((await response).status).toBe(402);
    await provider.aborted();
    expect(JSON.stringify(await rowsOf(talk, 'select * from messages'))).not.toContain('secret');
    world.state.memberships = 'real';
    await ageSnapshot(ADA, OLD_MS);
  });
});

describe('a run of several steps', () => {
  const search = (id: string) => ({ id, name: 'search_items', input: { query: 'motor' } });

  it('reserves and settles each step separately', async () => {
    const talk = newTalk(access);
    const { text } = await talkThrough(world, talk, access, [[search('a')], [search('b')], 'Found.']);
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED' });
    await settled(talk);
    const steps = (await shownMessages(talk, access)).messages.filter(({ role }) => role === 'assistant');
    expect(steps).toHaveLength(3);
    const sum = steps.reduce((total, { usage }) => total + (usage ? planTokensOf(usage) : 0), 0);
    expect(await figuresOf(access)).toMatchObject({ used: sum, reserved: 0 });
  });

  it('ends with a typed error when the next step is refused, and keeps tool results', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const first = await world.nextCall();
    const gate = gateReservations();
    first.send(toolUse(search('a')));
    first.end();
    await untilRequested(gate);
    await startMonth(access, LIMIT);
    gate.open();
    const text = await reader.rest();
    expect(eventsOf(text).map(({ type }) => type)).toContain('TOOL_CALL_RESULT');
    expect(eventsOf(text).find((event) => event.type === 'CUSTOM' && event.name === 'quota')).toMatchObject({
      value: { left: 0, level: 'spent' },
    });
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'QUOTA_EXCEEDED' });
    expect(world.calls).toHaveLength(1);
  });

  it('executes a confirmed approval even when nothing is left; only its report is refused', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    await settled(talk);
    await startMonth(access, LIMIT);
    const decided = await decide(talk, access, firstOf(cards));
    if (!decided.ok) throw new Error(decided.code);
    const text = await readerOf(await rejoin(talk, access, decided.runId)).rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'QUOTA_EXCEEDED' });
    expect(await countParts(access, name)).toBe(1);
    const { messages } = await shownMessages(talk, access);
    expect(messages.flatMap(({ confirmations }) => confirmations)).toMatchObject([{ state: 'confirmed' }]);
  });
});

describe('what readers see of the budget', () => {
  it("get the month's level at the end of a run", async () => {
    const quotaIn = (text: string) =>
      eventsOf(text).flatMap((event) => (event.type === 'CUSTOM' && event.name === 'quota' ? [event.value] : []));
    const talk = newTalk(access);
    const run = async () => {
      const reader = readerOf(await ask(talk, callOf(talk, access)));
      (await world.nextCall()).send(words('x'));
      return quotaIn(await reader.rest());
    };
    expect(await run()).toMatchObject([{ used: WHOLE, limit: LIMIT, left: LIMIT - WHOLE, level: 'ok' }]);
    await settled(talk);
    await startMonth(access, 170_000);
    expect(await run()).toMatchObject([{ used: 170_000 + WHOLE, left: 30_000 - WHOLE, level: 'warning' }]);
  });

  it('get usage and cost of the running answer once a second, only together with its text', async () => {
    const clock = vi.spyOn(Date, 'now');
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '));
    await reader.until('one ');
    const start = Date.now();
    for (const [ms, word] of [
      [400, 'two '],
      [1_100, 'three '],
      [1_500, 'four '],
      [2_200, 'five '],
    ] as const) {
      clock.mockImplementation(() => start + ms);
      provider.send(piece(word));
      await reader.until(word);
    }
    provider.send(TAIL);
    const events = eventsOf(await reader.rest());
    const running = events.flatMap((event, index) =>
      event.type === 'CUSTOM' && event.name === 'usage' ? [{ value: event.value, next: events[index + 1] }] : [],
    );
    expect(running).toHaveLength(2);
    expect(running[0]).toMatchObject({
      value: { inputTokens: PROMPT, outputTokens: estimateTokens('one two ') },
      next: { type: 'TEXT_MESSAGE_CONTENT', delta: 'three ' },
    });
    const costs = running.map(({ value }) => (value as { costMicros: number }).costMicros);
    expect(costs[0]).toBeLessThan(costs[1] ?? 0);
  });
});
