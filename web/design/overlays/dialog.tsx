// A native modal dialog for a question or a form. The page behind it is inert, Esc closes it, and focus returns to the
// element that opened it.
import { X } from 'lucide-react';
import { type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from '../controls/icon-button.tsx';
import { cx } from '../cx.ts';

const WIDTHS = { small: 'w-[28rem]', medium: 'w-[36rem]', large: 'w-[48rem]' } as const;

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  size?: keyof typeof WIDTHS;
  children?: ReactNode;
  /** The buttons: Cancel first, the main action last. */
  actions?: ReactNode;
  /** The user has to choose one of the actions: there is no close button. */
  mustChoose?: boolean;
};

export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, size = 'small', children, actions, mustChoose = false } = props;
  const id = useId();
  return (
    <dialog
      {...useModal(open, onClose)}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      className={cx(
        'dialog m-auto max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] overflow-hidden rounded-card border border-line-strong bg-surface p-0 text-text shadow-floating',
        WIDTHS[size],
      )}
    >
      {open && (
        <div className="flex max-h-[calc(100dvh-2rem-2px)] flex-col">
          <header className="flex items-start gap-4 px-6 pt-5 pb-2">
            <div className="flex min-w-0 grow flex-col gap-1">
              <h2 id={`${id}-title`} className="text-title font-semibold tracking-tight break-words">
                {title}
              </h2>
              {description && (
                <p id={`${id}-description`} className="text-muted">
                  {description}
                </p>
              )}
            </div>
            {!mustChoose && <IconButton icon={X} label="Close" onClick={onClose} className="-me-2 -mt-0.5" />}
          </header>
          <div className="min-h-0 grow overflow-y-auto px-6 pt-2 pb-5 empty:py-2">{children}</div>
          {actions && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line-strong px-6 py-3">
              {actions}
            </footer>
          )}
        </div>
      )}
    </dialog>
  );
}

/**
 * Attributes of a dialog element that is modal while `open`. Esc and a click outside call `onClose`; only `open` closes it.
 * Content that wants focus must take it in an effect, after the dialog has opened.
 */
export function useModal(open: boolean, onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return {
    ref,
    onCancel: (event: SyntheticEvent<HTMLDialogElement>) => {
      // A file input inside the dialog fires `cancel` too, and it bubbles.
      if (event.target !== event.currentTarget) return;
      event.preventDefault();
      onClose();
    },
    onClose: (event: SyntheticEvent<HTMLDialogElement>) => {
      // `close` fires asynchronously, and the dialog may be open again by then.
      if (!event.currentTarget.open) onClose();
    },
    onClick: (event: SyntheticEvent<HTMLDialogElement>) => {
      if (event.target === event.currentTarget) onClose();
    },
  };
}
