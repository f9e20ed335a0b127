// Tokens are reserved before a model is asked, and no model is asked without them. A reservation covers the prompt and a usual
// answer; a longer answer reserves more while it streams, and ends where no more is left.

import { monthOf } from '../../budget/month.ts';
import { quotaExceeded } from '../../budget/quota.ts';
import type { BudgetFigures, ReserveResult } from '../../contracts/budget.ts';
import type { RunCall } from '../../contracts/conversation.ts';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { type EstimateDeps, prepareDraft } from '../prompt/estimate.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import { isFresh } from './rights.ts';
import { findRun, type Lease } from './runs.ts';

/** What is reserved for an answer at first. Most are shorter. */
const USUAL_OUTPUT_TOKENS = 1_024;
/** The shortest answer worth asking for when the rest of the budget doesn't allow a longer one. */
const LEAST_OUTPUT_TOKENS = 512;

/** More than all but the longest messages need, so that most of them need no estimate of their own. */
const LARGEST_TOKENS = planTokensOf({ ...NO_USAGE, cacheWriteTokens: 100_000, outputTokens: USUAL_OUTPUT_TOKENS });

type TokenRequest = { readonly promptTokens: number; readonly maxOutputTokens: number };
type Amounts = { readonly tokens: number; readonly atLeast: number };

/** Not granted yet. It is named before it is asked for, so that a run that dies can be settled. */
export const createLease = ({ now }: Pick<ConversationDeps, 'now'>, id: string): Lease => ({
  id,
  month: monthOf(now()),
  tokens: 0,
});

/**
 * Whether the first reservation must be granted before the run is shown. A run that executes a decision reports its outcome
 * even without tokens, and a run without a limit on fresh rights has nothing to wait for.
 */
export function needsReservation(deps: Pick<ConversationDeps, 'now'>, { run, access, gate }: LiveRun): boolean {
  const isUnlimited = gate.limit() === null && isFresh(deps, access);
  return !isUnlimited && run.scope.approvalIds.length === 0;
}

export type ReservationResult =
  | {
      readonly ok: true;
      readonly maxOutputTokens: number;
      /** Null if the org has no limit. */
      readonly allowance: Allowance | null;
    }
  /** `error` is null if the run was aborted meanwhile. */
  | { readonly ok: false; readonly error: AppError | null };

/** Returns once the model may be asked. `lease` may have been granted with the run's admission. */
export async function reserveTokens(
  deps: Pick<ConversationDeps, 'budget'>,
  live: LiveRun,
  lease: Lease,
  wanted: TokenRequest,
): Promise<ReservationResult> {
  const { gate } = live;
  const limit = gate.limit();
  const opensGate = gate.claimReservation();
  if (limit === null) {
    lease.tokens = promptCost(wanted) + wanted.maxOutputTokens;
    const granting = askBudget(deps, live, lease, { tokens: lease.tokens, atLeast: lease.tokens });
    if (opensGate) void granting.then((refusal) => settleReservation(deps, live, lease, { limit, refusal }));
    return { ok: true, maxOutputTokens: wanted.maxOutputTokens, allowance: null };
  }
  const amounts = amountsOf(wanted);
  const refusal =
    lease.tokens >= amounts.atLeast ? null : await unlessAborted(gate.signal, askBudget(deps, live, lease, amounts));
  if (refusal === 'aborted') {
    if (opensGate) gate.reservation.open();
    return { ok: false, error: null };
  }
  if (opensGate) void settleReservation(deps, live, lease, { limit, refusal });
  if (refusal) return { ok: false, error: refusal };
  const prompt = promptCost(wanted);
  const reserved = lease.tokens - prompt;
  const most = Math.min(wanted.maxOutputTokens, reserved + (deps.budget.figures()?.left ?? 0));
  const allowance = createAllowance({
    reserved,
    most,
    extend: async (outputTokens) => {
      const figures = await extendLease(deps, live, lease, prompt + outputTokens);
      return figures && { reserved: lease.tokens - prompt, refusal: quotaExceeded(figures, live.access) };
    },
  });
  return { ok: true, maxOutputTokens: most, allowance };
}

/** How much of the prompt is read from a cache is known only afterwards. */
const promptCost = ({ promptTokens }: TokenRequest): number =>
  planTokensOf({ ...NO_USAGE, cacheWriteTokens: promptTokens });

