// Text that the user has typed and nothing has stored yet. While there is some, the page doesn't reload by itself.
import { useEffect } from 'react';

const unsent = new Set<object>();

export const hasUnsentText = (): boolean => unsent.size > 0;

/** @param isUnsent whether the component holds such text */
export function useUnsentText(isUnsent: boolean): void {
  useEffect(() => {
    if (!isUnsent) return;
    const one = {};
    unsent.add(one);
    return () => void unsent.delete(one);
  }, [isUnsent]);
}
