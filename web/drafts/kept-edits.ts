// What somebody changed in a draft, per person and version, on this device: the server keeps the draft as it was written.
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const keyOf = (userId: string, runId: string): string => `groundwire:edited-draft:${userId}:${runId}`;

export function readEdit(userId: string, runId: string, store: Store | null = storage()): string | null {
  try {
    return store?.getItem(keyOf(userId, runId)) ?? null;
  } catch {
    return null;
  }
}

/** Null forgets it. */
export function keepEdit(userId: string, runId: string, text: string | null, store: Store | null = storage()): void {
  try {
    if (text === null) store?.removeItem(keyOf(userId, runId));
    else store?.setItem(keyOf(userId, runId), text);
  } catch {
    // Storage can be full or blocked; the words then live as long as the page.
  }
}

function storage(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
