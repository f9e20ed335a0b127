// The fixed cost of an answer, in counts. If a count grows, an answer became more expensive. If it shrinks, lower it here.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, HEAD, piece, TAIL, type World } from '../durable/conversation/tests/gated-world.fixture.ts';
import { requireDemoPerson } from '../local/demo-data/demo-people.ts';
import { type Costs, type Meter, openMeter } from './answer-cost.fixture.ts';
import { chatBody, readEvents, refillRate, signedIn, stopClock, type Visitor } from './visitor.fixture.ts';

const CHAT = '/api/v1/ai/chat';
// Her org has a monthly limit.
const NORA = requireDemoPerson('nora@northlight.test');

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

describe('the cost of an answer', () => {
  it('is this much in a new conversation', async () => {
    await expectCost(crypto.randomUUID(), {
      statements: 75,
      schemaStatements: 13,
      rowsWritten: 35,
      calls: {
        'Account.admit': 1,
        'Account.putSession': 2,
        'AuditTrail.observe': 2,
        'Budget.reserve': 1,
        'Budget.settle': 1,
        'Conversation.fetch': 1,
      },
      timers: 10,
      intervals: 2,
      alarmsSet: 1,
      alarmsFired: 0,
      postgresRequests: 2,
      otherRequests: 1,
    });
  });

  it('is this much in an open conversation', async () => {
    const sessionId = crypto.randomUUID();
    for (let turns = 0; turns < 4; turns += 1) await answer(sessionId);
    await expectCost(sessionId, {
      statements: 93,
      schemaStatements: 0,
      rowsWritten: 35,
      calls: {
        'Account.admit': 1,
        'Account.putSession': 2,
        'AuditTrail.observe': 2,
        'Budget.reserve': 1,
        'Budget.settle': 1,
        'Conversation.fetch': 1,
      },
      timers: 10,
      intervals: 2,
      alarmsSet: 0,
      alarmsFired: 0,
      postgresRequests: 2,
      otherRequests: 1,
    });
  });
});
