// Public client libraries, unmodified and pinned, against the whole stack: plain, dropped and resumed, stopped.
import { HttpAgent } from '@ag-ui/client';
import { ChatClient, fetchServerSentEvents, type UIMessage } from '@tanstack/ai-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signIn, type Visitor } from './visitor.ts';

const LONG = 'Count to 200';

let stack: Stack;
let ada: Visitor;

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 4 } } });
  ada = await signIn(stack, 'ada@cascade.test');
});

afterAll(async () => {
  await stack?.stop();
});

const textOfParts = (message: UIMessage | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.content : '')).join('');

const lastAnswer = (client: { getMessages(): UIMessage[] }): string =>
  textOfParts(client.getMessages().findLast((message) => message.role === 'assistant'));

/** What the server stores, read without a client library. */
async function storedAnswer(threadId: string): Promise<{ text: string; status: string }> {
  const { messages } = (await (await ada.get(`/api/v1/ai/sessions/${threadId}/messages`)).json()) as {
    messages: { role: string; status: string; parts: { type: string; content: string }[] }[];
  };
  const answer = messages.findLast((message) => message.role === 'assistant');
  return {
    text: (answer?.parts ?? []).map((part) => (part.type === 'text' ? part.content : '')).join(''),
    status: answer?.status ?? '',
  };
}

/** A fetch whose first POST breaks off after some chunks of its reply; it remembers the POSTs. */
function droppingFetch(chunksBeforeDrop: number) {
  const posts: Request[] = [];
  const dropping: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(input, init);
    if (request.method !== 'POST') return response;
    posts.push(request);
    return posts.length > 1 || !response.body ? response : new Response(cut(response.body, chunksBeforeDrop), response);
  };
  return { dropping, posts };
}

