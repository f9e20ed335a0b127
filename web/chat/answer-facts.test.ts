import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { EMPTY_LOG, factsOf, loseRun, observeEvent, type StreamEvent, turnFacts } from './answer-facts.ts';

const STARTED: StreamEvent = { type: 'RUN_STARTED', runId: 'r1' };
const MESSAGE: StreamEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' };
const observe = (...events: StreamEvent[]) => events.reduce((log, event) => observeEvent(log, event, 'q1'), EMPTY_LOG);

describe('how an answer ended', () => {
  test('streams until its run ends', () => {
    expect(observe(STARTED, MESSAGE).answers['m1']?.status).toBe('streaming');
  });

  test.each([
    ['complete', { type: 'RUN_FINISHED', runId: 'r1', outcome: { type: 'success' } }],
    ['stopped', { type: 'RUN_FINISHED', runId: 'r1', outcome: { type: 'cancelled' } }],
    ['interrupted', { type: 'RUN_ERROR', code: 'RUN_INTERRUPTED', message: 'cut' }],
    ['failed', { type: 'RUN_ERROR', code: 'PROVIDER_OVERLOADED', message: 'busy' }],
  ] satisfies [string, StreamEvent][])('%s', (status, end) => {
    const log = observe(STARTED, MESSAGE, end);
    expect(log.answers['m1']).toMatchObject({ status, runId: 'r1', requestId: 'q1' });
    expect(log.run).toBeNull();
  });

  test('a failure keeps its code and words', () => {
    const log = observe(STARTED, MESSAGE, { type: 'RUN_ERROR', code: 'PROVIDER_OVERLOADED', message: 'busy' });
    expect(log.answers['m1']?.error).toEqual({ code: 'PROVIDER_OVERLOADED', detail: 'busy' });
  });

  test('a run that fails before its first word is remembered until the next one begins', () => {
    const log = observe(STARTED, { type: 'RUN_ERROR', code: 'PROVIDER_AUTH', message: 'key' });
    expect(log.unanswered).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_AUTH' } });
    expect(observeEvent(log, STARTED, null).unanswered).toBeNull();
  });

  test('a stream that is lost leaves its answer interrupted', () => {
    expect(loseRun(observe(STARTED, MESSAGE)).answers['m1']?.status).toBe('interrupted');
  });
});

describe('what an answer used', () => {
  const cost: StreamEvent = {
    type: 'CUSTOM',
    name: 'cost',
    value: { costMicros: 8382, model: 'a', priceVersion: 'v' },
  };

  test('comes from the cost event and the end of the run, in either form of usage', () => {
    const expected = { inputTokens: 10, outputTokens: 5, costMicros: 8382, model: 'a' };
    const rows = [
      { inputTokens: 4, outputTokens: 5 },
      { inputTokens: 6, outputTokens: 0 },
    ];
    const end = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
    expect(observe(STARTED, MESSAGE, cost, { ...end, usage: rows }).answers['m1']).toMatchObject(expected);
    const total = { promptTokens: 10, completionTokens: 5 };
    expect(observe(STARTED, MESSAGE, cost, { ...end, usage: total }).answers['m1']).toMatchObject(expected);
  });

  test('so far is told while a step streams, and gives way to what it cost', () => {
    const usage = { messageId: 'm1', inputTokens: 1212, outputTokens: 80, costMicros: 2400 };
    const running = observe(STARTED, MESSAGE, { type: 'CUSTOM', name: 'usage', value: usage });
    expect(running.run?.running).toEqual({ inputTokens: 1212, outputTokens: 80, costMicros: 2400 });
    expect(running.answers['m1']?.costMicros).toBeNull();
    expect(observeEvent(running, cost, null).run?.running).toBeNull();
    expect(observe(STARTED, { type: 'CUSTOM', name: 'usage', value: { inputTokens: 'x' } }).run?.running).toBeNull();
  });

  test('is unknown where nobody counted', () => {
    expect(observe(STARTED, MESSAGE, { type: 'RUN_FINISHED' }).answers['m1']).toMatchObject({
      inputTokens: null,
      outputTokens: null,
    });
  });
});

test('a stored message tells its own facts, and the stream of this page overrules them', () => {
  const usage = {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadTokens: 3,
    cacheWriteTokens: 4,
    reasoningTokens: 0,
    estimated: false,
  };
  const groundwire = {
    status: 'interrupted',
    model: 'a',
    provider: 'p',
    usage,
    costMicros: 7,
    priceVersion: 'v',
    runId: 'r0',
    error: null,
  };
  const message: UIMessage = { id: 'm1', role: 'assistant', parts: [], metadata: { groundwire } };
  expect(factsOf(message, EMPTY_LOG)).toMatchObject({
    status: 'interrupted',
    inputTokens: 8,
    outputTokens: 2,
    costMicros: 7,
  });
  expect(factsOf(message, observe(STARTED, MESSAGE))?.status).toBe('streaming');
  expect(factsOf({ ...message, metadata: {} }, EMPTY_LOG)).toBeNull();
});

describe('an answer of several steps', () => {
  const cost = (costMicros: number): StreamEvent => ({
    type: 'CUSTOM',
    name: 'cost',
    value: { costMicros, model: 'a' },
  });
  const message = (id: string): UIMessage => ({ id, role: 'assistant', parts: [] });
  const steps = [message('m1'), message('m2')];

  test('is complete in its first step when the second begins, and ends with its last', () => {
    const log = observe(STARTED, MESSAGE, { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' });
    expect([log.answers['m1']?.status, log.answers['m2']?.status]).toEqual(['complete', 'streaming']);
    expect(turnFacts(steps, log)?.status).toBe('streaming');
  });

  test('begins a step with a tool call too', () => {
    const log = observe(STARTED, MESSAGE, { type: 'TOOL_CALL_START', toolCallId: 't', parentMessageId: 'm2' });
    expect(log.run?.messageId).toBe('m2');
  });

  test('costs what its steps cost together', () => {
    const log = observe(
      STARTED,
      MESSAGE,
      cost(30),
      { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' },
      cost(12),
      { type: 'RUN_FINISHED', runId: 'r1', usage: [{ inputTokens: 7, outputTokens: 3 }] },
    );
    expect(turnFacts(steps, log)).toMatchObject({
      costMicros: 42,
      inputTokens: 7,
      outputTokens: 3,
      status: 'complete',
    });
  });
});
