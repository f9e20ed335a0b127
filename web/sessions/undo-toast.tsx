// Says that a conversation was deleted and takes it back. Hovering or focusing it gives all the time one wants.
import { useSyncExternalStore } from 'react';
import { Button } from '../design/button.tsx';
import { ToastCard } from '../design/toast-region.tsx';
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
