import type { UIMessage } from '@tanstack/ai-client';
import { expect, test } from 'vitest';
import { type AnswerLog, EMPTY_LOG, observeEvent, type StreamEvent } from '../answer/answer-metadata.ts';
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

test('toTurns joins the steps of a run into one answer', () => {
  expect(shape([user('u1'), step('a1', 'r1'), step('a2', 'r1'), user('u2'), step('a3', 'r2')])).toEqual([
    'u1',
    'a1+a2',
    'u2',
    'a3',
  ]);
});

test('toTurns starts a new answer for the run after an approval', () => {
  expect(shape([user('u1'), step('a1', 'r1'), step('a2', 'r2')])).toEqual(['u1', 'a1', 'a2']);
});

test('toTurns hides system messages and empty answers', () => {
  const system: UIMessage = { id: 's', role: 'system', parts: [{ type: 'text', content: 'x' }] };
  const empty: UIMessage = { id: 'e', role: 'assistant', parts: [] };
  expect(shape([system, user('u1'), empty])).toEqual(['u1']);
});

test('toTurns shows an answer that ended without any content, as its own answer or as the last step of one', () => {
  const empty = (id: string): UIMessage => ({ id, role: 'assistant', parts: [] });
  const logOf = (...events: readonly StreamEvent[]) =>
    events.reduce((log, event) => observeEvent(log, event, 'q1'), EMPTY_LOG);
  const started: StreamEvent = { type: 'RUN_STARTED', runId: 'r1' };
  const message: StreamEvent = { type: 'TEXT_MESSAGE_START', messageId: 'e', role: 'assistant' };
  const failed: StreamEvent = { type: 'RUN_ERROR', code: 'PROVIDER_AUTH', message: 'key' };
  const stepsOf = (log: AnswerLog, messages: readonly UIMessage[]) =>
    toTurns(messages, log).map((turn) => (turn.kind === 'question' ? turn.key : turn.steps.map(({ id }) => id)));
  expect(stepsOf(logOf(started, message), [user('u1'), empty('e')])).toEqual(['u1']);
  expect(stepsOf(logOf(started, message, failed), [user('u1'), empty('e')])).toEqual(['u1', ['e']]);
  expect(stepsOf(logOf(started, message, failed), [user('u1'), step('a1', 'r1'), empty('e')])).toEqual([
    'u1',
    ['a1', 'e'],
  ]);
});

test('keepTurns keeps unchanged turns', () => {
  const [question, first, second] = [user('u1'), step('a1', 'r1'), step('a2', 'r1')];
  const before = toTurns([question, first], EMPTY_LOG);
  const same = keepTurns(before, toTurns([question, first], EMPTY_LOG));
  expect(same.map((turn, at) => turn === before[at])).toEqual([true, true]);
  const grown = keepTurns(before, toTurns([question, first, second], EMPTY_LOG));
  expect(grown.map((turn, at) => turn === before[at])).toEqual([true, false]);
});

test('keepTurns keeps turns when earlier ones are added', () => {
  const later = [user('u2'), step('a2', 'r2')];
  const before = toTurns(later, EMPTY_LOG);
  const now = keepTurns(before, toTurns([user('u1'), step('a1', 'r1'), ...later], EMPTY_LOG));
  expect(now.slice(2)).toEqual(before);
  expect(now[2]).toBe(before[0]);
  expect(now[3]).toBe(before[1]);
});
