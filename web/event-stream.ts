// Reads server-sent events, and notices when a connection has gone silent.
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';

/** The server sends a keep-alive every 15 s; two missed ones mean that the connection is dead. */
const SILENCE_MS = 40_000;

/** Ends when the connection does, whether cleanly or not. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const reader = withSilenceLimit(body)
    // TextDecoderStream is typed more narrowly than it behaves.
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const part = await reader.read().catch(() => null);
      if (part === null || part.done) return;
      yield part.value;
    }
  } finally {
    // Closes the connection when the reader stops early. Fails harmlessly on a broken one.
    reader.cancel().catch(() => undefined);
  }
}

/** The body, which fails after a silence. Keep-alives count as sound. */
export function withSilenceLimit(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function restart(controller: TransformStreamDefaultController<Uint8Array>): void {
    clearTimeout(timer);
    timer = setTimeout(() => controller.error(new Error('silent connection')), SILENCE_MS);
  }
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: restart,
      transform: (chunk, controller) => {
        restart(controller);
        controller.enqueue(chunk);
      },
      flush: () => clearTimeout(timer),
    }),
  );
}
