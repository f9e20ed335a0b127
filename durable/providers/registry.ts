// The providers, one row each, and which of them the environment configures. To add a provider: a row here, and for a new
// wire format also a file with a `connect` function.

import type { ModelLimits } from '../contracts/ai-settings.ts';
import { connectAnthropic } from './anthropic/anthropic.ts';
import type { EffortRules } from './models/effort.ts';
import type { ModelEntry } from './models/model-entry.ts';
import { readCompatibleLimits, readGeminiLimits } from './openai/listed-limits.ts';
import { readOllamaContext } from './openai/ollama-context.ts';
import { connectOpenAiCompatible } from './openai/openai-compatible.ts';
import { connectOpenAiResponses } from './openai-responses/openai-responses.ts';
import type { Provider, WireName } from './provider.ts';
import { type Connection, isLocal, type ProviderDeps, parseBaseUrl, type ServerQuirks } from './stream/connection.ts';

export type ProviderRow = {
  readonly id: string;
  readonly label: string;
  readonly connect: (connection: Connection, deps: ProviderDeps) => Provider;
  /** The wires that its servers may speak. The first one is the default at any other address than `baseUrl`. */
  readonly wires: readonly [WireName, ...WireName[]];
  /** The wire at `baseUrl`, if that is another one. */
  readonly ownWire?: WireName;
  /** The default address; null if every configuration must set one. */
  readonly baseUrl: string | null;
  /** Null if it depends on the server. */
  readonly defaultModel: string | null;
  readonly variables: {
    readonly apiKey: string;
    readonly model: string;
    readonly baseUrl: string;
    readonly wire?: string;
  };
  /** True if its servers decide how much context a model gets. */
  readonly readsContext?: boolean;
  /** True if it is configured by its address and the key is optional. */
  readonly isKeyless?: boolean;
  /** For the default address; see `quirksAt`. */
  readonly quirks: ServerQuirks;
  /** Assumed limits of models that are not in models.json. */
  readonly unlisted: { readonly contextTokens: number; readonly maxOutputTokens: number };
};

/** For providers that send keep-alives while a model thinks. */
const SILENCE_MS = 60_000;
/** For servers that send nothing while a model reasons. */
const SILENT_REASONING_MS = 300_000;
/** For servers on this machine, which may load a model before they answer. */
const COLD_MODEL_MS = 600_000;

const PLAIN_SERVER: ServerQuirks = {
  outputLimitField: 'max_tokens',
  acceptsPromptCacheKey: false,
  silenceMs: SILENT_REASONING_MS,
};

/** As their vendors name them. */
export const WIRE_LABELS: Readonly<Record<WireName, string>> = {
  anthropic: 'Messages',
  'chat-completions': 'Chat Completions',
  'openai-responses': 'Responses',
};

/** Most servers that imitate OpenAI speak only Chat Completions. */
const OPENAI_WIRES = ['chat-completions', 'openai-responses'] as const;

const connectOpenAi: ProviderRow['connect'] = (connection, deps) =>
  connection.wire === 'openai-responses'
    ? connectOpenAiResponses(connection, deps)
    : connectOpenAiCompatible(connection, deps);

const connectOllama: ProviderRow['connect'] = (connection, deps) => ({
  ...connectOpenAi(connection, deps),
  readContext: (model, signal) => readOllamaContext(connection, { model, signal }, deps),
});

const connectCompatible: ProviderRow['connect'] = (connection, deps) => ({
  ...connectOpenAi(connection, deps),
  readLimits: (ids, signal) => readCompatibleLimits(connection, deps, { ids, signal }),
});

const connectGemini: ProviderRow['connect'] = (connection, deps) => ({
  ...connectOpenAi(connection, deps),
  readLimits: (ids, signal) => readGeminiLimits(connection, deps, { ids, signal }),
});

/** In order of preference for the default model. */
export const PROVIDERS: readonly ProviderRow[] = [
  {
    id: 'anthropic',
    label: 'Anthropic',
    connect: connectAnthropic,
    wires: ['anthropic'],
    baseUrl: 'https://api.anthropic.com',
    defaultModel: 'claude-sonnet-5-5',
    variables: { apiKey: 'ANTHROPIC_API_KEY', model: 'ANTHROPIC_MODEL', baseUrl: 'ANTHROPIC_BASE_URL' },
    quirks: { ...PLAIN_SERVER, silenceMs: SILENCE_MS },
    unlisted: { contextTokens: 200_000, maxOutputTokens: 32_000 },
  },
  {
    id: 'openai',
    label: 'OpenAI',
    connect: connectOpenAi,
    wires: OPENAI_WIRES,
    ownWire: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    defaultModel: 'gpt-6.2-sol',
    variables: { apiKey: 'OPENAI_API_KEY', model: 'OPENAI_MODEL', baseUrl: 'OPENAI_BASE_URL', wire: 'OPENAI_WIRE' },
    quirks: { ...PLAIN_SERVER, outputLimitField: 'max_completion_tokens', acceptsPromptCacheKey: true },
    unlisted: { contextTokens: 128_000, maxOutputTokens: 16_384 },
  },
  {
    id: 'gemini',
    label: 'Google Gemini',
    connect: connectGemini,
    wires: ['chat-completions'],
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    defaultModel: 'gemini-4-hydrogen',
    variables: { apiKey: 'GEMINI_API_KEY', model: 'GEMINI_MODEL', baseUrl: 'GEMINI_BASE_URL' },
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 1_000_000, maxOutputTokens: 8_192 },
  },
  {
    id: 'ollama',
    label: 'Ollama',
    connect: connectOllama,
    readsContext: true,
    wires: OPENAI_WIRES,
    baseUrl: 'http://localhost:11434/v1',
    defaultModel: 'llama3.2',
    variables: { apiKey: 'OLLAMA_API_KEY', model: 'OLLAMA_MODEL', baseUrl: 'OLLAMA_BASE_URL' },
    isKeyless: true,
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 32_768, maxOutputTokens: 4_096 },
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    connect: connectCompatible,
    wires: OPENAI_WIRES,
    baseUrl: 'https://openrouter.ai/api/v1',
    defaultModel: 'openrouter/auto',
    variables: { apiKey: 'OPENROUTER_API_KEY', model: 'OPENROUTER_MODEL', baseUrl: 'OPENROUTER_BASE_URL' },
    quirks: { ...PLAIN_SERVER, silenceMs: SILENCE_MS },
    unlisted: { contextTokens: 128_000, maxOutputTokens: 16_384 },
  },
  {
    id: 'compatible',
    label: 'OpenAI-compatible server',
    connect: connectCompatible,
    wires: OPENAI_WIRES,
    baseUrl: null,
    defaultModel: null,
    variables: { apiKey: 'COMPATIBLE_API_KEY', model: 'COMPATIBLE_MODEL', baseUrl: 'COMPATIBLE_BASE_URL' },
    isKeyless: true,
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 32_768, maxOutputTokens: 4_096 },
  },
];

