import { beforeEach, describe, expect, test } from 'vitest';
import type { MessageList } from '../../api/messages/messages-schema.ts';
import type { SessionList } from '../../api/sessions/sessions-schema.ts';
import { refillRate, signedIn, type Visitor } from '../../visitor.fixture.ts';
import { readSimpleAnswer } from './alga-reader.fixture.ts';

const STREAM = '/api/chat/v1/completions/stream';
const WHOLE = '/api/chat/v1/completions';
const EXECUTE = '/api/chat/v1/execute';
const TITLE = '/api/chat/stream/title';
const LEGACY = '/api/chat/stream/chat';
const CREATE = 'Create a new part called Motor Assembly in design PKH-MFG';

type Said = { readonly role: string; readonly content: string };
type Reply = {
  readonly type: string;
  readonly sessionId: string;
  readonly message: Said;
  readonly functionCall: { readonly id: string; readonly name: string; readonly arguments: Record<string, unknown> };
  readonly nextMessages: readonly Said[];
};

const says = (content: string): Said => ({ role: 'user', content });
const sessionOf = (response: Response): string => response.headers.get('X-Session-Id') ?? '';

async function askUnstreamed(
  visitor: Visitor,
  messages: readonly Said[],
  more: object = {},
  headers = {},
): Promise<Reply> {
  const response = await visitor(WHOLE, { body: { messages, ...more }, headers });
  expect(response.status).toBe(200);
  return response.json<Reply>();
}

async function storedIn(visitor: Visitor, sessionId: string): Promise<MessageList['messages']> {
  const response = await visitor(`/api/v1/ai/sessions/${sessionId}/messages`);
  expect(response.status).toBe(200);
  return (await response.json<MessageList>()).messages;
}

const wordsOf = (messages: MessageList['messages']) =>
  messages.map(({ role, parts }) => [role, parts.map((part) => (part.type === 'text' ? part.content : '')).join('')]);

const questionsIn = async (visitor: Visitor, sessionId: string) =>
  wordsOf(await storedIn(visitor, sessionId)).flatMap(([role, words]) => (role === 'user' ? [words] : []));

beforeEach(() => refillRate('ada@cascade.test', 'eli@cascade.test'));

describe('asking on the alga wire', () => {
  test('streams the stored answer with its session and run ids', async () => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada(STREAM, { body: { messages: [says('hello')] } });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('X-Run-Id')).toMatch(/^[0-9a-f-]{36}$/);
    const { text, isDone, frames } = await readSimpleAnswer(response);
    expect(isDone).toBe(true);
    expect(frames.length).toBeGreaterThan(1);
    const stored = await storedIn(ada, sessionOf(response));
    expect(wordsOf(stored)).toEqual([
      ['user', 'hello'],
      ['assistant', text],
    ]);
  });

  test('both addresses accept real requests and return the same answer', async () => {
    const ada = await signedIn('ada@cascade.test');
    const body = {
      messages: [
        { ...says('hello'), mentions: undefined },
        { role: 'assistant', content: 'Hello.', reasoning: 'A greeting.', reasoning_content: 'A greeting.' },
        { role: 'assistant', function_call: { name: 'call_api_endpoint', arguments: {} }, tool_call_id: 't1' },
        { role: 'function', name: 'call_api_endpoint', content: '{}', tool_call_id: 't1' },
        says('thanks'),
      ],
      uiContext: { pathname: '/msp/tickets', screen: { key: 'tickets', label: 'Tickets' } },
      mentions: [{ type: 'ticket', id: '1' }],
    };
    const streamed = await readSimpleAnswer(await ada(STREAM, { body }));
    const whole = await askUnstreamed(ada, body.messages as Said[], {
      uiContext: body.uiContext,
      mentions: body.mentions,
    });
    expect(whole).toMatchObject({ type: 'assistant_message', message: { role: 'assistant', content: streamed.text } });
    expect(whole.nextMessages).toHaveLength(6);
  });

  test('the older address accepts inputs', async () => {
    const ada = await signedIn('ada@cascade.test');
    for (const inputs of ['hello', [says('hello')]]) {
      const body = { inputs, parameters: { temperature: 0.35 }, meta: { chat_id: '7' }, options: {} };
      const { text, isDone } = await readSimpleAnswer(await ada(LEGACY, { body }));
      expect([text !== '', isDone]).toEqual([true, true]);
    }
  });

  test('a repeated request under a client’s id is answered again and runs once (R44)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const headers = { 'X-Run-Id': `run-${crypto.randomUUID()}` };
    const body = { messages: [says('hello')] };
    const first = await ada(STREAM, { body, headers });
    const text = await first.text();
    const again = await ada(STREAM, { body, headers });
    expect(sessionOf(again)).toBe(sessionOf(first));
    expect(await again.text()).toBe(text);
    const ids = [...text.matchAll(/^id: (.+)$/gm)].map(([, id = '']) => id);
    const rest = await ada(STREAM, { body, headers: { ...headers, 'Last-Event-ID': ids[1] ?? '' } });
    expect(text.endsWith(await rest.text())).toBe(true);
    expect(await questionsIn(ada, sessionOf(first))).toEqual(['hello']);
    const other = await ada(STREAM, { body: { messages: [says('thanks')] }, headers });
    expect([other.status, await other.json()]).toMatchObject([422, { type: 'error', code: 'RUN_ID_REUSED' }]);
  });
});

