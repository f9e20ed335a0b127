// The interface of an org's Breakers object. Both sides can run neighboring releases, so only add optional fields.
import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { stubOf } from './placement.ts';

/** Identifies an address and key without containing the key. */
export const ConnectionId = z.string().min(1).max(2_000);

export const FailureReport = z.object({
  connection: ConnectionId,
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  retryAfterMs: z.number().nonnegative(),
});
export type FailureReport = z.infer<typeof FailureReport>;

export const SuccessReport = z.object({ connection: ConnectionId, count: z.int().positive() });
export type SuccessReport = z.infer<typeof SuccessReport>;

/** Unix milliseconds until which the provider must not be called; 0 if it may be. */
export type BreakerVerdict = { readonly openUntil: number };

export interface BreakersRpc extends Rpc.DurableObjectBranded {
  /** Whether a failed request may be retried. */
  mayRetry(connection: string): Promise<boolean>;
  /** Records a request that failed after all its retries. */
  failed(input: FailureReport): Promise<BreakerVerdict>;
  answered(input: SuccessReport): Promise<void>;
  /** Called when the org is erased. */
  erase(): Promise<void>;
}

export function breakersOf(env: Env, orgId: string): DurableObjectStub<BreakersRpc> {
  return stubOf<BreakersRpc>(env, 'BREAKERS', `org:${orgId}`);
}
