import { describe, expect, test } from 'vitest';
import { anthropicFaults } from '../../../local/testing/providers/strict-wires.ts';
import { findTraits, MODELS } from '../models/models.ts';
import type { AssistantPart, ModelMessage, ModelRequest, ProviderEvent } from '../provider.ts';
import { collect, createUpstream, joined, REQUEST, type ScriptedResponse } from '../scripted-upstream.fixture.ts';
import { ANTHROPIC } from '../wire.fixture.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { thinkingConfig } from './thinking.ts';

const TOOLS = [{ name: 'find_parts', description: 'Finds parts.', parameters: { type: 'object' } }];

type Block = Readonly<Record<string, unknown>> & { readonly type: string };

const frame = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** An answer of these blocks, streamed as the API does. */
function streamOf(blocks: readonly Block[], stopReason = 'end_turn'): string[] {
  const deltas = (block: Block): object[] => {
    if (block.type === 'text') return [{ type: 'text_delta', text: block['text'] }];
    if (block.type === 'tool_use') return [{ type: 'input_json_delta', partial_json: JSON.stringify(block['input']) }];
    if (block.type !== 'thinking') return [];
    const signature = String(block['signature']);
    return [
      { type: 'thinking_delta', thinking: block['thinking'] },
      { type: 'signature_delta', signature: signature.slice(0, 3) },
      { type: 'signature_delta', signature: signature.slice(3) },
    ];
  };
  const start = (block: Block): object => {
    if (block.type === 'text') return { type: 'text', text: '' };
    if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
    return block.type === 'tool_use' ? { ...block, input: {} } : block;
  };
  return [
    frame('message_start', { message: { usage: { input_tokens: 5, output_tokens: 1 } } }),
    ...blocks.flatMap((block, index) => [
      frame('content_block_start', { index, content_block: start(block) }),
      ...deltas(block).map((delta) => frame('content_block_delta', { index, delta })),
      frame('content_block_stop', { index }),
    ]),
    frame('message_delta', { delta: { stop_reason: stopReason }, usage: { output_tokens: 9 } }),
    frame('message_stop', {}),
  ];
}

const thinking = (text: string, signature: string): Block => ({ type: 'thinking', thinking: text, signature });
const redacted = (data: string): Block => ({ type: 'redacted_thinking', data });
const text = (words: string): Block => ({ type: 'text', text: words });
const use = (id: string): Block => ({ type: 'tool_use', id, name: 'find_parts', input: { query: id } });

/** The parts of an answer as the conversation keeps them. */
function partsOf(events: readonly ProviderEvent[], request: ModelRequest): AssistantPart[] {
  const parts: AssistantPart[] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (event.type === 'text' && last?.type === 'text')
      parts[parts.length - 1] = { ...last, text: last.text + event.delta };
    else if (event.type === 'text') parts.push({ type: 'text', text: event.delta });
    else if (event.type === 'state') {
      const { connection, model } = request;
      parts.push({ type: 'reasoning', state: { wire: event.wire, connection, model, payload: event.payload } });
    } else if (event.type === 'tool-call-start') {
      const { id, name } = event;
      const args = events.filter((one) => one.type === 'tool-call-args' && one.id === id);
      parts.push({ type: 'tool-call', id, name, arguments: joined(args, 'tool-call-args') });
    }
  }
  return parts;
}

const request: ModelRequest = { ...REQUEST, model: 'claude-opus-5-5', tools: TOOLS };

async function answerOf(...blocks: Block[]): Promise<AssistantPart[]> {
  const upstream = createUpstream({ chunks: streamOf(blocks, 'tool_use') });
  const { events, error } = await collect(ANTHROPIC.connect(upstream.deps), request);
  expect(error).toBeNull();
  return partsOf(events, request);
}

const resultsOf = (parts: readonly AssistantPart[]): ModelMessage[] =>
  parts.flatMap((part): ModelMessage[] =>
    part.type === 'tool-call' ? [{ role: 'tool', toolCallId: part.id, toolName: part.name, text: 'none' }] : [],
  );

const withAnswer = (parts: readonly AssistantPart[]): ModelRequest => ({
  ...request,
  messages: [...REQUEST.messages, { role: 'assistant', parts }, ...resultsOf(parts)],
});

const sentBlocks = (given: ModelRequest) =>
  anthropicRequest(given, findTraits(given.model)).messages.find(({ role }) => role === 'assistant')?.content;

describe('the blocks of an answer', () => {
  test.each<[string, Block[]]>([
    ['empty thinking, its signature and two calls', [thinking('', 'sig-1'), use('toolu_a'), use('toolu_b')]],
    ['redacted thinking', [redacted('opaque'), text('Let me see.'), use('toolu_a')]],
    ['thinking, text, call, text', [thinking('why', 'sig-1'), text('Look.'), use('toolu_a'), text('And.')]],
    [
      'thinking between calls',
      [thinking('one', 'sig-1'), use('toolu_a'), thinking('two', 'sig-2'), redacted('x'), use('toolu_b')],
    ],
  ])('are sent back as they came, in their order: %s', async (_name, blocks) => {
    const parts = await answerOf(...blocks);
    expect(sentBlocks(withAnswer(parts))).toEqual(blocks);
    expect(anthropicFaults(anthropicRequest(withAnswer(parts)))).toEqual([]);
  });

  test('are left out at another connection or wire, without leaving their text', async () => {
    const parts = await answerOf(thinking('why', 'sig-1'), redacted('opaque'), text('Look.'), use('toolu_a'));
    const elsewhere = { ...withAnswer(parts), connection: 'connection-2' };
    expect(sentBlocks(elsewhere)).toEqual([text('Look.'), use('toolu_a')]);
    expect(JSON.stringify(anthropicRequest(elsewhere))).not.toMatch(/why|sig-1|opaque/);
  });

  test('of unknown types, deltas and events are ignored', async () => {
    const chunks = streamOf([{ type: 'server_tool_use', id: 'srv', name: null, input: {} }, text('Done.')]);
    chunks.splice(3, 0, frame('content_block_delta', { index: 0, delta: { type: 'new_delta' } }), frame('new', {}));
    const { events, error } = await collect(ANTHROPIC.connect(createUpstream({ chunks }).deps));
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('Done.');
  });
});

