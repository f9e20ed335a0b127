import { describe, expect, test } from 'vitest';
import { AiSettings, type AiSettingsRow, type ProviderChoice } from '../../contracts/ai-settings.ts';
import { listModels, resolveModel } from '../models/catalog.ts';
import { readProviderConfig } from '../registry.ts';
import { REQUEST } from '../scripted-upstream.fixture.ts';
import { effectiveSettings, type OpenKey } from './effective-settings.ts';
import { readHostRules } from './provider-hosts.ts';

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
  id: ORG_ROW,
  programId: null,
  programCode: null,
  enabled: true,
  primary: NOTHING,
  fallback: NOTHING,
  ...given,
});
const programRow = (given: Given): AiSettingsRow => ({
  ...orgRow(given),
  id: PROGRAM_ROW,
  programId: PROGRAM,
  programCode: 'ATLAS',
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

/** `provider model key`, as a message that names no model would be answered. */
function answer(...given: Parameters<typeof effective>): string {
  const { config } = effective(...given);
  const choice = resolveModel({ plan: 'enterprise', config });
  if (!choice.ok) return choice.code;
  const { apiKey } = config.configured.find(({ id }) => id === choice.connection) ?? {};
  return `${choice.provider.name} ${choice.model.id} ${typeof apiKey === 'string' ? 'environment' : 'stored'}`;
}

describe('program row, then org row, then environment', () => {
  test('uses the environment when there are no rows', () => {
    expect(answer([])).toBe('openai gpt-4.1-mini environment');
    expect(answer([], { env: {} })).toBe('PROVIDER_UNCONFIGURED');
  });

  test('the org’s row replaces the environment, with its own key or the environment’s', () => {
    expect(answer([orgRow({ primary: keyed('anthropic') })])).toBe('anthropic claude-sonnet-5-5 stored');
    expect(answer([orgRow({ primary: choice({ provider: 'anthropic', model: 'claude-opus-4-7' }) })])).toBe(
      'anthropic claude-opus-4-7 environment',
    );
    expect(answer([orgRow({ primary: choice({ provider: 'openai' }) })])).toBe('openai gpt-4.1-mini environment');
    expect(answer([orgRow({ primary: choice({ provider: 'openrouter' }) })])).toBe('PROVIDER_UNCONFIGURED');
    expect(answer([orgRow({ primary: keyed('openrouter') })])).toBe('openrouter openrouter/auto stored');
  });

  test('does not offer models of a provider the org did not choose', () => {
    const { config } = effective([orgRow({ primary: keyed('openai') })]);
    const { models, defaultModel } = listModels('enterprise', config);
    const allowed = models.filter((model) => model.allowed);
    expect(new Set(allowed.map(({ provider }) => provider))).toEqual(new Set(['openai']));
    expect(defaultModel).toBe('gpt-4.1-mini');
    expect(resolveModel({ requested: 'claude-sonnet-4-6', plan: 'free', config })).toMatchObject({ ok: false });
  });

  test('offers a model that only the settings name', () => {
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
      expect(answer(rows, { programs: [name] })).toBe('anthropic claude-sonnet-5-5 stored');
    }
    expect(answer(rows)).toBe('anthropic claude-sonnet-5-5 stored');
  });

  test('uses the row of the first program named', () => {
    const rows = [orgRow({ primary: keyed('anthropic') }), programRow({ primary: keyed('openai') })];
    expect(answer(rows, { programs: ['ZEPHYR', 'ATLAS'] })).toBe('anthropic claude-sonnet-5-5 stored');
    expect(answer(rows, { programs: ['ATLAS', 'ZEPHYR'] })).toBe('openai gpt-4.1-mini stored');
  });

  test('takes values missing in a program’s row from the org’s row if it has the same provider', () => {
    const org = orgRow({ primary: keyed('anthropic', { model: 'claude-opus-4-7' }) });
    const about = (primary: ProviderChoice) => answer([org, programRow({ primary })], { programs: ['ATLAS'] });
    expect(about(NOTHING)).toBe('anthropic claude-opus-4-7 stored');
    expect(about(choice({ provider: 'anthropic' }))).toBe('anthropic claude-opus-4-7 stored');
    expect(about(choice({ provider: 'anthropic', model: 'claude-sonnet-4-6' }))).toBe(
      'anthropic claude-sonnet-4-6 stored',
    );
    // The org's key and model belong to another provider.
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
      provider: 'anthropic',
      providerFrom: 'program',
      model: 'claude-opus-4-7',
      modelFrom: 'organisation',
      connectionFrom: 'organisation',
    });
    expect(effective([orgRow({ primary: choice({ provider: 'anthropic' }) })]).primary).toMatchObject({
      providerFrom: 'organisation',
      modelFrom: 'provider',
      connectionFrom: 'environment',
    });
  });
});

