import { expect, it } from 'vitest';
import { type AgUiEvent, frame, isTerminal, parseEventId, parseFrames, toTokenUsage } from './events.ts';

const delta = (text: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: text });

it('writes a frame as an id line, one data line and a blank line, whatever the text contains', () => {
  const text = 'line\nline\r\n\u2028 "quoted" \ud83d half';
  const written = frame('run.1', 7, delta(text));
  expect(written).toMatch(/^id: run\.1\.7\ndata: [^\n\r]+\n\n$/);
  expect(parseFrames(written)).toEqual([delta(text)]);
});

it('reads stored frames back as the events that were written', () => {
  const events = [delta('a'), delta('\n\n'), delta('data: {}\n\nid: x.1')];
  expect(parseFrames(events.map((event, seq) => frame('r', seq, event)).join(''))).toEqual(events);
  expect(parseFrames('')).toEqual([]);
});

it.each([
  ['run.0', 0],
  ['run.41', 41],
  ['run.', null],
  ['run. 1', null],
  ['run.-1', null],
  ['run.1e3', null],
  ['run.0x10', null],
  ['run.1.5', null],
  ['run.99999999999999999999', null],
  ['other.3', null],
  ['run', null],
  ['', null],
  [null, null],
])('an event id of this run gives its number, anything else null: %j', (id, seq) => {
  expect(parseEventId('run', id)).toBe(seq);
});

it('accepts a run id with dots as this run only', () => {
  expect(parseEventId('a.1', 'a.1.2')).toBe(2);
  expect(parseEventId('a', 'a.1.2')).toBeNull();
});

it('ends a run with RUN_FINISHED and RUN_ERROR only', () => {
  expect(isTerminal({ type: 'RUN_ERROR', message: 'm' })).toBe(true);
  expect(isTerminal({ type: 'RUN_FINISHED', threadId: 't', runId: 'r' })).toBe(true);
  expect(isTerminal({ type: 'TEXT_MESSAGE_END', messageId: 'm' })).toBe(false);
});

it('counts cache reads and writes as AG-UI input tokens', () => {
  const usage = {
    inputTokens: 12,
    outputTokens: 42,
    cacheReadTokens: 1000,
    cacheWriteTokens: 200,
    reasoningTokens: 7,
    estimated: false,
  };
  expect(toTokenUsage('p', 'm', usage)).toEqual({
    provider: 'p',
    model: 'm',
    inputTokens: 1212,
    outputTokens: 42,
    cachedInputTokens: 1000,
    cacheWriteInputTokens: 200,
    reasoningTokens: 7,
  });
});
