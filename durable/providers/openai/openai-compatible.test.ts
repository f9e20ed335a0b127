import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { expect, test } from 'vitest';
import { EFFORT_LEVELS } from '../models/model-entry.ts';
import { MODELS } from '../models/models.ts';
import { answered, collect, createUpstream, REQUEST } from '../scripted-upstream.fixture.ts';
import { CONNECTION, OPENAI } from '../wire.fixture.ts';
import { openAiRequest } from './chat-request.ts';

test('the request includes tools and history and asks for usage', () => {
  const parameters = { type: 'object', properties: { query: { type: 'string' } } };
  const body = openAiRequest(
    {
      ...REQUEST,
      tools: [{ name: 'find_parts', description: 'finds parts', parameters }],
      messages: [
        { role: 'user', text: 'find it' },
        answered('', { id: 'c1', name: 'find_parts', arguments: '{"query":"bolt"}' }),
        { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
        answered('Three.'),
        answered(''),
        { role: 'user', text: 'thanks' },
      ],
    },
    CONNECTION.quirks,
  );
  expect(body).toEqual({
    model: 'some-model',
    messages: [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: 'find it' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find_parts', arguments: '{"query":"bolt"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '3 parts' },
      { role: 'assistant', content: 'Three.' },
      { role: 'user', content: 'thanks' },
    ],
    tools: [{ type: 'function', function: { name: 'find_parts', description: 'finds parts', parameters } }],
    max_completion_tokens: 512,
    prompt_cache_key: 'conversation-1',
    stream: true,
    stream_options: { include_usage: true },
  } satisfies ChatCompletionCreateParamsStreaming);
});

test('sends a compatible server only the fields that all servers support', () => {
  const body = openAiRequest(REQUEST, {
    outputLimitField: 'max_tokens',
    acceptsPromptCacheKey: false,
    silenceMs: 1_000,
  });
  expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model', 'stream', 'stream_options']);
});

test('sends the key only in its header and follows no redirect', async () => {
  const upstream = createUpstream({ chunks: OPENAI.text('hi') });
  await collect(OPENAI.connect(upstream.deps));
  const [request] = upstream.requests;
  expect(request?.url).toBe('https://provider.test/chat/completions');
  expect(new Headers(request?.init.headers).get('authorization')).toBe('Bearer sk-test-0123456789');
  expect(request?.init.redirect).toBe('manual');
  expect(JSON.stringify(request?.body)).not.toContain('sk-test');
});

test.each(MODELS.filter(({ wire }) => wire === 'chat-completions').map((model) => [model.id, model] as const))(
  'sends %s no parameter that it refuses, and only a level that it has',
  (id, { refusedParameters, effort }) => {
    for (const level of EFFORT_LEVELS) {
      const body = openAiRequest({ ...REQUEST, model: id, effort: level }, CONNECTION.quirks);
      expect(Object.keys(body).filter((field) => refusedParameters.includes(field))).toEqual([]);
      expect(body.reasoning_effort).toBe(effort?.levels.includes(level) ? level : undefined);
    }
  },
);
