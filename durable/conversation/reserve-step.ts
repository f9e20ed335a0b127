// Tokens are reserved before a model is asked. For the first answer of a turn the model may be asked while the Budget still
// answers, where plenty is known to be left; nothing is shown, and no tool runs, before the reservation holds.
import { quotaExceeded } from '../budget/quota.ts';
import type { ReserveAnswer } from '../budget/requests.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import type { Lease } from './runs.ts';
import { isFresh } from './watch-rights.ts';

/** The shortest answer that is worth asking for, where the rest of the budget allows no longer one. */
export const LEAST_OUTPUT_TOKENS = 512;

export type StepReserved =
  | { readonly ok: true; readonly maxOutputTokens: number }
  /** `error` is null where the turn was stopped meanwhile. */
  | { readonly ok: false; readonly error: AppError | null };

type Wanted = { readonly promptTokens: number; readonly maxOutputTokens: number };

/**
 * Holds a turn back until its first reservation is granted. One that carries out a decision shows what came of that
 * whatever is left, and one that nothing limits on rights that are fresh has nothing to wait for.
 */
export function holdUntilReserved(deps: ConversationDeps, turn: LiveTurn): void {
  const isSure = turn.limit === null && isFresh(deps, turn.access);
  if (isSure || turn.run.scope.approvalIds.length > 0) turn.quota.resolve(null);
  else {
    turn.isHeldForQuota = true;
    deps.log.hold(turn.run.runId);
  }
}

/** For a turn that has ended without asking for tokens. */
export function letGoUnreserved(deps: ConversationDeps, turn: LiveTurn): void {
  if (!turn.isHeldForQuota || turn.isReserving) return;
  show(deps, turn);
}

/** Settles once it is known whether the turn may be shown: null, or why not. */
export const refusalOf = async ({ rights, quota }: Pick<LiveTurn, 'rights' | 'quota'>): Promise<AppError | null> =>
  (await rights.promise) ?? (await quota.promise);

/** Reserves what one answer may use at most. The lease is the step's, written down with it. */
export async function reserveStep(deps: ConversationDeps, turn: LiveTurn, wanted: Wanted): Promise<StepReserved> {
  const { lease } = turn.step;
  if (!lease) throw new Error('a step that was not begun');
  const isAhead = deps.budget.hasPlenty(turn.limit, wanted.promptTokens + wanted.maxOutputTokens);
  const isFirst = turn.isHeldForQuota && !turn.isReserving;
  turn.isReserving = true;
  if (turn.limit === null || (isAhead && isFirst)) {
    const whole = wanted.promptTokens + wanted.maxOutputTokens;
    lease.tokens = whole;
    const reserving = reserve(deps, turn, lease, { tokens: whole, atLeast: whole });
    if (isFirst) void reserving.then((answer) => clearFirst(deps, turn, lease, answer));
    return { ok: true, maxOutputTokens: wanted.maxOutputTokens };
  }
  const answer = await orAborted(turn, reserve(deps, turn, lease, amountsOf(wanted)));
  if (answer === 'aborted') {
    if (isFirst) show(deps, turn);
    return { ok: false, error: null };
  }
  if (isFirst) void clearFirst(deps, turn, lease, answer);
  if (answer instanceof AppError) return { ok: false, error: answer };
  return { ok: true, maxOutputTokens: Math.min(wanted.maxOutputTokens, lease.tokens - wanted.promptTokens) };
}

const amountsOf = ({ promptTokens, maxOutputTokens }: Wanted) => ({
  tokens: promptTokens + maxOutputTokens,
  atLeast: promptTokens + Math.min(LEAST_OUTPUT_TOKENS, maxOutputTokens),
});

/** Lets the turn be seen once rights hold too, under the limit that came with them; or ends it unseen. Never rejects. */
async function clearFirst(deps: ConversationDeps, turn: LiveTurn, lease: Lease, first: AppError | null): Promise<void> {
  let refusal = first;
  const asked = turn.limit;
  if (!refusal && !(await turn.rights.promise) && isLower(turn.limit, asked))
    refusal = await reserve(deps, turn, lease, { tokens: lease.tokens, atLeast: lease.tokens });
  if (refusal) {
    turn.controller.abort(refusal);
    turn.quota.resolve(refusal);
    return;
  }
  try {
    show(deps, turn);
  } catch (error) {
    logFailure('a run with its tokens reserved could not be shown', error);
    const failure = new AppError('INTERNAL', { cause: error });
    turn.controller.abort(failure);
    turn.quota.resolve(failure);
  }
}

function show(deps: ConversationDeps, turn: LiveTurn): void {
  deps.log.release(turn.run.runId);
  turn.quota.resolve(null);
}

/** Null once granted. A budget that nothing limits refuses nobody, and its silence neither. */
async function reserve(
  deps: ConversationDeps,
  turn: LiveTurn,
  lease: Lease,
  amounts: { readonly tokens: number; readonly atLeast: number },
): Promise<AppError | null> {
  const { limit, access, run } = turn;
  let answer: ReserveAnswer;
  try {
    answer = await deps.budget.reserve(run.orgId, { leaseId: lease.id, month: lease.month, limit, ...amounts });
  } catch (error) {
    if (limit === null) return null;
    return error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
  }
  lease.tokens = answer.ok ? answer.tokens : 0;
  return answer.ok ? null : quotaExceeded(answer.figures, access);
}

/** A stop does not wait for the Budget; what it grants to a turn that is gone is settled with nothing. */
function orAborted<T>(turn: LiveTurn, answer: Promise<T>): Promise<T | 'aborted'> {
  const { signal } = turn.controller;
  const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>();
  if (signal.aborted) resolve('aborted');
  else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  return Promise.race([answer, aborted]);
}

const isLower = (limit: number | null, than: number | null): boolean =>
  limit !== null && (than === null || limit < than);
