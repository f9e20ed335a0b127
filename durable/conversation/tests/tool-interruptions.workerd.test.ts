import { abortAllDurableObjects } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHydrated } from '../../../worker/api/messages/messages-view.ts';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, lastOf, newTalk, readerOf, rejoin } from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, type ScriptedCall, until, type World } from './gated-world.fixture.ts';
import {
  answerAll,
  cardsIn,
  countParts,
  createPart,
  decide,
  faultsOf,
  findDraftPart,
  shownMessages,
  talkThrough,
  uniqueName,
} from './tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const search = (query: string, id = 'toolu_search'): ScriptedCall => ({ id, name: 'search_items', input: { query } });

describe('interruptions of tool calls', () => {
  it('ends the run after the tool, keeps its result and asks no model when stopped during a tool', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    world.state.answersOf = 'search_items';
    await answerAll(world, [[search('elbow')]]);
    await until(() => world.state.heldAnswers === 1);
    expect(await talk.stub.cancel({ access, runId: call.run.runId })).toMatchObject({ status: 'stopping' });
    world.state.answerGate.set();
    const text = await reader.rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect(world.calls).toHaveLength(1);
    const { messages } = await shownMessages(talk, access);
    expect(messages[1]?.replies).toHaveLength(1);
    const next = await talkThrough(world, talk, access, ['On we go.']);
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
  });

  it('leaves no approval to click when stopped while it is prepared, and tells the next turn (R49)', async () => {
    const name = uniqueName();
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    world.state.answersOf = 'create_item';
    await answerAll(world, [[createPart(name)]]);
    await until(() => world.state.heldAnswers === 1);
    expect(await talk.stub.cancel({ access, runId: call.run.runId })).toMatchObject({ status: 'stopping' });
    world.state.answerGate.set();
    const text = await reader.rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect(cardsIn(text)).toEqual([]);
    expect(text).toContain('The answer was stopped before this was confirmed.');
    const { messages, waiting } = await shownMessages(talk, access);
    expect(waiting).toBeNull();
    expect(messages[1]).toMatchObject({ confirmations: [], replies: [{ callId: 'toolu_create', isError: false }] });
    expect(world.calls).toHaveLength(1);
    world.state.answersOf = null;
    const next = await talkThrough(world, talk, access, ['On we go.']);
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
    expect(await countParts(access, name)).toBe(0);
  });

  it('cancels pending approvals at once, with a plain reason, when stopped (R49)', async () => {
    const name = uniqueName();
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    world.state.answersOf = 'search_items';
    await answerAll(world, [[createPart(name, 'toolu_card'), search('elbow', 'toolu_held')]]);
    const [shown] = cardsIn(await reader.until('"confirmation"'));
    await until(() => world.state.heldAnswers === 1);
    await talk.stub.cancel({ access, runId: call.run.runId });
    const reason = { message: 'The answer was stopped before this was confirmed. Nothing was changed.' };
    const [, answer] = (await shownMessages(talk, access)).messages;
    expect(answer?.confirmations).toMatchObject([{ state: 'cancelled', decidedBy: null, outcome: reason }]);
    expect(await decide(talk, access, shown?.approvalId ?? '')).toMatchObject({
      ok: false,
      code: 'APPROVAL_DECIDED',
      detail: reason.message,
    });
    world.state.answerGate.set();
    const text = await reader.rest();
    expect(cardsIn(text)).toMatchObject([{ approvalId: shown?.approvalId, state: 'cancelled', outcome: reason }]);
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    const page = await shownMessages(talk, access);
    expect(page.waiting).toBeNull();
    expect(page.messages[1]?.replies.map(({ callId }) => callId).sort()).toEqual(['toolu_card', 'toolu_held']);
    const next = await talkThrough(world, talk, access, ['On we go.']);
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
    expect(await countParts(access, name)).toBe(0);
  });

  it('keeps the first step and the text so far when the object dies in the second step (R43)', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    await answerAll(world, [[search('elbow')]]);
    const provider = await world.nextCall();
    provider.send(HEAD, piece('so far '));
    const seen = await reader.until('so far ');
    await abortAllDurableObjects();
    const again = newTalk(access, talk.sessionId);
    const { messages } = await shownMessages(again, access);
    expect(messages).toMatchObject([
      { role: 'user' },
      { status: 'complete', replies: [{ callId: 'toolu_search' }] },
      { status: 'interrupted', parts: [{ content: 'so far ' }] },
    ]);
    expect(messages.slice(1).every(({ costMicros }) => (costMicros ?? 0) > 0)).toBe(true);
    const all = await readerOf(await rejoin(again, access, call.run.runId)).rest();
    expect(all.startsWith(seen)).toBe(true);
    const next = await talkThrough(world, again, access, ['Again.']);
    expect(next.asked.flatMap(faultsOf)).toEqual([]);
  });

  it("keeps an approval's place and ends every call when the object dies between two steps (R43)", async () => {
    const talk = newTalk(access);
    const name = uniqueName();
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    world.state.answersOf = 'search_items';
    await answerAll(world, [[createPart(name, 'toolu_card'), search('elbow', 'toolu_held')]]);
    await reader.until('confirmation');
    await abortAllDurableObjects();
    world.state.answersOf = null;
    world.state.answerGate.set();
    const again = newTalk(access, talk.sessionId);
    const { messages } = await shownMessages(again, access);
    expect(messages).toMatchObject([
      { role: 'user' },
      { status: 'complete', confirmations: [{ state: 'pending' }], replies: [] },
      { status: 'interrupted', parts: [] },
    ]);
    const approvalId = messages[1]?.confirmations[0]?.approvalId ?? '';
    await again.stub.decide({
      access,
      requestId: 'r',
      runId: 'after',
      approvalId,
      approve: true,
      digest: 'a'.repeat(64),
    });
    const [asked] = await answerAll(world, ['Made.']);
    expect(asked && faultsOf(asked)).toEqual([]);
    expect(await countParts(access, name)).toBe(1);
    const after = (await shownMessages(again, access)).messages;
    expect(after[1]).toMatchObject({ confirmations: [{ state: 'confirmed' }], replies: [{ callId: 'toolu_card' }] });
    expect(after[2]).toMatchObject({ status: 'interrupted' });
  });

  it('after a reload calls, results, approvals and offers are where they were', async () => {
    const part = await findDraftPart(access, 1);
    const talk = newTalk(access);
    const offer = {
      id: 'toolu_way',
      name: 'offer_navigation',
      input: { itemId: part.id, itemNumber: 'PN-000001', itemType: 'Part' },
    };
    await talkThrough(world, talk, access, [[search('elbow'), offer], [createPart(uniqueName())]]);
    const page = await shownMessages(talk, access);
    const [, first, second] = page.messages.map(toHydrated);
    expect(first?.parts).toMatchObject([
      { type: 'tool-call', id: 'toolu_search', state: 'complete', output: { total: expect.any(Number) } },
      { type: 'tool-result', toolCallId: 'toolu_search' },
      { type: 'tool-call', id: 'toolu_way', state: 'complete' },
      { type: 'tool-result', toolCallId: 'toolu_way' },
    ]);
    expect(first?.metadata.groundwire.navigation).toMatchObject([
      { toolCallId: 'toolu_way', path: expect.stringContaining(`/workspace/items/${part.id}`) },
    ]);
    expect(second?.parts).toMatchObject([{ type: 'tool-call', name: 'create_item', state: 'approval-requested' }]);
    expect(second?.metadata.groundwire.confirmations).toMatchObject([{ state: 'pending', toolName: 'create_item' }]);
    expect(page.waiting?.interrupts).toHaveLength(1);
  });
});
