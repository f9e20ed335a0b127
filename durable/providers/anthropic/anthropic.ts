// The adapter for Anthropic. The SDK makes the request (headers, version, errors); the response body is read here.
// Its base client, because the full one brings every resource of the API into the script.
import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { limitsIn, readList } from '../models/model-list.ts';
import { findTraits } from '../models/models.ts';
import { type ModelRequest, type Provider, type Remedy, withRemedies } from '../provider.ts';
import { type Connection, noteSending, type ProviderDeps, sdkFetch } from '../stream/connection.ts';
import { LONGEST_TIMER_MS } from '../stream/stall-watchdog.ts';
import { streamAnswer } from '../stream/stream-answer.ts';
import { createAnthropicDecoder } from './anthropic-decoder.ts';
import { anthropicRequest, hasThinking } from './anthropic-request.ts';
import { betasOf, nextRemedy, stateRemedyOf, type ThinkingTraits, thinkingConfig } from './thinking.ts';

export function connectAnthropic(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey, baseUrl } = connection;
  const client = new BaseAnthropic({
    apiKey,
    baseURL: baseUrl,
    webhookKey: null,
    fetch: sdkFetch(deps.fetch),
    // stream-answer.ts retries and stall-watchdog.ts handles timeouts.
    maxRetries: 0,
    timeout: LONGEST_TIMER_MS,
    // The SDK would log requests, which contain users' text.
    logLevel: 'off',
    openTelemetry: false,
  });

  function create(
    request: ModelRequest,
    { signal, onSend, traits }: { signal: AbortSignal; onSend: () => void; traits: ThinkingTraits | null },
  ): Promise<Response> {
    const betas = betasOf(thinkingConfig(traits, stateRemedyOf(request.remedies)));
    const headers = betas.length > 0 ? { headers: { 'anthropic-beta': betas.join(',') } } : {};
    const body = anthropicRequest(request, traits);
    return client
      .post('/v1/messages', { body, stream: true, signal, fetchOptions: noteSending(onSend), ...headers })
      .asResponse();
  }

  return {
    name,
    async *stream(request, signal, tries) {
      const traits = findTraits(request.model);
      let current = request;
      let found: readonly Remedy[] | null = null;

      /** Repeats a request that was refused for the thinking in it. */
      async function send(attemptSignal: AbortSignal, onSend: () => void): Promise<Response> {
        for (;;) {
          try {
            return await create(current, { signal: attemptSignal, onSend, traits });
          } catch (error) {
            const remedy = stateRemedyOf(current.remedies);
            const body = anthropicRequest(current, traits);
            const next = nextRemedy(error, { traits, remedy, hasThinking: hasThinking(body) });
            if (next === null) throw error;
            found = [next];
            current = { ...current, remedies: found };
          }
        }
      }

      const decoder = createAnthropicDecoder(request, apiKey);
      for await (const events of streamAnswer({ request, signal, connection, send, decoder, deps, tries })) {
        yield withRemedies(events, found);
        found = null;
      }
    },
    async readLimits(ids, signal) {
      return limitsIn(await readList(await client.get('/v1/models?limit=1000', { signal }).asResponse()), ids);
    },
  };
}
