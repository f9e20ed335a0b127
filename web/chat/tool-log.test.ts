import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import type { StreamEvent } from './answer-facts.ts';
import { confirmationOf } from './confirmation.fixture.ts';
import { EMPTY_TOOL_LOG, observeTool, readStored } from './tool-log.ts';

const observe = (...events: (readonly [StreamEvent, number])[]) =>
  events.reduce((log, [event, at]) => observeTool(log, event, at), EMPTY_TOOL_LOG);
const custom = (name: string, value: unknown): StreamEvent => ({ type: 'CUSTOM', name, value });
const START: StreamEvent = { type: 'TOOL_CALL_START', toolCallId: 't1' };
const RESULT: StreamEvent = { type: 'TOOL_CALL_RESULT', toolCallId: 't1' };

test('a call runs from its start to its result, whatever is repeated', () => {
  const log = observe([START, 100], [START, 150], [RESULT, 900], [RESULT, 950]);
  expect(log.spans['t1']).toEqual({ startedAt: 100, endedAt: 900 });
});

test('the last telling of a confirmation holds', () => {
  const log = observe(
    [custom('confirmation', confirmationOf()), 0],
    [custom('confirmation', confirmationOf({ state: 'confirmed' })), 1],
    [custom('confirmation', confirmationOf()), 2],
  );
  expect(log.confirmations['t1']?.state).toBe('confirmed');
});

describe('offers', () => {
  const offer = (path: string) => ({ toolCallId: 't1', path, label: 'View PN-1' });
  test('lead to pages of this product, or elsewhere', () => {
    const log = observe(
      [custom('navigation', offer('/workspace/items/1?tab=bom')), 0],
      [custom('navigation', offer('https://example.com/a')), 0],
    );
    expect(log.offers['t1']).toEqual([
      { kind: 'navigation', label: 'View PN-1', href: '/workspace/items/1?tab=bom', external: false },
      { kind: 'navigation', label: 'View PN-1', href: 'https://example.com/a', external: true },
    ]);
  });

  test.each(['javascript:alert(1)', '//evil.example', '/auth/sign-out', '/workspace/../auth/org', 'http://a.example'])(
    'R32: %s leads nowhere',
    (path) => {
      expect(observe([custom('navigation', offer(path)), 0]).offers).toEqual({});
    },
  );

  test('stand once, however often they come', () => {
    const event = custom('workspace', { toolCallId: 't1', path: '/workspace/sessions/1' });
    expect(observe([event, 0], [event, 1]).offers['t1']).toEqual([
      { kind: 'workspace', label: 'Open Design Workspace', href: '/workspace/sessions/1', external: false },
    ]);
  });
});

test('U26: what was stored with messages is there after a reload', () => {
  const message = {
    id: 'm1',
    role: 'assistant',
    parts: [],
    metadata: {
      groundwire: {
        confirmations: [confirmationOf()],
        navigation: [{ toolCallId: 't2', path: '/workspace/items/1', label: 'View' }],
        workspaces: [{ toolCallId: 't3', path: '/workspace/sessions/1', label: 'Open' }],
      },
    },
  } as unknown as UIMessage;
  const log = readStored(EMPTY_TOOL_LOG, [message]);
  expect(log.confirmations['t1']?.state).toBe('pending');
  expect(Object.keys(log.offers)).toEqual(['t2', 't3']);
});
