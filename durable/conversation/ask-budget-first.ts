// Where little is left, or nothing is known, the Budget is asked before a message is taken: a refusal then leaves nothing
// behind. The answer reserves nothing; what it allows is reserved when the message is stored.
import { quotaExceeded } from '../budget/quota.ts';
import { AppError } from '../errors.ts';
import type { ConversationDeps } from './deps.ts';
import { prepareDraft } from './estimate.ts';
import type { RunCall } from './requests.ts';
import { LEAST_OUTPUT_TOKENS } from './reserve-step.ts';
import { findRun } from './runs.ts';

/** Null where the message may be taken. Waits only where plenty is not known to be left. */
export async function refusalByBudget(
  deps: ConversationDeps,
  { run, access, settings }: RunCall,
): Promise<AppError | null> {
  const limit = access.tokenAllowance ?? null;
  // What was decided on a card is done and told whatever is left.
  if (limit === null || !run.message) return null;
  // A run that is known is replayed, which costs nothing.
  if (deps.session.get() && findRun(deps.sql, run.runId)?.digest === run.digest) return null;
  const draft = prepareDraft(deps, { access, settings }, { ...run, text: run.message.text });
  // Its admission says why.
  if (!draft.ok) return null;
  const { promptTokens, request } = draft.prepared;
  if (deps.budget.hasPlenty(limit, promptTokens + request.maxOutputTokens)) return null;
  try {
    const figures = await deps.budget.status(access.orgId, limit);
    const least = promptTokens + Math.min(LEAST_OUTPUT_TOKENS, request.maxOutputTokens);
    return (figures.left ?? least) < least ? quotaExceeded(figures, access) : null;
  } catch (error) {
    return error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
  }
}
