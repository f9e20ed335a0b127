import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { approvalFixture } from '../approvals/approval.fixture.ts';
import type { Approval } from '../approvals/approval.ts';
import { formatDetail, toolCallsOf } from './tool-call.ts';

type Given = { arguments?: string; output?: unknown; isError?: boolean; live?: boolean; approval?: Approval };

function callWith({ arguments: args = '{}', output, isError = false, live = false, approval }: Given) {
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
  const approvals = approval === undefined ? {} : { t1: approval };
  const [call] = toolCallsOf({ id: 'm1', role: 'assistant', parts }, { live, approvals });
  if (call === undefined) throw new Error('no tool call');
  return call;
}

const ID = '10000000-0000-4000-8000-000000000001';

describe('the object of a call', () => {
  test.each([
    ['its number', { itemId: ID, itemNumber: 'PN-000123', label: 'View' }, undefined, 'PN-000123'],
    ['its search text', { query: 'drive unit', itemType: 'Part' }, undefined, 'drive unit'],
    ['its name', { itemType: 'Part', name: 'Motor Assembly' }, undefined, 'Motor Assembly'],
    [
      'from the result, if the arguments only have an id',
      { itemId: ID },
      { item: { itemNumber: 'PN-000007' } },
      'PN-000007',
    ],
    ['null, if nothing names it', { itemId: ID, depth: 2 }, undefined, null],
  ])('is %s', (_title, args, output, object) => {
    expect(callWith({ arguments: JSON.stringify(args), output }).object).toBe(object);
  });

  test('is shortened to one line', () => {
    const { object } = callWith({ arguments: JSON.stringify({ query: `a\nb ${'x'.repeat(200)}` }) });
    expect(object).toMatch(/^a b x+…$/);
    expect(object?.length).toBeLessThanOrEqual(48);
  });

  test('is null while the arguments stream', () => {
    expect(callWith({ arguments: '{"itemNumber":"PN-0' }).object).toBeNull();
  });
});

describe('the state of a call', () => {
  const DONE = { id: ID };
  test.each([
    ['running', { live: true }],
    ['unfinished', { live: false }],
    ['done', { output: DONE }],
    ['failed', { output: { error: 'x' }, isError: true }],
    ['refused', { output: { refused: true, code: 'NOT_FOUND', message: 'No such item.' } }],
    ['waiting', { approval: approvalFixture() }],
    ['running', { approval: approvalFixture({ decidedAt: '2026-05-03T10:00:00.000Z' }) }],
    ['done', { approval: approvalFixture({ state: 'confirmed' }), output: DONE }],
    ['unfinished', { approval: approvalFixture({ state: 'cancelled' }), output: { refused: true } }],
    ['unfinished', { approval: approvalFixture({ state: 'expired' }) }],
    ['failed', { approval: approvalFixture({ state: 'failed' }) }],
    ['unknown', { approval: approvalFixture({ state: 'unknown' }) }],
  ] satisfies [string, Given][])('%s: %j', (state, given) => {
    expect(callWith(given).state).toBe(state);
  });
});

describe('a refused call', () => {
  test('has the message for the user', () => {
    const { refusal } = callWith({ output: { refused: true, code: 'CYCLE', message: 'That would close a circle.' } });
    expect(refusal).toEqual({ code: 'CYCLE', message: 'That would close a circle.', isOffer: false });
  });

  test('is an offer if it suggests a change order', () => {
    const call = callWith({ output: { message: 'Shall I create one first?', suggestCreateEco: true } });
    expect(call.refusal).toMatchObject({ message: 'Shall I create one first?', isOffer: true });
    expect(call.state).toBe('refused');
  });

  test('has no message of its own if an approval card shows it', () => {
    const output = { refused: true, code: 'DECLINED', message: 'M' };
    expect(callWith({ output, approval: approvalFixture({ state: 'cancelled' }) }).refusal).toBeNull();
  });
});

test('formatDetail indents JSON, keeps other text and truncates long text', () => {
  expect(formatDetail('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(formatDetail('{"a":')).toBe('{"a":');
  expect(formatDetail('x'.repeat(7_000))).toMatch(/… 1,000 more characters$/);
});
