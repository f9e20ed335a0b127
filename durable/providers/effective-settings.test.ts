import { describe, expect, test } from 'vitest';
import type { AiSettingsRow, ProviderChoice } from './ai-settings.ts';
import { listModels, resolveModel } from './catalog.ts';
import { effectiveSettings, type OpenKey } from './effective-settings.ts';
import { readHostRules } from './provider-hosts.ts';
import { readProviderConfig } from './registry.ts';

const ORG = '0c000000-0000-4000-8000-000000000001';
const ORG_ROW = '0d000000-0000-4000-8000-000000000001';
const PROGRAM_ROW = '0d000000-0000-4000-8000-000000000002';
const PROGRAM = '0e000000-0000-4000-8000-000000000001';

const NOTHING: ProviderChoice = { provider: null, model: null, baseUrl: null, sealedKey: null, keyReplacedAt: null };
const choice = (given: Partial<ProviderChoice>): ProviderChoice => ({ ...NOTHING, ...given });
const keyed = (provider: string, given: Partial<ProviderChoice> = {}) =>
  choice({ provider, sealedKey: `sealed ${provider}`, keyReplacedAt: '2026-11-21', ...given });

type Given = { readonly enabled?: boolean; readonly primary?: ProviderChoice; readonly fallback?: ProviderChoice };
const orgRow = (given: Given): AiSettingsRow => ({
  ...{ id: ORG_ROW, programId: null, programCode: null, enabled: true, primary: NOTHING, fallback: NOTHING },
  ...given,
});
const programRow = (given: Given): AiSettingsRow => ({
  ...orgRow(given),
  ...{ id: PROGRAM_ROW, programId: PROGRAM, programCode: 'ATLAS' },
});

const opened: unknown[] = [];
const openKey: OpenKey = async (...asked) => {
  opened.push(asked);
  return 'opened';
};

