// What Conversations and the edge may ask of an org's Budget, and what it answers. Releases may be neighbours: add optional
// fields, never change one. Not strict, so that the older side drops what is new.
import { z } from 'zod';
import { Month } from './month.ts';

const Tokens = z.int().nonnegative();
/** Tokens that the month may see; null where nothing limits the org. It comes from Postgres with everybody's rights. */
const Limit = Tokens.nullable();

export const ReserveInput = z.object({
  /** Names the lease for good: the id of the message that its tokens are for. */
  leaseId: z.uuid(),
  /** The month that is charged, as it was when the caller wrote the lease down. */
  month: Month,
  tokens: Tokens,
  /** Fewer than `tokens` are granted where only they are left, never fewer than these. */
  atLeast: Tokens,
  limit: Limit,
});
export type ReserveInput = z.input<typeof ReserveInput>;

export const Settlement = z.object({
  leaseId: z.uuid(),
  month: Month,
  /** What was used in the end. */
  tokens: Tokens,
});
export type Settlement = z.infer<typeof Settlement>;

export const StatusInput = z.object({ month: Month, limit: Limit });
export type StatusInput = z.input<typeof StatusInput>;

/** How a month stands. */
export type BudgetFigures = {
  readonly month: string;
  readonly used: number;
  /** Held for answers that are being written. */
  readonly reserved: number;
  readonly limit: number | null;
  /** What can still be reserved; null where nothing limits the org. */
  readonly left: number | null;
  /** Unix milliseconds. */
  readonly renewsAt: number;
  /** Nothing is left, or less than what was last refused for want of tokens. */
  readonly isSpent: boolean;
};

export type ReserveAnswer =
  | { readonly ok: true; readonly tokens: number; readonly figures: BudgetFigures }
  | { readonly ok: false; readonly figures: BudgetFigures };