describe('the conversation of a request that names none', () => {
  test('is the one whose transcript it repeats, whichever way it was answered', async () => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada(STREAM, { body: { messages: [says('hello')] } });
    const { text } = await readSimpleAnswer(response);
    const spoken = [says('hello'), { role: 'assistant', content: text }, says('thanks')];
    const second = await askUnstreamed(ada, spoken);
    expect(second.sessionId).toBe(sessionOf(response));
    const third = await askUnstreamed(ada, [...second.nextMessages, says('hello')]);
    expect(third.sessionId).toBe(sessionOf(response));
    expect(await questionsIn(ada, third.sessionId)).toEqual(['hello', 'thanks', 'hello']);
  });

  test('is a new one with the client’s history if the transcript differs or the user is another', async () => {
    const ada = await signedIn('ada@cascade.test');
    const first = await askUnstreamed(ada, [says('hello')]);
    const second = await askUnstreamed(ada, [...first.nextMessages, says('thanks')]);
    const back = await askUnstreamed(ada, [...first.nextMessages, says('What can you do?')]);
    const changed = [says('hello'), { role: 'assistant', content: 'It was otherwise.' }, says('Was it?')];
    const other = await askUnstreamed(ada, changed);
    const eli = await signedIn('eli@cascade.test');
    const foreign = await askUnstreamed(eli, [...second.nextMessages, says('And now?')]);
    expect(new Set([first, back, other, foreign].map(({ sessionId }) => sessionId)).size).toBe(4);
    const stored = await storedIn(ada, other.sessionId);
    expect(wordsOf(stored).slice(0, 3)).toEqual(changed.map(({ role, content }) => [role, content]));
    expect(stored[1]).toMatchObject({ role: 'assistant', model: null, costMicros: null });
  });

  test('is a new one if the old one was deleted', async () => {
    const ada = await signedIn('ada@cascade.test');
    const first = await askUnstreamed(ada, [says('hello')]);
    expect((await ada(`/api/v1/ai/sessions/${first.sessionId}`, { method: 'DELETE' })).status).toBe(204);
    const listed = async () =>
      (await (await ada('/api/v1/ai/sessions')).json<SessionList>()).sessions.map(({ id }) => id);
    await expect.poll(listed).not.toContain(first.sessionId);
    const again = await askUnstreamed(ada, [...first.nextMessages, says('And now?')]);
    expect(again.sessionId).not.toBe(first.sessionId);
  });

  test('is the named one, by header or by the client’s id, which is another one for another user', async () => {
    const ada = await signedIn('ada@cascade.test');
    const named = crypto.randomUUID();
    const byHeader = await askUnstreamed(ada, [says('hello')], {}, { 'X-Session-Id': named });
    expect(byHeader.sessionId).toBe(named);
    const chatId = `chat-${crypto.randomUUID()}`;
    const [one, two] = [
      await askUnstreamed(ada, [says('One')], { chatId }),
      await askUnstreamed(ada, [says('Two')], { chatId }),
    ];
    expect(two.sessionId).toBe(one.sessionId);
    const eli = await askUnstreamed(await signedIn('eli@cascade.test'), [says('Three')], { chatId });
    expect(eli.sessionId).not.toBe(one.sessionId);
    expect(await questionsIn(ada, one.sessionId)).toEqual(['One', 'Two']);
  });

  test('another user’s conversation is 404 (R12)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { sessionId } = await askUnstreamed(ada, [says('hello')]);
    const eli = await signedIn('eli@cascade.test');
    const response = await eli(WHOLE, {
      body: { messages: [says('hello')] },
      headers: { 'X-Session-Id': sessionId },
    });
    expect([response.status, await response.json()]).toMatchObject([404, { type: 'error', code: 'NOT_FOUND' }]);
  });
});

