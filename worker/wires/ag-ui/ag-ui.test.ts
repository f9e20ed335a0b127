// The real, unmodified clients send requests, which this wire parses.
import { HttpAgent } from '@ag-ui/client';
import { ChatClient, fetchServerSentEvents } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { RunRequest } from '../../../durable/contracts/conversation.ts';
import { AppError, type ErrorCode } from '../../../durable/errors.ts';
import { toProblem } from '../../http/problem.ts';
import { parseChatRequest, requestedModel } from './ag-ui.ts';

const THREAD = '0f000000-0000-4000-8000-000000000001';
const GOOD = {
  threadId: THREAD,
  runId: 'run-1',
  messages: [{ id: 'm1', role: 'user', content: 'How many parts are in review?' }],
};

type Sent = { body: unknown; runId: string | undefined };

/** A fetch that records the client's request and ends the run at once. */
function recordingFetch() {
  const sent: Sent[] = [];
  const record = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body));
    sent.push({ body, runId: new Headers(init?.headers).get('X-Run-Id') ?? undefined });
    const { threadId, runId } = body;
    const events = [
      { type: 'RUN_STARTED', threadId, runId },
      { type: 'RUN_FINISHED', threadId, runId },
    ];
    const frames = events.map((event, seq) => `id: ${runId}.${seq}\ndata: ${JSON.stringify(event)}\n\n`);
    return new Response(frames.join(''), { headers: { 'Content-Type': 'text/event-stream' } });
  };
  return { sent, record };
}

const parse = ({ body, runId }: Sent) => parseChatRequest(body, runId);

describe('requests of real clients', () => {
  test('TanStack AI: takes the last message and the forwarded properties', async () => {
    const { sent, record } = recordingFetch();
    const client = new ChatClient({
      threadId: THREAD,
      connection: fetchServerSentEvents('https://groundwire.example.test/api/v1/ai/chat', {
        fetchClient: record as typeof fetch,
      }),
      initialMessages: [
        { id: 'u0', role: 'user', parts: [{ type: 'text', content: 'an earlier question' }] },
        {
          id: 'a0',
          role: 'assistant',
          parts: [
            { type: 'thinking', content: 'hm' },
            { type: 'text', content: 'an earlier answer' },
          ],
        },
      ],
      forwardedProps: {
        model: 'claude-sonnet-4-6',
        programId: 'X1',
        about: 'Part PN-000059',
        mode: 'search',
        orgId: 'another-org',
      },
    });
    await client.sendMessage('How many parts are in review?');
    const [first] = sent;
    if (!first) throw new Error('nothing was sent');
    const run = await parse(first);
    expect(RunRequest.parse(run)).toMatchObject({
      sessionId: THREAD,
      message: { text: 'How many parts are in review?' },
      model: 'claude-sonnet-4-6',
      programId: 'X1',
      about: 'Part PN-000059',
      mode: 'search',
    });
    expect(run.runId).toBe(first.runId);
    expect(JSON.stringify(run)).not.toContain('earlier');
    expect(JSON.stringify(run)).not.toContain('another-org');
  });

  test('AG-UI’s HttpAgent: takes its run and last message', async () => {
    const { sent, record } = recordingFetch();
    const agent = new HttpAgent({
      url: 'https://groundwire.example.test/api/v1/ai/chat',
      threadId: THREAD,
      fetch: record as NonNullable<ConstructorParameters<typeof HttpAgent>[0]['fetch']>,
      initialMessages: [
        { id: 'u0', role: 'user', content: 'an earlier question' },
        { id: 'a0', role: 'assistant', content: 'an earlier answer' },
        {
          id: 'u1',
          role: 'user',
          content: [
            { type: 'text', text: 'How many' },
            { type: 'text', text: 'parts?' },
          ],
        },
      ],
    });
    await agent.runAgent({ runId: 'agent-run-1', forwardedProps: { model: 'gpt-4.1', effort: 'fast' } });
    const [first] = sent;
    if (!first) throw new Error('nothing was sent');
    expect(await parse(first)).toMatchObject({
      sessionId: THREAD,
      runId: 'agent-run-1',
      message: { id: 'u1', text: 'How many\n\nparts?' },
      model: 'gpt-4.1',
      effort: 'fast',
      mode: 'chat',
      parentRunId: null,
    });
  });
});

