import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DemoModel, startDemoModel } from '../demo-model.ts';
import { PLM_TOOLS } from '../tools.fixture.ts';

const SYSTEM = 'You are the assistant of a test. '.repeat(200);
const openAiTools = PLM_TOOLS.map((tool) => ({
  type: 'function' as const,
  function: { name: tool.name, description: tool.description, parameters: { ...tool.schema } },
}));

let demo: DemoModel;
let openai: OpenAI;

beforeEach(async () => {
  demo = await startDemoModel({ pace: 'instant' });
  openai = new OpenAI({ apiKey: 'test-key', baseURL: `${demo.url}/v1`, maxRetries: 0 });
});

afterEach(() => demo.close());

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const user = (content: string) => ({ role: 'user' as const, content });

describe('the OpenAI wire, with the official client', () => {
  test('streams an answer in pieces, with usage last and only when asked for', async () => {
    const request = { model: 'gpt-4.1', messages: [user('count to 30')], stream: true as const };
    const chunks = await collect(
      await openai.chat.completions.create({ ...request, stream_options: { include_usage: true } }),
    );
    const whole = await openai.chat.completions.create({ ...request, stream: false });
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(chunks.length).toBeGreaterThan(30);
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage?.completion_tokens } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    const without = await collect(await openai.chat.completions.create(request));
    expect(without.every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  test('makes parallel calls with ids and arguments, and answers from their results', async () => {
    const question = user('Tell me about PN-000001 and PN-000002');
    const stream = openai.chat.completions.stream({ model: 'gpt-4.1', messages: [question], tools: openAiTools });
    const message = (await stream.finalChatCompletion()).choices[0]?.message;
    const calls = (message?.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [call] : []));
    expect(calls.map((call) => JSON.parse(call.function.arguments))).toEqual([
      { itemNumber: 'PN-000001' },
      { itemNumber: 'PN-000002' },
    ]);
    const results = calls.map((call, index) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: JSON.stringify({
        itemNumber: `PN-00000${index + 1}`,
        name: `Part ${index + 1}`,
        itemType: 'Part',
        material: 'Steel',
      }),
    }));
    const second = await openai.chat.completions.create({
      model: 'gpt-4.1',
      tools: openAiTools,
      messages: [question, { role: 'assistant', content: null, tool_calls: calls }, ...results],
    });
    expect(second.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringMatching(/Part 1[\s\S]*Part 2/) },
    });
  });

  test('refuses a call without a result as the real endpoint does', async () => {
    const call = { id: 'a', type: 'function' as const, function: { name: 'x', arguments: '{}' } };
    const messages = [user('hi'), { role: 'assistant' as const, tool_calls: [call] }, user('so?')];
    await expect(openai.chat.completions.create({ model: 'gpt-4.1', messages })).rejects.toMatchObject({ status: 400 });
  });

  test('counts a long prompt that it saw before as cached, in steps of 128', async () => {
    const request = (text: string) => ({
      model: 'gpt-4.1',
      messages: [{ role: 'system' as const, content: SYSTEM }, user(text)],
    });
    const first = (await openai.chat.completions.create(request('hello'))).usage;
    const second = (await openai.chat.completions.create(request('count to 3'))).usage;
    const cached = second?.prompt_tokens_details?.cached_tokens ?? 0;
    expect(first?.prompt_tokens_details?.cached_tokens).toBe(0);
    expect(cached).toBeGreaterThanOrEqual(1024);
    expect(cached % 128).toBe(0);
    expect(second?.prompt_tokens).toBeGreaterThan(cached);
  });

  test('lists models', async () => {
    const ids = (await collect(openai.models.list())).map((model) => model.id);
    expect(ids).toEqual(expect.arrayContaining(['gpt-4.1', 'llama3.2']));
  });
});
