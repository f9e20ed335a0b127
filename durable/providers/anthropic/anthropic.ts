// The adapter for Anthropic's Messages API.
import { findTraits } from '../models/models.ts';
import { type ModelRequest, type Provider, type Remedy, withRemedies } from '../provider.ts';
import type { Connection, ProviderDeps } from '../stream/connection.ts';
import { createPost } from '../stream/post-request.ts';
import { streamAnswer } from '../stream/stream-answer.ts';
import { createAnthropicDecoder } from './anthropic-decoder.ts';
import { anthropicRequest, hasThinking } from './anthropic-request.ts';
import { betasOf, nextRemedy, stateRemedyOf, type ThinkingTraits, thinkingConfig } from './thinking.ts';

/** The API's version, which decides what a request may contain. The request's types are those of the SDK that sends this one. */
const API_VERSION = '2026-10-21';

export function connectAnthropic(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey } = connection;
  const post = createPost(connection, '/v1/messages', deps);

  function create(
    request: ModelRequest,
    { signal, onSend, traits }: { signal: AbortSignal; onSend: () => void; traits: ThinkingTraits | null },
  ): Promise<Response> {
    const betas = betasOf(thinkingConfig(traits, stateRemedyOf(request.remedies)));
    const headers = {
      'anthropic-version': API_VERSION,
      ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
    };
    return post(anthropicRequest(request, traits), { signal, onSend, headers });
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
  };
}
