// The interface of an org's Retention object.
export interface RetentionRpc extends Rpc.DurableObjectBranded {
  /** Deletes expired conversations in about a minute, and then daily. Call it before the org's rules change. */
  wake(input: { readonly orgId: string }): Promise<void>;
}

export function retentionOf(env: Env, orgId: string): DurableObjectStub<RetentionRpc> {
  const namespace = env.RETENTIONS as DurableObjectNamespace<RetentionRpc>;
  return namespace.getByName(`org:${orgId}`);
}
