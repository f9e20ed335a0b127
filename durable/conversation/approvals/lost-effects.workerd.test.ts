import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toHydrated } from '../../../worker/api/messages/messages-view.ts';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, newTalk, readerOf, rowsOf, saidIn } from '../tests/conversation-client.fixture.ts';
import { createWorld, until, type World } from '../tests/gated-world.fixture.ts';
import {
  answerAll,
  cardsIn,
  countParts,
  createPart,
  decide,
  decideAndRead,
  faultsOf,
  firstOf,
  propose,
  shownMessages,
  talkThrough,
  uniqueName,
} from '../tests/tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const cardOf = async (talk: Parameters<typeof shownMessages>[0]) =>
  (await shownMessages(talk, access)).messages.flatMap(({ confirmations }) => confirmations)[0];

describe('a conversation that continues around a pending approval', () => {
  it('sends the provider a well-formed history, and reports the outcome, when a message came before the click', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const between = await talkThrough(world, talk, access, ['Forty-two.']);
    expect(between.asked.flatMap(faultsOf)).toEqual([]);
    expect(JSON.stringify(between.asked[0]?.body.messages)).toContain('waits for the user');
    const { asked, text } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards) });
    expect(asked && faultsOf(asked)).toEqual([]);
    expect(JSON.stringify(asked?.body.messages)).toMatch(/PN-\d{6}/);
    expect(saidIn(text)).toBe('Done.');
    const after = await talkThrough(world, talk, access, ['Still here.']);
    expect(after.asked.flatMap(faultsOf)).toEqual([]);
    expect(after.asked[0]?.body.messages.slice(0, -1).length).toBeGreaterThan(asked?.body.messages.length ?? 99);
  });

  it('decides two approvals of one answer in turn, even while the first is executed', async () => {
    const [one, two] = [uniqueName(), uniqueName()];
    const { talk, cards } = await propose(world, access, createPart(one, 'toolu_1'), createPart(two, 'toolu_2'));
    expect(cards).toHaveLength(2);
    world.state.answersOf = 'create_item';
    const first = await decide(talk, access, cards[0]?.approvalId ?? '');
    await until(() => world.state.heldAnswers === 1);
    // A page that loads now sees the click.
    const [, asking] = (await shownMessages(talk, access)).messages.map(toHydrated);
    // Cards are created in parallel, so their order is not defined.
    const states = (asking?.parts ?? []).map((part) => ('state' in part ? part.state : null));
    expect(states.sort()).toEqual(['approval-requested', 'input-complete']);
    const second = await decide(talk, access, cards[1]?.approvalId ?? '');
    expect([first.ok, second.ok]).toEqual([true, true]);
    world.state.answerGate.set();
    const asked = await answerAll(world, ['First.', 'Second.']);
    expect(asked.flatMap(faultsOf)).toEqual([]);
    await until(() => world.calls.length === 3);
    await expect.poll(async () => (await shownMessages(talk, access)).activeRunId).toBeNull();
    const { messages } = await shownMessages(talk, access);
    expect(messages.map(({ parts }) => parts.map((part) => ('content' in part ? part.content : part.type)))).toEqual([
      ['Which parts changed?'],
      ['tool-call', 'tool-call'],
      ['First.'],
      ['Second.'],
    ]);
    expect(messages[1]?.confirmations.map(({ state }) => state)).toEqual(['confirmed', 'confirmed']);
    expect(await countParts(access, one)).toBe(1);
    expect(await countParts(access, two)).toBe(1);
  });

  it('returns not found for a click after the conversation was deleted', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    expect(await talk.stub.remove({ access, requestId: crypto.randomUUID() })).toMatchObject({ ok: true });
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    expect(await rowsOf(talk, 'select * from approvals')).toEqual([]);
    expect(await countParts(access, name)).toBe(0);
  });

  it("changes nothing and says so when the click's run is taken out of the queue", async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const running = readerOf(await ask(talk, callOf(talk, access)));
    const decided = await decide(talk, access, firstOf(cards));
    if (!decided.ok) throw new Error(decided.code);
    await talk.stub.cancel({ access, runId: decided.runId });
    expect(await cardOf(talk)).toMatchObject({
      state: 'failed',
      outcome: { message: expect.stringContaining('before') },
    });
    await answerAll(world, ['Other things.']);
    await running.rest();
    expect(await countParts(access, name)).toBe(0);
  });
});

