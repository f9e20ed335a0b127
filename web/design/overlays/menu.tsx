// A menu button. The list loads when the button is first hovered or focused, so Radix isn't part of the first page load.
import { cloneElement, Suspense, useState } from 'react';
import { lazyPart } from '../../boundary/load-part.ts';
import { OptionalBoundary } from '../../boundary/part-failure.tsx';
import type { MenuProps } from './menu-list.tsx';

const load = () => import('./menu-list.tsx');
const MenuList = lazyPart(async () => (await load()).MenuList);

export function Menu(props: MenuProps) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  // If the preload fails, the click loads it again.
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
    <OptionalBoundary words="Couldn’t open the menu." fallback={(retry) => cloneElement(closed, { onClick: retry })}>
      <Suspense fallback={closed}>
        <MenuList {...props} host={host} />
      </Suspense>
    </OptionalBoundary>
  );
}

/** The element that contains the menu: an open dialog or panel, because everything outside is inert; otherwise the page. */
const hostOf = (trigger: Element): HTMLElement =>
  trigger.closest<HTMLElement>('dialog[open], [data-menu-host]') ?? document.querySelector('main') ?? document.body;
