import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import {
  createWorld,
  HEAD,
  piece,
  TAIL,
  toolUse,
  type World,
  words,
} from '../../../durable/conversation/tests/gated-world.fixture.ts';
import { DEMO_ORGS } from '../../../local/demo-data/demo-people.ts';
import type { MessageList } from '../../api/messages/messages-schema.ts';
import { ask, refillRate, signedIn, type Visitor } from '../../visitor.fixture.ts';

const UI = '/api/v1/ai/ui-messages';

type Chunk = { readonly type: string; readonly [key: string]: unknown };

const newChat = () => `chat-${crypto.randomUUID()}`;
const says = (text: string, id: string = crypto.randomUUID()) => ({
  id,
  role: 'user',
  parts: [{ type: 'text', text }],
});
const bodyOf = (id: string, message: object, more: object = {}) => ({
  id,
  messages: [{ id: 'm0', role: 'assistant', parts: [{ type: 'text', text: 'earlier' }] }, message],
  trigger: 'submit-message',
  ...more,
});

const chunksIn = (text: string): Chunk[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json));
const textIn = (chunks: readonly Chunk[]): string =>
  chunks.map((chunk) => (chunk.type === 'text-delta' ? String(chunk['delta']) : '')).join('');

async function storedIn(visitor: Visitor, response: Response): Promise<MessageList['messages']> {
  const stored = await visitor(`/api/v1/ai/sessions/${response.headers.get('X-Session-Id')}/messages`);
  return (await stored.json<MessageList>()).messages;
}

let world: World | undefined;
afterEach(() => {
  world?.restore();
  world = undefined;
});

beforeEach(() => refillRate('ada@cascade.test', 'eli@cascade.test', 'rae@quiet.test'));

describe('asking on the AI SDK’s wire', () => {
  test('streams a message of parts, with its version, session and run', async () => {
    const ada = await signedIn('ada@cascade.test');
    for (const prefix of ['/api/v1/ai', '/api/ai']) {
      const response = await ada(`${prefix}/ui-messages`, { body: bodyOf(newChat(), says('hello')) });
      expect(response.status).toBe(200);
      expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
      expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
      const text = await response.text();
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      const chunks = chunksIn(text);
      expect(chunks[0]).toMatchObject({
        type: 'start',
        messageId: response.headers.get('X-Run-Id'),
        messageMetadata: { sessionId: response.headers.get('X-Session-Id') },
      });
      const stored = await storedIn(ada, response);
      // Earlier messages that a client sends have no effect: the conversation has its own.
      expect(stored).toHaveLength(2);
      expect(stored[1]?.parts).toEqual([{ type: 'text', content: textIn(chunks) }]);
    }
  });

  test('a repeated message is the same run, even while it is answered (R44)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const body = bodyOf(newChat(), says('hello'));
    const replies = await Promise.all(Array.from({ length: 20 }, () => ada(UI, { body })));
    const texts = new Set(await Promise.all(replies.map((reply) => reply.text())));
    expect(texts.size).toBe(1);
    const [reply] = replies;
    if (!reply) throw new Error('no reply');
    expect(await storedIn(ada, reply)).toHaveLength(2);
    const [text = ''] = texts;
    const ids = [...text.matchAll(/^id: (.+)$/gm)].map(([, id = '']) => id);
    const rest = await ada(UI, { body, headers: { 'Last-Event-ID': ids[2] ?? '' } });
    expect(text.endsWith(await rest.text())).toBe(true);
  });

  test('a chat’s name is another conversation for another user; a UUID is the session’s id', async () => {
    const [ada, eli] = [await signedIn('ada@cascade.test'), await signedIn('eli@cascade.test')];
    const id = newChat();
    const mine = await ada(UI, { body: bodyOf(id, says('hello')) });
    const other = await eli(UI, { body: bodyOf(id, says('hello')) });
    expect(other.status).toBe(200);
    expect(other.headers.get('X-Session-Id')).not.toBe(mine.headers.get('X-Session-Id'));
    await Promise.all([mine.text(), other.text()]);
    const uuid = crypto.randomUUID();
    const named = await ada(UI, { body: bodyOf(uuid, says('hello')) });
    expect(named.headers.get('X-Session-Id')).toBe(uuid);
    await named.text();
    expect((await eli(UI, { body: bodyOf(uuid, says('hello')) })).status).toBe(404);
  });
});

