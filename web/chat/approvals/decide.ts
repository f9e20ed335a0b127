// Sends a click on Confirm or Cancel, once however often it is clicked, and then loads what came of it. If the response is
// lost the user can click again, since the server applies a decision at most once.

import { Problem, unreachable } from '../../problem.ts';
import { addApproval } from '../answer/tool-log.ts';
import type { ConversationStore } from '../runtime/conversation-store.ts';
import type { Approval } from './approval.ts';
import { type Decision, isOpen } from './approval.ts';

type DecideDeps = {
  readonly store: ConversationStore;
  readonly post: (approvalId: string, decision: Decision) => Promise<{ confirmation: unknown }>;
  /** Loads what the server knows now. */
  readonly follow: () => void;
};

export async function decide(deps: DecideDeps, approval: Approval, decision: Decision): Promise<void> {
  const { store, post, follow } = deps;
  const { approvalId } = approval;
  const known = store.get().tools.approvals[approval.toolCallId] ?? approval;
  if (!isOpen(known) || store.get().attempts[approvalId]?.kind === 'sending') return;
  store.set({ attempts: { ...store.get().attempts, [approvalId]: { kind: 'sending', decision } } });
  try {
    const answer = await post(approvalId, decision);
    const { [approvalId]: _settled, ...attempts } = store.get().attempts;
    store.set({ attempts, tools: addApproval(store.get().tools, answer.confirmation) });
  } catch (error) {
    const problem = error instanceof Problem ? error : unreachable();
    store.set({ attempts: { ...store.get().attempts, [approvalId]: { kind: 'refused', decision, problem } } });
  }
  follow();
}
