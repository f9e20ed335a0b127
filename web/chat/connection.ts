// The AG-UI connection of TanStack AI with what a person on a poor network needs: a lost connection is taken up
// again for two minutes, a silent one is noticed, and a refusal arrives as the Problem that the server worded.
import { fetchServerSentEvents } from '@tanstack/ai-react';
import { Problem, readProblem, unreachable } from '../problem.ts';
import type { StreamEvent } from './answer-facts.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { parseStanding, partWaiting, type Standing } from './standing.ts';
import { asRecord } from './unknown-value.ts';

const CHAT_URL = '/api/v1/ai/chat';
/** How long a lost stream is tried again before the page says so and waits for a click. */
const GIVE_UP_MS = 120_000;
/** A first request is not worth waiting for that long; the words are kept, and the person can send again. */
const FIRST_GIVE_UP_MS = 4_000;
const BACKOFF_MS = [300, 700, 1_500, 3_000, 5_000] as const;
/** The server writes a keep-alive every 15 s; two missed ones mean that the connection is dead. */
const SILENCE_MS = 40_000;

export type ConnectionObserver = {
  readonly onEvent: (event: StreamEvent, requestId: string | null) => void;
  readonly onLink: (link: 'steady' | 'reconnecting') => void;
  /** A message is on its way. */
  readonly onSending: () => void;
  /** The server has taken the message. */
  readonly onAccepted: () => void;
  /** The message was not taken: nothing of it is stored. */
  readonly onRefused: (problem: Problem) => void;
  /** The stream is lost and was not to be had back. */
  readonly onLost: () => void;
  readonly onHydrated: (problem: Problem | null, result: Hydrated | null, apart?: Apart | null) => void;
};

/** What a page reads besides the transcript: how the conversation stands, and words of questions that wait. */
export type Apart = { readonly standing: Standing; readonly words: Readonly<Record<string, string>> };

type Connection = ReturnType<typeof fetchServerSentEvents>;
type Hydrated = Awaited<ReturnType<NonNullable<Connection['hydrate']>>>;

type ConnectionOptions = {
  readonly sessionId: string;
  /** The server has nothing to give back yet, so it is not asked. */
  readonly isNew: boolean;
  readonly fetch?: typeof fetch;
  /** What was read of it a moment ago, if anything. */
  readonly takeEarly?: () => Promise<Response> | null;
  /** Waits before the next try, or less where the device comes back online. */
  readonly pause?: (ms: number, signal: AbortSignal | null) => Promise<void>;
  /** From a drop to the first try to go on. */
  readonly resumeAfterMs?: number;
};