export const findProvider = (id: string): ProviderRow | undefined => PROVIDERS.find((row) => row.id === id);

export type ConfiguredProvider = {
  readonly row: ProviderRow;
  /** Identifies the address and key without containing the key. */
  readonly id: string;
  readonly connection: Omit<Connection, 'apiKey'>;
  /** A stored key is decrypted only when a request needs it. */
  readonly apiKey: string | (() => Promise<string>);
  readonly model: string | null;
  /** Who pays the provider: the org, for a key or server of its own, or the operator, with the model that they chose. */
  readonly payer: { readonly is: 'org' } | { readonly is: 'operator'; readonly model: string | null };
  /** What its server's list said about its models, if an admin's settings keep it. The first entry of a model counts. */
  readonly limits?: readonly ModelLimits[];
};

/** Quirks only apply at the provider’s default address. A server at any other address is treated as a plain one. */
export function quirksAt(row: ProviderRow, baseUrl: string): ServerQuirks {
  const quirks = baseUrl === row.baseUrl ? row.quirks : PLAIN_SERVER;
  return isLocal(baseUrl) ? { ...quirks, silenceMs: COLD_MODEL_MS } : quirks;
}

/** The wire that a server speaks unless its settings name another. */
export const defaultWire = ({ wires, ownWire, baseUrl }: ProviderRow, address: string): WireName =>
  (address === baseUrl ? ownWire : undefined) ?? wires[0];

/** The wire by its name; null if the provider doesn't speak it. A newer release may have stored one that this one doesn't know. */
export const findWire = ({ wires }: ProviderRow, name: string | null): WireName | null =>
  wires.find((wire) => wire === name) ?? null;

/**
 * The providers configured for a request, by the environment or by an org’s settings on top of it. The environment’s config
 * is built once and keeps its connections.
 */
export type ProviderConfig = {
  /** True if the demo model answers. Messages and usage then name the provider `demo`, because its text is not an AI’s. */
  readonly demo: boolean;
  readonly configured: readonly ConfiguredProvider[];
  /** Answers while the primary provider fails. */
  readonly fallback: ConfiguredProvider | null;
  /** Variables with unusable values, for the log. */
  readonly problems: readonly string[];
  /** What admins set about effort; absent if nothing. */
  readonly effort?: EffortRules;
  /** The catalog, with the operator's overrides for the org; absent if there are none. */
  readonly models?: readonly ModelEntry[];
  /** Unix milliseconds. Prices and the ends of models depend on the day. */
  readonly now: () => number;
};

/** Sent to servers that need no key, because the SDKs require one. */
export const NO_KEY = 'none';

type Variables = Readonly<Record<string, unknown>>;

/** @param env an object with the variables of `PROVIDERS`; a missing or empty variable is not configured */
export function readProviderConfig(
  env: Variables,
  options: { readonly demo: boolean; readonly allowLocalHttp: boolean; readonly now?: () => number },
): ProviderConfig {
  const configured: ConfiguredProvider[] = [];
  const problems: string[] = [];
  for (const row of PROVIDERS) {
    const apiKey = readText(env, row.variables.apiKey);
    const givenUrl = readText(env, row.variables.baseUrl);
    const address = givenUrl ?? row.baseUrl;
    if (!(row.isKeyless ? givenUrl : apiKey) || address === null) continue;
    const baseUrl = parseBaseUrl(address, options);
    if (!baseUrl) {
      problems.push(`${row.variables.baseUrl} must be an https address without user info`);
      continue;
    }
    const givenWire = row.variables.wire ? readText(env, row.variables.wire) : null;
    const wire = findWire(row, givenWire);
    if (givenWire && !wire) problems.push(`${row.variables.wire} must be one of ${row.wires.join(', ')}`);
    const connection = {
      name: options.demo ? 'demo' : row.id,
      baseUrl,
      wire: wire ?? defaultWire(row, baseUrl),
      quirks: quirksAt(row, baseUrl),
    };
    const model = readText(env, row.variables.model);
    configured.push({
      row,
      id: JSON.stringify([row.id, baseUrl, 'environment']),
      connection,
      apiKey: apiKey ?? NO_KEY,
      model,
      payer: { is: 'operator', model },
    });
  }
  return { demo: options.demo, configured, fallback: null, problems, now: options.now ?? Date.now };
}

function readText(env: Variables, name: string): string | null {
  const value = env[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
