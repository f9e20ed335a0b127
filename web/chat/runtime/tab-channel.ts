// Tells this browser's other tabs that a run has started in a conversation, so that they follow it at once. Other devices
// learn it from the server; this only makes the common case immediate.

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('groundwire');

type RunStarted = { readonly sessionId: string };

export function announceRun(sessionId: string): void {
  channel?.postMessage({ sessionId } satisfies RunStarted);
}

export function onRunElsewhere(sessionId: string, follow: () => void): () => void {
  const listen = (event: MessageEvent<RunStarted>): void => {
    if (event.data.sessionId === sessionId) follow();
  };
  channel?.addEventListener('message', listen);
  return () => channel?.removeEventListener('message', listen);
}
