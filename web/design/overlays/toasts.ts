// Toasts: short confirmations with an optional action such as Undo. Timers pause while one is hovered or focused. The
// store lives outside React, so any code can show a toast.
import { CircleAlert, type LucideIcon } from 'lucide-react';
import { Problem, unreachable } from '../../problem.ts';

export type Toast = {
  readonly id: number;
  readonly words: string;
  readonly icon?: LucideIcon | undefined;
  readonly action?: { readonly label: string; readonly onClick: () => void } | undefined;
};

export type ToastTimers = {
  readonly set: (callback: () => void, ms: number) => unknown;
  readonly clear: (timer: unknown) => void;
};

/** Long enough to read it twice or reach its action by keyboard. */
const SHOWN_MS = 6_000;
/** Beyond this, the oldest toast disappears. */
const MAX_SHOWN = 3;

export function createToasts(timers: ToastTimers) {
  const listeners = new Set<() => void>();
  const running = new Map<number, unknown>();
  let toasts: readonly Toast[] = [];
  let nextId = 1;
  let held = false;

  const set = (next: readonly Toast[]) => {
    toasts = next;
    for (const listener of listeners) listener();
  };
  const start = (id: number) => {
    if (!held)
      running.set(
        id,
        timers.set(() => dismiss(id), SHOWN_MS),
      );
  };
  const stop = (id: number) => {
    timers.clear(running.get(id));
    running.delete(id);
  };
  function dismiss(id: number): void {
    stop(id);
    if (toasts.some((toast) => toast.id === id)) set(toasts.filter((toast) => toast.id !== id));
  }
  return {
    get: () => toasts,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    show: (toast: Omit<Toast, 'id'>): number => {
      const id = nextId++;
      const kept = toasts.slice(-(MAX_SHOWN - 1));
      for (const old of toasts) if (!kept.includes(old)) stop(old.id);
      set([...kept, { ...toast, id }]);
      start(id);
      return id;
    },
    dismiss,
    hold: () => {
      held = true;
      for (const { id } of toasts) stop(id);
    },
    release: () => {
      if (!held) return;
      held = false;
      for (const { id } of toasts) start(id);
    },
  };
}

export const toasts = createToasts({
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
});

export const showToast = toasts.show;

/** Shows a failed request in a toast, for buttons without room for a banner. */
export function toastError(error: unknown): void {
  const { detail } = error instanceof Problem ? error : unreachable();
  toasts.show({ words: detail, icon: CircleAlert });
}
