// Pages that have the conversation open, and what is pushed to them: its status and the other users who are here. A watcher
// gets the current state whenever it can take more, not a list of changes, so a slow one costs nothing and misses nothing.
// The conversation's text comes from the log, never from here.

import type { ConversationStatus } from '../../contracts/conversation.ts';
import type { Author } from '../../contracts/transcript.ts';
import type { AppError, ErrorCode } from '../../errors.ts';
import type { Access } from '../../principal.ts';
import type { ConversationDeps } from '../deps.ts';
import { watchReader } from '../run/rights.ts';
import { KEEP_ALIVE } from './events.ts';
import { writeInTime } from './write-timeout.ts';

const KEEP_ALIVE_MS = 15_000;
/** An open stream keeps the object in memory. If nothing happens for this long, it ends and the page polls instead. */
const IDLE_MS = 5 * 60_000;
/** How long one sign-in check is valid. The page opens another stream at once. */
const LIMIT_MS = 15 * 60_000;
/** Tabs and devices of one user; one more replaces the oldest. */
const MAX_OF_ONE = 6;
export const MAX_WATCHERS = 200;

/** One event of a watch. */
export type WatchEvent =
  | ({ readonly type: 'state' } & ConversationStatus)
  | { readonly type: 'people'; readonly people: readonly Author[] }
  /**
   * The last event. `idle`: nothing has happened for a long time. `reopen`: open another watch at once. `refused`: access
   * ended.
   */
  | {
      readonly type: 'end';
      readonly reason: 'idle' | 'reopen' | 'replaced' | 'refused';
      readonly code: ErrorCode | null;
    };

export type WatcherDeps = Pick<ConversationDeps, 'confirm' | 'every' | 'later' | 'now'> & {
  status(): ConversationStatus;
  /** Members of a shared conversation see who is here. */
  isShared(): boolean;
};

type Watcher = { readonly person: Author; readonly end: (fact: WatchEvent) => void; readonly wake: () => void };

const encoder = new TextEncoder();
const frame = (fact: WatchEvent): string => `data: ${JSON.stringify(fact)}\n\n`;
/** How soon a client reconnects. */
const RETRY = 'retry: 1000\n\n';

export type Watchers = ReturnType<typeof createWatchers>;

export function createWatchers(deps: WatcherDeps) {
  const open = new Set<Watcher>();

  /** Something changed. Synchronous and cheap, even without watchers. */
  function notify(): void {
    for (const watcher of open) watcher.wake();
  }

  /** A stream for `access`, who can see the conversation now. `done` settles when it ends; it never rejects. */
  function watch(access: Access): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
    // Only workerd's native stream waits for the output gate, so that data is stored before it is shown.
    const { readable, writable } = new IdentityTransformStream();
    return { body: readable, done: attend(access, writable.getWriter()) };
  }

  /** Writes events until the client leaves or the watch ends. Never rejects. */
  async function attend(access: Access, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const ending = Promise.withResolvers<WatchEvent | null>();
    let woken = Promise.withResolvers<void>();
    const watcher: Watcher = {
      person: { id: access.userId, name: access.userName },
      end: ending.resolve,
      wake: () => woken.resolve(),
    };
    makeRoom(watcher.person.id);
    open.add(watcher);
    notify();
    const leave = (): void => ending.resolve(null);
    writer.closed.catch(leave);
    const rights = watchReader(deps, access);
    void rights.gone.then((refusal) => ending.resolve(refused(refusal)));
    const stopHeart = deps.every(KEEP_ALIVE_MS, () => writer.write(encoder.encode(KEEP_ALIVE)).catch(leave));
    const stopLimit = deps.later(LIMIT_MS, () => ending.resolve(ended('reopen')));
    let stopIdle = (): void => undefined;
    try {
      await writeInTime(deps, writer.write(encoder.encode(RETRY)));
      const sent = new Map<string, string>();
      for (;;) {
        // Before the state is read: changes while it is written start the next round.
        woken = Promise.withResolvers();
        const news = currentEvents().filter((event) => sent.get(event.type) !== frame(event));
        if (news.length > 0) {
          for (const event of news) sent.set(event.type, frame(event));
          await writeInTime(deps, writer.write(encoder.encode(news.map(frame).join(''))));
          // Users who come and go are no reason to keep the object in memory.
          if (news.some(({ type }) => type === 'state')) {
            stopIdle();
            stopIdle = deps.later(IDLE_MS, () => ending.resolve(ended('idle')));
          }
        }
        const end = await Promise.race([ending.promise, woken.promise]);
        if (end === undefined) continue;
        if (end === null) return;
        await writeInTime(deps, writer.write(encoder.encode(frame(end))));
        await writeInTime(deps, writer.close());
        return;
      }
    } catch {
      // The client left or stopped reading. It opens another watch when it returns.
      writer.abort().catch(() => undefined);
    } finally {
      open.delete(watcher);
      rights.stop();
      stopHeart();
      stopLimit();
      stopIdle();
      notify();
    }
  }

  function currentEvents(): WatchEvent[] {
    const state: WatchEvent = { type: 'state', ...deps.status() };
    return deps.isShared() ? [state, { type: 'people', people: peopleHere() }] : [state];
  }

  /** Each user once, in order of arrival. */
  function peopleHere(): Author[] {
    return [...new Map([...open].map(({ person }) => [person.id, person])).values()];
  }

  function makeRoom(personId: string): void {
    const own = [...open].filter(({ person }) => person.id === personId);
    if (own.length >= MAX_OF_ONE) own[0]?.end(ended('replaced'));
  }

  /** The conversation was deleted. */
  function endAll(code: ErrorCode): void {
    for (const watcher of open) watcher.end({ type: 'end', reason: 'refused', code });
  }

  return { notify, watch, attend, endAll, isFull: () => open.size >= MAX_WATCHERS };
}

const ended = (reason: 'idle' | 'reopen' | 'replaced'): WatchEvent => ({ type: 'end', reason, code: null });
/** If the access check failed, the client opens another watch, which is checked again. */
const refused = ({ code }: AppError): WatchEvent =>
  code === 'DATABASE_UNAVAILABLE' ? ended('reopen') : { type: 'end', reason: 'refused', code };