function cut(body: ReadableStream<Uint8Array>, chunks: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = chunks;
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

describe('TanStack AI ChatClient', () => {
  function connect(threadId: string, fetchClient: typeof fetch = fetch) {
    const url = `${stack.url}/api/v1/ai/chat`;
    const errors: Error[] = [];
    const partials = new Set<string>();
    const client = new ChatClient({
      threadId,
      persistence: true,
      connection: fetchServerSentEvents(url, { headers: ada.headers, fetchClient }),
      onError: (error) => errors.push(error),
      onMessagesChange: () => partials.add(lastAnswer(client)),
    });
    client.attach();
    return { client, errors, partials };
  }

  it('shows an answer in many partial texts and ends with what the server stored', async () => {
    const threadId = crypto.randomUUID();
    const { client, errors, partials } = connect(threadId);
    await client.sendMessage(LONG);
    expect(errors).toEqual([]);
    expect(partials.size).toBeGreaterThan(5);
    expect(lastAnswer(client)).toBe((await storedAnswer(threadId)).text);
    client.dispose();
  });

  it('resumes a dropped stream by Last-Event-ID without losing or repeating a word', async () => {
    const threadId = crypto.randomUUID();
    const { dropping, posts } = droppingFetch(4);
    const { client, errors } = connect(threadId, dropping);
    const before = stack.demo?.requests.length ?? 0;
    await client.sendMessage(LONG);
    expect(errors).toEqual([]);
    expect(posts.length).toBeGreaterThan(1);
    expect(posts[1]?.headers.get('Last-Event-ID')).toMatch(/\.\d+$/);
    expect(lastAnswer(client)).toBe((await storedAnswer(threadId)).text);
    expect((stack.demo?.requests.length ?? 0) - before).toBe(1);
    client.dispose();
  });

  it('replays a running answer from its first word after a reload', async () => {
    const threadId = crypto.randomUUID();
    const first = connect(threadId);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    const sending = first.client.sendMessage(LONG);
    await hold?.reached;
    await expect.poll(() => lastAnswer(first.client).length).toBeGreaterThan(20);
    first.client.detach();

    const second = connect(threadId);
    await expect.poll(() => lastAnswer(second.client).length).toBeGreaterThan(20);
    expect(second.client.getIsLoading()).toBe(true);
    hold?.release();
    await expect.poll(() => second.client.getIsLoading()).toBe(false);
    await sending;
    expect(second.errors).toEqual([]);
    const stored = await storedAnswer(threadId);
    expect(stored.status).toBe('complete');
    expect(lastAnswer(second.client)).toBe(stored.text);
    expect(second.client.getMessages().map((message) => message.role)).toEqual(['user', 'assistant']);
    second.client.dispose();
  });

  it('keeps the partial answer of a stopped run and ends without an error', async () => {
    const threadId = crypto.randomUUID();
    const { client, errors } = connect(threadId);
    const sending = client.sendMessage(LONG);
    await expect.poll(() => lastAnswer(client).length).toBeGreaterThan(20);
    const reply = await ada.send('POST', `/api/v1/ai/runs/${client.getCurrentRunId()}/cancel`, { threadId });
    expect(reply.status).toBe(200);
    await sending;
    expect(errors).toEqual([]);
    const stored = await storedAnswer(threadId);
    expect(stored.status).toBe('stopped');
    expect(lastAnswer(client)).toBe(stored.text);
    await expect.poll(() => stack.demo?.requests.at(-1)?.aborted).toBe(true);
    client.dispose();
  });

  it('gets a refusal as an error with the message from the alga document', async () => {
    const rae = await signIn(stack, 'rae@quiet.test');
    const errors: Error[] = [];
    const client = new ChatClient({
      threadId: crypto.randomUUID(),
      connection: fetchServerSentEvents(`${stack.url}/api/v1/ai/chat`, { headers: rae.headers }),
      onError: (error) => errors.push(error),
    });
    await client.sendMessage('hello');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain('403');
    client.dispose();
  });
});

describe('AG-UI HttpAgent', () => {
  function connect(threadId: string) {
    return new HttpAgent({ url: `${stack.url}/api/v1/ai/chat`, headers: { ...ada.headers }, threadId });
  }

  const ask = (text: string) => ({ id: crypto.randomUUID(), role: 'user' as const, content: text });

  const answerOf = (agent: HttpAgent): string => {
    const content = agent.messages.findLast((message) => message.role === 'assistant')?.content;
    return typeof content === 'string' ? content : '';
  };

  it('runs to its end with the text that the server stored', async () => {
    const threadId = crypto.randomUUID();
    const agent = connect(threadId);
    agent.addMessage(ask(LONG));
    await agent.runAgent();
    expect(answerOf(agent)).toBe((await storedAnswer(threadId)).text);
    expect(answerOf(agent).length).toBeGreaterThan(100);
  });

  it('replays a lost run when the same runId is sent again, with one model call', async () => {
    const threadId = crypto.randomUUID();
    const runId = crypto.randomUUID();
    const agent = connect(threadId);
    agent.addMessage(ask(LONG));
    const before = stack.demo?.requests.length ?? 0;
    const running = agent.runAgent({ runId });
    await expect.poll(() => answerOf(agent).length).toBeGreaterThan(20);
    agent.abortRun();
    await running.catch(() => 'lost');

    const again = connect(threadId);
    again.addMessage(ask(LONG));
    await again.runAgent({ runId });
    expect(answerOf(again).length).toBeGreaterThan(answerOf(agent).length);
    expect(answerOf(again)).toBe((await storedAnswer(threadId)).text);
    expect((stack.demo?.requests.length ?? 0) - before).toBe(1);
  });

  it('stops the run with its own abort, if it asked for that (R49)', async () => {
    const threadId = crypto.randomUUID();
    const agent = connect(threadId);
    agent.headers = { ...agent.headers, 'X-Stop-On-Disconnect': 'true' };
    agent.addMessage(ask(LONG));
    const running = agent.runAgent();
    await expect.poll(() => answerOf(agent).length).toBeGreaterThan(20);
    agent.abortRun();
    await running.catch(() => 'left');
    await expect.poll(async () => (await storedAnswer(threadId)).status).toBe('stopped');
    await expect.poll(() => stack.demo?.requests.at(-1)?.aborted).toBe(true);
  });

  it('chats although its page has tools and state, and learns that they have no effect', async () => {
    const threadId = crypto.randomUUID();
    const agent = connect(threadId);
    agent.state = { color: 'red' };
    agent.addMessage(ask('hello'));
    const named: unknown[] = [];
    agent.subscribe({ onCustomEvent: ({ event }) => void (event.name === 'ignored' && named.push(event.value)) });
    const tools = [{ name: 'paint', description: 'Paints the page', parameters: { type: 'object', properties: {} } }];
    const context = [{ description: 'The ticket in view', value: '{"title":"Leak in room 12"}' }];
    await agent.runAgent({ tools, context });
    expect(named).toEqual([
      { names: expect.toSatisfy((names: string[]) => names.toSorted().join() === 'state,tools') },
    ]);
    expect(answerOf(agent)).toBe((await storedAnswer(threadId)).text);
    expect(JSON.stringify(stack.demo?.requests.at(-1)?.body)).toContain('Leak in room 12');
  });

  it('ends a stopped run as canceled, with the partial text', async () => {
    const threadId = crypto.randomUUID();
    const runId = crypto.randomUUID();
    const agent = connect(threadId);
    agent.addMessage(ask(LONG));
    const outcomes: unknown[] = [];
    agent.subscribe({ onRunFinishedEvent: ({ event }) => void outcomes.push(event.outcome) });
    const running = agent.runAgent({ runId });
    await expect.poll(() => answerOf(agent).length).toBeGreaterThan(20);
    await ada.send('POST', `/api/v1/ai/runs/${runId}/cancel`, { threadId });
    await running;
    expect(outcomes).toEqual([{ type: 'cancelled' }]);
    const stored = await storedAnswer(threadId);
    expect(stored).toEqual({ text: answerOf(agent), status: 'stopped' });
  });
});
