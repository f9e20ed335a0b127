// The adapter for OpenAI and servers compatible with its Chat Completions API. The SDK makes the request; the response body
// is read here. Differences between servers are data in the connection, or learned from what a server refuses.
import type { Provider } from '../provider.ts';
import { type Connection, noteSending, type ProviderDeps } from '../stream/connection.ts';
import { streamAnswer } from '../stream/stream-answer.ts';
import { type ChatQuirks, openAiRequest } from './chat-request.ts';
import { knownQuirks, learnQuirk, rememberQuirks } from './learned-quirks.ts';
import { createOpenAiClient } from './openai-client.ts';
import { createOpenAiDecoder } from './openai-decoder.ts';

export function connectOpenAiCompatible(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey, baseUrl } = connection;
  const client = createOpenAiClient(connection, deps);
  return {
    name,
    stream(request, signal, tries) {
      const { model, connection: id } = request;

      /** Repeats a request without what the server refused in it. */
      async function send(attemptSignal: AbortSignal, onSend: () => void): Promise<Response> {
        let quirks: ChatQuirks = knownQuirks({ connection: id, baseUrl, model }) ?? connection.quirks;
        for (;;) {
          try {
            const body = openAiRequest(request, quirks);
            const options = { signal: attemptSignal, fetchOptions: noteSending(onSend) };
            return await client.chat.completions.create(body, options).asResponse();
          } catch (error) {
            const learned = learnQuirk(error, quirks, connection.quirks);
            if (!learned) throw error;
            quirks = learned;
            rememberQuirks({ connection: id, baseUrl, model }, learned);
          }
        }
      }

      const decoder = createOpenAiDecoder(request, apiKey);
      return streamAnswer({ request, signal, connection, send, decoder, deps, tries });
    },
  };
}
