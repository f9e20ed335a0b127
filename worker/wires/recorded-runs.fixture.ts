// Runs as they are in the log, for tests of the wires: every kind of ending and event.
import { type AgUiEvent, frame } from '../../durable/conversation/log/events.ts';

export const THREAD = '0f000000-0000-4000-8000-000000000001';
export const RUN = 'run-1';
export const DECIDING_RUN = 'approve-1';
export const APPROVAL = '0f000000-0000-4000-8000-00000000000a';

const usage = (inputTokens: number, outputTokens: number) => ({
  provider: 'demo',
  model: 'claude-sonnet-4-6',
  inputTokens,
  outputTokens,
  cachedInputTokens: 10,
  cacheWriteInputTokens: 0,
  reasoningTokens: 2,
});

const started: AgUiEvent = { type: 'RUN_STARTED', threadId: THREAD, runId: RUN, protocolVersion: '1.0' };
const deciding: AgUiEvent = { ...started, runId: DECIDING_RUN, parentRunId: RUN };
const cost = (messageId: string): AgUiEvent => ({
  type: 'CUSTOM',
  name: 'cost',
  value: { costMicros: 12, priceVersion: '2026-11-21', model: 'claude-sonnet-4-6', messageId },
});
const opened = (messageId: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' });
const said = (messageId: string, ...deltas: string[]): AgUiEvent[] =>
  deltas.map((delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta }));
const closed = (messageId: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_END', messageId });
const thought = (messageId: string, ...deltas: string[]): AgUiEvent[] => [
  { type: 'REASONING_START', messageId },
  { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
  ...deltas.map((delta): AgUiEvent => ({ type: 'REASONING_MESSAGE_CONTENT', messageId, delta })),
  { type: 'REASONING_MESSAGE_END', messageId },
  { type: 'REASONING_END', messageId },
];
const called = (toolCallId: string, toolCallName: string, ...args: string[]): AgUiEvent[] => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: 'm1' },
  ...args.map((delta): AgUiEvent => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta })),
  { type: 'TOOL_CALL_END', toolCallId },
];
const answered = (toolCallId: string, content: unknown, isError = false): AgUiEvent => ({
  type: 'TOOL_CALL_RESULT',
  messageId: `${toolCallId}-reply`,
  toolCallId,
  content: JSON.stringify(content),
  role: 'tool',
  ...(isError && { metadata: { tanstack: { state: 'output-error' } } }),
});
const finished = (runId: string, more: object): AgUiEvent =>
  ({ type: 'RUN_FINISHED', threadId: THREAD, runId, usage: [usage(100, 20)], ...more }) as AgUiEvent;
const success = (runId = RUN, finishReason = 'stop') =>
  finished(runId, { outcome: { type: 'success' }, result: { finishReason } });

const card = (state: string): AgUiEvent => ({
  type: 'CUSTOM',
  name: 'confirmation',
  value: {
    approvalId: APPROVAL,
    toolCallId: 't-create',
    toolName: 'create_item',
    card: { action: 'create', title: 'Create Motor Assembly', message: 'A new part in PKH-MFG.', details: [] },
    expiresAt: '2026-11-21T12:05:00.000Z',
    state,
    decidedAt: null,
    decidedBy: null,
    reopenedAt: null,
    outcome: null,
  },
});

export const INPUT = { itemType: 'Part', name: 'Motor Assembly' };

/** Earlier messages are summarized before the answer. */
const summarized: AgUiEvent[] = [
  { type: 'CUSTOM', name: 'compaction', value: { status: 'started' } },
  {
    type: 'CUSTOM',
    name: 'compaction',
    value: {
      status: 'ended',
      earlier: { messageId: 'm0', questions: 2, hasSummary: true, isPartial: false },
      costMicros: 900,
      error: null,
    },
  },
];

/** An answer after some reasoning. */
const plain: AgUiEvent[] = [
  started,
  { type: 'CUSTOM', name: 'title', value: { title: 'Hello' } },
  opened('m1'),
  ...summarized,
  ...thought('m1-reasoning', 'Let me ', 'think.'),
  ...said('m1', 'Hel', 'lo\n', '“wörld” 🌍'),
  closed('m1'),
  cost('m1'),
  success(),
];

/** Two steps: a read that works, one that fails, a button, then the answer. */
const tools: AgUiEvent[] = [
  started,
  opened('m1'),
  ...said('m1', 'Let me look.'),
  closed('m1'),
  ...called('t-bom', 'get_bom', '{"itemId":', '"PN-000059"}'),
  ...called('t-nav', 'offer_navigation'),
  // A model may continue with text after its calls.
  opened('m1'),
  ...said('m1', ' One moment.'),
  closed('m1'),
  cost('m1'),
  answered('t-bom', { total: 3 }),
  answered('t-nav', { refused: true, code: 'NOT_FOUND', message: 'There is no such item.' }, true),
  {
    type: 'CUSTOM',
    name: 'navigation',
    value: { toolCallId: 't-bom', path: '/workspace/items/1', label: 'PN-000059' },
  },
  opened('m2'),
  ...said('m2', 'It has ', 'three parts.'),
  closed('m2'),
  cost('m2'),
  finished(RUN, {
    outcome: { type: 'success' },
    result: { finishReason: 'stop' },
    usage: [usage(100, 20), usage(150, 30)],
  }),
];