describe('regenerating and editing', () => {
  const shownIn = async (visitor: Visitor, id: string) =>
    (await (await visitor(`${UI}/${id}`)).json<{ messages: { id: string; role: string }[] }>()).messages;

  test('repeating the regeneration of a named answer is the same run (R44)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const id = crypto.randomUUID();
    await (await ada(UI, { body: bodyOf(id, says('hello')) })).text();
    const [question, answer] = await shownIn(ada, id);
    const body = {
      ...{ id, trigger: 'regenerate-message', messageId: answer?.id },
      messages: [says('hello', question?.id)],
    };
    const [first, second] = [await ada(UI, { body }), await ada(UI, { body })];
    expect(await second.text()).toBe(await first.text());
    expect(first.headers.get('X-Run-Id')).not.toBe(answer?.id);
    const shown = await shownIn(ada, id);
    expect(shown.map((message) => message.id)).toEqual([expect.any(String), first.headers.get('X-Run-Id')]);
  });

  test('an unknown question is 404, and nothing is stored', async () => {
    const ada = await signedIn('ada@cascade.test');
    const id = crypto.randomUUID();
    await (await ada(UI, { body: bodyOf(id, says('hello')) })).text();
    // The answer before it is not in this conversation.
    const response = await ada(UI, { body: bodyOf(id, says('hello, again', 'm7'), { messageId: 'm7' }) });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { code: 'NOT_FOUND', detail: 'This conversation has no such question.' },
    ]);
    expect(await shownIn(ada, id)).toHaveLength(2);
  });
});

