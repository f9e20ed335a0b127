// For tests: an upstream at the fetch boundary that answers with scripted bytes, and a clock whose hands are turned.
// Both wires can be written here with the SDKs' own types, so that a script is a stream the providers could send.
import type { RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Clock } from './clock.ts';
import type { ProviderDeps } from './connection.ts';
import type { ModelRequest, Provider, ProviderEvent } from './provider.ts';

export const REQUEST: ModelRequest = {
  model: 'some-model',
  system: 'You are terse.',
  messages: [{ role: 'user', text: 'hello there' }],
  tools: [],
  maxOutputTokens: 512,
  cacheKey: 'conversation-1',
};

export type ManualClock = Clock & {
  /** Moves the time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** Settles when something waits for `ms` or less. */
  untilWaiting(ms: number): Promise<void>;
};

export function createManualClock(): ManualClock {
  let now = Date.UTC(2026, 10, 21);
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  let watchers: (() => void)[] = [];
  return {
    now: () => now,
    after(ms, callback) {
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

/** How a scripted body ends: as it should, by a broken connection, or never; `deaf` does not even notice an abort. */
type Ending = 'close' | 'reset' | 'hang' | 'deaf';

export type ScriptedResponse = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly chunks?: readonly (string | Uint8Array)[];
  readonly ending?: Ending;
};

export type Upstream = {
  readonly deps: ProviderDeps;
  readonly clock: ManualClock;
  readonly requests: { readonly url: string; readonly init: RequestInit; readonly body: unknown }[];
  /** Bodies that the adapter let go of before their end. */
  readonly cancelled: () => number;
};

/** Answers the first request with the first response, and so on; the last one answers all that follow. */
export function createUpstream(...responses: readonly (ScriptedResponse | Error)[]): Upstream {
  const clock = createManualClock();
  const requests: Upstream['requests'] = [];
  let cancelled = 0;
  const fetch: ProviderDeps['fetch'] = async (input, init = {}) => {
    const scripted = responses[Math.min(requests.length, responses.length - 1)];
    requests.push({ url: String(input), init, body: JSON.parse(String(init.body)) });
    if (!scripted || scripted instanceof Error) throw scripted ?? new Error('nothing is scripted');
    const { status = 200, headers = { 'content-type': 'text/event-stream' } } = scripted;
    return new Response(
      bodyOf(scripted, init.signal ?? undefined, () => cancelled++),
      { status, headers },
    );
  };
  return { deps: { fetch, clock, random: () => 0.5 }, clock, requests, cancelled: () => cancelled };
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

export type Outcome = { readonly events: ProviderEvent[]; readonly error: unknown };

/** All events of an answer, and what it threw. */
export async function collect(
  provider: Provider,
  request: ModelRequest = REQUEST,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
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

/** The text, reasoning or arguments that some events carry. */
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
