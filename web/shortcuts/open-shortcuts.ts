// Whether the shortcuts dialog is open. There is one for the page, opened from several places.
const listeners = new Set<() => void>();
let open = false;

export const isShortcutsOpen = (): boolean => open;
export const openShortcuts = (): void => set(true);
export const closeShortcuts = (): void => set(false);

export function subscribeToShortcuts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}
