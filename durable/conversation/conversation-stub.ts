// How a Conversation object is addressed. The org is part of its name: another org's session id leads to an empty object.
import type { Conversation } from './conversation.ts';

export function conversationOf(env: Env, orgId: string, sessionId: string): DurableObjectStub<Conversation> {
  const namespace = env.CONVERSATIONS as DurableObjectNamespace<Conversation>;
  return namespace.getByName(`${orgId}:${sessionId}`);
}
