// The user's key bindings, stored on this device.
import { type Action, type Bindings, DEFAULT_BINDINGS, parseBindings } from './shortcuts.ts';

const STORAGE_KEY = 'groundwire:shortcuts';
const listeners = new Set<() => void>();
let known: Bindings | null = null;

export function getBindings(): Bindings {
  known ??= readBindings();
  return known;
}

export function bindKeys(action: Action, keys: string | null): void {
  storeBindings({ ...getBindings(), [action]: keys });
}

/** Until the page closes, instead of the stored ones. */
export function overrideBindings(bindings: Bindings): void {
  known = bindings;
}

export const resetBindings = (): void => storeBindings(DEFAULT_BINDINGS);

export function subscribeToBindings(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function storeBindings(bindings: Bindings): void {
  known = bindings;
  for (const listener of listeners) listener();
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(bindings));
  } catch {
    // Storage can be full or blocked; the keys then only last until the page closes.
  }
}

function readBindings(): Bindings {
  try {
    return parseBindings(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null'));
  } catch {
    return DEFAULT_BINDINGS; // Storage can be blocked or hold something else.
  }
}
