// The events of a draft's run, in order. A lost connection is taken up again after the last event, by sending the same
// request once more: a run's id runs once.
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { StreamEvent } from '../chat/answer-facts.ts';
import { readProblem, unreachable } from '../problem.ts';

const BACKOFF_MS = [300, 700, 1_500, 3_000, 5_000] as const;
const GIVE_UP_MS = 60_000;
/** The server writes a keep-alive every 15 s. */
const SILENCE_MS = 40_000;

export type DraftStreamOptions = {
  /** Sends the run's request, or asks for the run, from after the event with this id. */
  readonly open: (after: string | null, signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
  readonly onLink: (link: 'steady' | 'reconnecting') => void;
  readonly pause?: (ms: number) => Promise<void>;
  readonly now?: () => number;
};

/** @throws Problem where the run is refused, or its stream is lost and not to be had back. */
export async function* readDraft(options: DraftStreamOptions): AsyncGenerator<StreamEvent> {
  const { open, signal, onLink, now = Date.now, pause = (ms) => new Promise((done) => setTimeout(done, ms)) } = options;
  let after: string | null = null;
  let lostAt: number | null = null;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const response: Response | null = await open(after, signal).catch(() => null);
    if (signal.aborted) return;
    // What was begun is worth asking for again; what the server refuses at once is refused.
    const isBegun = after !== null || lostAt !== null;
    if (response && !response.ok && !(isBegun && response.status >= 502)) throw await readProblem(response);
    if (response?.ok && response.body) {
      onLink('steady');
      for await (const sent of eventsOf(response.body)) {
        const { event }: Sent = sent;
        after = sent.id ?? after;
        lostAt = null;
        attempt = 0;
        yield event;
        if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') return;
      }
    }
    if (signal.aborted) return;
    lostAt ??= now();
    if (now() - lostAt > GIVE_UP_MS) throw unreachable();
    onLink('reconnecting');
    await pause(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000);
  }
}

type Sent = { readonly id: string | undefined; readonly event: StreamEvent };

/** Ends where the connection does, well or not. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Sent> {
  const reader = body
    // The types of the platform's own decoder are narrower than what it takes.
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const part = await within(SILENCE_MS, reader.read()).catch(() => null);
      if (part === null || part.done) return;
      const event: unknown = JSON.parse(part.value.data);
      yield { id: part.value.id, event: event as StreamEvent };
    }
  } finally {
    // Whoever stops reading lets the connection go; one that broke has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('silent connection')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
