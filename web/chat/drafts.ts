// What someone has typed but not yet sent, per person and conversation, on this device. Cleared only when the server
// has taken the message.

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The conversation that has no id to return to yet. */
export const NEW_CONVERSATION = 'new';

export function readDraft(store: Store | null, userId: string, sessionId: string): string {
  try {
    return store?.getItem(keyOf(userId, sessionId)) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(store: Store | null, userId: string, sessionId: string, text: string): void {
  try {
    if (text.trim() === '') store?.removeItem(keyOf(userId, sessionId));
    else store?.setItem(keyOf(userId, sessionId), text);
  } catch {
    // Storage can be full or blocked; the words then live as long as the page.
  }
}

/** The browser's storage, or null where it is blocked. */
export function draftStorage(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

const keyOf = (userId: string, sessionId: string): string => `groundwire:draft:${userId}:${sessionId}`;