const ENV = { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-4.1-mini' };

function effective(
  rows: readonly AiSettingsRow[],
  options: { programs?: readonly string[]; env?: Record<string, string>; hosts?: string; demo?: boolean } = {},
) {
  const { programs = [], env = ENV, hosts, demo = false } = options;
  return effectiveSettings(
    { orgId: ORG, settings: [...rows], programs },
    {
      environment: readProviderConfig(env, { demo, allowLocalHttp: true }),
      hosts: readHostRules(hosts, { allowLocalHttp: true }),
      openKey,
    },
  );
}

/** `provider model key` as a message without a model of its own would be answered. */
function answer(...given: Parameters<typeof effective>): string {
  const { config } = effective(...given);
  const choice = resolveModel({ plan: 'enterprise', config });
  if (!choice.ok) return choice.code;
  const { apiKey } = config.configured.find(({ id }) => id === choice.connection) ?? {};
  return `${choice.provider.name} ${choice.model.id} ${typeof apiKey === 'string' ? 'environment' : 'stored'}`;
}

describe('program row, then org row, then environment', () => {
  test('without rows the environment answers', () => {
    expect(answer([])).toBe('openai gpt-4.1-mini environment');
    expect(answer([], { env: {} })).toBe('PROVIDER_UNCONFIGURED');
  });

  test('the org’s row replaces the environment, with its own key or the environment’s', () => {
    expect(answer([orgRow({ primary: keyed('anthropic') })])).toBe('anthropic claude-sonnet-4-6 stored');
    expect(answer([orgRow({ primary: choice({ provider: 'anthropic', model: 'claude-opus-4-7' }) })])).toBe(
      'anthropic claude-opus-4-7 environment',
    );
    expect(answer([orgRow({ primary: choice({ provider: 'openai' }) })])).toBe('openai gpt-4.1-mini environment');
    expect(answer([orgRow({ primary: choice({ provider: 'openrouter' }) })])).toBe('PROVIDER_UNCONFIGURED');
    expect(answer([orgRow({ primary: keyed('openrouter') })])).toBe('openrouter openrouter/auto stored');
  });

  test('models of a provider that the org did not choose are not offered', () => {
    const { config } = effective([orgRow({ primary: keyed('openai') })]);
    const { models, defaultModel } = listModels('enterprise', config);
    expect(models.filter(({ allowed }) => allowed).map(({ provider }) => provider)).toEqual(['openai', 'openai']);
    expect(defaultModel).toBe('gpt-4.1-mini');
    expect(resolveModel({ requested: 'claude-sonnet-4-6', plan: 'free', config })).toMatchObject({ ok: false });
  });

  test('a model that only the settings name is offered', () => {
    const { config } = effective([orgRow({ primary: keyed('openrouter', { model: 'meta/llama-4' }) })]);
    expect(listModels('free', config)).toMatchObject({
      defaultModel: 'meta/llama-4',
      models: expect.arrayContaining([
        expect.objectContaining({ id: 'meta/llama-4', priceVersion: expect.stringMatching(/^unlisted-\d/) }),
      ]),
    });
  });

  test('the program’s row comes first, by id or code, for conversations about that program only', () => {
    const rows = [orgRow({ primary: keyed('anthropic') }), programRow({ primary: keyed('openai') })];
    for (const name of [PROGRAM, PROGRAM.toUpperCase(), 'ATLAS', 'atlas', ' Atlas ']) {
      expect(answer(rows, { programs: [name] })).toBe('openai gpt-4.1-mini stored');
    }
    for (const name of ['ZEPHYR', ORG_ROW, 'null', '']) {
      expect(answer(rows, { programs: [name] })).toBe('anthropic claude-sonnet-4-6 stored');
    }
    expect(answer(rows)).toBe('anthropic claude-sonnet-4-6 stored');
  });

  test('the program that decides first is the first one named', () => {
    const rows = [orgRow({ primary: keyed('anthropic') }), programRow({ primary: keyed('openai') })];
    expect(answer(rows, { programs: ['ZEPHYR', 'ATLAS'] })).toBe('anthropic claude-sonnet-4-6 stored');
    expect(answer(rows, { programs: ['ATLAS', 'ZEPHYR'] })).toBe('openai gpt-4.1-mini stored');
  });

  test('what a program’s row leaves out comes from the org’s, as far as that is about the same provider', () => {
    const org = orgRow({ primary: keyed('anthropic', { model: 'claude-opus-4-7' }) });
    const about = (primary: ProviderChoice) => answer([org, programRow({ primary })], { programs: ['ATLAS'] });
    expect(about(NOTHING)).toBe('anthropic claude-opus-4-7 stored');
    expect(about(choice({ provider: 'anthropic' }))).toBe('anthropic claude-opus-4-7 stored');
    expect(about(choice({ provider: 'anthropic', model: 'claude-sonnet-4-6' }))).toBe(
      'anthropic claude-sonnet-4-6 stored',
    );
    // The org's key and model are another provider's.
    expect(about(choice({ provider: 'openai' }))).toBe('openai gpt-4.1-mini environment');
  });

  test('each value names its origin', () => {
    const { primary } = effective(
      [
        orgRow({ primary: keyed('anthropic', { model: 'claude-opus-4-7' }) }),
        programRow({ primary: choice({ provider: 'anthropic' }) }),
      ],
      { programs: ['ATLAS'] },
    );
    expect(primary).toMatchObject({
      ...{ provider: 'anthropic', providerFrom: 'program', model: 'claude-opus-4-7', modelFrom: 'organisation' },
      connectionFrom: 'organisation',
    });
    expect(effective([orgRow({ primary: choice({ provider: 'anthropic' }) })]).primary).toMatchObject({
      ...{ providerFrom: 'organisation', modelFrom: 'provider', connectionFrom: 'environment' },
    });
  });
});

describe('the switch', () => {
  const off = { enabled: false };
  test.each([
    ['no row', [], [], true],
    ['the org’s row', [orgRow(off)], [], false],
    ['the org’s row, in a program without one', [orgRow(off)], ['ATLAS'], false],
    ['a program’s row', [programRow(off)], ['ATLAS'], false],
    ['a program’s row, elsewhere', [programRow(off)], ['ZEPHYR'], true],
    ['a program’s row, for a message that names none', [programRow(off)], [], true],
    ['a program’s own row comes before the org’s', [orgRow(off), programRow({})], ['ATLAS'], true],
    ['any of several programs is enough', [programRow(off)], ['ZEPHYR', 'ATLAS'], false],
  ] as const)('%s', (_name, rows, programs, enabled) => {
    expect(effective(rows, { programs })).toMatchObject({ enabled });
  });
});

describe('keys', () => {
  test('R26: an address of a program’s row never gets another row’s key', () => {
    const rows = [
      orgRow({ primary: keyed('openai') }),
      programRow({ primary: choice({ provider: 'openai', baseUrl: 'https://gateway.example/v1' }) }),
    ];
    const { primary } = effective(rows, { programs: ['ATLAS'], hosts: 'gateway.example' });
    expect(primary?.configured?.connection.baseUrl).toBe('https://api.openai.com/v1');
    expect(primary?.connectionFrom).toBe('organisation');
  });

  test('R26: an address that has left the list is not used, and nothing else stands in for it', () => {
    const rows = [orgRow({ primary: keyed('openai', { baseUrl: 'https://gateway.example/v1' }) })];
    expect(answer(rows, { hosts: 'gateway.example' })).toBe('openai gpt-4.1-mini stored');
    expect(answer(rows)).toBe('PROVIDER_UNCONFIGURED');
  });

  test('a stored key is opened when the provider is asked, for its own record and address', async () => {
    const baseUrl = 'https://gateway.example/v1';
    const { config } = effective([orgRow({ primary: keyed('openai', { baseUrl }) })], { hosts: 'gateway.example' });
    opened.length = 0;
    const sent: [string, string | null][] = [];
    const fetch = async (input: string | URL | Request, init?: RequestInit) => {
      sent.push([String(input), new Headers(init?.headers).get('authorization')]);
      return Response.json({ error: { message: 'no' } }, { status: 400 });
    };
    const deps = { fetch, clock: { now: () => 0, after: () => () => undefined }, random: () => 0 };
    const resolved = resolveModel({ plan: 'free', config, deps });
    expect(opened).toEqual([]);
    if (!resolved.ok) throw new Error(resolved.code);
    const request = { model: 'm', system: '', messages: [], tools: [], maxOutputTokens: 1, cacheKey: 'c' };
    await expect(resolved.provider.stream(request, new AbortController().signal).next()).rejects.toThrow();
    expect(opened).toEqual([
      [{ orgId: ORG, settingId: ORG_ROW, slot: 'primary' }, { provider: 'openai', baseUrl }, 'sealed openai'],
    ]);
    expect(sent).toEqual([[`${baseUrl}/chat/completions`, 'Bearer opened']]);
  });

  test('servers without keys need an address only', () => {
    const row = (provider: string, baseUrl: string | null) => [
      orgRow({ primary: choice({ provider, model: 'm', baseUrl }) }),
    ];
    expect(answer(row('ollama', null))).toBe('ollama m environment');
    expect(answer(row('ollama', 'https://ollama.example/v1'), { hosts: 'ollama.example' })).toBe(
      'ollama m environment',
    );
    expect(answer(row('compatible', 'http://localhost:4010/v1'))).toBe('compatible m environment');
    expect(answer(row('compatible', null))).toBe('PROVIDER_UNCONFIGURED');
  });

  test('a provider that this release does not know answers nothing, and nobody stands in for it', () => {
    expect(answer([orgRow({ primary: keyed('nobody') })])).toBe('PROVIDER_UNCONFIGURED');
  });

  test('the id of a connection changes with its key and address, and holds no key', () => {
    const idOf = (primary: ProviderChoice) => effective([orgRow({ primary })]).config.configured[0]?.id;
    const ids = [
      idOf(keyed('openai')),
      idOf(keyed('openai', { keyReplacedAt: '2026-11-22' })),
      idOf(keyed('openai', { baseUrl: 'http://localhost:1/v1' })),
      idOf(choice({ provider: 'openai' })),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.join()).not.toContain('sealed');
  });
});

describe('the fallback', () => {
  test('is a provider of its own, with its own key or the environment’s', () => {
    const fallback = choice({ provider: 'anthropic', model: 'claude-opus-4-7' });
    const { config } = effective([orgRow({ primary: keyed('openai'), fallback })]);
    const enterprise = resolveModel({ plan: 'enterprise', config });
    expect(enterprise.ok && enterprise.fallback?.model.id).toBe('claude-opus-4-7');
    // Not what the plan does not have.
    const free = resolveModel({ plan: 'free', config });
    expect(free.ok && free.fallback).toBeNull();
  });

  test('of the org serves its programs too, and stands beside the environment', () => {
    const org = orgRow({ fallback: keyed('openrouter') });
    for (const programs of [[], ['ATLAS']]) {
      const { config } = effective([org, programRow({ primary: keyed('openai') })], { programs });
      const resolved = resolveModel({ plan: 'free', config });
      expect(resolved.ok && resolved.fallback?.provider.name).toBe('openrouter');
    }
  });

  test('is no model that one may ask for', () => {
    const { config } = effective([orgRow({ primary: keyed('openai'), fallback: keyed('anthropic') })]);
    expect(resolveModel({ requested: 'claude-sonnet-4-6', plan: 'free', config })).toMatchObject({ ok: false });
  });
});

test('the demo model is named only where it answers', () => {
  expect(effective([], { demo: true }).config.demo).toBe(true);
  expect(effective([orgRow({ primary: choice({ provider: 'openai' }) })], { demo: true }).config.demo).toBe(true);
  expect(effective([orgRow({ primary: keyed('openai') })], { demo: true }).config.demo).toBe(false);
});
