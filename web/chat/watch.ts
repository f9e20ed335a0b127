// The open line to the server on which it tells of changes to a conversation. A line is kept only while somebody looks:
// a hidden tab closes it, since browsers allow few connections, and one that the server closed for want of news is opened
// again by the next sign of life.
import { type Person, parseAuthor } from './people.ts';
import { parseStanding, type Standing } from './standing.ts';
import { asRecord, asText, parseJson } from './unknown-value.ts';

/** `open`: told at once. `asleep`: nothing has happened for long, and nobody has touched the page. `away`: no line. */
export type WatchState = 'open' | 'asleep' | 'away';

export type WatchListener = {
  readonly onState: (state: WatchState) => void;
  readonly onStanding: (standing: Standing) => void;
  readonly onPeople: (people: readonly Person[]) => void;
  /** The conversation is not there any more for this person. */
  readonly onRefused: () => void;
};

/** A line that could not be had is tried again after this long. */
const TRY_AGAIN_MS = 30_000;
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'focus'] as const;

/** Keeps a line open while the page is in view. The returned function ends it. */
export function keepWatch(sessionId: string, listener: WatchListener): { wake: () => void; stop: () => void } {
  let line: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let asleep = false;

  function open(): void {
    if (stopped || line !== null || document.hidden) return;
    clearTimeout(timer);
    asleep = false;
    const source = new EventSource(`/api/v1/ai/sessions/${sessionId}/watch`);
    line = source;
    source.onmessage = ({ data }: MessageEvent<string>) => hear(data);
    source.onerror = () => {
      listener.onState('away');
      // Dropped lines are taken up again by the browser itself, refused ones are not.
      if (source.readyState !== EventSource.CLOSED) return;
      close();
      timer = setTimeout(open, TRY_AGAIN_MS);
    };
  }

  function close(): void {
    line?.close();
    line = null;
  }

  function hear(data: string): void {
    const fact = asRecord(parseJson(data));
    if (fact['type'] === 'end') {
      end(asText(fact['reason']));
      return;
    }
    listener.onState('open');
    if (fact['type'] === 'people' && Array.isArray(fact['people']))
      listener.onPeople(fact['people'].map(parseAuthor).filter((person) => person !== null));
    const standing = fact['type'] === 'state' ? parseStanding(fact) : null;
    if (standing !== null) listener.onStanding(standing);
  }

  function end(reason: string | null): void {
    close();
    if (reason === 'refused') {
      stop();
      listener.onRefused();
    } else if (reason === 'reopen') open();
    else {
      asleep = true;
      listener.onState('asleep');
    }
  }

  const look = (): void => {
    if (!document.hidden) {
      open();
      return;
    }
    close();
    listener.onState('away');
  };
  /** Something has happened after all. */
  const wake = (): void => {
    if (asleep) open();
  };

  function stop(): void {
    stopped = true;
    close();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, wake);
  }

  document.addEventListener('visibilitychange', look);
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, wake, { passive: true });
  open();
  return { wake, stop };
}
