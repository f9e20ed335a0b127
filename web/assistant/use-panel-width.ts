// The panel's width on this device and in this window.
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

/** `keep` is false while the edge is being dragged. */
export function setPanelWidth(width: number, options: { keep: boolean } = { keep: true }): void {
  wanted = clampWidth(width);
  for (const listener of listeners) listener();
  if (!options.keep) return;
  try {
    localStorage.setItem(STORAGE_KEY, String(wanted));
  } catch {
    // Storage can be full or blocked; the width then holds for this page only.
  }
}

export function usePanelWidth(): { width: number; max: number; isPhone: boolean } {
  const chosen = useSyncExternalStore(subscribe, readWanted);
  const view = useSyncExternalStore(subscribeToView, () => innerWidth);
  const max = maxWidth(view);
  // A narrow window shows less of the chosen width, and gives it back when it is wide again.
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
