// A provider that breaks off in the middle of a tool call, on both wires: no tool runs with incomplete arguments, and every
// turn gets a typed end. faults.test.ts cuts the provider's stream at every byte. A whole turn takes longer, so it is cut
// around the end of each event, where the meaning of the stream changes, and at some bytes within each.
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPENING_FAILURES } from '../../breakers/breaker.ts';
import { breakersOf } from '../../contracts/breakers.ts';
import type { Access } from '../../principal.ts';
import { resolveInScope } from '../../providers/settings/config.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  eventsOf,
  lastOf,
  newTalk,
  readerOf,
  rowsOf,
} from './conversation-client.fixture.ts';
import { type Cut, type CutProvider, openCutProvider } from './cut-provider.fixture.ts';
import { cardsIn, countParts } from './tool-talk.fixture.ts';

/** Concurrent turns, each in its own conversation. One more failure would open the breaker. */
const SIDE_BY_SIDE = OPENING_FAILURES - 1;
const BYTES_APART = 16;
const EVENT_END = '\n\n';
const NAME = 'Cut Bracket';
const ANSWERS = [
  [
    {
      id: 'call_cut',
      name: 'create_item',
      arguments: JSON.stringify({ itemType: 'Part', name: NAME, designId: 'PKH-MFG' }),
    },
  ],
];

let provider: CutProvider;
let access: Access;
beforeEach(async () => {
  access = await accessOf(ADA);
  provider = openCutProvider();
});
afterEach(() => provider.restore());

describe.each([
  { wire: 'anthropic', model: 'claude-sonnet-4-6', begins: '"tool_use"' },
  { wire: 'openai', model: 'gpt-4.1', begins: '"tool_calls"' },
])('the $wire wire (R45)', ({ model, begins }) => {
  async function turn(cut: Cut) {
    const talk = newTalk(access);
    const call = callOf(talk, access, { text: JSON.stringify({ answers: ANSWERS, ...cut }), model });
    const text = await readerOf(await ask(talk, call)).rest();
    const approvals = await rowsOf<{ input: string }>(talk, 'select input from approvals');
    // The org's audit rows are stored one after another. At the rate at which turns fail, they would queue up for too long.
    await expect.poll(() => rowsOf(talk, 'select * from outbox')).toEqual([]);
    return { text, last: lastOf(text), cards: cardsIn(text), approvals };
  }

  it('runs nothing and ends with a typed error when a call is cut off anywhere', { timeout: 300_000 }, async () => {
    const whole = await turn({});
    expect(whole.last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } });
    const [body = ''] = provider.bodies;
    const from = body.indexOf(begins);
    const argumentsEnd = body.lastIndexOf('PKH-MFG');
    expect(from).toBeGreaterThan(0);
    expect(argumentsEnd).toBeGreaterThan(from);

    const cuts = placesIn(body, from).flatMap((cutAt) => [
      { cutAt, ending: 'end' as const },
      { cutAt, ending: 'reset' as const },
    ]);
    const completeAt: number[] = [];
    for (let begin = 0; begin < cuts.length; begin += SIDE_BY_SIDE) {
      const batch = cuts.slice(begin, begin + SIDE_BY_SIDE);
      await noteAnswers(model);
      const ended = await Promise.all(batch.map(turn));
      for (const [index, { text, last, cards, approvals }] of ended.entries()) {
        const at = batch[index]?.cutAt ?? 0;
        expect(eventsOf(text).filter(({ type }) => type === 'TOOL_CALL_RESULT')).toEqual([]);
        if (approvals.length > 0) {
          completeAt.push(at);
          expect(approvals).toMatchObject([{ input: expect.stringContaining(NAME) }]);
          expect(last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } });
        } else {
          expect(cards).toEqual([]);
          expect(last, `cut at ${at}`).toMatchObject({ type: 'RUN_ERROR', code: 'PROVIDER_BROKEN_STREAM' });
        }
      }
    }
    // Each was requested: none ended because of an open breaker.
    expect(provider.bodies.length).toBeGreaterThanOrEqual(cuts.length);
    // Once the model has marked the call as complete, a later end is harmless. Before that, no end is.
    const wholeFrom = Math.min(...completeAt, body.length);
    expect(wholeFrom).toBeGreaterThan(argumentsEnd + 'PKH-MFG"}'.length);
    const endsBehind = cuts.filter(({ cutAt, ending }) => ending === 'end' && cutAt >= wholeFrom);
    expect(completeAt).toEqual(expect.arrayContaining(endsBehind.map(({ cutAt }) => cutAt)));
    expect(await countParts(access, NAME)).toBe(0);
  });
});

/** As if the provider had answered other requests in the meantime; otherwise the breaker would open. */
async function noteAnswers(model: string): Promise<void> {
  const answering = resolveInScope(env, { requested: model, access, settings: [], programs: [] });
  if (!answering.ok) throw new Error(answering.code);
  await breakersOf(env, access.orgId).answered({ connection: answering.connection, count: 1_000 });
}

/** Before, at and after the end of each event, and every few bytes. */
function placesIn(body: string, from: number): number[] {
  const all = Array.from({ length: body.length - from }, (_, n) => from + n);
  return all.filter((at) => at % BYTES_APART === 0 || body.slice(at - 3, at + 2).includes(EVENT_END));
}
