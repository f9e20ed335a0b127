// Streams an answer from a provider: opens, retries, reads, parses, watches for stalls. Adapters supply a request and a
// decoder. The connection is always released, and usage is yielded before an error is thrown.

import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import type { Clock } from '../../clock.ts';
import type { Usage } from '../../contracts/usage.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import { estimateUsage } from '../models/estimate-tokens.ts';
import type { ModelRequest, ProviderEvent, Tries } from '../provider.ts';
import type { Connection, ProviderDeps } from './connection.ts';
import { isStream, notAStream, refuseOtherReply } from './other-reply.ts';
import { brokenStream, describeOpenFailure, type Sent } from './provider-error.ts';
import { stallLimits, watchForStall } from './stall-watchdog.ts';

const MAX_RETRIES = 2;

const FIRST_DELAY_MS = 500;

const MAX_DELAY_MS = 4_000;

/** A person is waiting, so a longer Retry-After is reported to them instead. */
const MAX_RETRY_AFTER_MS = 10_000;

/** More than the longest tool argument. A larger event means the stream is broken or hostile. */
const MAX_EVENT_CHARS = 1_000_000;
/** How long to read the rest of the body after the last event, so the connection can be reused. */
const DRAIN_MS = 1_000;

/** Turns one wire format’s events into ours. One instance per stream. */
export interface Decoder {
  /** Appends the message’s events to `out`. @throws AppError */
  push(message: EventSourceMessage, out: ProviderEvent[]): void;
  /** The body has ended. @throws AppError if the answer is incomplete */
  end(out: ProviderEvent[]): void;
  /** True after the finish event. */
  readonly finished: boolean;
  /** The provider’s count so far. */
  readonly usage: Usage | null;
  /** All output so far: text, reasoning, names and arguments of tools. */
  readonly streamed: string;
}

export async function* streamAnswer(options: {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly connection: Pick<Connection, 'apiKey' | 'quirks'>;
  /** Calls `onSend` when the request leaves. */
  readonly send: (signal: AbortSignal, onSend: () => void) => Promise<Response>;
  readonly decoder: Decoder;
  readonly deps: ProviderDeps;
  readonly tries: Tries | undefined;
}): AsyncGenerator<readonly ProviderEvent[], void> {
  const { request, decoder, deps } = options;
  const { apiKey, quirks } = options.connection;
  const { clock, limits = stallLimits(quirks.silenceMs, request.maxOutputTokens) } = deps;
  const watchdog = watchForStall({ signal: options.signal, clock, limits });
  const { signal, touch } = watchdog;
  const progress: Progress = { isSent: false };
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  // Not every runtime fails a pending read when the request’s signal aborts, so cancel it explicitly.
  const letGo = () => void reader?.cancel().catch(ignoreCanceled);
  try {
    const sent = { apiKey, model: request.model };
    const response = await openStream({ ...options, sent, signal, progress, onAttempt: touch });
    if (!isStream(response)) {
      // No model worked for it.
      progress.isSent = false;
      throw await refuseOtherReply(response, sent);
    }
    if (!response.body) throw brokenStream('no body');
    reader = response.body.getReader();
    signal.addEventListener('abort', letGo);
    yield* readEvents(reader, decoder, signal, touch);
  } catch (error) {
    if (mayBeBilled(progress, decoder, error) && !decoder.finished) {
      yield [{ type: 'usage', usage: estimateUsage(request, decoder.usage, decoder.streamed) }];
    }
    throw error;
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', letGo);
    if (reader) void drain(reader, decoder.finished, clock);
  }
}

/** How far a request has come. */
type Progress = {
  /** The request left, and has not been refused since. */
  isSent: boolean;
};

/**
 * A request costs nothing if it never left, was refused, or reached no model. Otherwise the provider may have worked, even if
 * nothing of it arrived.
 */
function mayBeBilled({ isSent }: Progress, decoder: Decoder, error: unknown): boolean {
  if (!isSent) return false;
  if (decoder.streamed !== '' || decoder.usage !== null) return true;
  return !(error instanceof AppError && REFUSALS.includes(error.code));
}

/** As the first event of a stream, these are what an error status would be. */
const REFUSALS: readonly ErrorCode[] = [
  'PROVIDER_OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_AUTH',
  'PROVIDER_REFUSED',
  'PROVIDER_NO_MODEL',
  'PROVIDER_CONTEXT',
  'PROVIDER_NOT_A_STREAM',
];

