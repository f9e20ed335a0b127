// Joins the text events of a stream so that the client gets one per frame. The client library yields to the event loop
// after every event, which costs about 4 ms in browsers: at 250 events a second it fell behind a fast model or a replay.

type Chunk = { readonly type: string };
type Delta = { readonly delta: string; readonly messageId?: unknown; readonly toolCallId?: unknown };

const FRAME_MS = 16;
const JOINED = new Set(['TEXT_MESSAGE_CONTENT', 'REASONING_MESSAGE_CONTENT', 'TOOL_CALL_ARGS']);

/** The buffer never exceeds the rest of one answer: text is joined, and there are few other events. */
export async function* mergeDeltas<C extends Chunk>(
  source: AsyncIterable<C>,
  options: { readonly pause?: () => Promise<void> } = {},
): AsyncGenerator<C> {
  const { pause = frame } = options;
  const iterator = source[Symbol.asyncIterator]();
  const waiting: C[] = [];
  let wake = Promise.withResolvers<void>();
  let ended: { readonly error?: unknown } | null = null;

  async function pump(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await iterator.next();
        if (done) break;
        add(waiting, value);
        wake.resolve();
      }
      ended = {};
    } catch (error) {
      ended = { error };
    }
    wake.resolve();
  }

  const pumping = pump();
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        yield next;
        // The first text is shown at once, later text once per frame.
        if (isDelta(next)) await pause();
        continue;
      }
      if (ended !== null) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    // When the consumer stops early, stop the source too, even while it waits for more.
    if (ended === null) void iterator.return?.();
  }
  await pumping;
  const { error } = ended as { readonly error?: unknown };
  if (error !== undefined) throw error;
}

/** A timer, since hidden tabs get no animation frames. */
const frame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, FRAME_MS));

function add<C extends Chunk>(waiting: C[], chunk: C): void {
  const last = waiting.at(-1);
  if (last !== undefined && isDelta(last) && isDelta(chunk) && belongTogether(last, chunk)) {
    waiting[waiting.length - 1] = { ...chunk, delta: last.delta + chunk.delta };
  } else waiting.push(chunk);
}

const isDelta = <C extends Chunk>(chunk: C): chunk is C & Delta =>
  JOINED.has(chunk.type) && typeof (chunk as Partial<Delta>).delta === 'string';

const belongTogether = (one: Chunk & Delta, other: Chunk & Delta): boolean =>
  one.type === other.type && one.messageId === other.messageId && one.toolCallId === other.toolCallId;
