// A panel that slides in from the start edge over the page. A native dialog: focus stays inside, Esc closes,
// and focus returns to what opened it.
import type { ReactNode } from 'react';
import { useModal } from './dialog.tsx';

type DrawerProps = { open: boolean; onClose: () => void; label: string; children: ReactNode };

export function Drawer({ open, onClose, label, children }: DrawerProps) {
  return (
    <dialog
      {...useModal(open, onClose)}
      aria-label={label}
      className="drawer m-0 h-dvh max-h-none w-80 max-w-[85vw] bg-canvas p-0 shadow-floating"
    >
      {open && children}
    </dialog>
  );
}