describe('resuming a stream', () => {
  test('is 204 if nothing runs, for an empty chat and for another user’s chat', async () => {
    const [ada, eli] = [await signedIn('ada@cascade.test'), await signedIn('eli@cascade.test')];
    const id = crypto.randomUUID();
    expect((await ada(`${UI}/${newChat()}/stream`)).status).toBe(204);
    await (await ada(UI, { body: bodyOf(id, says('hello')) })).text();
    expect((await ada(`${UI}/${id}/stream`)).status).toBe(204);
    expect((await eli(`${UI}/${id}/stream`)).status).toBe(204);
  });

  test('a client that left reads the running answer from its start to its end (R43, R49)', async () => {
    world = createWorld();
    const ada = await signedIn('ada@cascade.test');
    const id = newChat();
    const first = await ada(UI, { body: bodyOf(id, says('Which parts changed?')) });
    const provider = await world.nextCall();
    provider.send(HEAD, piece('Half '));
    const reader = first.body?.getReader();
    let seen = '';
    while (!seen.includes('Half ')) seen += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const again = await ada(`${UI}/${encodeURIComponent(id)}/stream`);
    expect(again.status).toBe(200);
    expect(again.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    provider.send(piece('and half.'), TAIL);
    provider.end();
    const chunks = chunksIn(await again.text());
    expect(textIn(chunks)).toBe('Half and half.');
    expect(chunks[0]).toMatchObject({ type: 'start', messageId: first.headers.get('X-Run-Id') });
    expect(chunks.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
  });

  test('an object restarted during an answer leaves a message that says so (R43)', async () => {
    world = createWorld();
    const ada = await signedIn('ada@cascade.test');
    const id = crypto.randomUUID();
    const response = await ada(UI, { body: bodyOf(id, says('Which parts changed?')) });
    const provider = await world.nextCall();
    provider.send(HEAD, piece('Half '));
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let seen = '';
    while (!seen.includes('Half ')) seen += decoder.decode((await reader?.read())?.value);
    const stub = conversationOf(env, DEMO_ORGS[0].id, id);
    await expect(runInDurableObject(stub, (_object, state) => state.abort('restarted'))).rejects.toThrow();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
      seen += decoder.decode(read.value);
    const chunks = chunksIn(seen);
    expect(chunks.at(-3)).toMatchObject({ messageMetadata: { error: { code: 'RUN_INTERRUPTED' } } });
    expect(chunks.slice(-2)).toMatchObject([{ type: 'error' }, { type: 'finish', finishReason: 'error' }]);
    expect(seen.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await storedIn(ada, response)).toMatchObject([
      {},
      { status: 'interrupted', error: { code: 'RUN_INTERRUPTED' } },
    ]);
  });
});

describe('a change on the AI SDK’s wire', () => {
  const name = () => `Motor Assembly ${crypto.randomUUID().slice(0, 8)}`;

  /** A chat that waits for an approval; `decide` replies like the client, with the assistant’s message. */
  async function propose(visitor: Visitor, current: World) {
    const id = newChat();
    const response = await visitor(UI, { body: bodyOf(id, says('Make it')) });
    const input = { itemType: 'Part', name: name(), designId: 'PKH-MFG' };
    const provider = await current.nextCall();
    provider.send(toolUse({ id: 'toolu_create', name: 'create_item', input }));
    provider.end();
    const chunks = chunksIn(await response.text());
    const request = chunks.find(({ type }) => type === 'tool-approval-request');
    const approvalId = String(request?.['approvalId']);
    const decided = (approved: boolean) => ({
      id: String(response.headers.get('X-Run-Id')),
      role: 'assistant',
      parts: [
        {
          type: 'tool-create_item',
          toolCallId: 'toolu_create',
          state: 'approval-responded',
          input: { itemType: 'Part', name: 'Something else' },
          approval: { id: approvalId, approved },
        },
      ],
    });
    return { id, input, response, chunks, decided };
  }

  test.each([
    [true, 'tool-output-available', 'confirmed'],
    [false, 'tool-output-denied', 'cancelled'],
  ])('waits for the user’s decision, then continues; approved: %s (R27)', async (approved, chunk, state) => {
    world = createWorld();
    const ada = await signedIn('ada@cascade.test');
    const { id, input, response, chunks, decided } = await propose(ada, world);
    expect(chunks.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' });
    const body = bodyOf(id, decided(approved), { messageId: 'whatever' });
    const answer = await ada(UI, { body });
    const provider = await world.nextCall();
    provider.send(words('Reported.'));
    provider.end();
    const next = chunksIn(await answer.text());
    // No id: the client continues its message.
    expect(next[0]).toEqual({
      type: 'start',
      messageMetadata: { sessionId: expect.any(String), runId: expect.any(String) },
    });
    expect(next.find(({ type }) => type === chunk)).toMatchObject({ toolCallId: 'toolu_create' });
    expect(textIn(next)).toBe('Reported.');
    const [card] = (await storedIn(ada, response)).flatMap(({ confirmations }) => confirmations);
    expect(card).toMatchObject({ state, card: { title: expect.stringContaining(input.name) } });
    // Sent again, as after a lost connection, it returns the same and runs nothing.
    expect(chunksIn(await (await ada(UI, { body })).text())).toEqual(next);
    const late = await ada(UI, { body: bodyOf(id, decided(!approved)) });
    expect([late.status, await late.json()]).toMatchObject([409, { code: 'APPROVAL_DECIDED' }]);
  });

  test('a client that returns while an approved change runs gets the whole message', async () => {
    world = createWorld();
    const ada = await signedIn('ada@cascade.test');
    const { id, response, decided } = await propose(ada, world);
    const answer = await ada(UI, { body: bodyOf(id, decided(true)) });
    const provider = await world.nextCall();
    provider.send(HEAD, piece('It is '));
    const reader = answer.body?.getReader();
    let seen = '';
    while (!seen.includes('It is ')) seen += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const again = await ada(`${UI}/${encodeURIComponent(id)}/stream`);
    provider.send(piece('made.'), TAIL);
    provider.end();
    const chunks = chunksIn(await again.text());
    expect(chunks[0]).toMatchObject({ type: 'start', messageId: response.headers.get('X-Run-Id') });
    expect(chunks.filter(({ type }) => type === 'start')).toHaveLength(1);
    const order = chunks.map(({ type }) => type);
    const types = ['tool-input-available', 'tool-approval-request', 'tool-output-available', 'text-delta', 'finish'];
    expect(order.filter((type, index) => types.includes(type) && order.indexOf(type) === index)).toEqual(types);
    expect(textIn(chunks)).toBe('It is made.');
  });
});

describe('what a chat sends besides its message', () => {
  test('context comes from the transport’s body and from the message’s own data part', async () => {
    const ada = await signedIn('ada@cascade.test');
    const message = says('hello');
    const parts = [...message.parts, { type: 'data-context', data: { type: 'room', title: 'Room 12' } }];
    const context = [{ description: 'The page', value: 'Tickets' }];
    const response = await ada(UI, { body: bodyOf(newChat(), { ...message, parts }, { context }) });
    await response.text();
    const [question] = await storedIn(ada, response);
    const shown = [
      { type: null, title: 'The page' },
      { type: 'room', title: 'Room 12' },
    ];
    expect(question?.context).toEqual(shown);
    const chat = await ada(`${UI}/${response.headers.get('X-Session-Id')}`);
    expect(await chat.json()).toMatchObject({ messages: [{ role: 'user', metadata: { context: shown } }, {}] });
  });

  test('tools and settings, as assistant-ui’s transport sends them, are named in a header and an event, and the chat continues', async () => {
    const ada = await signedIn('ada@cascade.test');
    const more = {
      system: 'Be brief.',
      tools: { paint: { parameters: {} } },
      callSettings: {},
      config: { modelName: 'x' },
    };
    const response = await ada(UI, { body: bodyOf(newChat(), says('hello'), more) });
    expect([response.status, response.headers.get('X-Ignored')]).toEqual([200, 'tools, config']);
    const names = { names: ['tools', 'config'] };
    expect(chunksIn(await response.text())).toContainEqual({ type: 'data-ignored', data: names, transient: true });
  });

  test('a file leaves a note in the message', async () => {
    const ada = await signedIn('ada@cascade.test');
    const file = { type: 'file', mediaType: 'image/png', filename: 'leak.png', url: 'data:image/png;base64,AAAA' };
    const message = { ...says('hello'), parts: [{ type: 'text', text: 'hello' }, file] };
    const response = await ada(UI, { body: bodyOf(newChat(), message) });
    await response.text();
    const [question] = await storedIn(ada, response);
    const note = '[Not read: file “leak.png” (image/png). The assistant reads only text.]';
    expect(question?.parts).toEqual([{ type: 'text', content: `hello\n\n${note}` }]);
  });
});

describe('refusals on the AI SDK’s wire', () => {
  const QUESTION = bodyOf('chat-1', says('hello'));

  test('401, then 403 in the documented words, come before any error of the input', async () => {
    expect((await ask(UI, { body: '{' })).status).toBe(401);
    expect((await ask(`${UI}/chat-1/stream`)).status).toBe(401);
    const rae = await signedIn('rae@quiet.test');
    for (const response of [
      await rae(UI, { body: '{' }),
      await rae(UI, { body: QUESTION }),
      await rae(`${UI}/x/stream`),
    ]) {
      expect([response.status, await response.json()]).toMatchObject([
        403,
        { code: 'ASSISTANT_DISABLED', detail: 'AI Assistant is not enabled for this tenant' },
      ]);
    }
  });

  test.each<[string, object, string]>([
    [
      'editing a question that follows another question',
      { ...bodyOf('chat-1', says('hello', 'm1'), { messageId: 'm1' }), messages: [says('hi'), says('hello', 'm1')] },
      'branch from a question',
    ],
  ])('refuses %s with a clear message', async (_name, body, detail) => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada(UI, { body });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: 'UNSUPPORTED', detail: expect.stringContaining(detail) },
    ]);
  });

  test.each<[string, object, number]>([
    ['too much context', { ...QUESTION, context: [{ title: 'x', data: 'x'.repeat(9_000) }] }, 413],
    ['no words', bodyOf('chat-1', says(' ')), 400],
    ['an assistant’s message without a decision', bodyOf('chat-1', { id: 'm1', role: 'assistant', parts: [] }), 400],
    ['no message', { ...QUESTION, messages: [] }, 400],
    ['a system’s message', bodyOf('chat-1', { ...says('hello'), role: 'system' }), 400],
    ['too long a message', bodyOf('chat-1', says('x'.repeat(65 * 1024))), 413],
    ['an unknown model', { ...QUESTION, model: 'no-such-model' }, 400],
    [
      'an unknown approval',
      bodyOf(newChat(), {
        id: 'm1',
        role: 'assistant',
        parts: [{ type: 'tool-x', state: 'approval-responded', approval: { id: crypto.randomUUID(), approved: true } }],
      }),
      404,
    ],
  ])('%s', async (_name, body, status) => {
    const ada = await signedIn('ada@cascade.test');
    expect((await ada(UI, { body })).status).toBe(status);
  });
});
