// Anthropic through its SDK: the SDK makes the request (headers, version, errors), the body is read here.
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropicDecoder } from './anthropic-decoder.ts';
import { anthropicRequest } from './anthropic-request.ts';
import type { Connection, ProviderDeps } from './connection.ts';
import type { Provider } from './provider.ts';
import { refuseRedirects } from './provider-fetch.ts';
import { TOTAL_LIMIT_MS } from './stall-watchdog.ts';
import { streamAnswer } from './stream-answer.ts';

export function connectAnthropic(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey, baseUrl } = connection;
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl,
    webhookKey: null,
    fetch: refuseRedirects(deps.fetch),
    // Retries and silence are ours to handle, in open-stream.ts and stall-watchdog.ts.
    maxRetries: 0,
    timeout: TOTAL_LIMIT_MS,
    // The SDK would log requests, which hold what people wrote.
    logLevel: 'off',
    openTelemetry: false,
  });
  return {
    name,
    stream(request, signal, tries) {
      const body = anthropicRequest(request);
      return streamAnswer({
        request,
        signal,
        apiKey,
        send: (attemptSignal) => client.messages.create(body, { signal: attemptSignal }).asResponse(),
        decoder: createAnthropicDecoder(request, apiKey),
        deps,
        tries,
      });
    },
  };
}
