// A provider that breaks off in the middle of a tool call, at each byte in turn and on both wires: nothing runs on what may
// be half of the arguments, and every turn comes to a typed end.
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPENING_FAILURES } from '../breakers/breaker.ts';
import { breakersOf } from '../breakers/breakers-stub.ts';
import type { Access } from '../principal.ts';
import { resolveInScope } from '../providers/config.ts';
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

/** Turns at once: each is a conversation of its own. One more that failed would be enough to leave the provider alone. */
const SIDE_BY_SIDE = OPENING_FAILURES - 1;
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
])('R45: the $wire wire', ({ model, begins }) => {
  async function turn(cut: Cut) {
    const talk = newTalk(access);
    const call = callOf(talk, access, { text: JSON.stringify({ answers: ANSWERS, ...cut }), model });
    const text = await readerOf(await ask(talk, call)).rest();
    const approvals = await rowsOf<{ input: string }>(talk, 'select input from approvals');
    // The org's audit rows are stored one after the other: as fast as turns fail, they would queue up for too long.
    await expect.poll(() => rowsOf(talk, 'select * from outbox'), { timeout: 20_000 }).toEqual([]);
    return { text, last: lastOf(text), cards: cardsIn(text), approvals };
  }

  it('cut off at any byte of a call nothing runs, and the turn ends typed', { timeout: 300_000 }, async () => {
    const whole = await turn({});
    expect(whole.last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } });
    const [body = ''] = provider.bodies;
    const from = body.indexOf(begins);
    const argumentsEnd = body.lastIndexOf('PKH-MFG');
    expect(from).toBeGreaterThan(0);
    expect(argumentsEnd).toBeGreaterThan(from);

    const cuts = Array.from({ length: body.length - from }, (_, n) => ({
      cutAt: from + n,
      ending: n % 2 === 0 ? ('end' as const) : ('reset' as const),
    }));
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
    // Each was asked for: none ended because nobody asks a provider that fails.
    expect(provider.bodies.length).toBeGreaterThanOrEqual(cuts.length);
    // Once the model has said that the call is whole, it is: an end behind that is harmless, and none before it is.
    const wholeFrom = Math.min(...completeAt, body.length);
    expect(wholeFrom).toBeGreaterThan(argumentsEnd + 'PKH-MFG"}'.length);
    const endsBehind = cuts.filter(({ cutAt, ending }) => ending === 'end' && cutAt >= wholeFrom);
    expect(completeAt).toEqual(expect.arrayContaining(endsBehind.map(({ cutAt }) => cutAt)));
    expect(await countParts(access, NAME)).toBe(0);
  });
});

/** As if the provider had answered others meanwhile: it would be left alone where all that it is asked for fails. */
async function noteAnswers(model: string): Promise<void> {
  const answering = resolveInScope(env, { requested: model, access, settings: [], programs: [] });
  if (!answering.ok) throw new Error(answering.code);
  await breakersOf(env, access.orgId).answered({ connection: answering.connection, count: 1_000 });
}
