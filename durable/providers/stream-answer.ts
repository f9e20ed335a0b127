// The part of an answer that no wire changes: open, read, parse, watch, charge. Adapters bring a request and a decoder.
// Whatever ends the answer, the upstream is let go of and a count of tokens has been sent before it throws.
import type { EventSourceMessage } from 'eventsource-parser';
import { createParser } from 'eventsource-parser';
import { AppError } from '../errors.ts';
import type { Clock } from './clock.ts';
import type { ProviderDeps } from './connection.ts';
import { estimateUsage } from './estimate-tokens.ts';
import type { Usage } from './models.ts';
import { openStream } from './open-stream.ts';
import type { ModelRequest, ProviderEvent, Tries } from './provider.ts';
import { brokenStream } from './provider-error.ts';
import { watchForStall } from './stall-watchdog.ts';

/** One event may hold a long tool argument, never this much; beyond it the stream is broken or hostile. */
const MAX_EVENT_CHARS = 1_000_000;
/** After the last event the body is read to its end, so that the connection can be used again. */
const DRAIN_MS = 1_000;

/** Turns one wire's events into ours. Pure state, one instance a stream. */
export interface Decoder {
  /** Appends what the message means to `out`. @throws AppError */
  push(message: EventSourceMessage, out: ProviderEvent[]): void;
  /** The body has ended. @throws AppError where the answer is not whole */
  end(out: ProviderEvent[]): void;
  /** The finish event has been given. */
  readonly finished: boolean;
  /** What the provider has counted so far. */
  readonly usage: Usage | null;
  /** All output so far: text, reasoning, names and arguments of tools. */
  readonly streamed: string;
}

export async function* streamAnswer(options: {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly apiKey: string;
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly decoder: Decoder;
  readonly deps: ProviderDeps;
  readonly tries: Tries | undefined;
}): AsyncGenerator<readonly ProviderEvent[], void> {
  const { request, decoder, deps } = options;
  const { clock, limits } = deps;
  const watchdog = watchForStall({ signal: options.signal, clock, ...(limits ? { limits } : {}) });
  const { signal, touch } = watchdog;
  let isSent = false;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  // A pending read is ended by hand: not every runtime fails it when the request's signal aborts.
  const letGo = () => void reader?.cancel().catch(ignoreCancelled);
  try {
    const onAttempt = () => {
      isSent = true;
      touch();
    };
    const response = await openStream({ ...options, signal, onAttempt });
    if (!response.body) throw brokenStream('no body');
    reader = response.body.getReader();
    signal.addEventListener('abort', letGo);
    yield* readEvents(reader, decoder, signal, touch);
  } catch (error) {
    // A refusal costs nothing. What was sent and then stopped, or had begun to answer, is charged high rather than not.
    const isCharged = reader !== undefined || (isSent && signal.aborted);
    if (isCharged && !decoder.finished) {
      yield [{ type: 'usage', usage: estimateUsage(request, decoder.usage, decoder.streamed) }];
    }
    throw error;
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', letGo);
    if (reader) void drain(reader, decoder.finished, clock);
  }
}

async function* readEvents(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: Decoder,
  signal: AbortSignal,
  touch: () => void,
): AsyncGenerator<readonly ProviderEvent[], void> {
  const utf8 = new TextDecoder();
  let out: ProviderEvent[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (message) => {
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
      if (done) decoder.end(out);
      else parser.feed(utf8.decode(value, { stream: true }));
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
    // What came before a fault in the same read is still part of the answer.
    if (out.length > 0) {
      const batch = out;
      out = [];
      yield batch;
    }
    if (failure !== undefined) throw asBroken(failure);
  }
}

/** A fault of the connection in the middle of an answer; our own errors pass. */
function asBroken(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : brokenStream(error instanceof Error ? `${error.name} while reading` : 'read failed');
}

/** Lets go of the connection: at once when the answer is not whole, else when its last bytes have come. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, isWhole: boolean, clock: Clock): Promise<void> {
  let cancelTimer: (() => void) | undefined;
  try {
    if (!isWhole) return await reader.cancel();
    // A cancelled reader ends its pending read as done.
    cancelTimer = clock.after(DRAIN_MS, () => void reader.cancel().catch(ignoreCancelled));
    while (!(await reader.read()).done);
  } catch (error) {
    ignoreCancelled(error);
  } finally {
    cancelTimer?.();
  }
}

/** The answer is over either way; a connection that fails while it is let go of is gone too. */
function ignoreCancelled(_error: unknown): void {}
