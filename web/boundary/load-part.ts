// Loads parts of the page when they are first needed. A deploy removes the files of older builds, so a tab that was open across
// one can't load them: the page then reloads once by itself. If that doesn't help, a PartError reaches the error boundary.
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { asNumber, asRecord } from '../unknown-value.ts';
import { hasUnsentText } from './unsent-text.ts';

/** A part of the page couldn't be loaded, and reloading the page didn't help or wasn't possible. */
export class PartError extends Error {
  override readonly name = 'PartError';
}

type Deps = {
  readonly now: () => number;
  /** Per tab; null if it is blocked, and then the page never reloads by itself. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** Whether a reload can succeed and loses nothing. */
  readonly canReload: () => boolean;
  readonly reload: () => void;
};

const STORAGE_KEY = 'groundwire:reloaded';
/** At most one reload in this time, whatever the builds: during a deploy, old and new ones can alternate. */
const ONCE_WITHIN_MS = 10 * 60_000;

export function createLoader({ now, storage, canReload, reload }: Deps) {
  /** Parts that fail together reload the page together. */
  let isReloading = false;

  function mayReload(): boolean {
    try {
      if (storage === null || !canReload()) return false;
      const last = asRecord(JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null'));
      const lastAt = asNumber(last['at']) ?? Number.NEGATIVE_INFINITY;
      if (now() - lastAt < ONCE_WITHIN_MS) return false;
      storage.setItem(STORAGE_KEY, JSON.stringify({ at: now() }));
      return true;
    } catch {
      return false; // Storage can be full or hold something else. Without it, reloads could repeat.
    }
  }

  /** @throws PartError. While the page reloads, the promise stays pending, so that no failure flashes. */
  return async function loadPart<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (cause) {
      if (!isReloading) {
        if (!mayReload()) throw new PartError('a part of the page could not be loaded', { cause });
        isReloading = true;
        reload();
      }
      return new Promise<never>(() => undefined);
    }
  };
}

export const loadPart = createLoader({
  now: () => Date.now(),
  storage: tabStorage(),
  // Pages with unsaved changes object to `beforeunload`. Offline, a reload would only show the browser's error page.
  canReload: () =>
    navigator.onLine && !hasUnsentText() && dispatchEvent(new Event('beforeunload', { cancelable: true })),
  reload: () => location.reload(),
});

/** React.lazy for a part of the page. */
export const lazyPart = <P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> =>
  lazy(async () => ({ default: await loadPart(load) }));

/** The tab's own storage, or null if it is blocked. */
function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null; // Also where there is no window.
  }
}
