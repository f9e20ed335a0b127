import { EventSchemas } from '@ag-ui/core/schemas';
import { describe, expect, it } from 'vitest';
import type { StateOf } from '../../providers/provider.ts';
import { createAnswerWriter, replayAnswer } from './answer-writer.ts';
import type { AgUiEvent } from './events.ts';

function createTrial() {
  const events: AgUiEvent[] = [];
  const writer = createAnswerWriter('11111111-1111-4111-8111-111111111111', (event) => events.push(event));
  return { events, writer, types: () => events.map((event) => event.type) };
}

const text = (delta: string) => ({ type: 'text' as const, delta });
const reasoning = (delta: string) => ({ type: 'reasoning' as const, delta });

it('opens the message before any reasoning, and closes reasoning before text', () => {
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
  expect(writer.received()).toBe('let me seeTwo parts.');
});

it('closes reasoning and message once when the answer ends while it reasons', () => {
  const { writer, types } = createTrial();
  writer.open();
  writer.write(reasoning('hm'));
  writer.close();
  writer.close();
  expect(types().slice(-3)).toEqual(['REASONING_MESSAGE_END', 'REASONING_END', 'TEXT_MESSAGE_END']);
});

it('writes nothing on close when the message was never opened', () => {
  const { writer, events } = createTrial();
  writer.close();
  expect(events).toEqual([]);
  expect(writer.parts()).toEqual([]);
});

it('writes no event for an empty delta', () => {
  const { writer, events } = createTrial();
  writer.write(text(''));
  writer.write(reasoning(''));
  expect(events).toEqual([]);
});

it('splits an answer that comes in one piece into small events, between characters', () => {
  const { writer, events } = createTrial();
  const long = `x${'😀'.repeat(30_000)}`;
  writer.write(text(long));
  const deltas = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : ''));
  expect(deltas.length).toBeGreaterThan(3);
  expect(Math.max(...deltas.map((delta) => delta.length))).toBeLessThanOrEqual(16_384);
  expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
  expect(deltas.join('')).toBe(long);
});

it('keeps the parts in the order in which they came, and shows parts of one type as paragraphs', () => {
  const { writer, events } = createTrial();
  writer.write(reasoning('why'));
  writer.write(text('Let me look.'));
  writer.write({ type: 'tool-call-start', id: 'c1', name: 'find_parts' });
  writer.write({ type: 'tool-call-args', id: 'c1', delta: '{}' });
  writer.write({ type: 'tool-call-end', id: 'c1' });
  writer.write(text('And then.'));
  expect(writer.parts()).toEqual([
    { type: 'thinking', content: 'why' },
    { type: 'text', content: 'Let me look.' },
    { type: 'tool-call', id: 'c1', name: 'find_parts', arguments: '{}' },
    { type: 'text', content: 'And then.' },
  ]);
  const shown = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
  expect(shown).toBe('Let me look.\n\nAnd then.');
});

describe('the state of a provider', () => {
  const source = { connection: 'c', model: 'm' };
  /** What the answer is asked for with: the source and much more. */
  const request = { ...source, messages: [{ role: 'user', text: 'the prompt' }] };
  const state = (of: StateOf, payload: unknown) => ({
    type: 'state' as const,
    of,
    wire: 'anthropic' as const,
    payload,
  });

  it('is kept with its part, ends it, and is never shown', () => {
    const { writer, events } = createTrial();
    writer.write(reasoning('one'));
    writer.keepState(state({ part: 'reasoning' }, 'secret 1'), request);
    writer.keepState(state({ part: 'reasoning' }, 'secret 2'), request);
    writer.write(reasoning('three'));
    writer.write({ type: 'tool-call-start', id: 'c1', name: 'find_parts' });
    writer.write({ type: 'tool-call-end', id: 'c1' });
    writer.keepState(state({ part: 'tool-call', id: 'c1' }, 'secret 4'), request);
    expect(writer.parts().map((part) => (part.type === 'tool-call' ? part.id : part.content))).toEqual([
      'one',
      'three',
      'c1',
    ]);
    const common = { wire: 'anthropic', ...source };
    expect(writer.states()).toStrictEqual([
      { index: 0, isOwn: false, ...common, payload: 'secret 1' },
      { index: 1, isOwn: true, ...common, payload: 'secret 2' },
      { index: 2, isOwn: false, ...common, payload: 'secret 4' },
    ]);
    expect(JSON.stringify([events, writer.parts()])).not.toContain('secret');
    writer.dropStates();
    expect(writer.states()).toEqual([]);
  });
});

it('resumes from any end of its stored log, and closes only what is open (R43)', () => {
  const { writer, events } = createTrial();
  writer.open();
  writer.write(reasoning('first '));
  writer.write(text('one '));
  writer.write(reasoning('second '));
  writer.write(text('two'));
  writer.close();
  for (let length = 0; length <= events.length; length += 1) {
    const logged = events.slice(0, length);
    // These are written together with the following events, so they are stored together.
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