describe('an effect whose answer is lost (R34)', () => {
  it('finds the outcome in the journal, and runs nothing again, when the object died after the effect', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    world.state.answersOf = 'create_item';
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: true });
    await until(() => world.state.heldAnswers === 1);
    await abortAllDurableObjects();
    world.state.answersOf = null;
    const again = newTalk(access, talk.sessionId);
    await runDurableObjectAlarm(again.stub);
    await expect.poll(() => cardOf(again)).toMatchObject({ state: 'confirmed' });
    expect((await shownMessages(again, access)).messages[1]?.replies).toMatchObject([
      { callId: 'toolu_create', isError: false },
    ]);
    expect(await countParts(access, name)).toBe(1);
    const next = await talkThrough(world, again, access, ['Yes, it was made.']);
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
    expect(JSON.stringify(next.asked[0]?.body.messages)).toMatch(/PN-\d{6}/);
  });

  it('reports the outcome to a click after the object died, before any heartbeat', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    world.state.answersOf = 'create_item';
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: true });
    await until(() => world.state.heldAnswers === 1);
    await abortAllDurableObjects();
    world.state.answersOf = null;
    const again = newTalk(access, talk.sessionId);
    expect(await decide(again, access, firstOf(cards))).toMatchObject({
      ok: false,
      code: 'APPROVAL_DECIDED',
      detail: expect.stringContaining('confirmed and completed'),
    });
    expect(await cardOf(again)).toMatchObject({ state: 'confirmed' });
    expect(await countParts(access, name)).toBe(1);
  });

  it('reports after a while that nothing was done when the object died before the effect', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    world.state.database = 'down';
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await ask(talk, callOf(talk, access));
    await world.nextCall();
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: true });
    await abortAllDurableObjects();
    world.state.database = 'up';
    const again = newTalk(access, talk.sessionId);
    await runDurableObjectAlarm(again.stub);
    expect(await cardOf(again)).toMatchObject({ state: 'pending', decidedBy: 'Ada Moreau' });
    await rowsOf(again, 'update approvals set decided_at = decided_at - 31000');
    await runDurableObjectAlarm(again.stub);
    expect(await cardOf(again)).toMatchObject({ state: 'failed' });
    expect(await countParts(access, name)).toBe(0);
  });

  it('reports an unknown outcome, and finds it later', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    world.state.database = 'lost';
    const { text, asked } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards) });
    expect(cardsIn(text)).toMatchObject([{ state: 'unknown' }]);
    expect(JSON.stringify(asked?.body.messages)).toContain('may or may not');
    world.state.database = 'up';
    await runDurableObjectAlarm(talk.stub);
    expect(await cardOf(talk)).toMatchObject({ state: 'confirmed' });
    expect(await countParts(access, name)).toBe(1);
  });

  it('reports a cancellation to the model even when its run was cut off', async () => {
    const { talk, cards } = await propose(world, access, createPart(uniqueName()));
    const running = await ask(talk, callOf(talk, access));
    await world.nextCall();
    await decide(talk, access, firstOf(cards), false);
    await running.body?.cancel();
    await abortAllDurableObjects();
    const again = newTalk(access, talk.sessionId);
    await runDurableObjectAlarm(again.stub);
    expect(await cardOf(again)).toMatchObject({
      state: 'cancelled',
      outcome: { message: expect.stringContaining('declined') },
    });
    const next = await talkThrough(world, again, access, ['Understood.']);
    expect(JSON.stringify(next.asked[0]?.body.messages)).toContain('declined');
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
  });
});
