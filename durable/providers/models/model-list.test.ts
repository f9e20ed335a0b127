import { describe, expect, test } from 'vitest';
import { findProvider } from '../registry.ts';
import { createManualClock } from '../scripted-upstream.fixture.ts';
import { CONNECTION } from '../wire.fixture.ts';
import { limitsIn } from './model-list.ts';
import { MODELS, type Model } from './models.ts';
import { modelAt } from './price-lists.ts';
import { withServerLimits } from './server-limits.ts';

const never = new AbortController().signal;

/** Reads the list of a server that has only these addresses. */
async function read(provider: string, id: string, lists: Readonly<Record<string, unknown>>, baseUrl?: string) {
  const row = findProvider(provider);
  if (!row) throw new Error(provider);
  const asked: { url: string; headers: Headers; redirect: string | undefined }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const url = String(input);
    asked.push({ url, headers: new Headers(init?.headers), redirect: init?.redirect });
    const list = lists[new URL(url).pathname];
    return list ? Response.json(list) : Response.json({ error: { message: 'no' } }, { status: 404 });
  };
  const connection = { ...CONNECTION, apiKey: 'k-1', baseUrl: baseUrl ?? row.baseUrl ?? 'https://models.example/v1' };
  const client = row.connect(connection, { fetch, clock: createManualClock(), random: () => 0 });
  return { limits: await client.readLimits?.([id], never), asked };
}

describe('the limits of a model in its server’s list', () => {
  const SERVERS: readonly [string, string, string, Record<string, unknown>, [number, number | null]][] = [
    [
      'Anthropic',
      'anthropic',
      'claude-sonnet-5-5',
      { '/v1/models': { data: [{ id: 'claude-sonnet-5-5', max_input_tokens: 1_000_000, max_tokens: 128_000 }] } },
      [1_000_000, 128_000],
    ],
    [
      'Anthropic, which lists a snapshot',
      'anthropic',
      'claude-haiku-4-5',
      { '/v1/models': { data: [{ id: 'claude-haiku-4-5-20251001', max_input_tokens: 200_000, max_tokens: 64_000 }] } },
      [200_000, 64_000],
    ],
    [
      'Gemini',
      'gemini',
      'gemini-4-hydrogen',
      {
        '/v1beta/models': {
          models: [{ name: 'models/gemini-4-hydrogen', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 }],
        },
      },
      [1_048_576, 65_536],
    ],
    [
      'OpenRouter, of the server that it prefers',
      'openrouter',
      'meta/llama-4',
      {
        '/api/v1/models': {
          data: [
            {
              id: 'meta/llama-4',
              context_length: 1_048_576,
              top_provider: { context_length: 131_072, max_completion_tokens: 16_384, is_moderated: false },
            },
          ],
        },
      },
      [131_072, 16_384],
    ],
    [
      'OpenRouter, without a preferred server',
      'openrouter',
      'openrouter/auto',
      {
        '/api/v1/models': {
          data: [
            {
              id: 'openrouter/auto',
              context_length: 2_000_000,
              top_provider: { context_length: null, max_completion_tokens: null },
            },
          ],
        },
      },
      [2_000_000, null],
    ],
    [
      'vLLM',
      'compatible',
      'served',
      { '/v1/models': { object: 'list', data: [{ id: 'served', max_model_len: 40_960 }] } },
      [40_960, null],
    ],
    [
      'Groq',
      'compatible',
      'served',
      { '/v1/models': { data: [{ id: 'served', context_window: 131_072, max_completion_tokens: 32_768 }] } },
      [131_072, 32_768],
    ],
    [
      'Mistral, by an alias',
      'compatible',
      'mistral-large-latest',
      {
        '/v1/models': {
          data: [{ id: 'mistral-large-2611', aliases: ['mistral-large-latest'], max_context_length: 262_144 }],
        },
      },
      [262_144, null],
    ],
    [
      'LM Studio, of the loaded model',
      'compatible',
      'qwen/qwen3.8',
      {
        '/v1/models': { data: [{ id: 'qwen/qwen3.8', object: 'model' }] },
        '/api/v0/models': {
          data: [{ id: 'qwen/qwen3.8', max_context_length: 262_144, loaded_context_length: 8_192 }],
        },
      },
      [8_192, null],
    ],
    [
      'Together, whose list has no wrapper',
      'compatible',
      'served',
      { '/v1/models': [{ id: 'served', context_length: 65_536 }] },
      [65_536, null],
    ],
  ];

  test.each(SERVERS)('are read from %s', async (_name, provider, id, lists, [contextTokens, maxOutputTokens]) => {
    const { limits, asked } = await read(provider, id, lists);
    expect(limits).toEqual([{ id, contextTokens, maxOutputTokens }]);
    for (const { redirect } of asked) expect(redirect).toBe('manual');
  });

  test('are asked from Google with the key as it expects it, and not as a bearer token', async () => {
    const { asked } = await read('gemini', 'gemini-4-hydrogen', { '/v1beta/models': { models: [] } });
    expect(asked.map(({ url }) => url)).toEqual([
      'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000',
    ]);
    expect(asked[0]?.headers.get('x-goog-api-key')).toBe('k-1');
    expect(asked[0]?.headers.has('authorization')).toBe(false);
  });

  test('are unknown where the list has none, and the key stays at the server', async () => {
    const { limits, asked } = await read('compatible', 'served', { '/v1/models': { data: [{ id: 'served' }] } });
    expect(limits).toEqual([]);
    expect(asked.map(({ url }) => new URL(url).host)).toEqual(['models.example', 'models.example']);
  });

  test('fail when the list can’t be read', async () => {
    await expect(read('compatible', 'served', {})).rejects.toThrow();
  });

  test('aren’t asked from providers whose lists have none', () => {
    for (const id of ['openai', 'ollama']) {
      const row = findProvider(id);
      const deps = { fetch: () => Promise.reject(new Error('not asked')), clock: createManualClock(), random: () => 0 };
      expect(row?.connect(CONNECTION, deps).readLimits).toBeUndefined();
    }
  });

  test.each([
    ['zero', 0],
    ['negative', -8_192],
    ['less than any model has', 100],
    ['more than any model has', 10 ** 12],
    ['a fraction', 8_192.5],
    ['text', '8192'],
    ['not a number', null],
  ])('are left out when they are %s', (_what, value) => {
    const list = (fields: object) => ({ data: [{ id: 'served', ...fields }] });
    expect(limitsIn(list({ max_model_len: value }), ['served'])).toEqual([]);
    // The other numbers of the entry still count.
    expect(limitsIn(list({ max_model_len: value, context_length: 8_192 }), ['served'])).toEqual([
      { id: 'served', contextTokens: 8_192, maxOutputTokens: null },
    ]);
  });

  test.each([null, 'list', 7, {}, { data: {} }, { data: [null, 7, 'x', { id: 7 }] }])(
    'are unknown when the list is %j',
    (list) => {
      expect(limitsIn(list, ['served'])).toEqual([]);
    },
  );
});

