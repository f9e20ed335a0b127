// Says that a conversation was deleted and takes it back. Hovering or focusing it gives all the time one wants.
import { useSyncExternalStore } from 'react';
import { Button } from '../design/button.tsx';
import { useDeletes } from './use-deletes.ts';

export function UndoToast() {
  const deletes = useDeletes();
  const pending = useSyncExternalStore(deletes.subscribe, deletes.get);
  if (pending === null) return null;
  return (
    <div
      role="status"
      onMouseEnter={deletes.hold}
      onMouseLeave={deletes.release}
      onFocus={deletes.hold}
      onBlur={deletes.release}
      className="fixed start-4 bottom-4 z-50 flex max-w-[calc(100vw-2rem)] animate-enter items-center gap-3 rounded-card border border-line-strong bg-raised py-2 ps-4 pe-2 text-text shadow-floating"
    >
      <span className="min-w-0 truncate">Deleted “{pending.title}”</span>
      <Button size="small" onClick={deletes.undo}>
        Undo
      </Button>
    </div>
  );
}
