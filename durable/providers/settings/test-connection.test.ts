import { describe, expect, test } from 'vitest';
import { faultsAt } from '../../../local/testing/providers/strict-wires.ts';
import { readProviderConfig } from '../registry.ts';
import { createManualClock, type ScriptedResponse } from '../scripted-upstream.fixture.ts';
import { ANTHROPIC, OPENAI, RESPONSES } from '../wire.fixture.ts';
import { TEST_TOKENS, testConnection } from './test-connection.ts';

const CHAT = '/chat/completions';
const NEW = '/responses';

type Reply = () => Response;

/** Tests a server that has only the APIs in `answers`, by the end of their address. The last answer repeats. */
async function run(env: Record<string, string>, answers: Record<string, Reply | readonly Reply[]>) {
  const asked: { path: string; tools: number; body: Record<string, unknown[]> }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const { pathname } = new URL(String(input));
    const path = pathname.replace('/v1', '');
    const body = JSON.parse(String(init?.body));
    expect(faultsAt(String(input), body)).toEqual([]);
    const before = asked.filter((one) => one.path === path).length;
    asked.push({ path, tools: body.tools.length, body });
    const replies = Object.entries(answers).flatMap(([end, reply]) => (pathname.endsWith(end) ? [reply].flat() : []));
    const answer = replies[Math.min(before, replies.length - 1)];
    return answer?.() ?? Response.json({ error: { message: 'Unexpected endpoint' } }, { status: 404 });
  };
  const config = readProviderConfig(env, { demo: false, allowLocalHttp: true });
  const result = await testConnection(config, {}, { fetch, clock: createManualClock(), random: () => 0 });
  return {
    ...result,
    asked: asked.map(({ path }) => path),
    tools: asked.map(({ tools }) => tools),
    bodies: asked.map(({ body }) => body),
  };
}

const stream = (frames: readonly string[]) => () =>
  new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream' } });
const answersChat = { [CHAT]: [stream(OPENAI.toolCall('{}')), stream(OPENAI.text('OK'))] };
const answersResponses = { [NEW]: [stream(RESPONSES.toolCall('{}')), stream(RESPONSES.text('OK'))] };
const failing = (status: NonNullable<ScriptedResponse['status']>) => () =>
  Response.json({ error: { message: 'no' } }, { status });

