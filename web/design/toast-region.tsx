// Where toasts stand: one live region at the corner of the page, which exists before the first of them comes.
import { X } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import { toasts } from './toasts.ts';

/** `children` are toasts that keep their own time. Behind an open dialog none is to be had, so one stands in there as well. */
export function ToastRegion({ children }: { children?: ReactNode }) {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div
      role="status"
      className="toast-region pointer-events-none fixed start-4 bottom-[max(1rem,env(safe-area-inset-bottom))] z-50 flex flex-col items-start gap-2"
    >
      {children}
      {shown.map(({ id, words, icon: Icon, action }) => (
        <ToastCard key={id} onHold={toasts.hold} onRelease={toasts.release}>
          {Icon && <Icon size={16} aria-hidden className="shrink-0 text-muted" />}
          <span className="min-w-0 grow truncate">{words}</span>
          {action && (
            <Button
              size="small"
              onClick={() => {
                toasts.dismiss(id);
                action.onClick();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon={X} size="small" label="Dismiss" onClick={() => toasts.dismiss(id)} />
        </ToastCard>
      ))}
    </div>
  );
}

/** The look of one; hovering or focusing it gives all the time one wants. */
export function ToastCard(props: { onHold: () => void; onRelease: () => void; children: ReactNode }) {
  const { onHold, onRelease, children } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches whether someone considers it
    <div
      onMouseEnter={onHold}
      onMouseLeave={onRelease}
      onFocus={onHold}
      onBlur={onRelease}
      className="pointer-events-auto flex min-h-11 max-w-[calc(100vw-2rem)] animate-enter items-center gap-3 rounded-card border border-line-strong bg-raised py-1.5 ps-4 pe-2 text-text shadow-floating"
    >
      {children}
    </div>
  );
}
