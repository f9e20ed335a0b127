// OpenAI and every server that speaks its Chat Completions, through OpenAI's SDK: the SDK makes the request,
// the body is read here. How servers differ is data in the connection, never a name that is asked for.
import OpenAI from 'openai';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Connection, ProviderDeps, ServerQuirks } from './connection.ts';
import { createOpenAiDecoder } from './openai-decoder.ts';
import type { ModelMessage, ModelRequest, Provider } from './provider.ts';
import { refuseRedirects } from './provider-fetch.ts';
import { TOTAL_LIMIT_MS } from './stall-watchdog.ts';
import { streamAnswer } from './stream-answer.ts';

export function connectOpenAiCompatible(connection: Connection, deps: ProviderDeps): Provider {
  const { name, apiKey, baseUrl, quirks } = connection;
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    // Else the SDK would take them from the environment and send them along.
    organization: null,
    project: null,
    webhookSecret: null,
    adminAPIKey: null,
    fetch: refuseRedirects(deps.fetch),
    // Retries and silence are ours to handle, in open-stream.ts and stall-watchdog.ts.
    maxRetries: 0,
    timeout: TOTAL_LIMIT_MS,
    // The SDK would log requests, which hold what people wrote.
    logLevel: 'off',
  });
  return {
    name,
    stream(request, signal, tries) {
      const body = openAiRequest(request, quirks);
      return streamAnswer({
        request,
        signal,
        apiKey,
        send: (attemptSignal) => client.chat.completions.create(body, { signal: attemptSignal }).asResponse(),
        decoder: createOpenAiDecoder(request, apiKey),
        deps,
        tries,
      });
    },
  };
}

export function openAiRequest(request: ModelRequest, quirks: ServerQuirks): ChatCompletionCreateParamsStreaming {
  const system: ChatCompletionMessageParam[] = request.system ? [{ role: 'system', content: request.system }] : [];
  return {
    model: request.model,
    messages: [...system, ...request.messages.flatMap(messageOf)],
    ...(request.tools.length > 0
      ? {
          tools: request.tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters },
          })),
        }
      : {}),
    [quirks.outputLimitField]: request.maxOutputTokens,
    ...(quirks.acceptsPromptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function messageOf(message: ModelMessage): ChatCompletionMessageParam[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }];
    case 'assistant': {
      const calls = (message.toolCalls ?? []).map(
        (call): ChatCompletionMessageFunctionToolCall => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        }),
      );
      // Stopped before its first word.
      if (message.text === '' && calls.length === 0) return [];
      return [{ role: 'assistant', content: message.text || null, ...(calls.length > 0 ? { tool_calls: calls } : {}) }];
    }
    case 'tool':
      return [{ role: 'tool', tool_call_id: message.toolCallId, content: message.text }];
  }
}
