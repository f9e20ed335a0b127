// The adapter for servers that speak OpenAI's Responses API. It is stateless: the provider stores nothing, and each request
// brings the whole conversation.
import { findTraits } from '../models/models.ts';
import { createOpenAiClient } from '../openai/openai-client.ts';
import { type Asker, type Provider, type Remedy, withRemedies } from '../provider.ts';
import { type Connection, noteSending, type ProviderDeps } from '../stream/connection.ts';
import { streamAnswer } from '../stream/stream-answer.ts';
import { createResponsesDecoder } from './responses-decoder.ts';
import { omissionAfter, omissionsOf, withoutOmitted } from './responses-refusal.ts';
import { responsesRequest } from './responses-request.ts';

export function connectOpenAiResponses(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey, quirks } = connection;
  const client = createOpenAiClient(connection, deps);
  return {
    name,
    async *stream(request, signal, tries) {
      const { asker } = request;
      const safetyIdentifier = asker && quirks.acceptsPromptCacheKey ? await safetyIdentifierOf(asker) : null;
      signal.throwIfAborted();
      const body = responsesRequest(request, { quirks, safetyIdentifier, traits: findTraits(request.model) });
      const omitted = omissionsOf(request.remedies);
      let found: readonly Remedy[] | null = null;

      /** Repeats a request without what was refused in it. Each time it leaves out one more thing, so it ends. */
      async function send(attemptSignal: AbortSignal, onSend: () => void): Promise<Response> {
        for (;;) {
          const sent = withoutOmitted(body, omitted);
          try {
            const options = { signal: attemptSignal, fetchOptions: noteSending(onSend) };
            return await client.responses.create(sent, options).asResponse();
          } catch (error) {
            const omission = omissionAfter(error, sent);
            if (omission === null) throw error;
            omitted.add(omission);
            found = [...omitted];
          }
        }
      }

      const decoder = createResponsesDecoder(request, apiKey);
      for await (const events of streamAnswer({ request, signal, connection, send, decoder, deps, tries })) {
        yield withRemedies(events, found);
        found = null;
      }
    },
  };
}

/** One stable id per person and organization. A hash, so that the provider learns no id of ours. */
async function safetyIdentifierOf({ orgId, userId }: Asker): Promise<string> {
  const named = new TextEncoder().encode(JSON.stringify(['safety-identifier', orgId, userId]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', named));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
