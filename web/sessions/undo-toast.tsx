// Offers to undo a deletion. Hover or focus pauses the countdown.
import { useSyncExternalStore } from 'react';
import { Button } from '../design/controls/button.tsx';
import { ToastCard } from '../design/overlays/toast-region.tsx';
import { useDeletes } from './use-deletes.ts';

export function UndoToast() {
  const deletes = useDeletes();
  const pending = useSyncExternalStore(deletes.subscribe, deletes.get);
  if (pending === null) return null;
  return (
    <ToastCard onHold={deletes.hold} onRelease={deletes.release}>
      <span className="min-w-0 truncate">Deleted “{pending.title}”</span>
      <Button size="small" onClick={deletes.undo}>
        Undo
      </Button>
    </ToastCard>
  );
}
