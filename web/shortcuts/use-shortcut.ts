// The keys of an action as they are bound now, and the one listener that runs actions.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { getBindings, subscribeToBindings } from './kept-bindings.ts';
import { type Action, actionOf } from './shortcuts.ts';

export const useShortcut = (action: Action): string | null =>
  useSyncExternalStore(subscribeToBindings, () => getBindings()[action]);

/** Each run says whether it did anything; only then is the press taken from the browser. */
export type Runs = Readonly<Record<Action, () => boolean>>;

export function useShortcuts(runs: Runs): void {
  const latest = useRef(runs);
  latest.current = runs;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
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
