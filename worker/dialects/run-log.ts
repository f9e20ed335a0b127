// The frames of a run's log as events again. They are our own writing, so only the form is undone. Where the connection
// to the log breaks it is taken up again; where that fails too the end is told as an event, so that no wire ends in silence.
import { createParser } from 'eventsource-parser';
import { type AgUiEvent, isTerminal } from '../../durable/conversation/events.ts';
import { ERRORS } from '../../durable/errors.ts';

export type Logged = {
  readonly event: AgUiEvent;
  /** Its id in the log; null for an end that stands in no log. */
  readonly id: string | null;
};

/** What a piece of the stream brought; `alive` is a comment that keeps the connection. */
export type LogItem = Logged | 'alive';

export type RunLog = {
  /** What came next, in order, perhaps nothing whole; null when all has been given. Never rejects. */
  next(): Promise<readonly LogItem[] | null>;
  /** Lets go of the log. The run goes on. */
  leave(): void;
};

const LOST: Logged = {
  id: null,
  event: { type: 'RUN_ERROR', message: ERRORS.STREAM_LOST.detail, code: 'STREAM_LOST' },
};

/** Opens the log again behind the event that came last; from its start where none came. */
export type Rejoin = (lastEventId: string | null) => Promise<ReadableStream<Uint8Array>>;

/** An object that was restarted is there again at once; one that is not will not be in the client's time. */
const MAX_REJOINS = 2;

export function readRunLog(frames: ReadableStream<Uint8Array>, rejoin?: Rejoin): RunLog {
  let source = toSource(frames);
  let lastId: string | null = null;
  let rejoins = 0;
  let isTold = false;
  let isOver = false;

  /** Reads on behind the terminal event: to let go of a log that is about to close would look like a fault. */
  async function next(): Promise<readonly LogItem[] | null> {
    if (isOver) return null;
    const items = await source.next();
    if (items) return keep(items);
    if (!isTold) return (await takeUpAgain()) ? [] : keep([LOST]);
    isOver = true;
    return null;
  }

  function keep(items: readonly LogItem[]): readonly LogItem[] {
    for (const item of items) {
      if (item === 'alive') continue;
      lastId = item.id ?? lastId;
      isTold ||= isTerminal(item.event);
    }
    return items;
  }

  async function takeUpAgain(): Promise<boolean> {
    if (!rejoin || rejoins >= MAX_REJOINS) return false;
    rejoins += 1;
    try {
      source = toSource(await rejoin(lastId));
      return true;
    } catch {
      // Refused or unreachable: to the client the answer is lost on its way.
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
  let came: LogItem[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => came.push({ id: id ?? null, event: JSON.parse(data) as AgUiEvent }),
    onComment: () => came.push('alive'),
  });
  return {
    /** Null where no more comes, for whatever reason. */
    next: async (): Promise<readonly LogItem[] | null> => {
      try {
        const { value } = await reader.read();
        if (!value) return null;
        parser.feed(decoder.decode(value, { stream: true }));
      } catch {
        // The object went away, or the connection to it did.
        return null;
      }
      const items = came;
      came = [];
      return items;
    },
    leave: () => void reader.cancel().catch(() => undefined),
  };
}

/** Whole runs before one that is read live, as one log. */
export function joinLogs(earlier: readonly Logged[], log: RunLog): RunLog {
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
