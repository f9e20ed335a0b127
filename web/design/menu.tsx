// A menu button. What the menu holds is data, so that the menu's machinery loads when a pointer or focus first comes
// near, and is no part of the page's first load.
import { cloneElement, lazy, Suspense, useState } from 'react';
import type { MenuProps } from './menu-entry.ts';

const load = () => import('./menu-list.tsx');
const MenuList = lazy(() => load().then((module) => ({ default: module.MenuList })));

export function Menu(props: MenuProps) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  // A chunk that does not load now is asked for again by the click.
  const prefetch = () => void load().catch(() => undefined);
  const closed = cloneElement(props.trigger, {
    onClick: (event) => setHost(hostOf(event.currentTarget)),
    onPointerEnter: prefetch,
    onFocus: prefetch,
    'aria-haspopup': 'menu',
    'aria-expanded': false,
  });
  if (host === null) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuList {...props} host={host} />
    </Suspense>
  );
}

/** Where the menu is part of the page: an open dialog or the panel, outside of which nothing may be clickable, else the main content. */
const hostOf = (trigger: Element): HTMLElement =>
  trigger.closest<HTMLElement>('dialog[open], [data-menu-host]') ?? document.querySelector('main') ?? document.body;
