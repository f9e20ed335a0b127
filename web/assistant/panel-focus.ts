// Keyboard focus around the panel: returning it when the panel closes, and F6 to move between page, panel and approval.
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { isPress } from '../shortcuts/shortcuts.ts';

/** Returns the focus to what had it before the panel opened, or to the edge tab. */
export function useReturnFocus(isOpen: boolean, panel: RefObject<HTMLElement | null>, tabId: string): void {
  const opener = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(isOpen);
  const heldFocus = useRef(false);

  // In a layout effect, because the panel takes the focus in an effect.
  useLayoutEffect(() => {
    if (isOpen && !wasOpen.current) opener.current = focused();
  }, [isOpen]);

  useEffect(() => {
    const onFocus = () => {
      const at = document.activeElement;
      // When a focused button disappears the focus moves to the body; ignore that.
      if (at !== null && at !== document.body) heldFocus.current = panel.current?.contains(at) === true;
    };
    document.addEventListener('focusin', onFocus);
    return () => document.removeEventListener('focusin', onFocus);
  }, [panel]);

  useEffect(() => {
    if (!isOpen && wasOpen.current && heldFocus.current) {
      const back = opener.current?.isConnected ? opener.current : document.getElementById(tabId);
      back?.focus({ preventScroll: true });
      heldFocus.current = false;
    }
    wasOpen.current = isOpen;
  }, [isOpen, tabId]);
}

const focused = (): HTMLElement | null => {
  const at = document.activeElement;
  return at instanceof HTMLElement && at !== document.body ? at : null;
};

/** F6 cycles through the page, the panel and a pending approval; Shift+F6 goes back. */
export function useF6Navigation(panel: RefObject<HTMLElement | null> | null): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isBack = isPress(event, 'previousRegion');
      if (event.defaultPrevented || !(isBack || isPress(event, 'nextRegion'))) return;
      const stops = findStops(panel?.current ?? null);
      if (stops.length < 2) return;
      event.preventDefault();
      const at = stops.findLastIndex((stop) => stop.contains(document.activeElement));
      const next = stops[(at + (isBack ? stops.length - 1 : 1)) % stops.length];
      enter(next);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [panel]);
}

function findStops(panel: HTMLElement | null): HTMLElement[] {
  const approvals = document.querySelectorAll<HTMLElement>('section[data-approval=pending]');
  return [document.querySelector<HTMLElement>('main'), panel, approvals[approvals.length - 1] ?? null].filter(
    (stop) => stop !== null && stop.closest('[inert]') === null,
  ) as HTMLElement[];
}

/** Focuses the panel's composer, an approval's first button, or the page itself. */
function enter(stop: HTMLElement | undefined): void {
  const inner = stop?.matches('main') ? null : stop?.querySelector<HTMLElement>('[data-composer], button');
  const target = inner ?? stop;
  if (target === stop && stop && !stop.hasAttribute('tabindex')) stop.tabIndex = -1;
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}
