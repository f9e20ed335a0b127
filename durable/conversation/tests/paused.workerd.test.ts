// A provider that pauses a long answer (Anthropic's `pause_turn`) is asked to continue it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, eventsOf, newTalk, readerOf, saidIn } from './conversation-client.fixture.ts';
import { createWorld, toolUse, type World, words } from './gated-world.fixture.ts';
import { faultsOf, shownMessages } from './tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const paused = (text: string): string => words(text).replace('"end_turn"', '"pause_turn"');
const SEARCH = { id: 'toolu_search', name: 'search_items', input: { query: 'elbow' } };

/** Asks once, and answers each request that follows. */
async function talk(...answers: string[]) {
  const conversation = newTalk(access);
  const reader = readerOf(await ask(conversation, callOf(conversation, access)));
  const asked = [];
  for (const answer of answers) {
    const call = await world.nextCall();
    call.send(answer);
    call.end();
    asked.push(call);
  }
  const text = await reader.rest();
  const { messages } = await shownMessages(conversation, access);
  return { text, last: eventsOf(text).at(-1), asked, answers: messages.filter(({ role }) => role === 'assistant') };
}

describe('an answer that the provider paused', () => {
  it('is continued behind what it wrote, and each part is charged as a step', async () => {
    const { text, last, asked, answers } = await talk(paused('The first half.'), words('The second half.'));
    expect(saidIn(text)).toBe('The first half.The second half.');
    expect(last).toMatchObject({ type: 'RUN_FINISHED', result: { finishReason: 'stop' } });
    expect(asked.flatMap(faultsOf)).toEqual([]);
    expect(JSON.stringify(asked[1]?.body.messages.slice(-2))).toMatch(/assistant.*The first half\..*\[Continue\.\]/);
    expect(answers.map(({ ending, parts }) => [ending?.kind, parts])).toEqual([
      ['complete', [{ type: 'text', content: 'The first half.' }]],
      ['complete', [{ type: 'text', content: 'The second half.' }]],
    ]);
    for (const { usage, costMicros } of answers) {
      expect(usage?.outputTokens).toBeGreaterThan(0);
      expect(costMicros).toBeGreaterThan(0);
    }
  });

  it('can call tools once it continues, and pause again', async () => {
    const { text, last, asked } = await talk(paused('One.'), toolUse(SEARCH), paused('Two.'), words('Three.'));
    expect(saidIn(text)).toBe('One.Two.Three.');
    expect(last).toMatchObject({ type: 'RUN_FINISHED' });
    expect(asked.flatMap(faultsOf)).toEqual([]);
  });

  it('ends as cut after three continuations', async () => {
    const { last, answers } = await talk(paused('One.'), paused('Two.'), paused('Three.'), paused('Four.'));
    expect(last).toMatchObject({ type: 'RUN_FINISHED', result: { finishReason: 'length' } });
    expect(answers.map(({ ending }) => ending?.kind)).toEqual(['complete', 'complete', 'complete', 'cut']);
    expect(answers.at(-1)?.ending).toMatchObject({ cause: 'paused' });
  });

  it.each([
    ['it is empty', paused('')],
    ['it calls a tool', toolUse(SEARCH).replace('"stop_reason":"tool_use"', '"stop_reason":"pause_turn"')],
  ])('ends as cut if %s', async (_why, answer) => {
    const { last, answers } = await talk(answer);
    expect(last).toMatchObject({ type: 'RUN_FINISHED', result: { finishReason: 'length' } });
    expect(answers.at(-1)?.ending).toMatchObject({ kind: 'cut', cause: 'paused' });
  });
});