/** A write that waits for approval. */
const proposed: AgUiEvent[] = [
  started,
  opened('m1'),
  ...said('m1', 'I can make that part.'),
  closed('m1'),
  ...called('t-create', 'create_item', JSON.stringify(INPUT)),
  cost('m1'),
  card('pending'),
  finished(RUN, {
    outcome: {
      type: 'interrupt',
      interrupts: [
        {
          id: APPROVAL,
          reason: 'tool-approval',
          message: 'A new part in PKH-MFG.',
          toolCallId: 't-create',
          expiresAt: '2026-11-21T12:05:00.000Z',
          metadata: { kind: 'approval', toolName: 'create_item', input: INPUT },
        },
      ],
    },
  }),
];

const decided = (state: string, content: object, isError: boolean, report: string): AgUiEvent[] => [
  deciding,
  answered('t-create', content, isError),
  card(state),
  opened('m3'),
  ...said('m3', report),
  closed('m3'),
  cost('m3'),
  success(DECIDING_RUN),
];

const lost = { type: 'RUN_ERROR', message: 'The answer was interrupted.', code: 'RUN_INTERRUPTED' } as const;

export const RUNS = {
  plain,
  tools,
  proposed,
  approved: decided('confirmed', { itemNumber: 'PN-000123' }, false, 'PN-000123 is made.'),
  declined: decided('cancelled', { declined: true, message: 'The user declined this.' }, false, 'Nothing was made.'),
  stale: decided(
    'failed',
    { refused: true, code: 'STALE', message: 'It changed meanwhile.' },
    true,
    'It was not made.',
  ),
  /** The answer reached the maximum length. */
  long: [started, opened('m1'), ...said('m1', 'And so on'), closed('m1'), success(RUN, 'length')],
  /** The model refused in the middle of its answer. */
  refused: [
    started,
    opened('m1'),
    ...said('m1', 'Hal'),
    closed('m1'),
    {
      type: 'RUN_ERROR',
      message: 'The model declined to answer this.',
      code: 'MODEL_DECLINED',
      usage: [usage(5, 1)],
      metadata: { groundwire: { ending: { kind: 'refused', cause: 'MODEL_DECLINED', requestId: 'q1' } } },
    },
  ],
  stopped: [
    started,
    opened('m1'),
    ...said('m1', 'Hal'),
    closed('m1'),
    finished(RUN, { outcome: { type: 'cancelled' } }),
  ],
  failed: [
    started,
    opened('m1'),
    ...said('m1', 'Hal'),
    closed('m1'),
    {
      type: 'RUN_ERROR',
      message: 'The model provider stopped answering.',
      code: 'PROVIDER_STALLED',
      usage: [usage(5, 1)],
    },
  ],
  /** The object was restarted in the middle of a call's arguments, with another call unanswered. */
  interrupted: [
    started,
    opened('m1'),
    ...said('m1', 'Let me look.'),
    closed('m1'),
    ...called('t-bom', 'get_bom', '{"itemId":"PN-000059"}'),
    ...called('t-cut', 'get_bom', '{"itemId":"PN'),
    lost,
  ],
  failedAtOnce: [started, { type: 'RUN_ERROR', message: 'Something failed on our side.', code: 'INTERNAL' }],
} satisfies Record<string, AgUiEvent[]>;

export const RUN_NAMES = Object.keys(RUNS) as (keyof typeof RUNS)[];

export function runIdOf(events: readonly AgUiEvent[]): string {
  const [first] = events;
  if (first?.type !== 'RUN_STARTED') throw new Error('no run');
  return first.runId;
}

/** The log's frames. */
export const framesOf = (events: readonly AgUiEvent[]): string =>
  events.map((event, seq) => frame(runIdOf(events), seq, event)).join('');

/** The log's frames as a stream, in pieces of `pieceBytes` bytes. */
export function streamOf(text: string, pieceBytes = 64): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
}

/** What a projection sends: each frame's id and data. */
export async function readFrames(body: ReadableStream<Uint8Array>): Promise<{ id: string | null; data: string }[]> {
  const text = await new Response(body).text();
  return text
    .split('\n\n')
    .filter((piece) => piece !== '' && !piece.startsWith(':'))
    .map((piece) => {
      const [, id = null, data = ''] = /^(?:id: (.+)\n)?data: (.*)$/s.exec(piece) ?? [];
      return { id, data };
    });
}
