// How an org's Retention object is addressed.
import type { Retention } from './retention.ts';

export function retentionOf(env: Env, orgId: string): DurableObjectStub<Retention> {
  const namespace = env.RETENTIONS as DurableObjectNamespace<Retention>;
  return namespace.getByName(`org:${orgId}`);
}
