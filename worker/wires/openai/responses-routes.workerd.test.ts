// The Responses API by the openai client, unmodified.
import { exports } from 'cloudflare:workers';
import OpenAI from 'openai';
import type {
  Response as OpenAiResponse,
  ResponseInput,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { beforeEach, describe, expect, test } from 'vitest';
import type { MessageList } from '../../api/messages/messages-schema.ts';
import { ORIGIN, refillRate, signedIn, tokenOf } from '../../visitor.fixture.ts';

const ADA = 'ada@cascade.test';
const CREATE = 'Create a new part called Motor Assembly in design PKH-MFG';

/** The unmodified client, sending its requests to the app, without retries. */
async function clientFor(email: string): Promise<OpenAI> {
  const fetch = (input: string | URL | Request, init?: RequestInit) =>
    exports.default.fetch(new Request(input, { ...init, redirect: 'manual' }));
  const options = { baseURL: `${ORIGIN}/v1`, fetch: fetch as typeof globalThis.fetch, maxRetries: 0 };
  return new OpenAI({ apiKey: await tokenOf(email), ...options });
}

type Extended = {
  groundwire: { session_id: string; outcome: string; approvals?: { id: string }[]; ignored?: string[] };
};
const extensionOf = (reply: object) => (reply as Extended).groundwire;

async function storedIn(sessionId: string): Promise<MessageList['messages']> {
  const response = await (await signedIn(ADA))(`/api/v1/ai/sessions/${sessionId}/messages`);
  return (await response.json<MessageList>()).messages;
}

const questionsIn = async (sessionId: string): Promise<string[]> =>
  (await storedIn(sessionId)).flatMap(({ role, parts }) =>
    role === 'user' ? parts.map((part) => (part.type === 'text' ? part.content : '')) : [],
  );

beforeEach(() => refillRate(ADA, 'rae@quiet.test'));

describe('a response', () => {
  test('as a whole: text, tokens, and what the server stored', async () => {
    const client = await clientFor(ADA);
    const response = await client.responses.create({ model: 'default', input: 'hello', instructions: 'Be brief.' });
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      error: null,
      instructions: 'Be brief.',
      previous_response_id: null,
      output: [{ type: 'message', role: 'assistant', status: 'completed' }],
    });
    const { input_tokens = 0, output_tokens = 0, total_tokens } = response.usage ?? {};
    expect([input_tokens > 0, output_tokens > 0, total_tokens]).toEqual([true, true, input_tokens + output_tokens]);
    const answer = (await storedIn(extensionOf(response).session_id)).at(-1);
    expect(answer?.parts).toEqual([{ type: 'text', content: response.output_text }]);
  });

  test('as a stream: numbered events, whose last one has the whole response', async () => {
    const client = await clientFor(ADA);
    const events: ResponseStreamEvent[] = [];
    for await (const event of await client.responses.create({ input: 'hello', stream: true })) events.push(event);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const types = events.map(({ type }) => type).filter((type, index, all) => all.indexOf(type) === index);
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const last = events.at(-1);
    if (last?.type !== 'response.completed') throw new Error('no response');
    const said = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
    expect(last.response.output[0]).toMatchObject({ content: [{ type: 'output_text', text: said }] });
  });

  test('the client’s stream helper gets the same as the whole reply', async () => {
    const client = await clientFor(ADA);
    const whole = await client.responses.create({ model: 'default', input: 'hello' });
    const streamed = await client.responses.stream({ model: 'default', input: 'hello' }).finalResponse();
    expect(streamed.output_text).toBe(whole.output_text);
  });

  test('a repeated idempotency key is the same run (R44)', async () => {
    const client = await clientFor(ADA);
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const first = await client.responses.create({ input: 'hello' }, { headers });
    const again = await client.responses.create({ input: 'hello' }, { headers });
    expect(again.id).toBe(first.id);
    expect(await storedIn(extensionOf(first).session_id)).toHaveLength(2);
  });

  test('a change that needs approval is text with a link', async () => {
    const client = await clientFor(ADA);
    const response = await client.responses.create({ input: CREATE });
    const { outcome, approvals, session_id } = extensionOf(response);
    expect([outcome, approvals?.length]).toEqual(['waiting', 1]);
    expect(response.output_text).toContain(`${ORIGIN}/chat/${session_id}`);
  });
});

