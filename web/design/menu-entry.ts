// What a menu holds, as data: the button and the list that loads later both know it.
import type { MouseEvent, ReactElement, ReactNode } from 'react';

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
  onClick?: (event: MouseEvent) => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
}>;

export type MenuProps = { trigger: Trigger; entries: readonly MenuEntry[]; align?: 'start' | 'end' };
