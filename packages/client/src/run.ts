// One run as its reader sees it: events in order, each once, across lost connections. Leaving it doesn't stop it.
import { GroundwireError, type GroundwireErrorCode } from './errors.ts';
import { type Interrupt, isLast, type RunEvent, readEvents } from './events.ts';

/** Opens the run's stream after an event, or from its start. */
export type OpenStream = (after: string | null) => Promise<Response>;

export type RunResult = {
  readonly text: string;
  /** `cut`: a limit on the answer's length. `waiting`: a change needs a decision. */
  readonly outcome: 'complete' | 'cut' | 'stopped' | 'waiting';
  /** The approvals that wait. */
  readonly interrupts: readonly Interrupt[];
};

export type Run = {
  readonly sessionId: string;
  readonly runId: string;
  /**
   * The events, once. A lost connection is resumed.
   * @throws GroundwireError if the request is refused or the connection stays lost
   */
  readonly events: AsyncIterable<RunEvent>;
  /** Reads the events to the end. @throws GroundwireError also if the answer failed; `code` says why */
  result(): Promise<RunResult>;
  /** Stops the run; the text so far is kept. */
  stop(): Promise<void>;
};

/** A connection that is lost again without a single new event. */
const MAX_LOSSES = 6;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

export async function* followRun(
  open: OpenStream,
  options: { after: string | null; signal?: AbortSignal | undefined },
) {
  const { signal } = options;
  let { after } = options;
  for (let losses = 0; losses < MAX_LOSSES; losses += 1) {
    if (losses > 0) await wait(Math.min(FIRST_WAIT_MS * 2 ** (losses - 1), LONGEST_WAIT_MS), signal);
    const body = await openOrLose(open, after);
    if (body === null) continue;
    for await (const event of readEvents(body)) {
      after = event.id === '' ? after : event.id;
      losses = 0;
      yield event;
      if (isLast(event)) return;
    }
    signal?.throwIfAborted();
  }
  throw new GroundwireError({ code: 'NETWORK', message: 'The connection to the answer was lost.' });
}

/** Null if there was no connection. @throws GroundwireError for a refusal */
async function openOrLose(open: OpenStream, after: string | null): Promise<ReadableStream<Uint8Array> | null> {
  try {
    return (await open(after)).body;
  } catch (error) {
    if (error instanceof GroundwireError && error.code === 'NETWORK') return null;
    throw error;
  }
}

export async function resultOf(events: AsyncIterable<RunEvent>): Promise<RunResult> {
  let text = '';
  let message: string | null = null;
  for await (const event of events) {
    if (event.type === 'TEXT_MESSAGE_CONTENT') {
      // The texts before and after a tool call are paragraphs of their own.
      if (message !== null && message !== event.messageId) text += '\n\n';
      message = event.messageId;
      text += event.delta;
    }
    if (event.type === 'RUN_ERROR')
      throw new GroundwireError({ code: (event.code ?? 'INTERNAL') as GroundwireErrorCode, message: event.message });
    if (event.type === 'RUN_FINISHED') {
      const { outcome, result } = event;
      if (outcome?.type === 'interrupt') return { text, outcome: 'waiting', interrupts: outcome.interrupts };
      if (outcome?.type === 'cancelled') return { text, outcome: 'stopped', interrupts: [] };
      return { text, outcome: result?.finishReason === 'length' ? 'cut' : 'complete', interrupts: [] };
    }
  }
  throw new GroundwireError({ code: 'NETWORK', message: 'The connection to the answer was lost.' });
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
