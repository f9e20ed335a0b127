import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { EMPTY_LOG, loseRun, metadataOf, observeEvent, type StreamEvent, turnMetadata } from './answer-metadata.ts';

const STARTED: StreamEvent = { type: 'RUN_STARTED', runId: 'r1' };
const MESSAGE: StreamEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' };
const observe = (...events: StreamEvent[]) => events.reduce((log, event) => observeEvent(log, event, 'q1'), EMPTY_LOG);

describe('the status of an answer', () => {
  test('is streaming until its run ends', () => {
    expect(observe(STARTED, MESSAGE).byMessage['m1']?.status).toBe('streaming');
  });

  test.each([
    ['complete', { type: 'RUN_FINISHED', runId: 'r1', outcome: { type: 'success' } }],
    ['stopped', { type: 'RUN_FINISHED', runId: 'r1', outcome: { type: 'cancelled' } }],
    ['interrupted', { type: 'RUN_ERROR', code: 'RUN_INTERRUPTED', message: 'cut' }],
    ['failed', { type: 'RUN_ERROR', code: 'PROVIDER_OVERLOADED', message: 'busy' }],
  ] satisfies [string, StreamEvent][])('%s', (status, end) => {
    const log = observe(STARTED, MESSAGE, end);
    expect(log.byMessage['m1']).toMatchObject({ status, runId: 'r1', requestId: 'q1' });
    expect(log.activeRun).toBeNull();
  });

  test('keeps the code and message of a failure', () => {
    const log = observe(STARTED, MESSAGE, { type: 'RUN_ERROR', code: 'PROVIDER_OVERLOADED', message: 'busy' });
    expect(log.byMessage['m1']?.error).toEqual({ code: 'PROVIDER_OVERLOADED', detail: 'busy' });
  });

  test.each([
    ['before', [STARTED]],
    ['after', [STARTED, MESSAGE]],
  ] as const)('remembers a run that fails %s its message opens, until the next run starts', (_when, begun) => {
    const log = observe(...begun, { type: 'RUN_ERROR', code: 'PROVIDER_AUTH', message: 'key' });
    expect(log.failedRun).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_AUTH' }, requestId: 'q1' });
    expect(observeEvent(log, STARTED, null).failedRun).toBeNull();
  });

  test('names the request that started the run, also on a page that rejoined it', () => {
    const ending = { kind: 'failed', cause: 'PROVIDER_AUTH', requestId: 'first' };
    const metadata = { groundwire: { ending } };
    const log = observe(STARTED, MESSAGE, { type: 'RUN_ERROR', code: 'PROVIDER_AUTH', message: 'key', metadata });
    expect(log.byMessage['m1']?.requestId).toBe('first');
  });

  test('is interrupted when the stream is lost', () => {
    expect(loseRun(observe(STARTED, MESSAGE)).byMessage['m1']?.status).toBe('interrupted');
  });
});

describe('the usage of an answer', () => {
  const cost: StreamEvent = {
    type: 'CUSTOM',
    name: 'cost',
    value: { costMicros: 8382, model: 'a', priceVersion: 'v' },
  };

  test('comes from the cost event and from the end of the run, in either format', () => {
    const expected = { inputTokens: 10, outputTokens: 5, costMicros: 8382, model: 'a' };
    const rows = [
      { inputTokens: 4, outputTokens: 5 },
      { inputTokens: 6, outputTokens: 0 },
    ];
    const end = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
    expect(observe(STARTED, MESSAGE, cost, { ...end, usage: rows }).byMessage['m1']).toMatchObject(expected);
    const total = { promptTokens: 10, completionTokens: 5 };
    expect(observe(STARTED, MESSAGE, cost, { ...end, usage: total }).byMessage['m1']).toMatchObject(expected);
  });

  test('is estimated while a step streams, until the cost event arrives', () => {
    const usage = { messageId: 'm1', inputTokens: 1212, outputTokens: 80, costMicros: 2400 };
    const running = observe(STARTED, MESSAGE, { type: 'CUSTOM', name: 'usage', value: usage });
    expect(running.activeRun?.running).toEqual({ inputTokens: 1212, outputTokens: 80, costMicros: 2400 });
    expect(running.byMessage['m1']?.costMicros).toBeNull();
    expect(observeEvent(running, cost, null).activeRun?.running).toBeNull();
    expect(
      observe(STARTED, { type: 'CUSTOM', name: 'usage', value: { inputTokens: 'x' } }).activeRun?.running,
    ).toBeNull();
  });

  test('is unknown without a usage report', () => {
    expect(observe(STARTED, MESSAGE, { type: 'RUN_FINISHED' }).byMessage['m1']).toMatchObject({
      inputTokens: null,
      outputTokens: null,
    });
  });
});

test('metadataOf prefers the stream over the stored metadata', () => {
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
  expect(metadataOf(message, EMPTY_LOG)).toMatchObject({
    status: 'interrupted',
    inputTokens: 8,
    outputTokens: 2,
    costMicros: 7,
  });
  expect(metadataOf(message, observe(STARTED, MESSAGE))?.status).toBe('streaming');
  expect(metadataOf({ ...message, metadata: {} }, EMPTY_LOG)).toBeNull();
});

describe('an answer with several steps', () => {
  const cost = (costMicros: number): StreamEvent => ({
    type: 'CUSTOM',
    name: 'cost',
    value: { costMicros, model: 'a' },
  });
  const message = (id: string): UIMessage => ({ id, role: 'assistant', parts: [] });
  const steps = [message('m1'), message('m2')];

  test('completes a step when the next one starts, and has the status of the last step', () => {
    const log = observe(STARTED, MESSAGE, { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' });
    expect([log.byMessage['m1']?.status, log.byMessage['m2']?.status]).toEqual(['complete', 'streaming']);
    expect(turnMetadata(steps, log)?.status).toBe('streaming');
  });

  test('starts a step at a tool call', () => {
    const log = observe(STARTED, MESSAGE, { type: 'TOOL_CALL_START', toolCallId: 't', parentMessageId: 'm2' });
    expect(log.activeRun?.messageId).toBe('m2');
  });

  test('sums the cost of its steps', () => {
    const log = observe(
      STARTED,
      MESSAGE,
      cost(30),
      { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' },
      cost(12),
      { type: 'RUN_FINISHED', runId: 'r1', usage: [{ inputTokens: 7, outputTokens: 3 }] },
    );
    expect(turnMetadata(steps, log)).toMatchObject({
      costMicros: 42,
      inputTokens: 7,
      outputTokens: 3,
      status: 'complete',
    });
  });

  test('names its models in order if another one took over', () => {
    const by = (model: string): StreamEvent => ({ type: 'CUSTOM', name: 'cost', value: { costMicros: 1, model } });
    const second: StreamEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' };
    expect(turnMetadata(steps, observe(STARTED, MESSAGE, by('a'), second, by('b')))?.models).toEqual(['a', 'b']);
    expect(turnMetadata(steps, observe(STARTED, MESSAGE, by('a'), second, by('a')))?.models).toBeUndefined();
  });
});
