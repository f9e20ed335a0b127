// Tells the other tabs of this browser that a run has begun in a conversation, so that they follow it at once.
// Tabs elsewhere find out by asking the server; this only makes the common case immediate.

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('groundwire');

type Notice = { readonly sessionId: string };

export function announceRun(sessionId: string): void {
  channel?.postMessage({ sessionId } satisfies Notice);
}

export function onRunElsewhere(sessionId: string, follow: () => void): () => void {
  const listen = (event: MessageEvent<Notice>): void => {
    if (event.data.sessionId === sessionId) follow();
  };
  channel?.addEventListener('message', listen);
  return () => channel?.removeEventListener('message', listen);
}
