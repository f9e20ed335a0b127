// Whether the list of shortcuts is open: one for the page, opened from wherever it is mentioned.
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
