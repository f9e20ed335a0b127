import { EventSchemas } from '@ag-ui/core/schemas';
import { expect, it } from 'vitest';
import { createAnswerWriter, replayAnswer } from './answer-writer.ts';
import type { AgUiEvent } from './events.ts';

function createTrial() {
  const events: AgUiEvent[] = [];
  const writer = createAnswerWriter('11111111-1111-4111-8111-111111111111', (event) => events.push(event));
  return { events, writer, types: () => events.map((event) => event.type) };
}

const text = (delta: string) => ({ type: 'text' as const, delta });
const reasoning = (delta: string) => ({ type: 'reasoning' as const, delta });

it('the message opens before any reasoning, and reasoning closes before text', () => {
  const { writer, events, types } = createTrial();
  writer.open();
  writer.write(reasoning('let me see'));
  writer.write(text('Two'));
  writer.write(text(' parts.'));
  writer.close();
  expect(types()).toEqual([
    'TEXT_MESSAGE_START',
    'REASONING_START',
    'REASONING_MESSAGE_START',
    'REASONING_MESSAGE_CONTENT',
    'REASONING_MESSAGE_END',
    'REASONING_END',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
  ]);
  for (const event of events) expect(EventSchemas.safeParse(event).error).toBeUndefined();
  expect(writer.said()).toBe('Two parts.let me see');
});

it('an answer that ends while it reasons closes both, and closing again says nothing', () => {
  const { writer, types } = createTrial();
  writer.open();
  writer.write(reasoning('hm'));
  writer.close();
  writer.close();
  expect(types().slice(-3)).toEqual(['REASONING_MESSAGE_END', 'REASONING_END', 'TEXT_MESSAGE_END']);
});

it('a turn that never opened its message closes without a word', () => {
  const { writer, events } = createTrial();
  writer.close();
  expect(events).toEqual([]);
  expect(writer.parts()).toEqual([]);
});

it('an empty delta is no event', () => {
  const { writer, events } = createTrial();
  writer.write(text(''));
  writer.write(reasoning(''));
  expect(events).toEqual([]);
});

it('an answer that comes in one piece is logged in small ones, cut between characters', () => {
  const { writer, events } = createTrial();
  const long = `x${'😀'.repeat(30_000)}`;
  writer.write(text(long));
  const deltas = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : ''));
  expect(deltas.length).toBeGreaterThan(3);
  expect(Math.max(...deltas.map((delta) => delta.length))).toBeLessThanOrEqual(16_384);
  expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
  expect(deltas.join('')).toBe(long);
});

it('parts hold thinking before text, whatever came first', () => {
  const { writer } = createTrial();
  writer.write(text('said'));
  writer.write(reasoning('why'));
  expect(writer.parts()).toEqual([
    { type: 'thinking', content: 'why' },
    { type: 'text', content: 'said' },
  ]);
});

it('R43: from wherever its stored log ends an answer is taken up, and closes just what is open', () => {
  const { writer, events } = createTrial();
  writer.open();
  writer.write(reasoning('first '));
  writer.write(text('one '));
  writer.write(reasoning('second '));
  writer.write(text('two'));
  writer.close();
  for (let length = 0; length <= events.length; length += 1) {
    const logged = events.slice(0, length);
    // These are written together with what follows them, and so stored together.
    if (['REASONING_START', 'REASONING_MESSAGE_END'].includes(logged.at(-1)?.type ?? '')) continue;
    const more: AgUiEvent[] = [];
    createAnswerWriter('m', (event) => more.push(event), replayAnswer(logged)).close();
    const whole = [...logged, ...more].map((event) => event.type);
    for (const kind of ['TEXT_MESSAGE', 'REASONING', 'REASONING_MESSAGE']) {
      const count = (end: string) => whole.filter((type) => type === `${kind}_${end}`).length;
      expect(count('START')).toBe(count('END'));
    }
  }
  const taken = createAnswerWriter('m', () => undefined, replayAnswer(events));
  expect(taken.parts()).toEqual(writer.parts());
});
