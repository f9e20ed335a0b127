// The adapters against aimock, an independent mock of the providers over real HTTP.
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { answered, collect, joined, REQUEST } from './scripted-upstream.fixture.ts';
import { systemDeps } from './stream/connection.ts';
import { ANTHROPIC, CONNECTION, OPENAI, RESPONSES } from './wire.fixture.ts';

const mock = new LLMock({ port: 0, chunkSize: 5 });
beforeAll(() => mock.start());
afterAll(() => mock.stop());
beforeEach(() => {
  mock.reset();
});

const tools = ['find_parts', 'find_docs'].map((name) => ({
  name,
  description: `does ${name}`,
  parameters: { type: 'object', properties: { query: { type: 'string' } } },
}));

describe.each([
  { ...ANTHROPIC, model: 'claude-opus-4-7', path: '', endpoint: '/v1/messages' },
  { ...OPENAI, model: 'gpt-4.1', path: '/v1', endpoint: '/v1/chat/completions' },
  { ...RESPONSES, model: 'gpt-4.1', path: '/v1', endpoint: '/v1/responses' },
])('$name over HTTP', (wire) => {
  const run = (request: Partial<typeof REQUEST> = {}) => {
    const provider = wire.connect(systemDeps, { ...CONNECTION, baseUrl: `${mock.url}${wire.path}` });
    return collect(provider, { ...REQUEST, model: wire.model, tools, ...request });
  };

  test('streams text in several pieces, with usage', async () => {
    mock.onMessage('hello there', {
      content: 'The quick brown fox jumps over the lazy dog. 世界 🚀',
      usage: { prompt_tokens: 100, completion_tokens: 12, total_tokens: 112 },
    });
    const { events, error } = await run();
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('The quick brown fox jumps over the lazy dog. 世界 🚀');
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(3);
    expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({
      usage: { inputTokens: 100, outputTokens: 12, estimated: false },
    });
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    expect(mock.getLastRequest()?.path).toBe(wire.endpoint);
    expect(mock.getLastRequest()?.body).toMatchObject({ model: wire.model, stream: true });
  });

  test('streams parallel tool calls, and an answer that uses their results', async () => {
    mock.on(
      { userMessage: 'hello there', hasToolResult: false },
      {
        toolCalls: [
          { id: 'call_1', name: 'find_parts', arguments: '{"query":"M8 bolt"}' },
          { id: 'call_2', name: 'find_docs', arguments: '{"query":"bolt drawing"}' },
        ],
      },
    );
    mock.on({ hasToolResult: true }, { content: 'Three parts.' });
    const asked = await run();
    expect(asked.error).toBeNull();
    expect(asked.events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
    const toolCalls = asked.events.flatMap((event) => {
      if (event.type !== 'tool-call-end') return [];
      const start = asked.events.find((other) => other.type === 'tool-call-start' && other.id === event.id);
      const own = asked.events.filter((other) => other.type === 'tool-call-args' && other.id === event.id);
      return start?.type === 'tool-call-start'
        ? [{ id: event.id, name: start.name, arguments: joined(own, 'tool-call-args') }]
        : [];
    });
    expect(toolCalls.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
      ['find_parts', { query: 'M8 bolt' }],
      ['find_docs', { query: 'bolt drawing' }],
    ]);

    const results = toolCalls.map(({ id, name }) => ({
      role: 'tool' as const,
      toolCallId: id,
      toolName: name,
      text: 'one, two, three',
    }));
    const followed = await run({
      messages: [...REQUEST.messages, answered('', ...toolCalls), ...results],
    });
    expect(followed.error).toBeNull();
    expect(joined(followed.events, 'text')).toBe('Three parts.');
  });

  test('streams reasoning separately from text', async () => {
    mock.onMessage('hello there', { content: 'Yes.', reasoning: 'Let me think about this.' });
    const { events, error } = await run({ model: wire.name === 'anthropic' ? wire.model : 'o3' });
    expect(error).toBeNull();
    expect(joined(events, 'reasoning')).toBe('Let me think about this.');
    expect(joined(events, 'text')).toBe('Yes.');
  });

  test.each([
    [400, 'PROVIDER_REFUSED'],
    [401, 'PROVIDER_AUTH'],
    [404, 'PROVIDER_NO_MODEL'],
  ])('a refusal with %i is %s', async (status, code) => {
    mock.onMessage('hello there', { error: { message: 'no', type: 'some_error' }, status });
    const { events, error } = await run();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code });
    expect(events).toEqual([]);
    expect(mock.getRequests()).toHaveLength(1);
  });

  test('reports a rate limit with its wait when the wait is too long to retry', async () => {
    mock.onMessage('hello there', {
      error: { message: 'slow down', type: 'rate_limit_error' },
      status: 429,
      retryAfter: 42,
    });
    const { error } = await run();
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 42 });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test('retries a temporary failure', async () => {
    mock.onMessage('hello there', { content: 'back again' });
    mock.nextRequestError(503, { message: 'busy', type: 'overloaded_error' });
    const deps = { ...systemDeps, random: () => 0 };
    const provider = wire.connect(deps, { ...CONNECTION, baseUrl: `${mock.url}${wire.path}` });
    const { events, error } = await collect(provider, REQUEST);
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('back again');
    expect(mock.getRequests()).toHaveLength(2);
  });

  test('reports an answer that the server cuts off as a broken stream and keeps its text', async () => {
    mock.onMessage(
      'hello there',
      { content: 'The quick brown fox jumps over' },
      { truncateAfterChunks: 5, latency: 2 },
    );
    const { events, error } = await run();
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    const text = joined(events, 'text');
    expect('The quick brown fox jumps over'.startsWith(text)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'usage', usage: { estimated: true } });
  });

  test.each([
    ['malformed answers', { malformedRate: 1 }],
    ['a connection closed at once', { disconnectRate: 1 }],
  ])('%s end typed', async (_name, chaos) => {
    mock.onMessage('hello there', { content: 'never seen' });
    mock.setChaos(chaos);
    const deps = { ...systemDeps, random: () => 0 };
    const provider = wire.connect(deps, { ...CONNECTION, baseUrl: `${mock.url}${wire.path}` });
    const { error } = await collect(provider, REQUEST);
    mock.clearChaos();
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toMatch(/^PROVIDER_(BROKEN_STREAM|UNREACHABLE|NOT_A_STREAM)$/);
  });
});
