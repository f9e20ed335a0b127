// The server-sent event connection that reports changes to a conversation. It is only open while the page is visible: a
// hidden tab closes it, since browsers allow few connections per host. After the server closes an idle one, the next
// user activity opens it again.

import { openWatch } from '../../api.ts';
import { readEvents } from '../../event-stream.ts';
import { asRecord, asText, parseJson } from '../../unknown-value.ts';
import { type Person, parseAuthor } from '../transcript/people.ts';
import { type ConversationStatus, parseStatus } from './conversation-status.ts';

/** `open`: connected. `asleep`: closed by the server after a long idle time. `away`: not connected. */
export type WatchState = 'open' | 'asleep' | 'away';

export type WatchListener = {
  readonly onState: (state: WatchState) => void;
  readonly onStatus: (status: ConversationStatus) => void;
  readonly onPeople: (people: readonly Person[]) => void;
  /** The user can no longer see the conversation. */
  readonly onRefused: () => void;
};

/** A dropped connection is opened again after this long, */
const RECONNECT_MS = 3_000;
/** and a refused one after this long. */
const RETRY_MS = 30_000;
const USER_ACTIVITY = ['pointerdown', 'keydown', 'focus'] as const;

/** Stays connected while the page is visible, until `stop` is called. `wake` reopens a connection that is asleep. */
export function keepWatch(sessionId: string, listener: WatchListener): { wake: () => void; stop: () => void } {
  let connection: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let asleep = false;

  function open(): void {
    if (stopped || connection !== null || document.hidden) return;
    clearTimeout(timer);
    asleep = false;
    connection = new AbortController();
    void follow(connection);
  }

  async function follow(current: AbortController): Promise<void> {
    const response = await openWatch(sessionId, current.signal).catch(() => null);
    if (response?.ok && response.body) for await (const { data } of readEvents(response.body)) receive(data);
    if (connection !== current) return;
    connection = null;
    listener.onState('away');
    timer = setTimeout(open, response === null || response.ok ? RECONNECT_MS : RETRY_MS);
  }

  function close(): void {
    connection?.abort();
    connection = null;
  }

  function receive(data: string): void {
    const event = asRecord(parseJson(data));
    if (event['type'] === 'end') {
      end(asText(event['reason']));
      return;
    }
    listener.onState('open');
    if (event['type'] === 'people' && Array.isArray(event['people']))
      listener.onPeople(event['people'].map(parseAuthor).filter((person) => person !== null));
    const status = event['type'] === 'state' ? parseStatus(event) : null;
    if (status !== null) listener.onStatus(status);
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

  const onVisibilityChange = (): void => {
    if (!document.hidden) {
      open();
      return;
    }
    close();
    listener.onState('away');
  };
  const wake = (): void => {
    if (asleep) open();
  };

  function stop(): void {
    stopped = true;
    close();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibilityChange);
    for (const event of USER_ACTIVITY) removeEventListener(event, wake);
  }

  document.addEventListener('visibilitychange', onVisibilityChange);
  for (const event of USER_ACTIVITY) addEventListener(event, wake, { passive: true });
  open();
  return { wake, stop };
}
