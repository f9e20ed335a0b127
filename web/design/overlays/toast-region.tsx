// The live region for toasts. It is rendered before the first toast, so screen readers announce that one too.
import { X } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { Button } from '../controls/button.tsx';
import { IconButton } from '../controls/icon-button.tsx';
import { toasts } from './toasts.ts';

/** `children` are toasts with their own timers. An open dialog needs a region of its own, because the page is inert. */
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
          <span className="line-clamp-3 min-w-0 grow break-words">{words}</span>
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

/** One toast. Its timer pauses while it is hovered or focused. */
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
