// Delivers what people's Account objects keep of a conversation: the owner's list entry, and whose a run is.
import { accountOf } from '../account/account-stub.ts';
import { conversationOf } from '../conversation/conversation-stub.ts';
import type { Delivery } from './drain.ts';
import { delivered } from './object-delivery.ts';
import type { OutboxItem } from './outbox.ts';

export function deliverToAccount(env: Env, items: readonly OutboxItem[]): Promise<Delivery> {
  return delivered(async () => {
    for (const item of items) await deliverItem(env, item);
  });
}

async function deliverItem(env: Env, item: OutboxItem): Promise<void> {
  if (item.kind === 'index-removed') {
    await accountOf(env, item.subject).removeSession({ orgId: item.orgId, sessionId: item.sessionId });
  } else if (item.kind === 'run') {
    await accountOf(env, item.subject).noteRun({ orgId: item.orgId, sessionId: item.sessionId, runId: item.runId });
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
