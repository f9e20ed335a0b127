import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from '../principal.ts';
import { estimateTokens } from '../providers/estimate-tokens.ts';
import { figuresOf, gateReservations, LIMIT, limited, settled, startMonth, untilAsked } from './budget-talk.fixture.ts';
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
  until,
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
/** What a whole scripted answer costs, and what its beginning does. */
const WHOLE = 12 + 1_000 + 200 + 42;
const PROMPT = HEAD_INPUT_TOKENS.inputTokens + HEAD_INPUT_TOKENS.cacheReadTokens + HEAD_INPUT_TOKENS.cacheWriteTokens;

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = limited(await accessOf(ADA));
  await startMonth(access);
});
afterEach(() => world.restore());

/** A conversation that has asked the Budget before and knows what is left. */
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

const answerOf = async (talk: Talk) => (await shownMessages(talk, access)).messages.at(-1);

describe('R35: before a model is asked its tokens are reserved', () => {
  it('and settled on what was used, once the answer is over', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('word'));
    await reader.until('word');
    const { reserved, used } = await figuresOf(access);
    expect(used).toBe(0);
    expect(reserved).toBeGreaterThan(provider.body.max_tokens);
    provider.send(TAIL);
    await reader.rest();
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: WHOLE, reserved: 0, left: LIMIT - WHOLE });
  });

  it('where plenty is known to be left the provider is asked meanwhile, and nothing is stored or shown before', async () => {
    const talk = await knowing();
    const gate = gateReservations();
    let hasReplied = false;
    const response = ask(talk, callOf(talk, access)).then((reply) => {
      hasReplied = true;
      return reply;
    });
    const provider = await world.nextCall();
    provider.send(HEAD, piece('held words'));
    await untilAsked(gate);
    expect(hasReplied).toBe(false);
    const before = await rowsOf<{ frames: string }>(talk, 'select frames from events');
    expect(JSON.stringify(before)).not.toContain('held words');
    gate.open();
    const reader = readerOf(await response);
    await reader.until('held words');
    provider.send(TAIL);
    expect(saidIn(await reader.rest())).toBe('held words');
  });

  it('what others took meanwhile refuses it as a real 402: the upstream is let go of, no word is kept, the use is charged', async () => {
    const talk = await knowing();
    const gate = gateReservations();
    const call = callOf(talk, access);
    const response = ask(talk, call);
    const provider = await world.nextCall();
    provider.send(HEAD, piece('secret words'));
    await untilAsked(gate);
    await startMonth(access, LIMIT - 1_000);
    gate.open();
    const refusal = await response;
    expect(refusal.status).toBe(402);
    expect(await refusal.json()).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      members: { used: LIMIT - 1_000, limit: LIMIT, left: 1_000 },
    });
    await provider.aborted();
    const everything = JSON.stringify([
      await rowsOf(talk, 'select * from events'),
      await rowsOf(talk, 'select * from messages'),
      await rowsOf(talk, 'select * from outbox'),
    ]);
    expect(everything).not.toContain('secret');
    expect(await answerOf(talk)).toMatchObject({ status: 'failed', parts: [], error: { code: 'QUOTA_EXCEEDED' } });
    await settled(talk);
    const { used, reserved } = await figuresOf(access);
    expect(used).toBe(LIMIT - 1_000 + PROMPT + estimateTokens('secret words'));
    expect(reserved).toBe(0);
    // The same run again tells the same, and asks nobody.
    const replay = await readerOf(await ask(talk, call)).rest();
    expect(lastOf(replay)).toMatchObject({ type: 'RUN_ERROR', code: 'QUOTA_EXCEEDED' });
    expect(world.calls).toHaveLength(2);
  });

  it('where little is left the provider is asked only once it is granted, and for no more than there is', async () => {
    await startMonth(access, LIMIT - 12_000);
    const talk = newTalk(access);
    const gate = gateReservations();
    const response = ask(talk, callOf(talk, access));
    await untilAsked(gate);
    expect(world.calls).toHaveLength(0);
    gate.open();
    const provider = await world.nextCall();
    const { reserved } = await figuresOf(access);
    expect(reserved).toBe(12_000);
    expect(provider.body.max_tokens).toBeGreaterThanOrEqual(512);
    expect(provider.body.max_tokens).toBeLessThan(8_192);
    provider.send(words('short'));
    expect(saidIn(await readerOf(await response).rest())).toBe('short');
  });

  it('too little refuses it before anything is stored', async () => {
    await startMonth(access, LIMIT - 600);
    const talk = newTalk(access);
    const refusal = await ask(talk, callOf(talk, access));
    expect(refusal.status).toBe(402);
    expect(await talk.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(world.calls).toHaveLength(0);
    expect(await figuresOf(access)).toMatchObject({ used: LIMIT - 600, reserved: 0 });
  });

  it('an org that nothing limits waits for no Budget', async () => {
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

  it('a stop does not wait for the Budget, asks no provider and leaves nothing reserved', async () => {
    await startMonth(access, LIMIT - 12_000);
    const talk = newTalk(access);
    const gate = gateReservations();
    const call = callOf(talk, access);
    const response = ask(talk, call);
    await untilAsked(gate);
    await until(() => gate.asked() === 1);
    await talk.stub.cancel({ access, runId: call.run.runId });
    const text = await readerOf(await response).rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    gate.open();
    await settled(talk);
    expect(world.calls).toHaveLength(0);
    await until(() => gate.asked() === 1);
    expect(await figuresOf(access)).toMatchObject({ used: LIMIT - 12_000, reserved: 0 });
  });

  it('without the Budget a limited org is refused in a typed way, and one without a limit goes on', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = await knowing();
    gateReservations().fail();
    const refused = ask(talk, callOf(talk, access));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('secret'));
    expect(await (await refused).json()).toMatchObject({ code: 'BUDGET_UNAVAILABLE', retryAfterSeconds: 10 });
    await provider.aborted();
    const unlimited = limited(access, null);
    const other = newTalk(unlimited);
    await answer(other, 'fine', unlimited);
    expect(JSON.stringify(await shownMessages(other, unlimited))).toContain('fine');
  });

  it('a limit that comes with confirmed rights holds, though the run began without one', async () => {
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

describe('a turn of several steps', () => {
  const search = (id: string) => ({ id, name: 'search_items', input: { query: 'motor' } });

  it('reserves and settles each by itself', async () => {
    const talk = newTalk(access);
    const { text } = await talkThrough(world, talk, access, [[search('a')], [search('b')], 'Found.']);
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED' });
    await settled(talk);
    const steps = (await shownMessages(talk, access)).messages.filter(({ role }) => role === 'assistant');
    expect(steps).toHaveLength(3);
    const sum = steps.reduce((total, { usage }) => total + (usage ? tokens(usage) : 0), 0);
    expect(await figuresOf(access)).toMatchObject({ used: sum, reserved: 0 });
  });

  it('ends typed where the next one is refused, and keeps what tools found', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const first = await world.nextCall();
    const gate = gateReservations();
    first.send(toolUse(search('a')));
    first.end();
    await untilAsked(gate);
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

  it('does what the user confirmed though nothing is left; only its report is refused', async () => {
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

describe('what readers learn', () => {
  it('the level of the month at the end of a run: fine, near its end', async () => {
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

  it('what the answer has used and cost so far, once a second and only along with its words', async () => {
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

const tokens = (usage: {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}) => usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
