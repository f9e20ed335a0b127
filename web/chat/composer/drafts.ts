// Unsent text, stored on this device per user and conversation. Removed only when the server has accepted the message.

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The key of a conversation that doesn't exist yet: one for each organization and place that can start one. */
export const newDraftKey = (orgId: string, place: 'main' | 'quick'): string => `${place}:${orgId}`;

export function readDraft(store: Store | null, userId: string, sessionId: string): string {
  try {
    return store?.getItem(keyOf(userId, sessionId)) ?? '';
  } catch {
    return '';
  }
}

export function storeDraft(store: Store | null, userId: string, sessionId: string, text: string): void {
  try {
    if (text.trim() === '') store?.removeItem(keyOf(userId, sessionId));
    else store?.setItem(keyOf(userId, sessionId), text);
  } catch {
    // Storage can be full or blocked; the text then only lives as long as the page.
  }
}

/** The browser's storage; null if it is blocked. */
export function draftStorage(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

const keyOf = (userId: string, sessionId: string): string => `groundwire:draft:${userId}:${sessionId}`;
