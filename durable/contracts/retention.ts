// The interface of an org's Retention object.
import { stubOf } from './placement.ts';

export interface RetentionRpc extends Rpc.DurableObjectBranded {
  /** Deletes expired conversations in about a minute, and then daily. Call it before the org's rules change. */
  wake(input: { readonly orgId: string }): Promise<void>;
}

export function retentionOf(env: Env, orgId: string): DurableObjectStub<RetentionRpc> {
  return stubOf<RetentionRpc>(env, 'RETENTIONS', `org:${orgId}`);
}
