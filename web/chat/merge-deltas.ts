// Hands on the text of a stream once a frame, whatever came in between joined to one piece. The client library lets go of
// the thread after every event, which browsers make four milliseconds of: event by event it takes in at most 250 a second,
// and fell ever further behind a fast model or a stream that is being caught up with.

type Chunk = { readonly type: string };
type Delta = { readonly delta: string; readonly messageId?: unknown; readonly toolCallId?: unknown };

const FRAME_MS = 16;
const JOINED = new Set(['TEXT_MESSAGE_CONTENT', 'REASONING_MESSAGE_CONTENT', 'TOOL_CALL_ARGS']);

/** What waits is never more than the rest of one answer: text is joined, and everything else is few. */
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
        // The first piece is shown at once, the next ones when they can be seen.
        if (isDelta(next)) await pause();
        continue;
      }
      if (ended !== null) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    // Whoever stops listening stops the source too; it may be in the middle of waiting for more.
    if (ended === null) void iterator.return?.();
  }
  await pumping;
  const { error } = ended as { readonly error?: unknown };
  if (error !== undefined) throw error;
}

/** A timer, since frames stop in a hidden tab. */
const frame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, FRAME_MS));

function add<C extends Chunk>(waiting: C[], chunk: C): void {
  const last = waiting.at(-1);
  if (last !== undefined && isDelta(last) && isDelta(chunk) && isOfOne(last, chunk)) {
    waiting[waiting.length - 1] = { ...chunk, delta: last.delta + chunk.delta };
  } else waiting.push(chunk);
}

const isDelta = <C extends Chunk>(chunk: C): chunk is C & Delta =>
  JOINED.has(chunk.type) && typeof (chunk as Partial<Delta>).delta === 'string';

const isOfOne = (one: Chunk & Delta, other: Chunk & Delta): boolean =>
  one.type === other.type && one.messageId === other.messageId && one.toolCallId === other.toolCallId;
