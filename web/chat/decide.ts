// A click on Confirm or Cancel: sent once, whatever the number of clicks, and followed wherever it leads. What came of
// it is the server's to say; a click whose answer was lost can be repeated, since the server does it at most once.
import type { Confirmation } from '../../worker/contract.ts';
import { Problem, unreachable } from '../problem.ts';
import { type Decision, isOpen } from './confirmation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { addConfirmation } from './tool-log.ts';

type DecideDeps = {
  readonly store: ConversationStore;
  readonly post: (approvalId: string, decision: Decision) => Promise<{ confirmation: unknown }>;
  /** The server knows more than this page now. */
  readonly follow: () => void;
};

export async function decide(deps: DecideDeps, confirmation: Confirmation, decision: Decision): Promise<void> {
  const { store, post, follow } = deps;
  const { approvalId } = confirmation;
  const known = store.get().tools.confirmations[confirmation.toolCallId] ?? confirmation;
  if (!isOpen(known) || store.get().attempts[approvalId]?.kind === 'sending') return;
  store.set({ attempts: { ...store.get().attempts, [approvalId]: { kind: 'sending', decision } } });
  try {
    const answer = await post(approvalId, decision);
    const { [approvalId]: _settled, ...attempts } = store.get().attempts;
    store.set({ attempts, tools: addConfirmation(store.get().tools, answer.confirmation) });
  } catch (error) {
    const problem = error instanceof Problem ? error : unreachable();
    store.set({ attempts: { ...store.get().attempts, [approvalId]: { kind: 'refused', decision, problem } } });
  }
  follow();
}
