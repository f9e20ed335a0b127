import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import type { Confirmation } from '../../worker/contract.ts';
import { confirmationOf } from './confirmation.fixture.ts';
import { formatDetail, toolCallsOf } from './tool-call.ts';

type Given = { arguments?: string; output?: unknown; isError?: boolean; live?: boolean; confirmation?: Confirmation };

function callWith({ arguments: args = '{}', output, isError = false, live = false, confirmation }: Given) {
  const parts = [
    { type: 'tool-call', id: 't1', name: 'get_bom', arguments: args, state: isError ? 'error' : 'complete' },
    ...(output === undefined
      ? []
      : [
          {
            type: 'tool-result',
            toolCallId: 't1',
            content: JSON.stringify(output),
            state: isError ? 'error' : 'complete',
          },
        ]),
  ] as UIMessage['parts'];
  const confirmations = confirmation === undefined ? {} : { t1: confirmation };
  const [call] = toolCallsOf({ id: 'm1', role: 'assistant', parts }, { live, confirmations });
  if (call === undefined) throw new Error('the call is not there');
  return call;
}

const ID = '10000000-0000-4000-8000-000000000001';

describe('what a call is about', () => {
  test.each([
    ['its number', { itemId: ID, itemNumber: 'PN-000123', label: 'View' }, undefined, 'PN-000123'],
    ['the words that were searched', { query: 'drive unit', itemType: 'Part' }, undefined, 'drive unit'],
    ['a name', { itemType: 'Part', name: 'Motor Assembly' }, undefined, 'Motor Assembly'],
    [
      'what it answered, where the arguments have only an id',
      { itemId: ID },
      { item: { itemNumber: 'PN-000007' } },
      'PN-000007',
    ],
    ['nothing, where nothing names it', { itemId: ID, depth: 2 }, undefined, null],
  ])('is %s', (_title, args, output, object) => {
    expect(callWith({ arguments: JSON.stringify(args), output }).object).toBe(object);
  });

  test('is short, and on one line', () => {
    const { object } = callWith({ arguments: JSON.stringify({ query: `a\nb ${'x'.repeat(200)}` }) });
    expect(object).toMatch(/^a b x+…$/);
    expect(object?.length).toBeLessThanOrEqual(48);
  });

  test('waits for arguments that still stream', () => {
    expect(callWith({ arguments: '{"itemNumber":"PN-0' }).object).toBeNull();
  });
});

describe('how a call went', () => {
  const DONE = { id: ID };
  test.each([
    ['running', { live: true }],
    ['unfinished', { live: false }],
    ['done', { output: DONE }],
    ['failed', { output: { error: 'x' }, isError: true }],
    ['refused', { output: { refused: true, code: 'NOT_FOUND', message: 'No such item.' } }],
    ['waiting', { confirmation: confirmationOf() }],
    ['running', { confirmation: confirmationOf({ decidedAt: '2026-05-03T10:00:00.000Z' }) }],
    ['done', { confirmation: confirmationOf({ state: 'confirmed' }), output: DONE }],
    ['unfinished', { confirmation: confirmationOf({ state: 'cancelled' }), output: { refused: true } }],
    ['unfinished', { confirmation: confirmationOf({ state: 'expired' }) }],
    ['failed', { confirmation: confirmationOf({ state: 'failed' }) }],
    ['unknown', { confirmation: confirmationOf({ state: 'unknown' }) }],
  ] satisfies [string, Given][])('%s: %j', (state, given) => {
    expect(callWith(given).state).toBe(state);
  });
});

describe('a refusal', () => {
  test('is said in the words for people', () => {
    const { refusal } = callWith({ output: { refused: true, code: 'CYCLE', message: 'That would close a circle.' } });
    expect(refusal).toEqual({ code: 'CYCLE', message: 'That would close a circle.', isOffer: false });
  });

  test('that comes with a way on is an offer, and not done either', () => {
    const call = callWith({ output: { message: 'Shall I create one first?', suggestCreateEco: true } });
    expect(call.refusal).toMatchObject({ message: 'Shall I create one first?', isOffer: true });
    expect(call.state).toBe('refused');
  });

  test('of what a card proposed is said by the card alone', () => {
    const output = { refused: true, code: 'DECLINED', message: 'M' };
    expect(callWith({ output, confirmation: confirmationOf({ state: 'cancelled' }) }).refusal).toBeNull();
  });
});

test('details are indented where they are JSON, as they are where not, and never endless', () => {
  expect(formatDetail('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(formatDetail('{"a":')).toBe('{"a":');
  expect(formatDetail('x'.repeat(7_000))).toMatch(/… 1,000 more characters$/);
});
