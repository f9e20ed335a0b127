// One wire's view of a run: reads the log from its start, and sends what the client has not seen yet, at its own pace.
// It holds one piece of the log at a time; a client that leaves ends the reading, never the run.
import { type AgUiEvent, isTerminal, KEEP_ALIVE, parseEventId } from '../../durable/conversation/events.ts';
import type { RunLog } from './run-log.ts';

/** What stands behind `data:`, as JSON unless it is a bare word. */
export type Payload = object | '[DONE]';

/** The payloads that an event becomes; events come in their order, and each once. */
export type Encode = (event: AgUiEvent) => readonly Payload[];

export type Projection = {
  readonly encode: Encode;
  /** True for an event that the client has, by its id. */
  readonly isKnown?: (id: string) => boolean;
  /** Awaited before the client learns of the end, when all of it is encoded. Never rejects. */
  readonly beforeEnd?: () => Promise<void>;
};

const utf8 = new TextEncoder();

export function project(log: RunLog, { encode, isKnown, beforeEnd }: Projection): ReadableStream<Uint8Array> {
  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const items = await log.next();
      if (!items) return controller.close();
      let frames = '';
      for (const item of items) {
        if (item === 'alive') frames += KEEP_ALIVE;
        else {
          // Also what is known is encoded: the encoder's state depends on it.
          const payloads = encode(item.event);
          if (isTerminal(item.event)) await beforeEnd?.();
          if (item.id === null || !isKnown?.(item.id)) frames += toFrames(payloads, item.id);
        }
      }
      if (frames !== '') return controller.enqueue(utf8.encode(frames));
    }
  }

  // Nothing is read ahead of the client.
  return new ReadableStream({ pull, cancel: () => log.leave() }, { highWaterMark: 0 });
}

/** What a client with this `Last-Event-ID` knows of a run. */
export function knownUpTo(runId: string, lastEventId: string | undefined): (id: string) => boolean {
  const last = parseEventId(runId, lastEventId ?? null) ?? -1;
  return (id) => (parseEventId(runId, id) ?? Number.POSITIVE_INFINITY) <= last;
}

/** The id stands at the last frame of its event: whoever has it has all of them. */
function toFrames(payloads: readonly Payload[], id: string | null): string {
  const last = payloads.length - 1;
  return payloads
    .map((payload, index) => {
      const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return `${id !== null && index === last ? `id: ${id}\n` : ''}data: ${data}\n\n`;
    })
    .join('');
}
