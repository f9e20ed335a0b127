// The fixed cost of an answer, in counts. If a count grows, an answer became more expensive. If it shrinks, lower it in
// answer-cost.json and run `npm run scale`, which computes what an answer costs in docs/scale.md.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversationOf } from '../durable/contracts/conversation.ts';
import { createWorld, HEAD, piece, TAIL, type World } from '../durable/conversation/tests/gated-world.fixture.ts';
import { requireDemoOrg, requireDemoPerson } from '../local/demo-data/demo-people.ts';
import { type Costs, type Meter, openMeter } from './answer-cost.fixture.ts';
import COSTS from './answer-cost.json' with { type: 'json' };
import { chatBody, readEvents, refillRate, signedIn, stopClock, type Visitor } from './visitor.fixture.ts';

const CHAT = '/api/v1/ai/chat';
// Her org has a monthly limit.
const NORA = requireDemoPerson('nora@northlight.test');
const NORTHLIGHT = requireDemoOrg('northlight');

/** An answer that takes a second. */
const SHORT_MS = 1_000;

let world: World;
let meter: Meter;
let nora: Visitor;
stopClock();
beforeEach(async () => {
  await refillRate(NORA.email);
  nora = await signedIn(NORA.email);
  world = createWorld();
  meter = await openMeter();
  // The Account, the Budget and the AuditTrail exist before.
  await answer(crypto.randomUUID());
  meter.take();
});
afterEach(() => {
  meter.close();
  world.restore();
});

/** Asks and reads a whole answer. Its provider pauses after the first word, longer than any short timer. */
async function answer(sessionId: string): Promise<void> {
  const reply = await nora(CHAT, { body: chatBody(sessionId, `run-${crypto.randomUUID()}`, 'Which parts changed?') });
  expect(reply.status).toBe(200);
  const provider = await world.nextCall();
  const events = readEvents(reply);
  provider.send(HEAD, piece('Two '));
  await meter.quiet();
  await meter.fireTimers(SHORT_MS);
  provider.send(piece('parts.'), TAIL);
  provider.end();
  expect((await events).at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED' });
  await meter.settle();
}

async function expectCost(sessionId: string, expected: Costs): Promise<void> {
  meter.take();
  await answer(sessionId);
  const explanation = JSON.stringify(meter.statements(), null, 1);
  expect(meter.take(), explanation).toEqual(expected);
}

/** Null if nothing will start the conversation's object again. */
const alarmOf = (sessionId: string): Promise<number | null> =>
  runInDurableObject(conversationOf(env, NORTHLIGHT.id, sessionId), (_object, state) => state.storage.getAlarm());

describe('the cost of an answer', () => {
  it('is this much in a new conversation', async () => {
    const sessionId = crypto.randomUUID();
    await expectCost(sessionId, COSTS.fresh);
    expect(await alarmOf(sessionId)).toBeNull();
  });

  it('is this much in an open conversation', async () => {
    const sessionId = crypto.randomUUID();
    for (let turns = 0; turns < 4; turns += 1) await answer(sessionId);
    await expectCost(sessionId, COSTS.open);
    expect(await alarmOf(sessionId)).toBeNull();
  });
});