describe('a model with its server’s limits', () => {
  const entry = MODELS.find(({ id }) => id === 'claude-sonnet-5-5');
  const model: Model = modelAt(entry ?? expect.fail('not listed'), 0);
  const served = (contextTokens: number, maxOutputTokens: number | null = null) => ({
    limits: [{ id: model.id, contextTokens, maxOutputTokens }],
  });

  test('reads what the server gives it, more or less than the catalog says', () => {
    for (const contextTokens of [200_000, 2_000_000]) {
      expect(withServerLimits(model, served(contextTokens))).toMatchObject({ contextTokens, limitsFrom: 'server' });
    }
  });

  test('writes half of a small context at most', () => {
    expect(withServerLimits(model, served(8_192)).maxOutputTokens).toBe(4_096);
    expect(withServerLimits(model, served(200_000, 200_000)).maxOutputTokens).toBe(100_000);
  });

  test('keeps a smaller limit that the operator set', () => {
    const overridden = { ...model, contextTokens: 100_000 };
    expect(withServerLimits(overridden, served(1_000_000)).contextTokens).toBe(100_000);
    expect(withServerLimits(overridden, served(50_000)).contextTokens).toBe(50_000);
  });

  test('is as the catalog lists it when its server says nothing about it', () => {
    expect(withServerLimits(model, {})).toBe(model);
    expect(withServerLimits({ ...model, id: 'other' }, served(8_192)).limitsFrom).toBeUndefined();
  });
});