function amountsOf(wanted: TokenRequest): Amounts {
  const { maxOutputTokens } = wanted;
  const prompt = promptCost(wanted);
  return {
    tokens: prompt + Math.min(USUAL_OUTPUT_TOKENS, maxOutputTokens),
    atLeast: prompt + Math.min(LEAST_OUTPUT_TOKENS, maxOutputTokens),
  };
}

/** The confirmed rights may have a lower limit than the reservation used; then it is checked again. */
async function settleReservation(
  deps: Pick<ConversationDeps, 'budget'>,
  live: LiveRun,
  lease: Lease,
  first: { readonly limit: number | null; readonly refusal: AppError | null },
): Promise<void> {
  const { gate } = live;
  let { refusal } = first;
  if (!refusal && !(await gate.rights.settled) && isLower(gate.limit(), first.limit))
    refusal = await askBudget(deps, live, lease, { tokens: lease.tokens, atLeast: lease.tokens });
  if (refusal) gate.reservation.refuse(refusal);
  else gate.reservation.open();
}

const isLower = (limit: number | null, than: number | null): boolean =>
  limit !== null && (than === null || limit < than);

/** Null once granted. Never rejects. Without a limit no user is refused, even if the Budget doesn't reply. */
async function askBudget(
  { budget }: Pick<ConversationDeps, 'budget'>,
  { run, access, gate }: LiveRun,
  lease: Lease,
  amounts: Amounts,
): Promise<AppError | null> {
  const limit = gate.limit();
  let reply: ReserveResult;
  try {
    reply = await budget.reserve(run.orgId, { leaseId: lease.id, month: lease.month, limit, ...amounts });
  } catch (error) {
    return limit === null ? null : toAppError(error);
  }
  lease.tokens = reply.ok ? reply.tokens : 0;
  return reply.ok ? null : quotaExceeded(reply.figures, access);
}

/** A stop doesn't wait for the Budget. A later grant is settled with no tokens used. */
export function unlessAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T | 'aborted'> {
  const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>();
  if (signal.aborted) resolve('aborted');
  else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  return Promise.race([answer, aborted]);
}

/** What a longer answer takes. Null if the Budget doesn't answer: the answer continues, and its settlement counts. */
async function extendLease(
  { budget }: Pick<ConversationDeps, 'budget'>,
  { run, gate }: LiveRun,
  lease: Lease,
  tokens: number,
): Promise<BudgetFigures | null> {
  try {
    const extension = await budget.extend(run.orgId, {
      leaseId: lease.id,
      month: lease.month,
      tokens,
      limit: gate.limit(),
    });
    lease.tokens = extension.tokens;
    return extension.figures;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

export type Advance =
  | { readonly ok: true; readonly lease: Lease | null }
  | { readonly ok: false; readonly refusal: AppError };

/**
 * Reserves a message's first tokens before it is admitted if little is left or nothing is known, so that a refusal leaves
 * nothing behind. With more left, or behind another run, the tokens are reserved when the run begins.
 */
export async function reserveInAdvance(
  deps: EstimateDeps & Pick<ConversationDeps, 'budget' | 'queue' | 'newId'>,
  call: RunCall,
): Promise<Advance> {
  const { run, access, settings } = call;
  const limit = access.tokenAllowance ?? null;
  // A decision on an approval is executed and reported whatever is left.
  if (limit === null || !run.message) return NOTHING;
  if (deps.budget.hasPlenty(limit, LARGEST_TOKENS)) return NOTHING;
  // A known run is replayed, which costs nothing.
  if (deps.session.get() && findRun(deps.sql, run.runId)?.digest === run.digest) return NOTHING;
  const draft = prepareDraft(deps, { access, settings }, { ...run, text: run.message.text });
  // Admission reports this refusal.
  if (!draft.ok) return NOTHING;
  const { promptTokens, request } = draft.prepared;
  const amounts = amountsOf({ promptTokens, maxOutputTokens: request.maxOutputTokens });
  if (deps.budget.hasPlenty(limit, amounts.tokens)) return NOTHING;
  const lease = createLease(deps, deps.newId());
  try {
    const reply = await deps.budget.reserve(access.orgId, {
      leaseId: lease.id,
      month: lease.month,
      limit,
      ...amounts,
    });
    if (!reply.ok) return { ok: false, refusal: quotaExceeded(reply.figures, access) };
    lease.tokens = reply.tokens;
  } catch (error) {
    return { ok: false, refusal: toAppError(error) };
  }
  if (deps.queue.idle()) return { ok: true, lease };
  // It could expire before the run's turn comes.
  await deps.budget.release(access.orgId, lease);
  return NOTHING;
}

const NOTHING: Advance = { ok: true, lease: null };

const toAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
