import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test, vi } from 'vitest';
import type { Problem } from '../../problem.ts';
import { createConnection } from './connection.ts';

type Reply = Response | 'no answer';

/** A server that returns these replies in turn, and what the observer received. */
function connectTo(replies: readonly Reply[], options: { isNew?: boolean; early?: Promise<Response> } = {}) {
  const requests: { url: string; init: RequestInit }[] = [];
  const noticed: string[] = [];
  const problems: Problem[] = [];
  let next = 0;
  const connection = createConnection(
    {
      onEvent: (event, requestId) => noticed.push(`${event.type} ${requestId}`),
      onLink: (link) => noticed.push(link),
      onSending: () => undefined,
      onAccepted: () => noticed.push('accepted'),
      onRejected: (problem) => {
        noticed.push('rejected');
        problems.push(problem);
      },
      onLost: () => noticed.push('lost'),
      onHydrated: (problem) => noticed.push(`hydrated ${problem?.code ?? 'well'}`),
    },
    {
      sessionId: 't',
      isNew: options.isNew ?? false,
      takeEarly: () => options.early ?? null,
      fetch: async (url, init = {}) => {
        requests.push({ url: String(url), init });
        const reply = replies[Math.min(next++, replies.length - 1)];
        if (reply === undefined || reply === 'no answer') throw new TypeError('network');
        return reply;
      },
      pause: async () => {},
      resumeAfterMs: 0,
    },
  );
  return { connection, requests, noticed, problems };
}

const frame = (seq: number, event: object): string => `id: r1.${seq}\ndata: ${JSON.stringify(event)}\n\n`;
const STARTED = frame(0, { type: 'RUN_STARTED', threadId: 't', runId: 'r1' });
const FINISHED = frame(1, { type: 'RUN_FINISHED', threadId: 't', runId: 'r1' });
const stream = (...frames: string[]): Response =>
  new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'q1' } });
const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ status, code, title: 'T', detail: 'D', requestId: 'q2' }, { status, headers });

const QUESTIONS: UIMessage[] = [
  { id: 'u1', role: 'user', parts: [{ type: 'text', content: 'first' }] },
  { id: 'a1', role: 'assistant', parts: [{ type: 'text', content: 'answer' }] },
  { id: 'u2', role: 'user', parts: [{ type: 'text', content: 'second' }] },
];
const CONTEXT = { threadId: 't', runId: 'r1' };

async function drain(chunks: AsyncIterable<{ type: string }>): Promise<string[]> {
  const types: string[] = [];
  for await (const chunk of chunks) types.push(chunk.type);
  return types;
}

describe('connect', () => {
  test('sends only the new message', async () => {
    const { connection, requests } = connectTo([stream(STARTED, FINISHED)]);
    await drain(connection.connect(QUESTIONS, {}, undefined, CONTEXT));
    const body = JSON.parse(String(requests[0]?.init.body)) as { messages: { id: string }[] };
    expect(body.messages.map((message) => message.id)).toEqual(['u2']);
  });

  test('reports a rejection with the server’s problem and ends without an error', async () => {
    const { connection, noticed, problems } = connectTo([problem(429, 'RATE_LIMITED', { 'retry-after': '12' })]);
    expect(await drain(connection.connect(QUESTIONS, {}, undefined, CONTEXT))).toEqual([]);
    expect(noticed).toEqual(['rejected']);
    expect(problems[0]).toMatchObject({ code: 'RATE_LIMITED', detail: 'D', requestId: 'q2', retryAfterSeconds: 12 });
  });

  test('reports a rejection if the server never responds', async () => {
    const { connection, noticed, problems } = connectTo(['no answer']);
    let now = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => (now += 1_500));
    await drain(connection.connect(QUESTIONS, {}, undefined, CONTEXT));
    expect(noticed.at(-1)).toBe('rejected');
    expect(problems[0]?.code).toBe('UNREACHABLE');
  });
});

