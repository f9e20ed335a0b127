// The list of a menu, with the types that describe its entries. Built on Radix and never modal: Radix's modal mode injects
// a style element, which the CSP blocks.
import * as Radix from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { cx } from '../cx.ts';

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

const ITEM =
  'relative flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 py-1.5 text-ui outline-none select-none data-highlighted:bg-hover data-disabled:cursor-default data-disabled:text-muted touch:min-h-11';

/** Open from the start, because the click that opens it also mounts it. */
export function MenuList({ trigger, entries, align = 'end', host }: MenuProps & { host: HTMLElement }) {
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={host}>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-[min(22rem,calc(100vw-1rem))] min-w-48 animate-enter overflow-y-auto rounded-card border border-line-strong bg-raised p-1 text-text shadow-floating"
        >
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a menu's entries do not move while it is open
            <Entry key={index} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  switch (entry.kind) {
    case 'heading':
      return <div className="px-2 py-1.5">{entry.content}</div>;
    case 'separator':
      return <Radix.Separator className="my-1 h-px bg-line-strong" />;
    case 'item':
      return (
        <Radix.Item onSelect={entry.onSelect} className={cx(ITEM, entry.danger && 'text-on-danger')}>
          {entry.icon}
          {entry.label}
        </Radix.Item>
      );
    case 'choices':
      return (
        <Radix.RadioGroup aria-label={entry.label} value={entry.value} onValueChange={entry.onChange}>
          <Radix.Label className="px-2 pt-2 pb-1 text-meta font-medium text-muted">{entry.label}</Radix.Label>
          {entry.choices.map((choice) => (
            <Radix.RadioItem
              key={choice.value}
              value={choice.value}
              disabled={choice.disabled ?? false}
              className={cx(ITEM, 'pe-8')}
            >
              <span className="flex min-w-0 flex-col">
                <span className="truncate">{choice.label}</span>
                {choice.note && <span className="text-meta text-muted">{choice.note}</span>}
              </span>
              <Radix.ItemIndicator className="absolute end-2">
                <Check size={16} aria-hidden className="text-accent" />
              </Radix.ItemIndicator>
            </Radix.RadioItem>
          ))}
        </Radix.RadioGroup>
      );
  }
}