async function* readEvents(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: Decoder,
  signal: AbortSignal,
  touch: () => void,
): AsyncGenerator<readonly ProviderEvent[], void> {
  const utf8 = new TextDecoder();
  let out: ProviderEvent[] = [];
  let hasEvents = false;
  let head = '';
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (message) => {
      hasEvents = true;
      if (!decoder.finished) decoder.push(message, out);
    },
    onError: (error) => {
      // Unknown fields are allowed by the format.
      if (error.type === 'max-buffer-size-exceeded') throw brokenStream('an event is too large');
    },
  });
  while (!decoder.finished) {
    let failure: unknown;
    try {
      const { value, done } = await reader.read();
      signal.throwIfAborted();
      touch();
      if (done) {
        if (!hasEvents && isOtherText(head)) throw notAStream('text');
        feedRest(parser);
        if (!decoder.finished) decoder.end(out);
      } else {
        const text = utf8.decode(value, { stream: true });
        if (!hasEvents && head.length < HEAD_CHARS) head += text.slice(0, HEAD_CHARS);
        parser.feed(text);
      }
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
    // Events that arrived before a failure in the same read are part of the answer.
    if (out.length > 0) {
      const batch = out;
      out = [];
      yield batch;
    }
    if (failure !== undefined) throw asBroken(failure);
  }
}

/** Some servers leave out the blank line behind their last event. The decoder decides whether one that was cut off is missed. */
function feedRest(parser: EventSourceParser): void {
  try {
    parser.feed('\n\n');
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PROVIDER_BROKEN_STREAM') throw error;
  }
}

/** How much of a body is looked at to see what it is. */
const HEAD_CHARS = 512;
/** The longest name of a field. A stream may break off in the middle of it. */
const FIELD_CHARS = 6;

/** Whether a body without events has words, but no line of an event stream: a page of a proxy, for example. */
const isOtherText = (head: string): boolean =>
  head.trim().length > FIELD_CHARS && !/^\s*(data|event|id|retry)?:/m.test(head);

/** Wraps a connection error in the middle of an answer; our own errors pass through. */
function asBroken(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : brokenStream(error instanceof Error ? `${error.name} while reading` : 'read failed');
}

/** Releases the connection: at once if the answer is incomplete, otherwise after the last bytes arrive. */
async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  isWhole: boolean,
  clock: Pick<Clock, 'now' | 'later'>,
): Promise<void> {
  let cancelTimer: (() => void) | undefined;
  try {
    if (!isWhole) return await reader.cancel();
    // Canceling the reader ends its pending read as done.
    cancelTimer = clock.later(DRAIN_MS, () => void reader.cancel().catch(ignoreCanceled));
    while (!(await reader.read()).done);
  } catch (error) {
    ignoreCanceled(error);
  } finally {
    cancelTimer?.();
  }
}

/** The answer has ended, so a connection error during release does not matter. */
function ignoreCanceled(_error: unknown): void {}

/**
 * @throws AppError with a PROVIDER_* code, or the signal's reason.
 */
async function openStream(options: {
  readonly send: (signal: AbortSignal, onSend: () => void) => Promise<Response>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly sent: Sent;
  readonly onAttempt: () => void;
  readonly deps: Pick<ProviderDeps, 'clock' | 'random'>;
  /** If undefined, retries need no permission. */
  readonly tries: Tries | undefined;
}): Promise<Response> {
  const { send, progress, signal, sent, onAttempt, deps, tries } = options;
  const onSend = () => {
    progress.isSent = true;
  };
  for (let retry = 0; ; retry++) {
    signal.throwIfAborted();
    onAttempt();
    let failure: AppError;
    let delayMs: number;
    try {
      return await send(signal, onSend);
    } catch (thrown) {
      signal.throwIfAborted();
      // Refused, or not reached.
      progress.isSent = false;
      const described = describeOpenFailure(thrown, { ...sent, now: deps.clock.now() });
      const { retryAfterMs } = described;
      failure = described.error;
      if (!described.retryable || retry >= MAX_RETRIES) throw failure;
      if (retryAfterMs !== undefined && retryAfterMs > MAX_RETRY_AFTER_MS) throw failure;
      if (tries && !(await tries.mayRetry(failure))) throw failure;
      // Full jitter, so that waiting conversations don't all retry at the same time.
      const jitterMs = deps.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retry);
      delayMs = (retryAfterMs ?? 0) + jitterMs;
    }
    await wait(delayMs, signal, deps.clock);
  }
}

function wait(ms: number, signal: AbortSignal, clock: ProviderDeps['clock']): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.later(ms, wake);
    signal.addEventListener('abort', wake);
  });
}
