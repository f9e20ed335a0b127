import { validateUIMessages } from 'ai';
import { describe, expect, test } from 'vitest';
import type { ShownMessage } from '../../../durable/contracts/conversation.ts';
import { APPROVAL } from '../recorded-runs.fixture.ts';
import { toUiMessages } from './ui-history.ts';

const AT = Date.UTC(2026, 10, 21, 12);

const message = (change: Partial<ShownMessage>): ShownMessage => ({
  id: crypto.randomUUID(),
  runId: 'run-1',
  role: 'assistant',
  parts: [],
  status: 'complete',
  createdAt: AT,
  model: null,
  provider: null,
  usage: null,
  costMicros: null,
  priceVersion: null,
  error: null,
  replies: [],
  confirmations: [],
  ...change,
});
const text = (content: string) => ({ type: 'text' as const, content });
const asked = message({ role: 'user', parts: [text('Create a part')] });
const call = { type: 'tool-call' as const, id: 't1', name: 'create_item', arguments: '{"name":"Motor"}' };
const reply = (content: object, isError = false): ShownMessage['replies'][number] => ({
  callId: 't1',
  name: 'create_item',
  isError,
  link: null,
  content: JSON.stringify(content),
});
const card = (change: Partial<ShownMessage['confirmations'][number]> = {}): ShownMessage['confirmations'][number] => ({
  approvalId: APPROVAL,
  toolCallId: 't1',
  toolName: 'create_item',
  card: { action: 'create', title: 'Create Motor', message: 'A new part.', details: [] },
  expiresAt: AT,
  askedBy: null,
  state: 'pending',
  decidedAt: null,
  decidedBy: null,
  reopenedAt: null,
  outcome: null,
  ...change,
});
const calling = (change: Partial<ShownMessage>) =>
  toUiMessages([message({ parts: [call], ...change })], null)[0]?.parts[1];

describe('a transcript as UI messages', () => {
  test('everything between two user messages is one message, with the id of its first run', async () => {
    const shown = [
      asked,
      message({
        parts: [{ type: 'thinking', content: 'Hm.' }, text('I can.'), call],
        confirmations: [card({ state: 'confirmed', decidedAt: AT })],
        replies: [reply({ ok: true })],
      }),
      message({ runId: 'approve-1', parts: [text('Done.')] }),
      message({ role: 'user', runId: 'run-2', parts: [text('Thanks')] }),
      message({
        runId: 'run-2',
        parts: [text('Welcome.')],
        status: 'failed',
        error: { code: 'PROVIDER_STALLED', detail: 'x' },
      }),
    ];
    const messages = toUiMessages(shown, null);
    expect(messages).toMatchObject([
      { id: asked.id, role: 'user', parts: [{ type: 'text', text: 'Create a part' }] },
      {
        id: 'run-1',
        role: 'assistant',
        metadata: { runId: 'approve-1', status: 'complete' },
        parts: [
          { type: 'step-start' },
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'I can.' },
          {
            type: 'tool-create_item',
            state: 'output-available',
            input: { name: 'Motor' },
            output: { ok: true },
            approval: { id: APPROVAL, approved: true },
          },
          { type: 'data-confirmation', id: APPROVAL },
          { type: 'step-start' },
          { type: 'text', text: 'Done.' },
        ],
      },
      { role: 'user' },
      { id: 'run-2', metadata: { status: 'failed', error: { code: 'PROVIDER_STALLED' } } },
    ]);
    // Validated by the library itself.
    expect(await validateUIMessages({ messages })).toHaveLength(4);
  });

  test('leaves out the active run, even if it continues a message', () => {
    const first = message({ parts: [text('I can.')] });
    const going = message({ runId: 'run-2', parts: [text('Do')], status: 'streaming' });
    expect(toUiMessages([asked, going], 'run-2')).toHaveLength(1);
    expect(toUiMessages([asked, first, going], 'run-2').at(-1)).toMatchObject({ id: 'run-1', parts: { length: 2 } });
  });

  test.each([
    [
      'waits',
      { confirmations: [card()] },
      { state: 'approval-requested', approval: { id: APPROVAL, requestReason: 'A new part.' } },
    ],
    [
      'is running',
      { confirmations: [card({ decidedAt: AT })] },
      { state: 'approval-responded', approval: { approved: true } },
    ],
    [
      'was declined',
      { confirmations: [card({ state: 'cancelled', decidedAt: AT })], replies: [reply({ declined: true })] },
      { state: 'output-denied', approval: { approved: false } },
    ],
    [
      'has expired',
      { confirmations: [card({ state: 'expired' })] },
      { state: 'output-error', errorText: expect.stringContaining('not run') },
    ],
    [
      'failed',
      { replies: [reply({ message: 'It changed meanwhile.' }, true)] },
      { state: 'output-error', errorText: 'It changed meanwhile.' },
    ],
    ['was never run', {}, { state: 'output-error' }],
    ['worked', { replies: [reply({ ok: true })] }, { state: 'output-available', output: { ok: true } }],
  ] as const)('a call that %s', (_name, change, expected) => {
    expect(calling(change)).toMatchObject({ type: 'tool-create_item', toolCallId: 't1', ...expected });
  });

  test('a tool’s button is data next to its call', () => {
    const link = { kind: 'navigation' as const, path: '/workspace/items/1', label: 'PN-000059' };
    const [shown] = toUiMessages([message({ parts: [call], replies: [{ ...reply({}), link }] })], null);
    expect(shown?.parts).toContainEqual({
      type: 'data-navigation',
      id: 't1',
      data: { toolCallId: 't1', path: '/workspace/items/1', label: 'PN-000059' },
    });
  });
});
