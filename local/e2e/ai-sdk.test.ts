// The AI SDK's chat and transport, unmodified, against the whole stack: plain, tools, approvals, reload, drop, stop, refused.
import {
  AbstractChat,
  type ChatInit,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { cardsIn, lastAnswerIn, questionsIn, untilComplete } from './stored.ts';
import { signIn, type Visitor } from './visitor.ts';

const LONG = 'Count to 200';
const CREATE = 'Create a new part called Motor Assembly in design PKH-MFG';

let stack: Stack;
let person: Visitor;
let people: Visitor[];

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 4 } } });
  people = await Promise.all(['ada@cascade.test', 'eli@cascade.test'].map((email) => signIn(stack, email)));
});

beforeEach(() => {
  const [next, ...others] = people;
  if (!next) throw new Error('no one is signed in');
  people = [...others, next];
  person = next;
});

afterAll(async () => {
  await stack?.stop();
});

const modelCalls = (): number => stack.demo?.requests.length ?? 0;
const stop = (runId: string, threadId: string) => person.send('POST', `/api/v1/ai/runs/${runId}/cancel`, { threadId });

/** The AI SDK's chat as its React hook builds on it: the state belongs to the caller. */
class Chat extends AbstractChat<UIMessage> {
  constructor(init: ChatInit<UIMessage>) {
    super({ ...init, state: createState(init.messages ?? []) });
  }
}

function createState(initial: UIMessage[]): ChatState<UIMessage> {
  const state: ChatState<UIMessage> = {
    status: 'ready' as ChatStatus,
    error: undefined,
    messages: initial,
    pushMessage: (message) => {
      state.messages = [...state.messages, message];
    },
    popMessage: () => {
      state.messages = state.messages.slice(0, -1);
    },
    replaceMessage: (index, message) => {
      state.messages = state.messages.with(index, message);
    },
    snapshot: (thing) => structuredClone(thing),
  };
  return state;
}