const OPENAI_KEY = { OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-4.1' };
const SERVER = { COMPATIBLE_BASE_URL: 'https://models.example/v1', COMPATIBLE_MODEL: 'served' };

describe('the connection test', () => {
  test('asks over the API that is set, with a tool, and names the API', async () => {
    const result = await run(OPENAI_KEY, { ...answersResponses, ...answersChat });
    expect(result).toMatchObject({
      error: null,
      wire: 'openai-responses',
      worksOver: null,
      asked: [NEW, NEW],
      tools: [1, 1],
    });
    expect(result.message).toBe('gpt-4.1 answered in 0 ms over the Responses API.');
  });

  test.each([
    ['doesn’t know the address', {}],
    ['replies with a page', { [CHAT]: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }) }],
    ['replies with another stream', { [CHAT]: stream(['data: {"object":"nothing"}\n\n']) }],
    ['refuses tools on it', { [CHAT]: failing(400) }],
  ])('finds the API of a server that %s', async (_what, answers) => {
    const result = await run(SERVER, { ...answersResponses, ...answers });
    expect(result).toMatchObject({ wire: 'chat-completions', worksOver: 'openai-responses', asked: [CHAT, NEW, NEW] });
    expect(result.error).not.toBeNull();
    expect(result.message).toBe(
      'The server doesn’t answer over the Chat Completions API, but it does over the Responses API. Set API to Responses and save.',
    );
  });

  test('finds Chat Completions when Responses is set', async () => {
    const env = { ...OPENAI_KEY, OPENAI_BASE_URL: 'https://models.example/v1', OPENAI_WIRE: 'openai-responses' };
    const result = await run(env, answersChat);
    expect(result).toMatchObject({ wire: 'openai-responses', worksOver: 'chat-completions', asked: [NEW, CHAT, CHAT] });
  });

  test('charges both questions, and no more than is reserved (R36)', async () => {
    const broken = { [CHAT]: stream(OPENAI.text('half').slice(0, 2)) };
    const { usage } = await run(SERVER, { ...answersResponses, ...broken });
    expect(usage?.estimated).toBe(true);
    expect(usage?.outputTokens).toBeGreaterThan(42);
    expect((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)).toBeLessThanOrEqual(TEST_TOKENS);
  });

  test('reports the first failure when the server answers over neither', async () => {
    const result = await run(SERVER, { [CHAT]: failing(400) });
    expect(result).toMatchObject({ error: { code: 'PROVIDER_REFUSED' }, worksOver: null, asked: [CHAT, NEW] });
    expect(result.message).toContain('“no”');
  });

  test.each([401, 429, 503])('asks once when the server refuses with %i', async (status) => {
    const result = await run(SERVER, { ...answersResponses, [CHAT]: failing(status) });
    expect(result).toMatchObject({ worksOver: null, asked: [CHAT] });
  });

  test('asks once when the provider has only one API', async () => {
    const result = await run({ GEMINI_API_KEY: 'g' }, answersResponses);
    expect(result).toMatchObject({ worksOver: null, asked: [expect.stringContaining(CHAT)] });
  });

  test('sends the tool’s result back, as the model called it', async () => {
    const { bodies } = await run(OPENAI_KEY, answersResponses);
    expect(bodies[1]?.['input']?.slice(1)).toEqual([
      expect.objectContaining({ type: 'function_call', call_id: 'call_1', name: 'find_parts', arguments: '{}' }),
      { type: 'function_call_output', call_id: 'call_1', output: 'The value is OK.' },
    ]);
  });

  test('sends thinking back with the call that it led to', async () => {
    const thinking = { type: 'thinking', thinking: 'Call it.', signature: 'signed' };
    const frame = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
    const [start = '', ...rest] = ANTHROPIC.toolCall('{}');
    const thought =
      frame('content_block_start', { index: 7, content_block: thinking }) + frame('content_block_stop', { index: 7 });
    const { bodies, error } = await run(
      { ANTHROPIC_API_KEY: 'a' },
      { '/messages': [stream([start, thought, ...rest]), stream(ANTHROPIC.text('OK'))] },
    );
    expect(error).toBeNull();
    const answer = bodies[1]?.['messages']?.[1] as { content: { type: string }[] };
    expect(answer.content.map(({ type }) => type)).toEqual(['thinking', 'tool_use']);
    expect(answer.content[0]).toEqual(thinking);
  });

  test.each([400, 500])('says that a server refuses the tool’s result (%i)', async (status) => {
    const result = await run({ GEMINI_API_KEY: 'g' }, { [CHAT]: [stream(OPENAI.toolCall('{}')), failing(status)] });
    expect(result.error).not.toBeNull();
    expect(result.message).toContain('gemini-4-hydrogen called a tool, but failed when it got the tool’s result. ');
    expect(result.message).toContain('“no”');
    expect(result.usage?.outputTokens).toBeGreaterThan(0);
  });

  test('says that a server ends without an answer to the tool’s result', async () => {
    const empty = stream(OPENAI.text(''));
    const result = await run({ GEMINI_API_KEY: 'g' }, { [CHAT]: [stream(OPENAI.toolCall('{}')), empty] });
    expect(result.error).toMatchObject({ code: 'PROVIDER_NO_ANSWER' });
    expect(result.message).toContain('failed when it got the tool’s result');
  });

  test('finds the API over which a server takes a tool’s result', async () => {
    const refusesResults = { [CHAT]: [stream(OPENAI.toolCall('{}')), failing(400)] };
    const result = await run(SERVER, { ...answersResponses, ...refusesResults });
    expect(result).toMatchObject({ worksOver: 'openai-responses', asked: [CHAT, CHAT, NEW, NEW] });
    expect(result.message).toContain('The server doesn’t take a tool’s result over the Chat Completions API');
  });

  test('says that the model answered without calling the tool', async () => {
    const result = await run(OPENAI_KEY, { [NEW]: stream(RESPONSES.text('OK')) });
    expect(result).toMatchObject({ error: null, asked: [NEW] });
    expect(result.message).toBe(
      'gpt-4.1 answered in 0 ms over the Responses API. But it didn’t call the test’s tool. The assistant needs a model that supports tools.',
    );
  });
});
