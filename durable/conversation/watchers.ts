// Who has the conversation open, and what they are told without asking: how it stands, who else is here. Each watcher is a
// reader of the present, not of a list: it is told what holds when it has room, so a slow one costs nothing and misses
// nothing. Never words of the conversation: those come from the log.
import type { AppError, ErrorCode } from '../errors.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps } from './deps.ts';
import { KEEP_ALIVE } from './events.ts';
import { watchReader } from './reader-rights.ts';
import type { Author, Standing } from './requests.ts';
import { writeUnlessStalled } from './stalled.ts';

const KEEP_ALIVE_MS = 15_000;
/** An open stream keeps the object in memory. Where nothing happens for this long it ends, and the page asks from time to time. */
const IDLE_MS = 5 * 60_000;
/** The longest that one sign-in check holds. The page opens another stream at once. */
const LIMIT_MS = 15 * 60_000;
/** Tabs and devices of one person; a further one takes the place of the oldest. */
const MAX_OF_ONE = 6;
export const MAX_WATCHERS = 200;

/** One thing that a watcher is told. */
export type Fact =
  | ({ readonly type: 'state' } & Standing)
  | { readonly type: 'people'; readonly people: readonly Author[] }
  /** The last one. `idle`: nothing has happened for long. `reopen`: come again at once. `refused`: there is no more to see. */
  | {
      readonly type: 'end';
      readonly reason: 'idle' | 'reopen' | 'replaced' | 'refused';
      readonly code: ErrorCode | null;
    };

export type WatcherDeps = Pick<ConversationDeps, 'confirm' | 'every' | 'later' | 'now'> & {
  standing(): Standing;
  /** Several people share the conversation, and see who is here. */
  isShared(): boolean;
};

type Watcher = { readonly person: Author; readonly end: (fact: Fact) => void; readonly wake: () => void };

const encoder = new TextEncoder();
const frame = (fact: Fact): string => `data: ${JSON.stringify(fact)}\n\n`;
/** How soon a client comes again after a broken connection. */
const RETRY = 'retry: 1000\n\n';

export type Watchers = ReturnType<typeof createWatchers>;

export function createWatchers(deps: WatcherDeps) {
  const open = new Set<Watcher>();

  /** Something has changed. Synchronous and cheap, also with nobody watching. */
  function tell(): void {
    for (const watcher of open) watcher.wake();
  }

  /** A stream of facts for `access`, who may see the conversation now. `done` settles when it is over; it never rejects. */
  function watch(access: Access): { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
    // Of workerd's streams only the native one waits for the output gate: stored, then told.
    const { readable, writable } = new IdentityTransformStream();
    return { body: readable, done: attend(access, writable.getWriter()) };
  }

  /** Writes facts until the client leaves or the watch ends. Never rejects. */
  async function attend(access: Access, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const ending = Promise.withResolvers<Fact | null>();
    let woken = Promise.withResolvers<void>();
    const watcher: Watcher = {
      person: { id: access.userId, name: access.userName },
      end: ending.resolve,
      wake: () => woken.resolve(),
    };
    makeRoom(watcher.person.id);
    open.add(watcher);
    tell();
    const leave = (): void => ending.resolve(null);
    writer.closed.catch(leave);
    const rights = watchReader(deps, access);
    void rights.gone.then((refusal) => ending.resolve(refused(refusal)));
    const stopHeart = deps.every(KEEP_ALIVE_MS, () => writer.write(encoder.encode(KEEP_ALIVE)).catch(leave));
    const stopLimit = deps.later(LIMIT_MS, () => ending.resolve(ended('reopen')));
    let stopIdle = (): void => undefined;
    try {
      await writeUnlessStalled(deps, writer.write(encoder.encode(RETRY)));
      const told = new Map<string, string>();
      for (;;) {
        // Before the facts are read: what changes while they are written wakes the next round.
        woken = Promise.withResolvers();
        const news = factsNow().filter((fact) => told.get(fact.type) !== frame(fact));
        if (news.length > 0) {
          for (const fact of news) told.set(fact.type, frame(fact));
          await writeUnlessStalled(deps, writer.write(encoder.encode(news.map(frame).join(''))));
          // People come and go; that alone is no reason to stay awake.
          if (news.some(({ type }) => type === 'state')) {
            stopIdle();
            stopIdle = deps.later(IDLE_MS, () => ending.resolve(ended('idle')));
          }
        }
        const end = await Promise.race([ending.promise, woken.promise]);
        if (end === undefined) continue;
        if (end === null) return;
        await writeUnlessStalled(deps, writer.write(encoder.encode(frame(end))));
        await writeUnlessStalled(deps, writer.close());
        return;
      }
    } catch {
      // The client left or takes nothing; it asks again when it comes back.
      writer.abort().catch(() => undefined);
    } finally {
      open.delete(watcher);
      rights.stop();
      stopHeart();
      stopLimit();
      stopIdle();
      tell();
    }
  }

  function factsNow(): Fact[] {
    const state: Fact = { type: 'state', ...deps.standing() };
    return deps.isShared() ? [state, { type: 'people', people: peopleHere() }] : [state];
  }

  /** Each person once, in the order in which they came. */
  function peopleHere(): Author[] {
    return [...new Map([...open].map(({ person }) => [person.id, person])).values()];
  }

  function makeRoom(personId: string): void {
    const own = [...open].filter(({ person }) => person.id === personId);
    if (own.length >= MAX_OF_ONE) own[0]?.end(ended('replaced'));
  }

  /** The conversation is no more. */
  function endAll(code: ErrorCode): void {
    for (const watcher of open) watcher.end({ type: 'end', reason: 'refused', code });
  }

  return { tell, watch, attend, endAll, isFull: () => open.size >= MAX_WATCHERS };
}

const ended = (reason: 'idle' | 'reopen' | 'replaced'): Fact => ({ type: 'end', reason, code: null });
/** Where nobody can say whether rights hold, the client is told to come again, and let in or not by the next answer. */
const refused = ({ code }: AppError): Fact =>
  code === 'DATABASE_UNAVAILABLE' ? ended('reopen') : { type: 'end', reason: 'refused', code };
