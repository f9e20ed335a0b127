// A panel that slides in from the edge of the page. A native modal dialog: Esc closes it, and focus returns to the element
// that opened it.
import type { ReactNode } from 'react';
import { cx } from '../cx.ts';
import { useModal } from './dialog.tsx';

type DrawerProps = {
  open: boolean;
  onClose: () => void;
  label: string;
  /** `start` for navigation, `end` for details of something on the page. */
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
