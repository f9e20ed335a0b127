// TanStack AI's AG-UI connection, made robust for poor networks: a dropped stream is resumed for up to two minutes, a
// silent one is detected, and a rejected request surfaces as the server's Problem. Holds no state of its own; it reports
// to a ConnectionObserver, which ConversationDriver implements.
import { fetchServerSentEvents } from '@tanstack/ai-react';
import { withSilenceLimit } from '../../event-stream.ts';
import { Problem, readProblem, unreachable } from '../../problem.ts';
import { request } from '../../request.ts';
import { asRecord } from '../../unknown-value.ts';
import type { StreamEvent } from '../answer/answer-metadata.ts';
import { type ConversationStatus, parseStatus, splitQueued } from './conversation-status.ts';
import { mergeDeltas } from './merge-deltas.ts';

const CHAT_URL = '/api/v1/ai/chat';
/** How long to retry a dropped stream before the page shows Reconnect. */
const GIVE_UP_MS = 120_000;
/** A first request gives up sooner: the message is kept, and the user can send it again. */
const FIRST_GIVE_UP_MS = 4_000;
const BACKOFF_MS = [300, 700, 1_500, 3_000, 5_000] as const;

export type ConnectionObserver = {
  readonly onEvent: (event: StreamEvent, requestId: string | null) => void;
  readonly onLink: (link: 'steady' | 'reconnecting') => void;
  /** A message is being sent. */
  readonly onSending: () => void;
  /** The server has accepted the message. */
  readonly onAccepted: () => void;
  /** The server didn't accept the message, and nothing of it is stored. */
  readonly onRejected: (problem: Problem) => void;
  /** The stream dropped and couldn't be resumed. */
  readonly onLost: () => void;
  readonly onHydrated: (problem: Problem | null, result: Hydrated | null, extras?: HydrationExtras | null) => void;
};

/** What hydration brings besides the transcript: the conversation's status, and the text of queued questions by run id. */
export type HydrationExtras = {
  readonly status: ConversationStatus;
  readonly queuedTexts: Readonly<Record<string, string>>;
};

type Connection = ReturnType<typeof fetchServerSentEvents>;
type Chunk = ReturnType<Connection['joinRun']> extends AsyncIterable<infer C> ? C : never;
type Hydrated = Awaited<ReturnType<NonNullable<Connection['hydrate']>>>;

/**
 * The client gives up a run whose first event doesn't arrive within two seconds. A run has none for longer than that while it
 * waits in the queue, while its user's rights are checked, or on a slow network, so begin each replay with an event.
 */
const JOINING = { type: 'CUSTOM', name: 'joining', value: null } as unknown as Chunk;

type ConnectionOptions = {
  readonly sessionId: string;
  /** The server doesn't know the conversation yet, so there is nothing to load. */
  readonly isNew: boolean;
  readonly fetch?: typeof request;
  /** Takes a prefetched response, if there is one. */
  readonly takeEarly?: () => Promise<Response> | null;
  /** Waits before the next retry, or until the device is back online. */
  readonly pause?: (ms: number, signal: AbortSignal | null) => Promise<void>;
  /** Delay between a drop and the first resume. */
  readonly resumeAfterMs?: number;
};

export function createConnection(observer: ConnectionObserver, options: ConnectionOptions): Connection {
  const { fetch: send = request, pause = pauseOrOnline, resumeAfterMs = 200 } = options;
  let requestId: string | null = null;
  /** Reports that the message being sent was accepted. */
  let markAccepted: (() => void) | null = null;
  /** The raw hydration response: the adapter only passes on the fields it knows. */
  let hydrated: unknown = null;

  const requestOrRetry = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    // A run that started within the last second can only be found through its conversation.
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
        // A queued run sends no events for a long time, but its message is already stored.
        if (init.method === 'POST' && !resuming) markAccepted?.();
        if (!streaming) hydrated = await bodyOf(response);
        return streaming && response.body ? withBody(response, withSilenceLimit(response.body)) : response;
      }
      const again = response === null || (resuming && response.status >= 502);
      if (!again || Date.now() > deadline) {
        // The adapter would retry a failed resume forever; an empty response makes it stop.
        if (resuming) return new Response('');
        throw response === null ? unreachable() : await readProblem(response);
      }
      if (streaming) observer.onLink('reconnecting');
      await pause(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000, init.signal ?? null);
    }
  };

  const base = fetchServerSentEvents(CHAT_URL, {
    fetchClient: requestOrRetry,
    reconnect: { maxAttempts: 20, delayMs: resumeAfterMs },
  });

  return {
    async *connect(messages, data, signal, context) {
      let accepted = false;
      observer.onSending();
      markAccepted = () => {
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
        // Return instead of throwing, or the client adds an empty answer. The page shows the problem itself.
        if (!accepted) observer.onRejected(asProblem(error));
        else observer.onLost();
      }
    },
    async *joinRun(runId, signal) {
      yield JOINING;
      try {
        for await (const chunk of mergeDeltas(base.joinRun(runId, signal))) {
          observer.onEvent(chunk as unknown as StreamEvent, requestId);
          yield withoutInterrupt(chunk);
        }
      } catch (error) {
        if (signal?.aborted) throw error;
        // Also when the server refuses: the run may still be active, so the page must not look as if nothing happened.
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
        // Pages of older messages contain nothing of a live run.
        if (page?.before !== undefined) {
          observer.onHydrated(null, { ...result, activeRun: null });
          return { ...result, interrupts: null };
        }
        const status = parseStatus(asRecord(hydrated)['standing']);
        const { shown, texts } = splitQueued(result.messages, status?.queue ?? []);
        observer.onHydrated(null, result, status && { status, queuedTexts: texts });
        return { ...result, messages: beforeReplay({ ...result, messages: [...shown] }), interrupts: null };
      } catch (error) {
        observer.onHydrated(asProblem(error), null);
        throw error;
      }
    },
  };
}

/**
 * A run that waits for an approval has ended, and the decision has its own endpoint. The client's interrupt handling would
 * block new messages until then, so report the run as finished.
 */
function withoutInterrupt<C extends { type: string }>(chunk: C): C {
  if (chunk.type !== 'RUN_FINISHED' || asRecord(asRecord(chunk)['outcome'])['type'] !== 'interrupt') return chunk;
  return { ...chunk, outcome: { type: 'success' } };
}

/**
 * A live run is replayed from its start, so leave out what it has written so far. When the replay begins, the client drops
 * the last answer, whichever run it belongs to: give it an empty one to drop.
 */
function beforeReplay({ messages, activeRun }: Hydrated): Hydrated['messages'] {
  if (!activeRun) return messages;
  const { runId } = activeRun;
  const written = (message: Hydrated['messages'][number]): boolean =>
    message.role === 'assistant' && asRecord(asRecord(message.metadata)['groundwire'])['runId'] === runId;
  return [...messages.filter((message) => !written(message)), { id: `replay:${runId}`, role: 'assistant', parts: [] }];
}

/** The adapter wraps errors thrown by its fetch. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return error instanceof Error && error.cause !== undefined ? asProblem(error.cause) : unreachable();
}

/** Null if nothing was prefetched or it failed; the transcript is then requested normally. */
async function readEarly(take: (() => Promise<Response> | null) | undefined): Promise<Response | null> {
  const response = take?.() ?? null;
  return response === null ? null : response.catch(() => null);
}

const withBody = ({ status, headers }: Response, body: ReadableStream<Uint8Array>): Response =>
  new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });

/** Reads a copy of the body, so that the adapter can still read the response. */
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
    // Retry as soon as the device is back online.
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
