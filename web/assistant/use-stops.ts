// F6 goes round the places of the page: the page itself, the panel, a decision that waits. Shift goes back.
import { type RefObject, useEffect } from 'react';

export function useStops(panel: RefObject<HTMLElement | null> | null): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const stops = findStops(panel?.current ?? null);
      if (stops.length < 2) return;
      event.preventDefault();
      const at = stops.findLastIndex((stop) => stop.contains(document.activeElement));
      const next = stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length];
      enter(next);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [panel]);
}

function findStops(panel: HTMLElement | null): HTMLElement[] {
  const cards = document.querySelectorAll<HTMLElement>('section[data-confirmation=pending]');
  return [document.querySelector<HTMLElement>('main'), panel, cards[cards.length - 1] ?? null].filter(
    (stop) => stop !== null && stop.closest('[inert]') === null,
  ) as HTMLElement[];
}

/** Where one goes on: the composer of the panel, the first button of a decision, the page itself. */
function enter(stop: HTMLElement | undefined): void {
  const inner = stop?.matches('main') ? null : stop?.querySelector<HTMLElement>('[data-composer], button');
  const target = inner ?? stop;
  if (target === stop && stop && !stop.hasAttribute('tabindex')) stop.tabIndex = -1;
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}
