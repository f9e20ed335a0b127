// The providers, one row each, and which of them an environment configures.
// To add a provider that speaks a known wire: one row; a new wire: one file with a `connect` function and one row.
import { connectAnthropic } from './anthropic.ts';
import { parseBaseUrl } from './base-url.ts';
import type { Connection, ProviderDeps, ServerQuirks } from './connection.ts';
import { connectOpenAiCompatible } from './openai-compatible.ts';
import type { Provider } from './provider.ts';

export type ProviderRow = {
  readonly id: string;
  readonly label: string;
  readonly connect: (connection: Connection, deps: ProviderDeps) => Provider;
  /** Its own address; null where there is none and each settings row names one. */
  readonly baseUrl: string | null;
  /** Null where only the server knows what it has. */
  readonly defaultModel: string | null;
  readonly variables: { readonly apiKey: string; readonly model: string; readonly baseUrl: string };
  /** Configured by its address, where keys are optional. */
  readonly isKeyless?: boolean;
  /** At its own address. At any other address the server is taken for a plain compatible one. */
  readonly quirks: ServerQuirks;
  /** What is assumed of a model that no row of models.ts lists. */
  readonly unlisted: { readonly contextTokens: number; readonly maxOutputTokens: number };
};

const PLAIN_SERVER: ServerQuirks = { outputLimitField: 'max_tokens', acceptsPromptCacheKey: false };

/** In order of preference for the default model. */
export const PROVIDERS: readonly ProviderRow[] = [
  {
    id: 'anthropic',
    label: 'Anthropic',
    connect: connectAnthropic,
    baseUrl: 'https://api.anthropic.com',
    defaultModel: 'claude-sonnet-4-6',
    variables: { apiKey: 'ANTHROPIC_API_KEY', model: 'ANTHROPIC_MODEL', baseUrl: 'ANTHROPIC_BASE_URL' },
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 200_000, maxOutputTokens: 32_000 },
  },
  {
    id: 'openai',
    label: 'OpenAI',
    connect: connectOpenAiCompatible,
    baseUrl: 'https://api.openai.com/v1',
    defaultModel: 'gpt-4.1',
    variables: { apiKey: 'OPENAI_API_KEY', model: 'OPENAI_MODEL', baseUrl: 'OPENAI_BASE_URL' },
    quirks: { outputLimitField: 'max_completion_tokens', acceptsPromptCacheKey: true },
    unlisted: { contextTokens: 128_000, maxOutputTokens: 16_384 },
  },
  {
    id: 'gemini',
    label: 'Google Gemini',
    connect: connectOpenAiCompatible,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    defaultModel: 'gemini-2.0-flash',
    variables: { apiKey: 'GEMINI_API_KEY', model: 'GEMINI_MODEL', baseUrl: 'GEMINI_BASE_URL' },
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 1_000_000, maxOutputTokens: 8_192 },
  },
  {
    id: 'ollama',
    label: 'Ollama',
    connect: connectOpenAiCompatible,
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
    connect: connectOpenAiCompatible,
    baseUrl: 'https://openrouter.ai/api/v1',
    defaultModel: 'openrouter/auto',
    variables: { apiKey: 'OPENROUTER_API_KEY', model: 'OPENROUTER_MODEL', baseUrl: 'OPENROUTER_BASE_URL' },
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 128_000, maxOutputTokens: 16_384 },
  },
  {
    id: 'compatible',
    label: 'OpenAI-compatible server',
    connect: connectOpenAiCompatible,
    baseUrl: null,
    defaultModel: null,
    variables: { apiKey: 'COMPATIBLE_API_KEY', model: 'COMPATIBLE_MODEL', baseUrl: 'COMPATIBLE_BASE_URL' },
    isKeyless: true,
    quirks: PLAIN_SERVER,
    unlisted: { contextTokens: 32_768, maxOutputTokens: 4_096 },
  },
];

export const findProvider = (id: string): ProviderRow | undefined => PROVIDERS.find((row) => row.id === id);

export type Configured = {
  readonly row: ProviderRow;
  /** Tells one address and key from another, and holds no key. */
  readonly id: string;
  readonly connection: Omit<Connection, 'apiKey'>;
  /** A stored key is opened when a request needs it. */
  readonly apiKey: string | (() => Promise<string>);
  readonly model: string | null;
};

/** At its own address a server has its quirks; at any other it is taken for a plain one. */
export const quirksAt = (row: ProviderRow, baseUrl: string): ServerQuirks =>
  baseUrl === row.baseUrl ? row.quirks : PLAIN_SERVER;

/**
 * The providers that are configured for whoever asks: by the environment alone, or by an org's settings over it.
 * The environment's is built once; connections are kept with it.
 */
export type ProviderConfig = {
  /** The demo model answers: rows and usage name `demo`, so that nobody takes its words for an AI's. */
  readonly demo: boolean;
  readonly configured: readonly Configured[];
  /** Who answers while the other one does not. */
  readonly fallback: Configured | null;
  /** Variables that are set to something unusable, for the log. */
  readonly problems: readonly string[];
};

/** What servers without keys are sent in place of one: the SDKs send no request without. */
export const NO_KEY = 'none';

type Variables = Readonly<Record<string, unknown>>;

/** @param env any object with the variables of `PROVIDERS` as strings; what is absent or empty is not configured */
export function readProviderConfig(
  env: Variables,
  options: { readonly demo: boolean; readonly allowLocalHttp: boolean },
): ProviderConfig {
  const configured: Configured[] = [];
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
    const connection = { name: options.demo ? 'demo' : row.id, baseUrl, quirks: quirksAt(row, baseUrl) };
    configured.push({
      row,
      id: JSON.stringify([row.id, baseUrl, 'environment']),
      connection,
      apiKey: apiKey ?? NO_KEY,
      model: readText(env, row.variables.model),
    });
  }
  return { demo: options.demo, configured, fallback: null, problems };
}

function readText(env: Variables, name: string): string | null {
  const value = env[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
