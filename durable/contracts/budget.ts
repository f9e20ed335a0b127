// The interface of an org's Budget object. Both sides can run neighboring releases, so only add optional fields. Schemas
// are not strict: the older side drops fields it does not know.
import * as z from 'zod';
import { stubOf } from './placement.ts';

/** A UTC month, for example `2026-11`. */
export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);

/** Plan tokens; see usage.ts. */
const Tokens = z.int().nonnegative();
/** Tokens the org may use in the month; null if it has no limit. Read from Postgres together with the user's access. */
const Limit = Tokens.nullable();

export const ReserveInput = z.object({
  /** The id of the message that will use the tokens. */
  leaseId: z.uuid(),
  /** The month that is charged: the current one when the caller stored the reservation. */
  month: Month,
  tokens: Tokens,
  /** The least that is useful. Between `atLeast` and `tokens` are granted, depending on what is left. */
  atLeast: Tokens,
  limit: Limit,
});
export type ReserveInput = z.input<typeof ReserveInput>;

export const ExtendInput = z.object({
  leaseId: z.uuid(),
  month: Month,
  /** The whole reservation from now on. As much of it is granted as is left. */
  tokens: Tokens,
  limit: Limit,
});
export type ExtendInput = z.input<typeof ExtendInput>;

export const Settlement = z.object({
  leaseId: z.uuid(),
  month: Month,
  /** The tokens actually used. */
  tokens: Tokens,
});
export type Settlement = z.infer<typeof Settlement>;

export const StatusInput = z.object({ month: Month, limit: Limit });
export type StatusInput = z.input<typeof StatusInput>;

export type BudgetFigures = {
  readonly month: string;
  readonly used: number;
  /** Held for answers that are still running. */
  readonly reserved: number;
  readonly limit: number | null;
  /** What can still be reserved; null if the org has no limit. */
  readonly left: number | null;
  /** Unix milliseconds. */
  readonly renewsAt: number;
  /** Nothing is left, or less than the last refused reservation needed. */
  readonly isSpent: boolean;
};

export type ReserveResult =
  | { readonly ok: true; readonly tokens: number; readonly figures: BudgetFigures }
  | { readonly ok: false; readonly figures: BudgetFigures };

export type Extension = { readonly tokens: number; readonly figures: BudgetFigures };

export interface BudgetRpc extends Rpc.DurableObjectBranded {
  reserve(input: ReserveInput): Promise<ReserveResult>;
  /** Reserves more for an answer that is longer than expected. Returns what the reservation holds now. */
  extend(input: ExtendInput): Promise<Extension>;
  /** Charges finished answers. Repeating a settlement changes nothing. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  status(input: StatusInput): Promise<BudgetFigures>;
  /** Called when the org is erased. @throws always when there was something to erase, because the instance ends */
  erase(): Promise<void>;
}

export function budgetOf(env: Env, orgId: string): DurableObjectStub<BudgetRpc> {
  return stubOf<BudgetRpc>(env, 'BUDGETS', `org:${orgId}`);
}