describe('the API of a server', () => {
  const GATEWAY = 'https://gateway.example/v1';
  const wireOf = (rows: Parameters<typeof effective>[0], options: Parameters<typeof effective>[1] = {}) =>
    effective(rows, { hosts: 'gateway.example', ...options }).primary?.configured?.connection.wire;

  test('is Responses at OpenAI’s own address, and Chat Completions elsewhere', () => {
    expect(wireOf([orgRow({ primary: keyed('openai') })])).toBe('openai-responses');
    expect(wireOf([orgRow({ primary: keyed('openai', { baseUrl: GATEWAY }) })])).toBe('chat-completions');
    expect(wireOf([orgRow({ primary: keyed('openrouter') })])).toBe('chat-completions');
    expect(wireOf([orgRow({ primary: keyed('anthropic') })])).toBe('anthropic');
  });

  test('is the one that the row of the server names', () => {
    const primary = keyed('openai', { baseUrl: GATEWAY, wire: 'openai-responses' });
    expect(wireOf([orgRow({ primary })])).toBe('openai-responses');
    const program = programRow({ primary: choice({ provider: 'openai', model: 'gpt-9' }) });
    expect(wireOf([orgRow({ primary }), program], { programs: ['ATLAS'] })).toBe('openai-responses');
  });

  test('is not taken from a row of another server', () => {
    const rows = [
      orgRow({ primary: keyed('openai', { wire: 'chat-completions' }) }),
      programRow({ primary: keyed('openai') }),
    ];
    expect(wireOf(rows, { programs: ['ATLAS'] })).toBe('openai-responses');
  });

  test('can be set for the environment’s server', () => {
    const primary = choice({ provider: 'openai', wire: 'chat-completions' });
    expect(wireOf([orgRow({ primary })])).toBe('chat-completions');
    const env = { ...ENV, OPENAI_WIRE: 'chat-completions' };
    expect(wireOf([orgRow({ primary: choice({ provider: 'openai' }) })], { env })).toBe('chat-completions');
  });

  test('is the default when this release doesn’t know the name, or the provider doesn’t speak it', () => {
    expect(wireOf([orgRow({ primary: keyed('openai', { wire: 'of-a-newer-release' }) })])).toBe('openai-responses');
    expect(wireOf([orgRow({ primary: keyed('anthropic', { wire: 'openai-responses' }) })])).toBe('anthropic');
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
  test('never sends another row’s key to the address in a program’s row (R26)', () => {
    const rows = [
      orgRow({ primary: keyed('openai') }),
      programRow({ primary: choice({ provider: 'openai', baseUrl: 'https://gateway.example/v1' }) }),
    ];
    const { primary } = effective(rows, { programs: ['ATLAS'], hosts: 'gateway.example' });
    expect(primary?.configured?.connection.baseUrl).toBe('https://api.openai.com/v1');
    expect(primary?.connectionFrom).toBe('organisation');
  });

  test('an address removed from the list is not used or replaced (R26)', () => {
    const rows = [orgRow({ primary: keyed('openai', { baseUrl: 'https://gateway.example/v1' }) })];
    expect(answer(rows, { hosts: 'gateway.example' })).toBe('openai gpt-4.1-mini stored');
    expect(answer(rows)).toBe('PROVIDER_UNCONFIGURED');
  });

  test('decrypts a stored key only when calling the provider, for its own record and address', async () => {
    const baseUrl = 'https://gateway.example/v1';
    const { config } = effective([orgRow({ primary: keyed('openai', { baseUrl }) })], { hosts: 'gateway.example' });
    opened.length = 0;
    const sent: [string, string | null][] = [];
    const fetch = async (input: string | URL | Request, init?: RequestInit) => {
      sent.push([String(input), new Headers(init?.headers).get('authorization')]);
      return Response.json({ error: { message: 'no' } }, { status: 400 });
    };
    const deps = { fetch, clock: { now: () => 0, later: () => () => undefined }, random: () => 0 };
    const resolved = resolveModel({ plan: 'free', config, deps });
    expect(opened).toEqual([]);
    if (!resolved.ok) throw new Error(resolved.code);
    const request = { ...REQUEST, model: 'm' };
    await expect(resolved.provider.stream(request, new AbortController().signal).next()).rejects.toThrow();
    expect(opened).toEqual([
      [{ orgId: ORG, settingId: ORG_ROW, slot: 'primary' }, { provider: 'openai', baseUrl }, 'sealed openai'],
    ]);
    expect(sent).toEqual([[`${baseUrl}/chat/completions`, 'Bearer opened']]);
  });

  test('servers without keys need only an address', () => {
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

  test('an unknown provider is unconfigured and is not replaced by another', () => {
    expect(answer([orgRow({ primary: keyed('unknown') })])).toBe('PROVIDER_UNCONFIGURED');
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
  test('is a separate provider with its own key or the environment’s', () => {
    const fallback = choice({ provider: 'anthropic', model: 'claude-opus-4-7' });
    const { config } = effective([orgRow({ primary: keyed('openai'), fallback })]);
    const enterprise = resolveModel({ plan: 'enterprise', config });
    expect(enterprise.ok && enterprise.fallback?.model.id).toBe('claude-opus-4-7');
    // The free plan does not include the model.
    const free = resolveModel({ plan: 'free', config });
    expect(free.ok && free.fallback).toBeNull();
  });

  test('set by the org applies to its programs and to the environment’s provider', () => {
    const org = orgRow({ fallback: keyed('openrouter') });
    for (const programs of [[], ['ATLAS']]) {
      const { config } = effective([org, programRow({ primary: keyed('openai') })], { programs });
      const resolved = resolveModel({ plan: 'free', config });
      expect(resolved.ok && resolved.fallback?.provider.name).toBe('openrouter');
    }
  });

  test('cannot be requested as a model', () => {
    const { config } = effective([orgRow({ primary: keyed('openai'), fallback: keyed('anthropic') })]);
    expect(resolveModel({ requested: 'claude-sonnet-4-6', plan: 'free', config })).toMatchObject({ ok: false });
  });
});

describe('a model without a listed price', () => {
  const UNLISTED = 'claude-opus-9';
  const resolve = (
    rows: Parameters<typeof effective>[0],
    { plan = 'enterprise', extraModels = [], ...options }: UnlistedOptions = {},
  ) => resolveModel({ plan, extraModels, config: effective(rows, options).config });
  type UnlistedOptions = Parameters<typeof effective>[1] & {
    readonly plan?: 'free' | 'professional' | 'enterprise';
    readonly extraModels?: readonly string[];
  };
  const onOperatorsKey = choice({ provider: 'anthropic', model: UNLISTED });

  test.each(['free', 'professional', 'enterprise'] as const)(
    'does not run on the operator’s key, and no other model replaces it (%s)',
    (plan) => {
      for (const rows of [[orgRow({ primary: onOperatorsKey })], [programRow({ primary: onOperatorsKey })]]) {
        const refused = { ok: false, code: 'MODEL_NEEDS_OWN_KEY' };
        expect(resolve(rows, { plan, programs: ['ATLAS'] })).toEqual(refused);
        const { config } = effective(rows, { programs: ['ATLAS'] });
        expect(resolveModel({ requested: UNLISTED, plan, config })).toEqual(refused);
        expect(listModels(plan, config)).toMatchObject({
          defaultModel: null,
          models: expect.arrayContaining([
            expect.objectContaining({ id: UNLISTED, allowed: false, reason: 'MODEL_NEEDS_OWN_KEY' }),
          ]),
        });
      }
    },
  );

  test('does not run on a server that only the operator configured', () => {
    const env = { COMPATIBLE_BASE_URL: 'http://localhost:9/v1', COMPATIBLE_MODEL: 'house-model' };
    const asks = (model: string) => resolve([orgRow({ primary: choice({ provider: 'compatible', model }) })], { env });
    expect(asks('another-model')).toEqual({ ok: false, code: 'MODEL_NEEDS_OWN_KEY' });
    expect(asks('house-model')).toMatchObject({ ok: true, model: { id: 'house-model' } });
  });

  test('runs on the org’s own key, also when the program names it and the org has the key', () => {
    expect(resolve([orgRow({ primary: keyed('anthropic', { model: UNLISTED }) })])).toMatchObject({ ok: true });
    const rows = [orgRow({ primary: keyed('anthropic') }), programRow({ primary: onOperatorsKey })];
    expect(resolve(rows, { programs: ['ATLAS'] })).toMatchObject({ ok: true, model: { id: UNLISTED } });
  });

  test('runs on the operator’s key where the operator named it', () => {
    const env = { ...ENV, ANTHROPIC_API_KEY: 'a', ANTHROPIC_MODEL: UNLISTED };
    expect(resolve([orgRow({ primary: onOperatorsKey })], { env, plan: 'free' })).toMatchObject({ ok: true });
    expect(
      resolve([orgRow({ primary: onOperatorsKey })], { plan: 'professional', extraModels: [UNLISTED] }),
    ).toMatchObject({ ok: true });
  });

  test('is no fallback on the operator’s key', () => {
    const fallbackOf = (fallback: Parameters<typeof orgRow>[0]['fallback']) => {
      const resolved = resolve([orgRow({ primary: keyed('openai'), ...(fallback && { fallback }) })]);
      return resolved.ok ? (resolved.fallback?.model.id ?? null) : resolved.code;
    };
    expect(fallbackOf(onOperatorsKey)).toBeNull();
    expect(fallbackOf(keyed('anthropic', { model: UNLISTED }))).toBe(UNLISTED);
  });
});

test('marks the demo model only when it answers', () => {
  expect(effective([], { demo: true }).config.demo).toBe(true);
  expect(effective([orgRow({ primary: choice({ provider: 'openai' }) })], { demo: true }).config.demo).toBe(true);
  expect(effective([orgRow({ primary: keyed('openai') })], { demo: true }).config.demo).toBe(false);
});

describe('effort', () => {
  const effortOf = (rows: readonly AiSettingsRow[]) => effective(rows, { programs: ['ATLAS'] }).config.effort;

  test('comes value by value from the nearest row that sets it', () => {
    const org = { ...orgRow({}), effort: 'fast', effortCeiling: 'medium' };
    expect(effortOf([])).toEqual({ choice: null, ceiling: null });
    expect(effortOf([org])).toEqual({ choice: 'fast', ceiling: 'medium' });
    expect(effortOf([{ ...programRow({}), effort: 'thorough' }, org])).toEqual({
      choice: 'thorough',
      ceiling: 'medium',
    });
  });

  test('is part of the answering model and its fallback', () => {
    const rows = [{ ...orgRow({ primary: keyed('anthropic'), fallback: keyed('openai') }), effort: 'fast' }];
    const choice = resolveModel({ plan: 'free', config: effective(rows).config });
    const effortRules = { choice: 'fast', ceiling: null };
    expect(choice).toMatchObject({ ok: true, effortRules, fallback: { effortRules } });
  });
});

describe('the limits in a server’s list', () => {
  const servedBy = (baseUrl: string, contextTokens: number, provider = 'compatible') => ({
    serverLimits: {
      ...{ provider, baseUrl, readAt: '2026-12-01T00:00:00.000Z' },
      models: [{ id: 'served', contextTokens, maxOutputTokens: null }],
    },
  });
  const AT = 'http://localhost:8000/v1';
  const server = (given: Partial<ProviderChoice> = {}) =>
    choice({ provider: 'compatible', baseUrl: AT, model: 'served', ...given });
  const contextOf = (...rows: AiSettingsRow[]): number | null => {
    const { config } = effective(rows, { programs: [PROGRAM] });
    const chosen = resolveModel({ plan: 'enterprise', config });
    return chosen.ok ? chosen.model.contextTokens : null;
  };

  test('are the model’s', () => {
    expect(contextOf(orgRow({ primary: server(servedBy(AT, 65_536)) }))).toBe(65_536);
    expect(contextOf(orgRow({ primary: server() }))).toBe(32_768);
  });

  test('count for their provider and address only', () => {
    expect(contextOf(orgRow({ primary: server(servedBy('http://localhost:9000/v1', 65_536)) }))).toBe(32_768);
    expect(contextOf(orgRow({ primary: server(servedBy(AT, 65_536, 'openrouter')) }))).toBe(32_768);
  });

  test('of the program’s row come first, then the org’s', () => {
    const ofOrg = orgRow({ primary: server(servedBy(AT, 65_536)) });
    expect(contextOf(ofOrg, programRow({}))).toBe(65_536);
    const ofProgram = choice({ provider: 'compatible', model: 'served', ...servedBy(AT, 16_384) });
    expect(contextOf(ofOrg, programRow({ primary: ofProgram }))).toBe(16_384);
  });

  test('of the fallback are its own', () => {
    const { config } = effective([orgRow({ primary: server(), fallback: server(servedBy(AT, 65_536)) })]);
    const chosen = resolveModel({ plan: 'enterprise', config });
    expect(chosen.ok && [chosen.model.contextTokens, chosen.fallback?.model.contextTokens]).toEqual([32_768, 65_536]);
  });

  test.each([{ provider: 'compatible' }, { models: 'all' }, 'text', 7])(
    'that can’t be read count as unknown: %j',
    (bad) => {
      const row = AiSettings.parse([orgRow({ primary: { ...server(), serverLimits: bad as never } })]);
      expect(contextOf(...row)).toBe(32_768);
    },
  );
});
