import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'vitest';
import type { ModelMessage, ModelTool } from '../provider.ts';
import { answered, collect, createUpstream, joined, REQUEST } from '../scripted-upstream.fixture.ts';
import { ANTHROPIC } from '../wire.fixture.ts';
import { anthropicRequest } from './anthropic-request.ts';

const CACHED = { type: 'ephemeral' } as const;
const SCHEMA = { type: 'object' as const, properties: { query: { type: 'string' } }, required: ['query'] };
const tool = (name: string): ModelTool => ({
  name,
  description: `does ${name}`,
  parameters: SCHEMA,
});

const breakpoints = (body: unknown) => JSON.stringify(body).split('"cache_control"').length - 1;

describe('the request', () => {
  test('has cache breakpoints on tools, system and the last two user messages', () => {
    const body = anthropicRequest({
      ...REQUEST,
      tools: [tool('find_parts'), tool('find_docs')],
      messages: [
        { role: 'user', text: 'one' },
        answered('two'),
        { role: 'user', text: 'three' },
        answered('four'),
        { role: 'user', text: 'five' },
      ],
    });
    expect(body).toEqual({
      model: 'some-model',
      max_tokens: 512,
      stream: true,
      system: [{ type: 'text', text: 'You are terse.', cache_control: CACHED }],
      tools: [
        { name: 'find_parts', description: 'does find_parts', input_schema: SCHEMA },
        { name: 'find_docs', description: 'does find_docs', input_schema: SCHEMA, cache_control: CACHED },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'one' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'two' }] },
        { role: 'user', content: [{ type: 'text', text: 'three', cache_control: CACHED }] },
        { role: 'assistant', content: [{ type: 'text', text: 'four' }] },
        { role: 'user', content: [{ type: 'text', text: 'five', cache_control: CACHED }] },
      ],
    } satisfies MessageCreateParamsStreaming);
    expect(breakpoints(body)).toBe(4);
  });

  test('repeats the previous turn exactly except for breakpoints, so that its cache is read', () => {
    const turns: ModelMessage[] = [
      { role: 'user', text: 'one' },
      answered('two', { id: 'c1', name: 'find_parts', arguments: '{ "b":1, "a":2 }' }),
      { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
      answered('three parts'),
    ];
    const without = (messages: readonly ModelMessage[]) =>
      JSON.stringify(anthropicRequest({ ...REQUEST, messages }).messages, (key, value) =>
        key === 'cache_control' ? undefined : value,
      );
    const before = without(turns.slice(0, 3));
    const after = without([...turns, { role: 'user', text: 'more' }]);
    expect(after.startsWith(before.slice(0, -1))).toBe(true);
  });

  test('puts the results of parallel tools into one user message, before its text', () => {
    const body = anthropicRequest({
      ...REQUEST,
      tools: [tool('find_parts'), tool('find_docs')],
      messages: [
        { role: 'user', text: 'find both' },
        answered(
          '',
          { id: 'c1', name: 'find_parts', arguments: '{"query":"bolt"}' },
          { id: 'c2', name: 'find_docs', arguments: '{}' },
        ),
        { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
        { role: 'tool', toolCallId: 'c2', toolName: 'find_docs', text: 'no', isError: true },
        { role: 'user', text: 'and now?' },
      ],
    });
    expect(body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'c1', name: 'find_parts', input: { query: 'bolt' } },
          { type: 'tool_use', id: 'c2', name: 'find_docs', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: '3 parts' },
          { type: 'tool_result', tool_use_id: 'c2', content: 'no', is_error: true },
          { type: 'text', text: 'and now?', cache_control: CACHED },
        ],
      },
    ]);
  });

  test('leaves out an answer that was stopped before its first token', () => {
    const { messages } = anthropicRequest({
      ...REQUEST,
      messages: [{ role: 'user', text: 'one' }, answered(''), { role: 'user', text: 'two' }],
    });
    expect(messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'one\n\ntwo', cache_control: CACHED }] },
    ]);
  });

  test('goes to the messages endpoint with the key only in its header', async () => {
    const upstream = createUpstream({ chunks: ANTHROPIC.text('hi') });
    await collect(ANTHROPIC.connect(upstream.deps));
    const [request] = upstream.requests;
    expect(request?.url).toBe('https://provider.test/v1/messages');
    expect(new Headers(request?.init.headers).get('authorization')).toBe('Bearer sk-test-0123456789');
    expect(request?.init.redirect).toBe('manual');
    expect(JSON.stringify(request?.body)).not.toContain('sk-test');
  });
});