describe('the AI SDK’s chat', () => {
  function connect(
    options: { id?: string; messages?: UIMessage[]; visitor?: Visitor; fetch?: typeof fetch; headers?: object } = {},
  ) {
    const {
      id = `chat-${crypto.randomUUID()}`,
      messages = [],
      visitor = person,
      fetch: fetchClient,
      headers,
    } = options;
    const errors: Error[] = [];
    const chat = new Chat({
      id,
      messages,
      transport: new DefaultChatTransport({
        api: `${stack.url}/api/v1/ai/ui-messages`,
        headers: { ...visitor.headers, ...headers },
        ...(fetchClient && { fetch: fetchClient }),
      }),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      onError: (error) => errors.push(error),
    });
    return { id, chat, errors };
  }

  const textOf = (chat: Chat): string =>
    (chat.lastMessage?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
  const toolsOf = (chat: Chat) => (chat.lastMessage?.parts ?? []).filter(isToolUIPart);
  const metadataOf = (chat: Chat) => chat.lastMessage?.metadata as { sessionId: string; runId: string };

  it('shows an answer part by part and ends with what the server stored', async () => {
    const { chat, errors } = connect();
    const sending = chat.sendMessage({ text: LONG });
    await expect.poll(() => textOf(chat).length).toBeGreaterThan(20);
    expect(chat.status).toBe('streaming');
    await sending;
    expect(errors).toEqual([]);
    expect(chat.status).toBe('ready');
    expect(textOf(chat)).toBe((await lastAnswerIn(person, metadataOf(chat).sessionId)).text);
    await chat.sendMessage({ text: 'thanks' });
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(await questionsIn(person, metadataOf(chat).sessionId)).toHaveLength(2);
  });

  it('shows what tools were called with and what they answered', async () => {
    const { chat, errors } = connect();
    await chat.sendMessage({ text: 'Show the BOM of PN-000059' });
    expect(errors).toEqual([]);
    expect(toolsOf(chat).length).toBeGreaterThan(0);
    for (const tool of toolsOf(chat)) expect(tool).toMatchObject({ state: 'output-available', input: {}, output: {} });
    expect(toolsOf(chat)).toContainEqual(expect.objectContaining({ type: 'tool-get_bom' }));
  });

  it.each([
    ['approves', true, 'confirmed', 'output-available'],
    ['declines', false, 'cancelled', 'output-denied'],
  ] as const)('%s by its own response, and continues in the same message', async (_name, approved, state, part) => {
    const { chat, errors } = connect();
    await chat.sendMessage({ text: CREATE });
    const { sessionId } = metadataOf(chat);
    const [tool] = toolsOf(chat);
    expect(tool).toMatchObject({ type: 'tool-create_item', state: 'approval-requested' });
    await chat.addToolApprovalResponse({ id: tool?.approval?.id ?? '', approved });
    await expect.poll(() => toolsOf(chat)[0]?.state).toBe(part);
    await expect.poll(() => chat.status).toBe('ready');
    expect(errors).toEqual([]);
    expect(chat.messages).toHaveLength(2);
    expect(await cardsIn(person, sessionId)).toMatchObject([{ state }]);
    expect(textOf(chat).endsWith((await lastAnswerIn(person, sessionId)).text)).toBe(true);
  });

  it('shows a pending approval after a reload, and accepts its decision', async () => {
    const first = connect();
    await first.chat.sendMessage({ text: CREATE });
    const reply = await person.get(`/api/v1/ai/ui-messages/${first.id}`);
    const { messages } = (await reply.json()) as { messages: UIMessage[] };
    const { chat, errors } = connect({ id: first.id, messages });
    await chat.resumeStream();
    const [tool] = toolsOf(chat);
    expect(tool?.state).toBe('approval-requested');
    await chat.addToolApprovalResponse({ id: tool?.approval?.id ?? '', approved: true });
    await expect.poll(() => toolsOf(chat)[0]?.state).toBe('output-available');
    await expect.poll(() => chat.status).toBe('ready');
    expect(errors).toEqual([]);
    expect(await cardsIn(person, metadataOf(first.chat).sessionId)).toMatchObject([{ state: 'confirmed' }]);
  });

  it('replays a running answer from its first word after a reload', async () => {
    const first = connect();
    const sending = first.chat.sendMessage({ text: LONG });
    await expect.poll(() => textOf(first.chat).length).toBeGreaterThan(20);
    const reply = await person.get(`/api/v1/ai/ui-messages/${first.id}`);
    const { messages } = (await reply.json()) as { messages: UIMessage[] };
    expect(messages.map(({ role }) => role)).toEqual(['user']);
    const { chat, errors } = connect({ id: first.id, messages });
    await chat.resumeStream();
    await sending;
    expect(errors).toEqual([]);
    expect(textOf(chat)).toBe(textOf(first.chat));
    expect(chat.lastMessage?.id).toBe(first.chat.lastMessage?.id);
  });

  it('resumes the same answer after a lost connection, with one model call', async () => {
    const before = modelCalls();
    let isFirst = true;
    const dropping: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!isFirst || !response.body) return response;
      isFirst = false;
      return new Response(cut(response.body), response);
    };
    const { chat, errors } = connect({ fetch: dropping });
    await chat.sendMessage({ text: LONG });
    expect([chat.status, errors.length]).toEqual(['error', 1]);
    await chat.resumeStream();
    expect(chat.status).toBe('ready');
    expect(textOf(chat)).toBe((await lastAnswerIn(person, metadataOf(chat).sessionId)).text);
    expect(chat.messages).toHaveLength(2);
    expect(modelCalls() - before).toBe(1);
  });

  it('does not stop the run when its own stop is called; stopping the run ends it, and the chat shows that (R49)', async () => {
    const left = connect();
    const sending = left.chat.sendMessage({ text: LONG });
    await expect.poll(() => textOf(left.chat).length).toBeGreaterThan(20);
    const { sessionId } = metadataOf(left.chat);
    await left.chat.stop();
    await sending;
    await untilComplete(person, sessionId);

    const { chat, errors } = connect();
    const again = chat.sendMessage({ text: LONG });
    await expect.poll(() => textOf(chat).length).toBeGreaterThan(20);
    const { runId, sessionId: thread } = metadataOf(chat);
    await stop(runId, thread);
    await again;
    expect(errors).toEqual([]);
    expect(await lastAnswerIn(person, thread)).toEqual({ text: textOf(chat), status: 'stopped' });
  });

  it('stops the run with its own stop, if its transport asked for that (R49)', async () => {
    const { chat, errors } = connect({ headers: { 'X-Stop-On-Disconnect': 'true' } });
    const sending = chat.sendMessage({ text: LONG });
    await expect.poll(() => textOf(chat).length).toBeGreaterThan(20);
    await chat.stop();
    await sending;
    expect(errors).toEqual([]);
    const { sessionId } = metadataOf(chat);
    await expect.poll(async () => (await lastAnswerIn(person, sessionId)).status).toBe('stopped');
    expect((await lastAnswerIn(person, sessionId)).text.startsWith(textOf(chat))).toBe(true);
    await expect.poll(() => stack.demo?.requests.at(-1)?.aborted).toBe(true);
  });

  it('shows an answer that breaks off as an error, and keeps the text received so far (R45)', async () => {
    stack.demo?.failNext({ cutAfterTokens: 20 });
    const { chat, errors } = connect();
    await chat.sendMessage({ text: LONG });
    expect(chat.status).toBe('error');
    expect(errors[0]?.message).toContain('ended the answer before it was complete');
    expect(textOf(chat).length).toBeGreaterThan(0);
    expect(chat.lastMessage?.metadata).toMatchObject({ error: { code: 'PROVIDER_BROKEN_STREAM' } });
  });

  it('regenerates an answer and edits a question, and keeps the earlier version on a branch', async () => {
    const { chat, errors } = connect();
    for (const text of ['hello', 'Count to 3', 'thanks']) await chat.sendMessage({ text });
    const { sessionId } = metadataOf(chat);
    const shown = async () =>
      (await questionsIn(person, sessionId)).map(({ parts }) => (parts[0]?.type === 'text' ? parts[0].content : ''));
    const answered = chat.lastMessage?.id;
    await chat.regenerate();
    expect(chat.lastMessage?.id).not.toBe(answered);
    await chat.regenerate();
    expect(chat.messages).toHaveLength(6);
    expect(await shown()).toEqual(['hello', 'Count to 3', 'thanks']);

    await chat.sendMessage({ text: 'Count to 4', messageId: chat.messages[2]?.id ?? '' });
    expect(textOf(chat)).toContain('4.');
    expect(await shown()).toEqual(['hello', 'Count to 4']);
    await chat.sendMessage({ text: 'good morning', messageId: chat.messages[0]?.id ?? '' });
    expect(await shown()).toEqual(['good morning']);
    expect(errors).toEqual([]);

    const reloaded = (await (await person.get(`/api/v1/ai/ui-messages/${sessionId}`)).json()) as {
      messages: UIMessage[];
    };
    const later = connect({ id: sessionId, messages: reloaded.messages });
    await later.chat.regenerate({ messageId: reloaded.messages[1]?.id ?? '' });
    expect(later.errors).toEqual([]);
    expect(await shown()).toEqual(['good morning']);
  });

  it('gets an error when the organization has turned the assistant off', async () => {
    const rae = await signIn(stack, 'rae@quiet.test');
    const off = connect({ visitor: rae });
    await off.chat.sendMessage({ text: 'hello' });
    expect(off.errors[0]?.message).toContain('AI Assistant is not enabled for this tenant');
  });
});

/** Breaks off after some chunks. */
function cut(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = 6;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the reply ended before it could be cut');
      left -= 1;
      if (left >= 0) return controller.enqueue(value);
      await reader.cancel();
      controller.error(new TypeError('network error'));
    },
  });
}
