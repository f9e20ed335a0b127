// Sends a message behind somebody else's turn: shown at once, and kept where the server refuses it.
import { Problem, unreachable } from '../problem.ts';
import type { ConversationStore } from './conversation-store.ts';
import { type QueuedMessage, queueMessage } from './queue-message.ts';
import { withQueued } from './standing.ts';

export async function sendToWait(
  store: ConversationStore,
  message: Pick<QueuedMessage, 'text' | 'mode' | 'about'>,
): Promise<void> {
  const { sessionId, me, model } = store.get();
  const runId = crypto.randomUUID();
  const { text } = message;
  const leave = () => store.get().outgoing.filter((other) => other.runId !== runId);
  store.set({ refused: null, outgoing: [...store.get().outgoing, { runId, text }] });
  try {
    await queueMessage({ ...message, sessionId, runId, model });
    const { standing, waitingWords, accepted } = store.get();
    store.set({
      accepted: accepted + 1,
      waitingWords: { ...waitingWords, [runId]: text },
      standing: me === null ? standing : withQueued(standing, { runId, author: me }),
      outgoing: leave(),
    });
  } catch (error) {
    const problem = error instanceof Problem ? error : unreachable();
    store.set({ refused: { problem, ...message, at: Date.now() }, outgoing: leave() });
  }
}
