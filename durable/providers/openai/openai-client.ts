// The OpenAI SDK's client of one connection, for both of its wires.
import OpenAI from 'openai';
import { type Connection, type ProviderDeps, sdkFetch } from '../stream/connection.ts';
import { LONGEST_TIMER_MS } from '../stream/stall-watchdog.ts';

export function createOpenAiClient({ apiKey, baseUrl }: Connection, deps: ProviderDeps): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    // Otherwise the SDK reads them from the environment and sends them.
    organization: null,
    project: null,
    webhookSecret: null,
    adminAPIKey: null,
    fetch: sdkFetch(deps.fetch),
    // stream-answer.ts retries and stall-watchdog.ts handles timeouts.
    maxRetries: 0,
    timeout: LONGEST_TIMER_MS,
    // The SDK would log requests, which contain users' text.
    logLevel: 'off',
  });
}