describe('a dropped connection (U20)', () => {
  test('resumes the same run after the last event', async () => {
    const { connection, requests, noticed } = connectTo([
      stream(STARTED),
      'no answer',
      problem(502, 'X'),
      stream(FINISHED),
    ]);
    expect(await drain(connection.connect(QUESTIONS, {}, undefined, CONTEXT))).toEqual(['RUN_STARTED', 'RUN_FINISHED']);
    const last = new Headers(requests.at(-1)?.init.headers);
    expect([last.get('Last-Event-ID'), last.get('X-Run-Id')]).toEqual(['r1.0', 'r1']);
    expect(noticed.filter((word) => !word.startsWith('RUN'))).toEqual([
      'steady',
      'accepted',
      'reconnecting',
      'reconnecting',
      'reconnecting',
      'steady',
    ]);
  });

  test('is lost, not rejected, when the server no longer knows the run', async () => {
    const { connection, requests, noticed } = connectTo([stream(STARTED), problem(404, 'NOT_FOUND')]);
    await drain(connection.connect(QUESTIONS, {}, undefined, CONTEXT));
    expect([noticed.at(-1), requests.length]).toEqual(['lost', 2]);
  });
});

describe('hydrate and joinRun', () => {
  test('rejoin a run through its conversation', async () => {
    const { connection, requests } = connectTo([stream(STARTED, FINISHED)]);
    await drain(connection.joinRun('r1'));
    expect(requests[0]?.url).toContain('runId=r1&threadId=t');
  });

  test('begin a replay before the server responds, because the client gives up after two seconds without an event', async () => {
    const { connection, requests, noticed } = connectTo([stream(STARTED, FINISHED)]);
    const chunks = connection.joinRun('r1')[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toMatchObject({ type: 'CUSTOM', name: 'joining' });
    expect([requests, noticed]).toEqual([[], []]);
    await chunks.return?.();
  });

  test.each([['no answer' as const], [problem(503, 'DATABASE_UNAVAILABLE')], [problem(404, 'NOT_FOUND')]])(
    'report a run that can’t be joined as lost',
    async (reply) => {
      const { connection, noticed } = connectTo([reply]);
      let now = 0;
      vi.spyOn(Date, 'now').mockImplementation(() => (now += 1_500));
      expect(await drain(connection.joinRun('r1'))).toEqual(['CUSTOM']);
      expect(noticed.at(-1)).toBe('lost');
    },
  );

  test('make no request for a new conversation', async () => {
    const { connection, requests, noticed } = connectTo([], { isNew: true });
    expect(await connection.hydrate?.('t')).toMatchObject({ messages: [], activeRun: null });
    expect([requests.length, noticed]).toEqual([0, ['hydrated well']]);
  });

  test('report why loading failed', async () => {
    const { connection, noticed } = connectTo([problem(404, 'NOT_FOUND')]);
    await expect(connection.hydrate?.('t')).rejects.toThrow();
    expect(noticed).toEqual(['hydrated NOT_FOUND']);
  });
});

describe('a run that waits for an approval', () => {
  test('is reported as finished, so that the client can send', async () => {
    const interrupt = frame(1, {
      type: 'RUN_FINISHED',
      threadId: 't',
      runId: 'r1',
      outcome: { type: 'interrupt', interrupts: [{ id: 'a1', reason: 'tool-approval' }] },
    });
    const { connection } = connectTo([stream(STARTED, interrupt)]);
    const outcomes: unknown[] = [];
    for await (const chunk of connection.connect(QUESTIONS, undefined, undefined, CONTEXT)) {
      if (chunk.type === 'RUN_FINISHED') outcomes.push(chunk.outcome);
    }
    expect(outcomes).toEqual([{ type: 'success' }]);
  });

  const stored = (id: string, runId: string) => ({
    id,
    role: 'assistant',
    parts: [{ type: 'text', content: id }],
    metadata: { groundwire: { runId } },
  });

  test('stays when the run that continues it is replayed', async () => {
    const hydration = {
      messages: [QUESTIONS[0], stored('a1', 'r1'), stored('a2', 'r2')],
      activeRun: { runId: 'r2' },
      interrupts: { runId: 'r1', pending: [{ id: 'a1' }] },
      page: { truncated: false },
    };
    const { connection } = connectTo([Response.json(hydration)]);
    const result = await connection.hydrate?.('t');
    // The client drops the last message when a replay begins.
    expect(result?.messages.map(({ id }) => id)).toEqual(['u1', 'a1', 'replay:r2']);
    expect(result?.interrupts).toBeNull();
  });
});
