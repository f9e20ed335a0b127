// Parses the frames of a run's log back into events. We wrote them, so they are not validated again. If the connection to the
// log breaks, it is reopened; if that fails too, an error event ends the log, so that no wire ends without a message.
import { createParser } from 'eventsource-parser';
import { type AgUiEvent, isTerminal } from '../../durable/conversation/log/events.ts';
import { ERRORS } from '../../durable/errors.ts';

export type LoggedEvent = {
  readonly event: AgUiEvent;
  /** Its id in the log; null for an end that the log doesn't have. */
  readonly id: string | null;
};

/** An item of the stream. `alive` is a keep-alive comment. */
export type LogItem = LoggedEvent | 'alive';

export type RunLog = {
  /** The next items in order, possibly none; null at the end. Never rejects. */
  next(): Promise<readonly LogItem[] | null>;
  /** Stops reading. The run continues. */
  leave(): void;
};

const LOST: LoggedEvent = {
  id: null,
  event: { type: 'RUN_ERROR', message: ERRORS.STREAM_LOST.detail, code: 'STREAM_LOST' },
};

/** Reopens the log after the last event, or from its start if there was none. */
export type Rejoin = (lastEventId: string | null) => Promise<ReadableStream<Uint8Array>>;

/** A restarted object is available at once; if it isn't, waiting doesn't help the client. */
const MAX_REJOINS = 2;

export function readRunLog(frames: ReadableStream<Uint8Array>, rejoin?: Rejoin): RunLog {
  let source = toSource(frames);
  let lastId: string | null = null;
  let rejoins = 0;
  let hasEnded = false;
  let isOver = false;

  /** Keeps reading after the terminal event: canceling a log that is about to close would look like a fault. */
  async function next(): Promise<readonly LogItem[] | null> {
    if (isOver) return null;
    const items = await source.next();
    if (items) return keep(items);
    if (!hasEnded) return (await reconnect()) ? [] : keep([LOST]);
    isOver = true;
    return null;
  }

  function keep(items: readonly LogItem[]): readonly LogItem[] {
    for (const item of items) {
      if (item === 'alive') continue;
      lastId = item.id ?? lastId;
      hasEnded ||= isTerminal(item.event);
    }
    return items;
  }

  async function reconnect(): Promise<boolean> {
    if (!rejoin || rejoins >= MAX_REJOINS) return false;
    rejoins += 1;
    try {
      source = toSource(await rejoin(lastId));
      return true;
    } catch {
      // Refused or unreachable: for the client the stream is lost.
      return false;
    }
  }

  function leave(): void {
    isOver = true;
    source.leave();
  }

  return { next, leave };
}

/** One connection to a log. */
function toSource(frames: ReadableStream<Uint8Array>) {
  const reader = frames.getReader();
  const decoder = new TextDecoder();
  let pending: LogItem[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => pending.push({ id: id ?? null, event: JSON.parse(data) as AgUiEvent }),
    onComment: () => pending.push('alive'),
  });
  return {
    /** Null if nothing follows, for any reason. */
    next: async (): Promise<readonly LogItem[] | null> => {
      try {
        const { value } = await reader.read();
        if (!value) return null;
        parser.feed(decoder.decode(value, { stream: true }));
      } catch {
        // The object went away, or the connection to it did.
        return null;
      }
      const items = pending;
      pending = [];
      return items;
    },
    leave: () => void reader.cancel().catch(() => undefined),
  };
}

/** Earlier runs in full, then one that is read live, as one log. */
export function joinLogs(earlier: readonly LoggedEvent[], log: RunLog): RunLog {
  let isGiven = false;
  return {
    leave: log.leave,
    next: async () => {
      if (isGiven) return log.next();
      isGiven = true;
      return earlier;
    },
  };
}
