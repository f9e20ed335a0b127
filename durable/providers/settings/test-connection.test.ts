import { describe, expect, test } from 'vitest';
import { readProviderConfig } from '../registry.ts';
import { createManualClock, type ScriptedResponse } from '../scripted-upstream.fixture.ts';
import { OPENAI, RESPONSES } from '../wire.fixture.ts';
import { TEST_TOKENS, testConnection } from './test-connection.ts';

const CHAT = '/chat/completions';
const NEW = '/responses';

/** Tests a server that has only the APIs in `answers`, by the end of their address. */
async function run(env: Record<string, string>, answers: Record<string, () => Response>) {
  const asked: { path: string; tools: number }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const { pathname } = new URL(String(input));
    asked.push({ path: pathname.replace('/v1', ''), tools: JSON.parse(String(init?.body)).tools.length });
    const answer = Object.entries(answers).find(([path]) => pathname.endsWith(path))?.[1];
    return answer?.() ?? Response.json({ error: { message: 'Unexpected endpoint' } }, { status: 404 });
  };
  const config = readProviderConfig(env, { demo: false, allowLocalHttp: true });
  const result = await testConnection(config, {}, { fetch, clock: createManualClock(), random: () => 0 });
  return { ...result, asked: asked.map(({ path }) => path), tools: asked.map(({ tools }) => tools) };
}

const stream = (frames: readonly string[]) => () =>
  new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream' } });
const answersChat = { [CHAT]: stream(OPENAI.text('OK')) };
const answersResponses = { [NEW]: stream(RESPONSES.text('OK')) };
const failing = (status: NonNullable<ScriptedResponse['status']>) => () =>
  Response.json({ error: { message: 'no' } }, { status });

const OPENAI_KEY = { OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-4.1' };
const SERVER = { COMPATIBLE_BASE_URL: 'https://models.example/v1', COMPATIBLE_MODEL: 'served' };

describe('the connection test', () => {
  test('asks over the API that is set, with a tool, and names the API', async () => {
    const result = await run(OPENAI_KEY, { ...answersResponses, ...answersChat });
    expect(result).toMatchObject({ error: null, wire: 'openai-responses', worksOver: null, asked: [NEW], tools: [1] });
    expect(result.message).toBe('gpt-4.1 answered in 0 ms over the Responses API.');
  });

  test.each([
    ['doesn’t know the address', {}],
    ['replies with a page', { [CHAT]: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }) }],
    ['replies with another stream', { [CHAT]: stream(['data: {"object":"nothing"}\n\n']) }],
    ['refuses tools on it', { [CHAT]: failing(400) }],
  ])('finds the API of a server that %s', async (_what, answers) => {
    const result = await run(SERVER, { ...answersResponses, ...answers });
    expect(result).toMatchObject({ wire: 'chat-completions', worksOver: 'openai-responses', asked: [CHAT, NEW] });
    expect(result.error).not.toBeNull();
    expect(result.message).toBe(
      'The server doesn’t answer over the Chat Completions API, but it does over the Responses API. Set API to Responses and save.',
    );
  });

  test('finds Chat Completions when Responses is set', async () => {
    const env = { ...OPENAI_KEY, OPENAI_BASE_URL: 'https://models.example/v1', OPENAI_WIRE: 'openai-responses' };
    const result = await run(env, answersChat);
    expect(result).toMatchObject({ wire: 'openai-responses', worksOver: 'chat-completions', asked: [NEW, CHAT] });
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
});
