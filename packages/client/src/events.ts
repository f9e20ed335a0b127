// The events of a run: AG-UI 1.0, as the server stores and sends them, and reading them from a reply.
import { createParser } from 'eventsource-parser';

export type Interrupt = {
  /** The approval's id. */
  readonly id: string;
  readonly reason: string;
  readonly message?: string;
  readonly toolCallId?: string;
  readonly expiresAt?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type RunOutcome =
  | { readonly type: 'success' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'interrupt'; readonly interrupts: readonly Interrupt[] };

type EventBody =
  | { readonly type: 'RUN_STARTED'; readonly threadId: string; readonly runId: string; readonly parentRunId?: string }
  | { readonly type: 'TEXT_MESSAGE_START' | 'TEXT_MESSAGE_END'; readonly messageId: string }
  | { readonly type: 'TEXT_MESSAGE_CONTENT'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'REASONING_MESSAGE_CONTENT'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'TOOL_CALL_START'; readonly toolCallId: string; readonly toolCallName: string }
  | { readonly type: 'TOOL_CALL_ARGS'; readonly toolCallId: string; readonly delta: string }
  | { readonly type: 'TOOL_CALL_END'; readonly toolCallId: string }
  | { readonly type: 'TOOL_CALL_RESULT'; readonly toolCallId: string; readonly content: string }
  | { readonly type: 'CUSTOM'; readonly name: string; readonly value: unknown }
  | {
      readonly type: 'RUN_FINISHED';
      readonly runId: string;
      readonly outcome?: RunOutcome;
      readonly result?: { readonly finishReason?: string };
    }
  | { readonly type: 'RUN_ERROR'; readonly message: string; readonly code?: string }
  /** Newer servers may send more. */
  | { readonly type: 'REASONING_START' | 'REASONING_MESSAGE_START' | 'REASONING_MESSAGE_END' | 'REASONING_END' };

/** `id` is its place in the run: pass it as `after` to get what follows. */
export type RunEvent = EventBody & { readonly id: string };

export const isLast = ({ type }: RunEvent): boolean => type === 'RUN_FINISHED' || type === 'RUN_ERROR';

/** The server sends a keep-alive every 15 s; after two missed ones the connection is dead. */
const SILENCE_MS = 40_000;

/** Ends with the connection, however that ends: the caller knows whether the run had ended. */
export async function* readEvents(body: ReadableStream<Uint8Array>, silenceMs = SILENCE_MS): AsyncGenerator<RunEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pending: RunEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => pending.push({ ...(JSON.parse(data) as EventBody), id: id ?? '' }),
  });
  try {
    for (;;) {
      const chunk = await beforeSilence(reader.read(), silenceMs);
      if (!chunk?.value) return;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      const events = pending;
      pending = [];
      yield* events;
    }
  } finally {
    // Closes the connection if the reader leaves early; fails harmlessly on a broken one.
    reader.cancel().catch(() => undefined);
  }
}

/** Null after the silence, or if reading failed. */
async function beforeSilence<T>(reading: Promise<T>, silenceMs: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), silenceMs);
  });
  try {
    return await Promise.race([reading.catch(() => null), silence]);
  } finally {
    clearTimeout(timer);
  }
}
