// A panel that slides in from an edge over the page. A native dialog: focus stays inside, Esc closes,
// and focus returns to what opened it.
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { useModal } from './dialog.tsx';

type DrawerProps = {
  open: boolean;
  onClose: () => void;
  label: string;
  /** `start`: a list to go elsewhere from. `end`: details of what is in the page. */
  side?: 'start' | 'end';
  children: ReactNode;
};

export function Drawer({ open, onClose, label, side = 'start', children }: DrawerProps) {
  return (
    <dialog
      {...useModal(open, onClose)}
      aria-label={label}
      className={cx(
        'drawer m-0 h-dvh max-h-none bg-canvas p-0 text-text shadow-floating',
        side === 'end' ? 'drawer-end ms-auto w-[30rem] max-w-[92vw]' : 'w-80 max-w-[85vw]',
      )}
    >
      {open && children}
    </dialog>
  );
}