describe('what a request says about thinking', () => {
  const bodyOf = (model: string, more: Partial<ModelRequest> = {}) =>
    anthropicRequest({ ...request, model, ...more }, findTraits(model));

  test.each(MODELS.filter(({ provider }) => provider === 'anthropic').map((model) => [model.id, model] as const))(
    'is accepted by %s',
    (id, model) => {
      const body = bodyOf(id, { effort: 'high' });
      const type = body.thinking?.type;
      if (type) expect(model.thinking.refuses).not.toContain(type);
      for (const refused of model.refusedParameters) expect(body).not.toHaveProperty(refused);
      expect(body.messages.at(-1)?.role).toBe('user');
      expect(body.output_config?.effort).toBe(model.effort?.levels.includes('high') ? 'high' : undefined);
    },
  );

  test('asks for a summary where the text would be left out, and for nothing where the model does not think', () => {
    expect(bodyOf('claude-sonnet-5-5').thinking).toEqual({ type: 'adaptive', display: 'summarized' });
    expect(bodyOf('claude-sonnet-4-6').thinking).toBeUndefined();
    expect(bodyOf('claude-unheard-of').thinking).toBeUndefined();
    expect(bodyOf('claude-haiku-4-5', { effort: 'high' }).output_config).toBeUndefined();
  });
});

describe('a refusal of earlier thinking', () => {
  const refusal = (message: string): ScriptedResponse => ({
    status: 400,
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } })],
  });
  const REFUSED = refusal('messages.1.content.0: the thinking block failed the conversation check');
  const WHOLE = { chunks: streamOf([text('Done.')]) };

  async function ask(given: ModelRequest, ...responses: ScriptedResponse[]) {
    const upstream = createUpstream(...responses);
    const collected = await collect(ANTHROPIC.connect(upstream.deps), given);
    const betas = upstream.requests.map(({ init }) => new Headers(init.headers).get('anthropic-beta'));
    const bodies = upstream.requests.map(({ body }) => body as ReturnType<typeof anthropicRequest>);
    return { ...collected, betas, bodies };
  }

  test('is repeated once so that the API drops what no longer fits, and the conversation remembers it', async () => {
    const parts = await answerOf(thinking('why', 'sig-1'), use('toolu_a'));
    const { events, error, betas, bodies } = await ask(withAnswer(parts), REFUSED, WHOLE);
    expect(error).toBeNull();
    expect(betas).toEqual([null, 'thinking-binding-controls-2026-08-01']);
    expect(bodies[1]?.thinking).toMatchObject({ block_binding: { prefix_mismatch_behavior: 'drop_block' } });
    expect(JSON.stringify(bodies[1])).toContain('sig-1');
    expect(events[0]).toEqual({ type: 'remedies', remedies: ['drop-unbound'] });

    const next = await ask({ ...withAnswer(parts), remedies: ['drop-unbound'] }, WHOLE);
    expect(next.betas).toEqual(['thinking-binding-controls-2026-08-01']);
    expect(next.events.some(({ type }) => type === 'remedies')).toBe(false);
  });

  test('names the binding only to models that bind their thinking', () => {
    const sentTo = (model: string) => thinkingConfig(findTraits(model), 'drop-unbound');
    expect(sentTo('claude-opus-5-5')).toHaveProperty('block_binding');
    for (const { id, thinking: traits } of MODELS) {
      if (!traits.bindsPrefix) expect(sentTo(id) ?? {}).not.toHaveProperty('block_binding');
    }
    expect(sentTo('claude-opus-5')).toMatchObject({ type: 'adaptive' });
  });

  test('is repeated without any thinking where that is not enough', async () => {
    const parts = await answerOf(thinking('why', 'sig-1'), use('toolu_a'));
    const { events, error, bodies } = await ask(withAnswer(parts), REFUSED, REFUSED, WHOLE);
    expect(error).toBeNull();
    expect(bodies).toHaveLength(3);
    expect(JSON.stringify(bodies[2])).not.toContain('sig-1');
    expect(events[0]).toEqual({ type: 'remedies', remedies: ['send-none'] });
  });

  test('is final when nothing of it was sent, or it is about something else', async () => {
    const without = await ask(request, REFUSED, WHOLE);
    expect(without.error).toMatchObject({ code: 'PROVIDER_REFUSED' });
    const parts = await answerOf(thinking('why', 'sig-1'), use('toolu_a'));
    const other = await ask(withAnswer(parts), refusal('max_tokens: too high'), WHOLE);
    expect(other.error).toMatchObject({ code: 'PROVIDER_REFUSED' });
    expect(other.bodies).toHaveLength(1);
  });
});

test('an answer that began again in the middle is broken, not doubled', async () => {
  const chunks = [...streamOf([text('Hello ')]).slice(0, 3), ...streamOf([text('Hello there.')])];
  const { error } = await collect(ANTHROPIC.connect(createUpstream({ chunks }).deps));
  expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
});
