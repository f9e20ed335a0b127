// A panel that slides in from the start edge over the page. A native dialog: focus stays inside, Esc closes,
// and focus returns to what opened it.
import type { ReactNode } from 'react';
import { useModal } from './dialog.tsx';

type DrawerProps = { open: boolean; onClose: () => void; label: string; children: ReactNode };

export function Drawer({ open, onClose, label, children }: DrawerProps) {
  const ref = useModal(open);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click is the backdrop's; Esc closes natively
    <dialog
      ref={ref}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className="drawer m-0 h-dvh max-h-none w-80 max-w-[85vw] bg-canvas p-0 shadow-floating"
    >
      {open && children}
    </dialog>
  );
}
