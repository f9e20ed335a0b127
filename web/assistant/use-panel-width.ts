// The panel's width, stored on this device and limited by the window.
import { useSyncExternalStore } from 'react';
import { clampWidth, maxWidth, PHONE_BELOW, parseWidth } from './panel-width.ts';

const STORAGE_KEY = 'groundwire:panel-width';

const listeners = new Set<() => void>();
let wanted: number | null = null;

function readWanted(): number {
  if (wanted !== null) return wanted;
  try {
    wanted = parseWidth(localStorage.getItem(STORAGE_KEY));
  } catch {
    wanted = parseWidth(null); // Storage can be blocked.
  }
  return wanted;
}

/** `store` is false while the edge is being dragged. */
export function setPanelWidth(width: number, options: { store: boolean } = { store: true }): void {
  wanted = clampWidth(width);
  for (const listener of listeners) listener();
  if (!options.store) return;
  try {
    localStorage.setItem(STORAGE_KEY, String(wanted));
  } catch {
    // Storage can be full or blocked; the width then only lasts until the page closes.
  }
}

export function usePanelWidth(): { width: number; max: number; isPhone: boolean } {
  const chosen = useSyncExternalStore(subscribe, readWanted);
  const view = useSyncExternalStore(subscribeToView, () => innerWidth);
  const max = maxWidth(view);
  // A narrow window limits the chosen width without changing it.
  return { width: clampWidth(chosen, max), max, isPhone: view < PHONE_BELOW };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function subscribeToView(listener: () => void): () => void {
  addEventListener('resize', listener);
  return () => removeEventListener('resize', listener);
}
