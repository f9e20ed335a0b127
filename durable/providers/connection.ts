// What an adapter needs to reach its provider: address, key, and the few things tests replace.
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Fetch } from './provider-fetch.ts';
import { systemFetch } from './provider-fetch.ts';
import type { StallLimits } from './stall-watchdog.ts';

/** How servers of one wire differ, as data; see `openai-compatible.ts`. */
export type ServerQuirks = {
  /** The name of the output bound: newer OpenAI models refuse the old one, most other servers know only the old one. */
  readonly outputLimitField: 'max_completion_tokens' | 'max_tokens';
  /** False where the server refuses fields that it does not know. */
  readonly acceptsPromptCacheKey: boolean;
};

export type Connection = {
  /** The provider's name in rows and usage. */
  readonly name: string;
  /** Checked by `parseBaseUrl`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly quirks: ServerQuirks;
};

export type ProviderDeps = {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly limits?: StallLimits;
};

export const systemDeps: ProviderDeps = { fetch: systemFetch, clock: systemClock, random: Math.random };
