// Gives the focus back to what had it before the panel opened, or to the tab that opens it.
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

export function useReturnFocus(isOpen: boolean, panel: RefObject<HTMLElement | null>, tabId: string): void {
  const opener = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(isOpen);
  const heldFocus = useRef(false);

  // Before the panel takes the focus, which it does in an effect.
  useLayoutEffect(() => {
    if (isOpen && !wasOpen.current) opener.current = focused();
  }, [isOpen]);

  useEffect(() => {
    const onFocus = () => {
      const at = document.activeElement;
      // Focus that was lost with a button that went counts as where it was.
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
