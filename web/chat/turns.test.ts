import type { UIMessage } from '@tanstack/ai-client';
import { expect, test } from 'vitest';
import { EMPTY_LOG } from './answer-facts.ts';
import { keepTurns, toTurns } from './turns.ts';

const user = (id: string): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', content: id }] });
const step = (id: string, runId: string): UIMessage => ({
  id,
  role: 'assistant',
  parts: [{ type: 'text', content: id }],
  metadata: { groundwire: { runId } },
});
const shape = (messages: readonly UIMessage[]) =>
  toTurns(messages, EMPTY_LOG).map((turn) =>
    turn.kind === 'question' ? turn.key : turn.steps.map((message) => message.id).join('+'),
  );

test('the steps of one run are one answer', () => {
  expect(shape([user('u1'), step('a1', 'r1'), step('a2', 'r1'), user('u2'), step('a3', 'r2')])).toEqual([
    'u1',
    'a1+a2',
    'u2',
    'a3',
  ]);
});

test('what comes after a decision is an answer of its own', () => {
  expect(shape([user('u1'), step('a1', 'r1'), step('a2', 'r2')])).toEqual(['u1', 'a1', 'a2']);
});

test('system messages and answers that have not begun are not shown', () => {
  const system: UIMessage = { id: 's', role: 'system', parts: [{ type: 'text', content: 'x' }] };
  const empty: UIMessage = { id: 'e', role: 'assistant', parts: [] };
  expect(shape([system, user('u1'), empty])).toEqual(['u1']);
});

test('turns in which nothing changed stay the same objects', () => {
  const [question, first, second] = [user('u1'), step('a1', 'r1'), step('a2', 'r1')];
  const before = toTurns([question, first], EMPTY_LOG);
  const same = keepTurns(before, toTurns([question, first], EMPTY_LOG));
  expect(same.map((turn, at) => turn === before[at])).toEqual([true, true]);
  const grown = keepTurns(before, toTurns([question, first, second], EMPTY_LOG));
  expect(grown.map((turn, at) => turn === before[at])).toEqual([true, false]);
});

test('turns keep their identity when earlier ones come in before them', () => {
  const later = [user('u2'), step('a2', 'r2')];
  const before = toTurns(later, EMPTY_LOG);
  const now = keepTurns(before, toTurns([user('u1'), step('a1', 'r1'), ...later], EMPTY_LOG));
  expect(now.slice(2)).toEqual(before);
  expect(now[2]).toBe(before[0]);
  expect(now[3]).toBe(before[1]);
});
