// Delivers session-list items to the Account object of the conversation's owner.
import { accountOf } from '../account/account-stub.ts';
import { conversationOf } from '../conversation/conversation-stub.ts';
import type { Delivery } from './drain.ts';
import type { OutboxItem } from './outbox.ts';

export async function deliverToAccount(env: Env, items: readonly OutboxItem[]): Promise<Delivery> {
  try {
    for (const item of items) await deliverItem(env, item);
    return { outcome: 'delivered' };
  } catch (error) {
    return {
      outcome: wasRefused(error) ? 'rejected' : 'unavailable',
      reason: error instanceof Error ? error.name : 'thrown',
    };
  }
}

async function deliverItem(env: Env, item: OutboxItem): Promise<void> {
  if (item.kind === 'index-removed') {
    await accountOf(env, item.subject).removeSession({ orgId: item.orgId, sessionId: item.sessionId });
  } else if (item.kind === 'index') {
    const { orgId, subject, session, runId } = item;
    const { evicted } = await accountOf(env, subject).putSession({
      orgId,
      session,
      ...(runId === null ? {} : { run: { runId } }),
    });
    // The list keeps only so many; what fell out of it is deleted where it lives.
    await Promise.all(
      evicted.map((sessionId) => conversationOf(env, orgId, sessionId).removeByRetention({ orgId, subject })),
    );
  } else throw new Error(`${item.kind} is not for an Account`);
}

/** The object's own code threw and would again; the runtime marks what it may do better with another try. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'remote' in error &&
  error.remote === true &&
  !('retryable' in error && error.retryable === true) &&
  !('overloaded' in error && error.overloaded === true);
