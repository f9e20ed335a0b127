import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MockProvider, startMockProvider } from './mock-provider.ts';

test('the imitated provider never closes an idle connection, which a client could be about to reuse', async () => {
  const mock = await startMockProvider();
  try {
    const response = await fetch(`${mock.url}/v1/models`);
    // The header would name the time.
    expect(response.headers.get('keep-alive')).toBeNull();
    await response.body?.cancel();
  } finally {
    await mock.stop();
  }
});

describe('the imitated provider over HTTP', () => {
  let mock: MockProvider;
  beforeAll(async () => {
    mock = await startMockProvider();
    mock.script('Hello', ['Hello back']);
  });
  afterAll(() => mock.stop());

  const post = (path: string, body: object): Promise<Response> =>
    fetch(mock.url + path, { method: 'POST', body: JSON.stringify(body) });
  const asked = { role: 'user', content: 'Hello' };
  const chat = { model: 'gpt-4.1', max_tokens: 64, stream: true, messages: [asked] };
  const messages = {
    ...chat,
    model: 'claude-sonnet-5-5',
    messages: [{ ...asked, content: [{ type: 'text', text: 'Hello' }] }],
  };
  const responses = {
    ...{ model: 'gpt-6-sol', max_output_tokens: 64, store: false, stream: true },
    input: [{ type: 'message', ...asked }],
  };

  test.each([
    ['/v1/chat/completions', chat],
    ['/v1/messages', messages],
    ['/v1/responses', responses],
  ])('answers a valid request at %s', async (path, body) => {
    const reply = await post(path, body);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('Hello');
  });

  const call = { id: 'call_1', type: 'function', function: { name: 'find_parts', arguments: '{}' } };
  test.each([
    [
      'a call without its result',
      '/v1/chat/completions',
      { ...chat, messages: [asked, { role: 'assistant', tool_calls: [call] }, asked] },
    ],
    ['two questions in a row', '/v1/chat/completions', { ...chat, messages: [asked, asked] }],
    [
      'an answer at the end',
      '/v1/messages',
      { ...messages, messages: [...messages.messages, { role: 'assistant', content: [] }] },
    ],
    ['a stored response', '/v1/responses', { ...responses, store: true }],
  ])('refuses what the real API would: %s', async (_what, path, body) => {
    const before = mock.asked('Hello').length;
    const reply = await post(path, body);
    expect(reply.status).toBe(400);
    expect(mock.asked('Hello')).toHaveLength(before);
  });
});
