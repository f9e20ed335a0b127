// The current keys of an action, and the one listener that runs actions.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Action, actionOf } from './shortcuts.ts';
import { getBindings, subscribeToBindings } from './stored-bindings.ts';

export const useShortcut = (action: Action): string | null =>
  useSyncExternalStore(subscribeToBindings, () => getBindings()[action]);

/** Each handler returns whether it did anything; only then is the browser's default prevented. */
export type Handlers = Readonly<Record<Action, () => boolean>>;

export function useShortcuts(handlers: Handlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      const action = actionOf(getBindings(), event, { inText: isText(event.target) });
      if (action !== null && latest.current[action]()) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button])'));