async function refusalOf(body: unknown, runId?: string): Promise<{ code: ErrorCode; places: string[] }> {
  try {
    await parseChatRequest(body, runId);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, places: toProblem(error, 'r').issues?.map(({ path }) => path) ?? [] };
  }
  throw new Error('nothing was refused');
}

const lastMessage = (message: unknown) => ({
  ...GOOD,
  messages: [{ id: 'm0', role: 'user', content: 'earlier' }, message],
});

const ANSWER = { interruptId: THREAD, status: 'resolved', payload: { approved: true } };
const resume = (...answers: unknown[]) => ({ ...GOOD, resume: answers });

describe('answers to interrupts', () => {
  const decided = async (answer: object) =>
    (await parseChatRequest(resume({ interruptId: THREAD, ...answer }), undefined)).decisions;

  test.each([
    ['an approval', { status: 'resolved', payload: { approved: true } }, true],
    ['an approval in one word', { status: 'resolved', payload: true }, true],
    ['a refusal', { status: 'resolved', payload: { approved: false } }, false],
    ['a cancellation, whatever it says besides', { status: 'cancelled', payload: { approved: true } }, false],
    ['an answer that says nothing', { status: 'resolved' }, false],
  ])('%s', async (_name, answer, approve) => {
    expect(await decided(answer)).toEqual([{ approvalId: THREAD, approve }]);
  });

  test('a repeated transcript is not a new message, and another decision is another request', async () => {
    const asked = await parseChatRequest(resume(ANSWER), undefined);
    expect(asked.message).toBeNull();
    const other = await parseChatRequest(resume({ ...ANSWER, payload: { approved: false } }), undefined);
    expect(other.digest).not.toBe(asked.digest);
  });
});

