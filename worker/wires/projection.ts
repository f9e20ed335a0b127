// One wire's view of a run: reads the log from its start and sends what the client has not seen, at the client's pace.
// It holds one piece of the log at a time. A client that leaves ends the reading, never the run.
import { type AgUiEvent, isTerminal, KEEP_ALIVE, parseEventId } from '../../durable/conversation/log/events.ts';
import type { RunLog } from './run-log.ts';

/** The value after `data:`, as JSON unless it is `[DONE]`. */
export type Payload = object | '[DONE]';

/** The payloads for an event. Events arrive in order, each once. */
export type Encode = (event: AgUiEvent) => readonly Payload[];

export type Projection = {
  readonly encode: Encode;
  /** Whether the client already has the event with this id. */
  readonly isKnown?: (id: string) => boolean;
  /** Awaited after everything is encoded and before the client gets the end. Never rejects. */
  readonly beforeEnd?: () => Promise<void>;
  /** Whether frames repeat the payload's `type` as the event's name. */
  readonly namesEvents?: boolean;
};

const utf8 = new TextEncoder();

export function project(
  log: RunLog,
  { encode, isKnown, beforeEnd, namesEvents = false }: Projection,
): ReadableStream<Uint8Array> {
  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const items = await log.next();
      if (!items) return controller.close();
      let frames = '';
      for (const item of items) {
        if (item === 'alive') frames += KEEP_ALIVE;
        else {
          // Known events are encoded too, because the encoder's state depends on them.
          const payloads = encode(item.event);
          if (isTerminal(item.event)) await beforeEnd?.();
          if (item.id === null || !isKnown?.(item.id)) frames += toFrames(payloads, item.id, namesEvents);
        }
      }
      if (frames !== '') return controller.enqueue(utf8.encode(frames));
    }
  }

  // No reading ahead of the client.
  return new ReadableStream({ pull, cancel: () => log.leave() }, { highWaterMark: 0 });
}

/** The events that a client with this `Last-Event-ID` has. */
export function knownUpTo(runId: string, lastEventId: string | undefined): (id: string) => boolean {
  const last = parseEventId(runId, lastEventId ?? null) ?? -1;
  return (id) => (parseEventId(runId, id) ?? Number.POSITIVE_INFINITY) <= last;
}

/** Only an event's last frame has its id, so that a client that has the id has all of its frames. */
function toFrames(payloads: readonly Payload[], id: string | null, namesEvents: boolean): string {
  const last = payloads.length - 1;
  return payloads
    .map((payload, index) => {
      const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const name = namesEvents && typeof payload === 'object' && 'type' in payload ? `event: ${payload.type}\n` : '';
      return `${name}${id !== null && index === last ? `id: ${id}\n` : ''}data: ${data}\n\n`;
    })
    .join('');
}
