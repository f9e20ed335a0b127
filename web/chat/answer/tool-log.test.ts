import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { approvalFixture } from '../approvals/approval.fixture.ts';
import type { StreamEvent } from './answer-metadata.ts';
import { EMPTY_TOOL_LOG, observeTool, readStored } from './tool-log.ts';

const observe = (...events: (readonly [StreamEvent, number])[]) =>
  events.reduce((log, [event, at]) => observeTool(log, event, at), EMPTY_TOOL_LOG);
const custom = (name: string, value: unknown): StreamEvent => ({ type: 'CUSTOM', name, value });
const START: StreamEvent = { type: 'TOOL_CALL_START', toolCallId: 't1' };
const RESULT: StreamEvent = { type: 'TOOL_CALL_RESULT', toolCallId: 't1' };

test('measures a call from its first start to its first result', () => {
  const log = observe([START, 100], [START, 150], [RESULT, 900], [RESULT, 950]);
  expect(log.spans['t1']).toEqual({ startedAt: 100, endedAt: 900 });
});

test('keeps the latest state of an approval', () => {
  const log = observe(
    [custom('confirmation', approvalFixture()), 0],
    [custom('confirmation', approvalFixture({ state: 'confirmed' })), 1],
    [custom('confirmation', approvalFixture()), 2],
  );
  expect(log.approvals['t1']?.state).toBe('confirmed');
});

describe('links', () => {
  const link = (path: string) => ({ toolCallId: 't1', path, label: 'View PN-1' });
  test('can be internal or external', () => {
    const log = observe(
      [custom('navigation', link('/workspace/items/1?tab=bom')), 0],
      [custom('navigation', link('https://example.com/a')), 0],
    );
    expect(log.links['t1']).toEqual([
      { kind: 'navigation', label: 'View PN-1', href: '/workspace/items/1?tab=bom', external: false },
      { kind: 'navigation', label: 'View PN-1', href: 'https://example.com/a', external: true },
    ]);
  });

  test.each(['javascript:alert(1)', '//evil.example', '/auth/sign-out', '/workspace/../auth/org', 'http://a.example'])(
    'to %s are dropped (R32)',
    (path) => {
      expect(observe([custom('navigation', link(path)), 0]).links).toEqual({});
    },
  );

  test('are kept once', () => {
    const event = custom('workspace', { toolCallId: 't1', path: '/workspace/sessions/1' });
    expect(observe([event, 0], [event, 1]).links['t1']).toEqual([
      { kind: 'workspace', label: 'Open Design Workspace', href: '/workspace/sessions/1', external: false },
    ]);
  });
});

test('readStored restores approvals and links from stored messages (U26)', () => {
  const message = {
    id: 'm1',
    role: 'assistant',
    parts: [],
    metadata: {
      groundwire: {
        confirmations: [approvalFixture()],
        navigation: [{ toolCallId: 't2', path: '/workspace/items/1', label: 'View' }],
        workspaces: [{ toolCallId: 't3', path: '/workspace/sessions/1', label: 'Open' }],
      },
    },
  } as unknown as UIMessage;
  const log = readStored(EMPTY_TOOL_LOG, [message]);
  expect(log.approvals['t1']?.state).toBe('pending');
  expect(Object.keys(log.links)).toEqual(['t2', 't3']);
});