describe('invalid input is refused with its path (R20)', () => {
  test.each<[string, unknown, string]>([
    ['no body', undefined, ''],
    ['a list', [], ''],
    ['a thread that is no UUID', { ...GOOD, threadId: 'thread-1' }, 'threadId'],
    ['a thread in another org’s name', { ...GOOD, threadId: `other:${THREAD}` }, 'threadId'],
    ['a run id with white space', { ...GOOD, runId: 'run 1' }, 'runId'],
    ['a run id with a line end', { ...GOOD, runId: 'run\n1' }, 'runId'],
    ['a run id beyond all measure', { ...GOOD, runId: 'r'.repeat(129) }, 'runId'],
    ['no messages', { ...GOOD, messages: [] }, 'messages'],
    ['a mode that there is not', { ...GOOD, forwardedProps: { mode: 'write' } }, 'forwardedProps.mode'],
    ['an unknown interrupt', resume({ interruptId: 'i', status: 'resolved' }), 'resume.0.interruptId'],
    ['an interrupt in another state', resume({ interruptId: THREAD, status: 'done' }), 'resume.0.status'],
    [
      'edited arguments',
      resume({ interruptId: THREAD, status: 'resolved', payload: { approved: true, editedArgs: { name: 'x' } } }),
      'resume.0.payload',
    ],
    [
      'arguments beside the answer',
      resume({ interruptId: THREAD, status: 'resolved', payload: { approved: true }, editedArgs: { name: 'x' } }),
      'resume.0',
    ],
    ['more answers than one turn can ask for', resume(...Array.from({ length: 17 }, () => ANSWER)), 'resume'],
    [
      'an assistant’s message last',
      lastMessage({ id: 'm1', role: 'assistant', content: 'I said that' }),
      'messages.1.role',
    ],
    ['a system prompt as the last word', lastMessage({ id: 'm1', role: 'system', content: 'obey' }), 'messages.1.role'],
    [
      'a tool’s result as the last message',
      lastMessage({ id: 'm1', role: 'tool', toolCallId: 't', content: '{}' }),
      'messages.1.role',
    ],
    ['a part without a type', lastMessage({ id: 'm1', role: 'user', content: [{ text: 'x' }] }), 'messages.1.content'],
    ['context without a title', { ...GOOD, context: [{ value: 'x' }] }, 'context.0'],
    ['context that is no list', { ...GOOD, context: { title: 'x' } }, 'context'],
    ['an empty message', lastMessage({ id: 'm1', role: 'user', content: ' \n' }), 'messages.1.content'],
    ['a message without id', lastMessage({ role: 'user', content: 'x' }), 'messages.1.id'],
  ])('%s', async (_name, body, place) => {
    expect(await refusalOf(body)).toEqual({ code: 'BAD_REQUEST', places: [place] });
  });

  test('refuses a header that names another run', async () => {
    expect(await refusalOf(GOOD, 'run-2')).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('a message can have 64 kB of text, counted in bytes', async () => {
    const ofLength = (bytes: number) => lastMessage({ id: 'm1', role: 'user', content: 'ä'.repeat(bytes / 2) });
    expect((await parseChatRequest(ofLength(64 * 1024), undefined)).message?.text).toHaveLength(32 * 1024);
    expect(await refusalOf(ofLength(64 * 1024 + 2))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('what a client sends and the assistant has no use for', () => {
  const parsed = (change: object) => parseChatRequest({ ...GOOD, ...change }, undefined);

  test.each<[string, object, string[]]>([
    ['nothing of what clients always send', { state: {}, tools: [], context: [], data: {}, forwardedProps: {} }, []],
    ['tools and state', { tools: [{ name: 'paint' }], state: { color: 'red' } }, ['tools', 'state']],
    ['an unknown key', { role: 'admin', empty: null }, ['role']],
    ['an org as authority', { orgId: THREAD, forwardedProps: { orgId: 'x' } }, ['orgId', 'forwardedProps.orgId']],
    ['a prototype', JSON.parse('{"__proto__":{"role":"admin"}}'), ['__proto__']],
    ['a name that is no name', { 'a\r\nSet-Cookie: x=1': 1 }, ['a??Set-Cookie??x?1']],
  ])('is named and has no effect: %s (R20)', async (_name, change, ignored) => {
    const { ignored: named, ...run } = await parsed(change);
    expect(named).toEqual(ignored);
    expect({ ...run, ignored: [] }).toEqual(await parsed({}));
  });

  test('names are few and short', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => [`${'k'.repeat(100)}${index}`, 1]);
    const { ignored = [] } = await parsed({ ...Object.fromEntries(keys), tools: [{}] });
    expect(ignored.length).toBeLessThanOrEqual(24);
    for (const name of ignored) expect(name.length).toBeLessThanOrEqual(64);
  });

  test('a file leaves a note in the text, which the model and the user read', async () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      {
        type: 'image',
        source: { type: 'data', value: 'AAAA', mimeType: 'image/png' },
        metadata: { filename: 'a\nb.png' },
      },
      { type: 'binary', mimeType: 'application/pdf', filename: 'plan.pdf', url: 'https://example.test/plan.pdf' },
    ];
    const { message } = await parsed({ messages: [{ id: 'm1', role: 'user', content }] });
    expect(message?.text.split('\n\n')).toEqual([
      'What is this?',
      '[Not read: image “a b.png” (image/png). The assistant reads only text.]',
      '[Not read: binary “plan.pdf” (application/pdf). The assistant reads only text.]',
    ]);
  });

  test('system messages are instructions of the user’s program', async () => {
    const messages = [
      { id: 's', role: 'system', content: 'Be brief.' },
      { id: 'd', role: 'developer', content: 'Use metric units.' },
      ...GOOD.messages,
    ];
    expect(await parsed({ messages })).toMatchObject({ instructions: 'Be brief.\n\nUse metric units.' });
    const long = [{ id: 's', role: 'system', content: 'x'.repeat(16_385) }, ...GOOD.messages];
    expect(await refusalOf({ ...GOOD, messages: long })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('context of the page', () => {
  const contextOf = async (change: object) => (await parseChatRequest({ ...GOOD, ...change }, undefined)).context;

  test('has one form, typed or not', async () => {
    const ticket = { type: 'ticket', id: 4711, title: 'Leak \0 in room 12', data: { state: 'open', '\0': '\ud83d' } };
    expect(
      await contextOf({
        context: [{ description: 'The page', value: 'Tickets' }],
        forwardedProps: { context: [ticket] },
      }),
    ).toEqual([
      { type: null, id: null, title: 'The page', data: 'Tickets' },
      { type: 'ticket', id: '4711', title: 'Leak \ufffd in room 12', data: { state: 'open', '\ufffd': '\ufffd' } },
    ]);
    expect(await contextOf({ context: [] })).toBeUndefined();
  });

  test('is refused by name beyond 8 kB, counted in bytes and together', async () => {
    const ofSize = (chars: number) => [{ description: '', value: 'ä'.repeat(chars) }];
    expect(await contextOf({ context: ofSize(4_000) })).toHaveLength(1);
    expect(await refusalOf({ ...GOOD, context: ofSize(4_096) })).toMatchObject({ code: 'CONTEXT_TOO_LARGE' });
    const both = { ...GOOD, context: ofSize(2_100), forwardedProps: { context: ofSize(2_100) } };
    expect(await refusalOf(both)).toMatchObject({ code: 'CONTEXT_TOO_LARGE' });
  });

  test('is part of the message, so other context under the same run id is another request (R44)', async () => {
    const digest = async (value: string) =>
      (await parseChatRequest({ ...GOOD, context: [{ description: 'x', value }] }, undefined)).digest;
    expect(await digest('a')).not.toBe(await digest('b'));
    expect(await digest('a')).toBe(await digest('a'));
  });

  test('is named as ignored with a decision, which has no message', async () => {
    const run = await parseChatRequest({ ...resume(ANSWER), context: [{ description: 'x', value: 1 }] }, undefined);
    expect(run.context).toBeUndefined();
    expect(run.ignored).toEqual(['context']);
  });
});

describe('the digest distinguishes a repeated request from another one (R44)', () => {
  const digest = async (change: object) => (await parseChatRequest({ ...GOOD, ...change }, undefined)).digest;

  test('is the same for a longer transcript, other ids or what has no effect', async () => {
    const same = await Promise.all([
      digest({}),
      digest({
        messages: [
          { id: 'a', role: 'assistant', content: 'x' },
          { ...GOOD.messages[0], id: 'other' },
        ],
      }),
      digest({ state: { a: 1 }, tools: [], context: [], data: {}, forwardedProps: {} }),
      digest({ forwardedProps: { mode: 'chat', orgId: 'x', model: null } }),
      digest({
        messages: [{ id: 'm', role: 'user', content: [{ type: 'text', content: 'How many parts are in review?' }] }],
      }),
    ]);
    expect(new Set(same).size).toBe(1);
  });

  test('differs for another text, model, mode, program or design', async () => {
    const different = await Promise.all([
      digest({}),
      digest({ messages: [{ id: 'm1', role: 'user', content: 'How many parts are in review' }] }),
      ...[{ model: 'm' }, { mode: 'search' }, { programId: 'm' }, { designId: 'm' }].map((forwardedProps) =>
        digest({ forwardedProps }),
      ),
    ]);
    expect(new Set(different).size).toBe(different.length);
  });

  test('an upper-case id is the same session', async () => {
    expect((await parseChatRequest({ ...GOOD, threadId: THREAD.toUpperCase() }, undefined)).sessionId).toBe(THREAD);
  });
});

test('finds the requested model even if the rest of the body is invalid', () => {
  expect(requestedModel({ forwardedProps: { model: 'm', junk: 1 }, junk: 1 })).toBe('m');
  for (const body of [null, 'x', {}, { forwardedProps: null }, { forwardedProps: { model: 1 } }]) {
    expect(requestedModel(body)).toBeNull();
  }
});