describe('the conversation of a response', () => {
  const continueAfter = (client: OpenAI, response: OpenAiResponse, input: string) =>
    client.responses.create({ model: 'default', input, previous_response_id: response.id });

  test('continues after the previous response, or begins a branch if it went on since', async () => {
    const client = await clientFor(ADA);
    const first = await client.responses.create({ input: 'hello' });
    const sessionId = extensionOf(first).session_id;
    const second = await continueAfter(client, first, 'Count to 3');
    expect(second.previous_response_id).toBe(first.id);
    expect(extensionOf(second).session_id).toBe(sessionId);
    expect(await questionsIn(sessionId)).toEqual(['hello', 'Count to 3']);
    await continueAfter(client, first, 'Count to 4');
    expect(await questionsIn(sessionId)).toEqual(['hello', 'Count to 4']);
  });

  test('is found by the input that a client repeats, and by its name', async () => {
    const client = await clientFor(ADA);
    const first = await client.responses.create({ input: [{ role: 'user', content: 'hello' }] });
    const repeated = [
      { role: 'user' as const, content: 'hello' },
      ...first.output,
      { role: 'user' as const, content: 'thanks' },
    ];
    const second = await client.responses.create({ input: repeated as ResponseInput });
    expect(extensionOf(second).session_id).toBe(extensionOf(first).session_id);
    const named = await client.responses.create({ input: 'hello', conversation: extensionOf(first).session_id });
    expect(extensionOf(named).session_id).toBe(extensionOf(first).session_id);
  });

  test.each([
    'resp_none',
    `resp_${'0'.repeat(32)}_run-1`,
    `resp_${crypto.randomUUID().replaceAll('-', '')}_${crypto.randomUUID()}`,
  ])('404 if there is no such response: %s', async (id) => {
    const client = await clientFor(ADA);
    const asked = client.responses.create({ model: 'default', input: 'hello', previous_response_id: id });
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test('404 for another person’s response', async () => {
    const first = await (await clientFor(ADA)).responses.create({ input: 'hello' });
    const eli = await clientFor('eli@cascade.test');
    const asked = continueAfter(eli, first as OpenAiResponse, 'and now?');
    await expect(asked).rejects.toMatchObject({ status: 404 });
    expect(await questionsIn(extensionOf(first).session_id)).toEqual(['hello']);
  });
});

describe('what a request can’t have (R20)', () => {
  test.each<[string, object]>([
    ['tools', { tools: [{ type: 'function', name: 'f', parameters: {}, strict: true }] }],
    ['background', { background: true }],
    ['text.format.type', { text: { format: { type: 'json_object' } } }],
    [
      'input.0.content.1',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'a' }, { type: 'input_image' }] }] },
    ],
    ['input.0', { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] }],
  ])('is refused by name: %s', async (param, more) => {
    const client = await clientFor(ADA);
    const asked = client.responses.create({ input: 'hello', ...more } as { input: string });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'UNSUPPORTED', param });
  });

  test('is ignored by name, also a wish not to store', async () => {
    const client = await clientFor(ADA);
    const asked = {
      input: 'hello',
      store: false,
      temperature: 1,
      include: [],
      reasoning: { effort: 'low', summary: 'auto' },
    };
    const { data, response } = await client.responses.create(asked as { input: string }).withResponse();
    expect(response.headers.get('X-Ignored')).toBe('temperature, store, reasoning.summary');
    expect(extensionOf(data).ignored).toEqual(['temperature', 'store', 'reasoning.summary']);
  });

  test('refusals are the client’s own error types', async () => {
    const rae = await clientFor('rae@quiet.test');
    await expect(rae.responses.create({ input: 'hello' })).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
  });
});
