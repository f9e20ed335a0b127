// For tests: a fake provider behind `fetch` that replies with scripted bytes, and a manual clock. Frames are typed by the
// SDKs, so a script is a stream that the providers could send.
import type { RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Response as OpenAiResponse, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { responsesProblems } from '../../local/testing/providers/responses-rules.ts';
import type { Clock } from '../clock.ts';
import type { ModelMessage, ModelRequest, Provider, ProviderEvent, ToolCall } from './provider.ts';
import type { ProviderDeps } from './stream/connection.ts';

export const REQUEST: ModelRequest = {
  model: 'some-model',
  system: 'You are terse.',
  messages: [{ role: 'user', text: 'hello there' }],
  tools: [],
  maxOutputTokens: 512,
  cacheKey: 'conversation-1',
  connection: 'connection-1',
};

/** An answer in the history, with its calls behind its text. */
export const answered = (text: string, ...calls: readonly ToolCall[]): ModelMessage => ({
  role: 'assistant',
  parts: [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls.map((call) => ({ type: 'tool-call' as const, ...call })),
  ],
});

/** The text of a message as the model reads it. */
export const textIn = (message: ModelMessage | undefined): string =>
  message?.role === 'assistant'
    ? message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
    : (message?.text ?? '');

export type ManualClock = Pick<Clock, 'now' | 'later'> & {
  /** Advances the time and runs the timers that are due, in order. */
  advance(ms: number): void;
  /** Resolves when a timer of at most `ms` is waiting. */
  untilWaiting(ms: number): Promise<void>;
};

export function createManualClock(): ManualClock {
  let now = Date.UTC(2026, 10, 21);
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  let watchers: (() => void)[] = [];
  return {
    now: () => now,
    later(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      for (const watcher of watchers) watcher();
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = end;
    },
    untilWaiting: (ms) =>
      new Promise((resolve) => {
        const check = () => {
          if (!timers.some(({ at }) => at <= now + ms)) return;
          watchers = watchers.filter((watcher) => watcher !== check);
          resolve();
        };
        watchers.push(check);
        check();
      }),
  };
}

/** How a scripted body ends: normally, with a broken connection, or never. `deaf` also ignores an abort. */
type BodyEnding = 'close' | 'reset' | 'hang' | 'deaf';

export type ScriptedResponse = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly chunks?: readonly (string | Uint8Array)[];
  readonly ending?: BodyEnding;
};

export type Upstream = {
  readonly deps: ProviderDeps;
  readonly clock: ManualClock;
  readonly requests: { readonly url: string; readonly init: RequestInit; readonly body: unknown }[];
  /** The number of bodies the adapter canceled before their end. */
  readonly canceledCount: () => number;
};

/** Answers each request with the next response. The last response repeats. */
export function createUpstream(...responses: readonly (ScriptedResponse | Error)[]): Upstream {
  const clock = createManualClock();
  const requests: Upstream['requests'] = [];
  let canceledCount = 0;
  const fetch: ProviderDeps['fetch'] = async (input, init = {}) => {
    const scripted = responses[Math.min(requests.length, responses.length - 1)];
    const body: unknown = JSON.parse(String(init.body));
    requests.push({ url: String(input), init, body });
    const problems = String(input).endsWith('/responses') ? responsesProblems(body) : [];
    // As the real API would, and as loudly as a test needs.
    if (problems.length > 0) throw new Error(`not a valid request: ${problems.join('; ')}`);
    if (!scripted || scripted instanceof Error) throw scripted ?? new Error('nothing is scripted');
    const { status = 200, headers = { 'content-type': 'text/event-stream' } } = scripted;
    return new Response(
      bodyOf(scripted, init.signal ?? undefined, () => canceledCount++),
      { status, headers },
    );
  };
  return { deps: { fetch, clock, random: () => 0.5 }, clock, requests, canceledCount: () => canceledCount };
}

function bodyOf(scripted: ScriptedResponse, signal: AbortSignal | undefined, onCancel: () => void) {
  const { chunks = [], ending = 'close' } = scripted;
  let next = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (ending !== 'deaf') signal?.addEventListener('abort', () => controller.error(signal.reason));
    },
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk !== undefined) controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      else if (ending === 'close') controller.close();
      else if (ending === 'reset') controller.error(new TypeError('terminated'));
    },
    cancel: onCancel,
  });
}

export type CollectedEvents = { readonly events: ProviderEvent[]; readonly error: unknown };

/** All events of an answer, and the error it threw, if any. */
export async function collect(
  provider: Provider,
  request: ModelRequest = REQUEST,
  signal: AbortSignal = new AbortController().signal,
): Promise<CollectedEvents> {
  const events: ProviderEvent[] = [];
  try {
    for await (const batch of provider.stream(request, signal)) {
      if (batch.length === 0) throw new Error('an empty batch');
      events.push(...batch);
    }
  } catch (error) {
    return { events, error };
  }
  return { events, error: null };
}

/** The joined text, reasoning or arguments of the events. */
export function joined(events: readonly ProviderEvent[], type: 'text' | 'reasoning' | 'tool-call-args'): string {
  return events.map((event) => (event.type === type ? event.delta : '')).join('');
}

export const ANTHROPIC_USAGE: Usage = {
  input_tokens: 12,
  output_tokens: 1,
  cache_creation: null,
  cache_creation_input_tokens: 200,
  cache_read_input_tokens: 1000,
  inference_geo: null,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: 'standard',
  speed: null,
};

export function anthropicFrame(event: RawMessageStreamEvent | { readonly type: 'ping' }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

export function openAiFrame(chunk: Pick<ChatCompletionChunk, 'choices'> & Partial<ChatCompletionChunk>): string {
  const whole: ChatCompletionChunk = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_795_000_000,
    model: 'gpt-4.1-2025-04-14',
    ...chunk,
  };
  return `data: ${JSON.stringify(whole)}\n\n`;
}

type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'sequence_number'> : never;

export function responsesFrame(event: Unnumbered<ResponseStreamEvent>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: 0 })}\n\n`;
}

/** The response that the first and the last event of a stream carry. */
export const openAiResponse = (given: Partial<OpenAiResponse>): OpenAiResponse => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_795_000_000,
  model: 'gpt-6-sol',
  status: 'in_progress',
  access_programs: null,
  output_text: '',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: null,
  output: [],
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  ...given,
});
