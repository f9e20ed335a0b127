// A menu button. What the menu holds is data, so that the menu's machinery loads when a pointer or focus first comes
// near, and is no part of the page's first load.
import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react';

export type MenuEntry =
  | { readonly kind: 'heading'; readonly content: ReactNode }
  | {
      readonly kind: 'item';
      readonly label: string;
      readonly icon?: ReactNode;
      readonly danger?: boolean;
      readonly onSelect: () => void;
    }
  | {
      readonly kind: 'choices';
      readonly label: string;
      readonly value: string;
      readonly choices: readonly {
        readonly value: string;
        readonly label: string;
        readonly note?: string | null;
        readonly disabled?: boolean;
      }[];
      readonly onChange: (value: string) => void;
    }
  | { readonly kind: 'separator' };

type Trigger = ReactElement<{
  onClick?: () => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
}>;

export type MenuProps = { trigger: Trigger; entries: readonly MenuEntry[]; align?: 'start' | 'end' };

const load = () => import('./menu-list.tsx');
const MenuList = lazy(() => load().then((module) => ({ default: module.MenuList })));

export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  // A chunk that does not load now is asked for again by the click.
  const prefetch = () => void load().catch(() => undefined);
  const closed = cloneElement(props.trigger, {
    onClick: () => setWanted(true),
    onPointerEnter: prefetch,
    onFocus: prefetch,
    'aria-haspopup': 'menu',
    'aria-expanded': false,
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuList {...props} />
    </Suspense>
  );
}
