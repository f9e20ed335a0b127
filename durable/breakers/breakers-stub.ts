// How an org's Breakers are addressed.
import type { Breakers } from './breakers.ts';

export function breakersOf(env: Env, orgId: string): DurableObjectStub<Breakers> {
  const namespace = env.BREAKERS as DurableObjectNamespace<Breakers>;
  return namespace.getByName(`org:${orgId}`);
}