export function createConnection(observer: ConnectionObserver, options: ConnectionOptions): Connection {
  const { fetch: send = fetch, pause = pauseOrOnline, resumeAfterMs = 200 } = options;
  let requestId: string | null = null;
  /** Tells that the message on its way was taken. */
  let taken: (() => void) | null = null;
  /** The adapter passes on of a hydration only what it knows. */
  let hydrated: unknown = null;

  const request = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    // A run of this second is found by its conversation before it is found by its id alone.
    const joins = /[?&]runId=/.test(String(input));
    const url = joins ? `${input}&threadId=${options.sessionId}` : input;
    const resuming = new Headers(init.headers).has('Last-Event-ID');
    const streaming = resuming || joins || init.method === 'POST';
    if (resuming) observer.onLink('reconnecting');
    const early = streaming || /[?&]before=/.test(String(input)) ? null : await readEarly(options.takeEarly);
    if (early?.ok) {
      hydrated = await bodyOf(early);
      return early;
    }
    const deadline = Date.now() + (resuming ? GIVE_UP_MS : FIRST_GIVE_UP_MS);
    for (let attempt = 0; ; attempt++) {
      const response = await send(url, init).catch((cause: unknown) => {
        if (init.signal?.aborted) throw cause;
        return null;
      });
      if (response?.ok) {
        requestId = response.headers.get('x-request-id');
        if (streaming) observer.onLink('steady');
        // A turn that waits says nothing for long, and yet the message is stored.
        if (init.method === 'POST' && !resuming) taken?.();
        if (!streaming) hydrated = await bodyOf(response);
        return streaming ? withSilenceLimit(response) : response;
      }
      const again = response === null || (resuming && response.status >= 502);
      if (!again || Date.now() > deadline) {
        // The adapter would try a failed resume again and again; an answer without events tells it that this was all.
        if (resuming) return new Response('');
        throw response === null ? unreachable() : await readProblem(response);
      }
      if (streaming) observer.onLink('reconnecting');
      await pause(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000, init.signal ?? null);
    }
  };

  const base = fetchServerSentEvents(CHAT_URL, {
    fetchClient: request,
    reconnect: { maxAttempts: 20, delayMs: resumeAfterMs },
  });

  return {
    async *connect(messages, data, signal, context) {
      let accepted = false;
      observer.onSending();
      taken = () => {
        if (!accepted) observer.onAccepted();
        accepted = true;
      };
      try {
        // The server holds the transcript; only the new message travels.
        const sent = messages.findLast((message) => message.role === 'user');
        const messagesSent = sent === undefined ? [] : ([sent] as typeof messages);
        for await (const chunk of mergeDeltas(base.connect(messagesSent, data, signal, context))) {
          observer.onEvent(chunk as unknown as StreamEvent, requestId);
          yield withoutInterrupt(chunk);
        }
      } catch (error) {
        if (signal?.aborted) throw error;
        // Ending here quietly keeps the client from adding an empty answer; the page shows the problem itself.
        if (!accepted) observer.onRefused(asProblem(error));
        else observer.onLost();
      }
    },
    async *joinRun(runId, signal) {
      let joined = false;
      try {
        for await (const chunk of mergeDeltas(base.joinRun(runId, signal))) {
          joined = true;
          observer.onEvent(chunk as unknown as StreamEvent, requestId);
          yield withoutInterrupt(chunk);
        }
      } catch (error) {
        if (signal?.aborted || !joined) throw error;
        observer.onLost();
      }
    },
    async hydrate(threadId, page) {
      if (options.isNew) {
        observer.onHydrated(null, null);
        return { messages: [], activeRun: null, interrupts: null };
      }
      try {
        if (base.hydrate === undefined) throw unreachable();
        const result = await base.hydrate(threadId, page);
        // Older pages bring neither news of a run nor anything that a running one would write again.
        if (page?.before !== undefined) {
          observer.onHydrated(null, { ...result, activeRun: null });
          return { ...result, interrupts: null };
        }
        const standing = parseStanding(asRecord(hydrated)['standing']);
        const { shown, words } = partWaiting(result.messages, standing?.queue ?? []);
        observer.onHydrated(null, result, standing && { standing, words });
        return { ...result, messages: beforeReplay({ ...result, messages: [...shown] }), interrupts: null };
      } catch (error) {
        observer.onHydrated(asProblem(error), null);
        throw error;
      }
    },
  };
}

/**
 * A run that waits for a decision has ended. The decision is taken on the server by an address of its own; the client's
 * machinery for interrupts would keep anyone from writing on until it is.
 */
function withoutInterrupt<C extends { type: string }>(chunk: C): C {
  if (chunk.type !== 'RUN_FINISHED' || asRecord(asRecord(chunk)['outcome'])['type'] !== 'interrupt') return chunk;
  return { ...chunk, outcome: { type: 'success' } };
}

/**
 * A run under way is replayed from its start, so what it has written so far is left out here. When the replay begins the
 * client drops the last answer, whichever run it is of: it gets an empty one to drop.
 */
function beforeReplay({ messages, activeRun }: Hydrated): Hydrated['messages'] {
  if (!activeRun) return messages;
  const { runId } = activeRun;
  const written = (message: Hydrated['messages'][number]): boolean =>
    message.role === 'assistant' && asRecord(asRecord(message.metadata)['groundwire'])['runId'] === runId;
  return [...messages.filter((message) => !written(message)), { id: `replay:${runId}`, role: 'assistant', parts: [] }];
}

/** The adapter wraps what its fetch throws. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return error instanceof Error && error.cause !== undefined ? asProblem(error.cause) : unreachable();
}

/** Null where there is nothing, or nothing that came well: it is then asked for as if for the first time. */
async function readEarly(take: (() => Promise<Response> | null) | undefined): Promise<Response | null> {
  const reply = take?.() ?? null;
  return reply === null ? null : reply.catch(() => null);
}

function withSilenceLimit(response: Response): Response {
  if (response.body === null) return response;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limited = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: restart,
      transform: (chunk, controller) => {
        restart(controller);
        controller.enqueue(chunk);
      },
      flush: () => clearTimeout(timer),
    }),
  );
  function restart(controller: TransformStreamDefaultController<Uint8Array>): void {
    clearTimeout(timer);
    timer = setTimeout(() => controller.error(new Error('silent connection')), SILENCE_MS);
  }
  return new Response(limited, { status: response.status, headers: response.headers });
}

/** What a reply says, beside whoever reads it. */
const bodyOf = (response: Response): Promise<unknown> =>
  response
    .clone()
    .json()
    .catch(() => null);

function pauseOrOnline(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
    // Coming back online is the best moment to try again.
    addEventListener(
      'online',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true, ...(signal === null ? {} : { signal }) },
    );
  });
}
