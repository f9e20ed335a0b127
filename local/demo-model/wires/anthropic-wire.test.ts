import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DemoModel, startDemoModel } from '../demo-model.ts';
import { PLM_TOOLS } from '../tools.fixture.ts';

const MODEL = 'claude-sonnet-4-6';
const SYSTEM = 'You are the assistant of a test. '.repeat(200);
const anthropicTools = PLM_TOOLS.filter(({ name }) => name !== 'offer_navigation').map((tool) => ({
  name: tool.name,
  description: tool.description,
  input_schema: { ...tool.schema, type: 'object' as const },
}));

let demo: DemoModel;
let anthropic: Anthropic;

beforeEach(async () => {
  demo = await startDemoModel({ pace: 'instant' });
  anthropic = new Anthropic({ apiKey: 'test-key', baseURL: demo.url, maxRetries: 0 });
});

afterEach(() => demo.close());

const user = (content: string) => ({ role: 'user' as const, content });
const ask = (content: string) => ({ model: MODEL, max_tokens: 4000, messages: [user(content)] });

describe('the Anthropic wire, with the official client', () => {
  test('streams an answer in pieces that equal the whole one', async () => {
    const stream = anthropic.messages.stream(ask('count to 30'));
    const deltas: string[] = [];
    stream.on('text', (delta) => deltas.push(delta));
    const streamed = await stream.finalMessage();
    const whole = await anthropic.messages.create(ask('count to 30'));
    expect(deltas.length).toBeGreaterThan(30);
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole).toMatchObject({ role: 'assistant', model: MODEL, stop_reason: 'end_turn' });
  });

  test('calls a tool and answers from its result', async () => {
    const question = user('What is the weight of PN-000001?');
    const first = await anthropic.messages
      .stream({ ...ask(''), messages: [question], tools: anthropicTools })
      .finalMessage();
    const [call] = first.content;
    expect(first.stop_reason).toBe('tool_use');
    expect(call).toMatchObject({ type: 'tool_use', name: 'get_item_details', input: { itemNumber: 'PN-000001' } });
    if (call?.type !== 'tool_use') throw new Error('no call');
    const result = JSON.stringify({
      itemNumber: 'PN-000001',
      name: 'Arm',
      itemType: 'Part',
      weight: 2,
      weightUnit: 'kg',
    });
    const second = await anthropic.messages.create({
      ...ask(''),
      tools: anthropicTools,
      messages: [
        question,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: result }] },
      ],
    });
    expect(second.content).toMatchObject([{ type: 'text', text: '**PN-000001 Arm** weighs **2 kg**.' }]);
  });

  test('relays an error of a tool', async () => {
    const question = user('What is the weight of PN-000001?');
    const call = {
      type: 'tool_use' as const,
      id: 'toolu_1',
      name: 'get_item_details',
      input: { itemNumber: 'PN-000001' },
    };
    const result = {
      type: 'tool_result' as const,
      tool_use_id: 'toolu_1',
      is_error: true,
      content: 'You may not read parts.',
    };
    const { content } = await anthropic.messages.create({
      ...ask(''),
      tools: anthropicTools,
      messages: [question, { role: 'assistant', content: [call] }, { role: 'user', content: [result] }],
    });
    expect(content).toMatchObject([{ text: 'That was refused: You may not read parts.' }]);
  });

  test('gives parallel calls different ids, in every request', async () => {
    const request = { ...ask('Tell me about PN-000001 and PN-000002'), tools: anthropicTools };
    const ids = async () =>
      (await anthropic.messages.create(request)).content.flatMap((block) =>
        block.type === 'tool_use' ? [block.id] : [],
      );
    expect(new Set([...(await ids()), ...(await ids())]).size).toBe(4);
  });

  test('calls nothing when tool_choice is none', async () => {
    const { stop_reason } = await anthropic.messages.create({
      ...ask('show PN-000001'),
      tools: anthropicTools,
      tool_choice: { type: 'none' },
    });
    expect(stop_reason).toBe('end_turn');
  });

  test('shows thinking before the answer when asked to', async () => {
    const { content, usage } = await anthropic.messages
      .stream({ ...ask('hello'), thinking: { type: 'enabled', budget_tokens: 1024 } })
      .finalMessage();
    expect(content.map((block) => block.type)).toEqual(['thinking', 'text']);
    expect(usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(5);
  });

  test('cuts the answer at the output limit', async () => {
    const { stop_reason, usage } = await anthropic.messages.create({ ...ask('count to 200'), max_tokens: 50 });
    expect({ stop_reason, output: usage.output_tokens }).toEqual({ stop_reason: 'max_tokens', output: 50 });
  });

  test('counts input tokens, and cached ones separately', async () => {
    const system = [{ type: 'text' as const, text: SYSTEM, cache_control: { type: 'ephemeral' as const } }];
    const bare = (await anthropic.messages.create(ask('hello'))).usage;
    const first = (await anthropic.messages.create({ ...ask('hello'), system })).usage;
    const second = (await anthropic.messages.stream({ ...ask('count to 3'), system }).finalMessage()).usage;
    expect(bare.input_tokens).toBeLessThan(40);
    expect(first.cache_creation_input_tokens).toBeGreaterThan(1024);
    expect(first.cache_read_input_tokens).toBe(0);
    expect(first.input_tokens).toBe(bare.input_tokens);
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
  });

  test.each([
    [
      'a call without its result',
      [
        user('hi'),
        { role: 'assistant' as const, content: [{ type: 'tool_use' as const, id: 'a', name: 'x', input: {} }] },
        user('so?'),
      ],
    ],
    ['an empty message', [user('')]],
    [
      'a result without a call',
      [{ role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'a', content: 'x' }] }],
    ],
  ])('refuses %s as the real endpoint does', async (_name, messages) => {
    await expect(anthropic.messages.create({ ...ask(''), messages })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    });
  });

  test('lists models', async () => {
    const page = await anthropic.models.list();
    expect(page.data.map((model) => model.id)).toContain(MODEL);
  });
});
