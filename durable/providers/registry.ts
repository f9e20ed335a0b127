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
  readonly baseUrl: string;
  readonly defaultModel: string;
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
const PROVIDERS: readonly ProviderRow[] = [
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
];

export type Configured = { readonly row: ProviderRow; readonly connection: Connection; readonly model: string | null };

/** The providers that the environment configures. Built once an environment; connections are kept with it. */
export type ProviderConfig = {
  /** The demo model answers: rows and usage name `demo`, so that nobody takes its words for an AI's. */
  readonly demo: boolean;
  readonly configured: readonly Configured[];
  /** Variables that are set to something unusable, for the log. */
  readonly problems: readonly string[];
};

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
    if (!(row.isKeyless ? givenUrl : apiKey)) continue;
    const baseUrl = parseBaseUrl(givenUrl ?? row.baseUrl, options);
    if (!baseUrl) {
      problems.push(`${row.variables.baseUrl} must be an https address without user info`);
      continue;
    }
    const name = options.demo ? 'demo' : row.id;
    const quirks = baseUrl === row.baseUrl ? row.quirks : PLAIN_SERVER;
    const connection: Connection = { name, baseUrl, apiKey: apiKey ?? 'none', quirks };
    configured.push({ row, connection, model: readText(env, row.variables.model) });
  }
  return { demo: options.demo, configured, problems };
}

function readText(env: Variables, name: string): string | null {
  const value = env[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