describe('the stream', () => {
  const frame = (event: { type: string; [field: string]: unknown }) =>
    `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  const start = ANTHROPIC.text()[0] ?? '';
  const end = (stop_reason: string | null) => [
    frame({ type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 9 } }),
    frame({ type: 'message_stop' }),
  ];
  const block = (index: number, content_block: unknown) => frame({ type: 'content_block_start', index, content_block });
  const delta = (index: number, of: unknown) => frame({ type: 'content_block_delta', index, delta: of });
  const stop = (index: number) => frame({ type: 'content_block_stop', index });
  const run = (...chunks: string[]) => collect(ANTHROPIC.connect(createUpstream({ chunks }).deps));

  test('reads thinking as reasoning and ignores signatures, redactions and unknown events', async () => {
    const { events, error } = await run(
      start,
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm, ' }),
      delta(0, { type: 'thinking_delta', thinking: 'yes' }),
      delta(0, { type: 'signature_delta', signature: 'c2ln' }),
      stop(0),
      block(1, { type: 'redacted_thinking', data: 'x' }),
      stop(1),
      frame({ type: 'something_new', field: 1 }),
      block(2, { type: 'text', text: '' }),
      delta(2, { type: 'some_new_delta', value: 1 }),
      delta(2, { type: 'text_delta', text: 'Yes.' }),
      stop(2),
      ...end('end_turn'),
    );
    expect(error).toBeNull();
    expect(joined(events, 'reasoning')).toBe('hm, yes');
    expect(joined(events, 'text')).toBe('Yes.');
  });

  test('separates parallel tool calls by block', async () => {
    const call = (id: string, name: string) => ({ type: 'tool_use', id, name, input: {} });
    const { events, error } = await run(
      start,
      block(0, { type: 'text', text: '' }),
      delta(0, { type: 'text_delta', text: 'Looking.' }),
      stop(0),
      block(1, call('toolu_a', 'find_parts')),
      delta(1, { type: 'input_json_delta', partial_json: '' }),
      delta(1, { type: 'input_json_delta', partial_json: '{"q":1}' }),
      stop(1),
      block(2, call('toolu_b', 'find_docs')),
      delta(2, { type: 'input_json_delta', partial_json: '{"d":' }),
      delta(2, { type: 'input_json_delta', partial_json: '2}' }),
      stop(2),
      ...end('tool_use'),
    );
    expect(error).toBeNull();
    expect(events.filter(({ type }) => type.startsWith('tool-call'))).toEqual([
      { type: 'tool-call-start', id: 'toolu_a', name: 'find_parts' },
      { type: 'tool-call-args', id: 'toolu_a', delta: '{"q":1}' },
      { type: 'tool-call-end', id: 'toolu_a' },
      { type: 'tool-call-start', id: 'toolu_b', name: 'find_docs' },
      { type: 'tool-call-args', id: 'toolu_b', delta: '{"d":' },
      { type: 'tool-call-args', id: 'toolu_b', delta: '2}' },
      { type: 'tool-call-end', id: 'toolu_b' },
    ]);
  });

  test('keeps input that arrives whole with the start of its block', async () => {
    const { events } = await run(
      start,
      block(0, { type: 'tool_use', id: 'toolu_a', name: 'find_parts', input: { q: 1 } }),
      stop(0),
      ...end('tool_use'),
    );
    expect(joined(events, 'tool-call-args')).toBe('{"q":1}');
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['pause_turn', 'paused'],
    ['model_context_window_exceeded', 'context'],
    ['refusal', 'refusal'],
    ['something_new', 'unknown'],
  ] as const)('stop reason %s is %s', async (given, reason) => {
    const { events } = await run(start, block(0, { type: 'text', text: 'a' }), stop(0), ...end(given));
    expect(events.at(-1)).toEqual({ type: 'finish', reason });
  });

  test('leaves a tool call open whose arguments the token limit cut off (R45)', async () => {
    const { events } = await run(
      start,
      block(0, { type: 'tool_use', id: 'a', name: 'n' }),
      delta(0, { type: 'input_json_delta', partial_json: '{"q":' }),
      stop(0),
      ...end('max_tokens'),
    );
    expect(events.some(({ type }) => type === 'tool-call-end')).toBe(false);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });

  test('leaves a tool call open when the token limit cut it off, and keeps the usage (R45)', async () => {
    for (const cut of ['', '{', '{"q":', '{"q":1']) {
      const { events, error } = await run(
        start,
        block(0, { type: 'tool_use', id: 'toolu_a', name: 'find_parts', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: cut }),
        stop(0),
        ...end('max_tokens'),
      );
      expect(error).toBeNull();
      expect(events.some(({ type }) => type === 'tool-call-end')).toBe(false);
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' });
      expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({
        usage: { outputTokens: 9, estimated: false },
      });
    }
  });

  test('counts what is written to the cache for an hour, which costs more', async () => {
    const counted = {
      ...{ input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 300 },
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    };
    const { events } = await run(
      frame({ type: 'message_start', message: { usage: counted } }),
      block(0, { type: 'text', text: 'Hello' }),
      stop(0),
      ...end('end_turn'),
    );
    expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({
      usage: { inputTokens: 10, outputTokens: 9, cacheWriteTokens: 300, longCacheWriteTokens: 200 },
    });
  });

  test('estimates output that the server did not count, and keeps its input count (R36)', async () => {
    const { events } = await run(
      start,
      block(0, { type: 'text', text: 'quite some words of text' }),
      stop(0),
      frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }),
      frame({ type: 'message_stop' }),
    );
    const last = events.findLast(({ type }) => type === 'usage');
    if (last?.type !== 'usage') throw new Error('no usage');
    expect(last.usage).toMatchObject({ inputTokens: 12, cacheReadTokens: 1000, estimated: true });
    expect(last.usage.outputTokens).toBeGreaterThanOrEqual(5);
  });

  test.each([
    ['a stop without a reason', [...end(null)]],
    ['a stop for a call that is missing', [...end('tool_use')]],
    [
      'a call whose block never stops',
      [
        block(0, { type: 'tool_use', id: 'a', name: 'n' }),
        delta(0, { type: 'input_json_delta', partial_json: '{}' }),
        ...end('tool_use'),
      ],
    ],
    ['a call without a name', [block(0, { type: 'tool_use', id: 'a' })]],
    ['a text delta without text', [delta(0, { type: 'text_delta' })]],
    ['a delta event without a delta', [frame({ type: 'content_block_delta', index: 0 })]],
    ['a start without usage', [frame({ type: 'message_start', message: {} })]],
  ])('%s is a broken stream (R45)', async (_name, frames) => {
    const { events, error } = await run(start, ...frames);
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(events.some(({ type }) => type === 'tool-call-end' || type === 'finish')).toBe(false);
  });

  test.each([
    ['overloaded_error', 'PROVIDER_OVERLOADED'],
    ['rate_limit_error', 'PROVIDER_RATE_LIMITED'],
    ['authentication_error', 'PROVIDER_AUTH'],
    ['invalid_request_error', 'PROVIDER_REFUSED'],
    ['api_error', 'PROVIDER_BROKEN_STREAM'],
  ])('an %s inside the stream is %s', async (type, code) => {
    const { error } = await run(
      start,
      frame({ type: 'error', error: { type, message: 'the key sk-test-0123456789' } }),
    );
    expect(error).toMatchObject({ code });
    expect(String((error as Error).cause)).not.toContain('0123456789');
  });
});