describe('a change on the alga wire', () => {
  const partsCalled = async (visitor: Visitor, sessionId: string) =>
    (await storedIn(visitor, sessionId)).flatMap(({ confirmations }) => confirmations);

  test('is proposed and runs exactly as shown, by its id (R27)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const proposed = await askUnstreamed(ada, [says(CREATE)]);
    expect(proposed).toMatchObject({
      type: 'function_proposed',
      function: { displayName: expect.stringContaining('Motor Assembly'), approvalRequired: true },
      functionCall: { name: 'create_item', arguments: { name: 'Motor Assembly' } },
    });
    const forged = { ...proposed.functionCall, name: 'transition_item_state', arguments: { name: 'Something else' } };
    // The client's own id of the chat names no conversation of ours.
    const body = {
      functionCall: forged,
      action: 'approve',
      messages: proposed.nextMessages,
      chatId: crypto.randomUUID(),
    };
    const response = await ada(EXECUTE, { body });
    const done = await response.json<Reply>();
    expect([response.status, done]).toMatchObject([
      200,
      { type: 'assistant_message', sessionId: proposed.sessionId, functionCall: { state: 'confirmed' } },
    ]);
    const [card] = await partsCalled(ada, proposed.sessionId);
    expect(card).toMatchObject({ state: 'confirmed', toolName: 'create_item' });
    expect(JSON.stringify(card)).not.toContain('Something else');
    const next = await askUnstreamed(ada, [...done.nextMessages, says('Thank you')]);
    expect(next.sessionId).toBe(proposed.sessionId);
  });

  test('the same decision again gets the same result; the opposite one is refused (R28)', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { functionCall, sessionId } = await askUnstreamed(ada, [says(CREATE)]);
    const click = (action: string) => ada(EXECUTE, { body: { functionCall: { id: functionCall.id }, action } });
    const [first, second] = await Promise.all([click('decline'), click('decline')]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await second.json()).toEqual(await first.json());
    const late = await click('approve');
    expect([late.status, await late.json()]).toMatchObject([409, { type: 'error', code: 'APPROVAL_DECIDED' }]);
    expect(await partsCalled(ada, sessionId)).toMatchObject([{ state: 'cancelled' }]);
  });

  test('no one else can decide it, and unknown approvals are refused', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { functionCall, sessionId } = await askUnstreamed(ada, [says(CREATE)]);
    const eli = await signedIn('eli@cascade.test');
    const body = { functionCall: { id: functionCall.id }, action: 'approve' };
    for (const headers of [{}, { 'X-Session-Id': sessionId }]) {
      const response = await eli(EXECUTE, { body, headers });
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    }
    const unknown = { functionCall: { id: crypto.randomUUID() }, action: 'approve' };
    expect((await ada(EXECUTE, { body: unknown })).status).toBe(404);
    expect((await ada(EXECUTE, { body: unknown, headers: { 'X-Session-Id': sessionId } })).status).toBe(404);
    expect(await partsCalled(ada, sessionId)).toMatchObject([{ state: 'pending' }]);
  });

  test('is proposed before the end of the stream', async () => {
    const ada = await signedIn('ada@cascade.test');
    const { frames, isDone } = await readSimpleAnswer(await ada(STREAM, { body: { messages: [says(CREATE)] } }));
    expect(isDone).toBe(true);
    const { functionCall } = frames.at(-2) as unknown as Reply;
    expect(frames.at(-2)).toMatchObject({ type: 'function_proposed', functionCall: { name: 'create_item' } });
    // At once: the click may be quicker than anything that is stored later.
    const response = await ada(EXECUTE, { body: { functionCall, action: 'decline' } });
    expect(await response.json()).toMatchObject({ type: 'assistant_message', functionCall: { state: 'cancelled' } });
  });
});

describe('titles', () => {
  test('are the conversation’s own or made from the first question', async () => {
    const ada = await signedIn('ada@cascade.test');
    const read = async (body: object, headers = {}) =>
      (await readSimpleAnswer(await ada(TITLE, { body, headers }))).text;
    const spoken = [says('Which parts changed? I need it today.'), { role: 'assistant', content: 'None.' }];
    expect(await read({ inputs: spoken })).toBe('Which parts changed?');
    expect(await read({ inputs: 'Where is it used?' })).toBe('Where is it used?');
    const { sessionId } = await askUnstreamed(ada, [says('hello')]);
    await ada(`/api/v1/ai/sessions/${sessionId}`, { method: 'PATCH', body: { title: 'My own words' } });
    expect(await read({ inputs: spoken }, { 'X-Session-Id': sessionId })).toBe('My own words');
    const eli = await signedIn('eli@cascade.test');
    const foreign = await eli(TITLE, { body: { inputs: 'Mine' }, headers: { 'X-Session-Id': sessionId } });
    expect((await readSimpleAnswer(foreign)).text).toBe('Mine');
    expect((await ada(TITLE, { body: { inputs: '  ' } })).status).toBe(400);
    // It is given the transcript that the completions are given.
    const long = [...spoken, { role: 'assistant', content: 'x'.repeat(300 * 1024) }];
    expect(await read({ inputs: long })).toBe('Which parts changed?');
  });
});
