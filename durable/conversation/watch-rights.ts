// Start on last-known rights, show on confirmed rights: holds a run's log until its user's rights are known to hold,
// and has them confirmed again and again while the run lasts.
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import type { Answer } from './requests.ts';
import { resolveAgain } from './resolve-for.ts';
import { supersede } from './take-over.ts';

/** Rights older than this are confirmed before anything is shown, and again this often while the turn runs. */
export const RIGHTS_FRESH_MS = 30_000;

const RETRY_AFTER_SECONDS = 10;
/** A question that fails in itself proves nothing, and nothing is shown without proof. */
const UNPROVEN = { ok: false, code: 'DATABASE_UNAVAILABLE' } as const;

/** Whether a refusal says only that rights could not be asked. */
export const isUnproven = (refusal: AppError): boolean => refusal.code === UNPROVEN.code;

/** Settles `turn.rights`, and aborts the turn when rights turn out to be gone. The returned function ends the watch. */
export function watchRights(deps: ConversationDeps, turn: LiveTurn): () => void {
  const isMember = !turn.place || deps.members.isFresh(turn.access);
  if (isMember && isFresh(deps, turn.access)) turn.rights.resolve(null);
  else {
    deps.log.hold(turn.run.runId);
    void confirmFirst(deps, turn);
  }
  return deps.every(RIGHTS_FRESH_MS, () => void confirmAgain(deps, turn));
}

/** Whether what is stored may be shown to `access`; null, or the refusal. Asks only where the rights are not fresh. */
export async function mayShow(
  deps: Pick<ConversationDeps, 'now' | 'confirm'>,
  access: Access,
): Promise<AppError | null> {
  if (isFresh(deps, access)) return null;
  return refusalOf((await askRights(deps, access)) ?? UNPROVEN);
}

/** The refusal of who may no longer read; null also where the question failed in itself, to be asked again. */
export async function mayStay(deps: Pick<ConversationDeps, 'confirm'>, access: Access): Promise<AppError | null> {
  const answer = await askRights(deps, access);
  return answer && refusalOf(answer);
}

/**
 * The refusal where nobody can be asked whether `access` still holds; the click is as if it had not been. A last word that
 * stands while Postgres is away is enough to read by, and not to change anything by, which could not be done then anyway.
 * Whoever is known to have lost the right is refused by the turn, which tells the card.
 */
export async function mayDecide(
  deps: Pick<ConversationDeps, 'now' | 'confirm'>,
  access: Access,
): Promise<AppError | null> {
  if (isFresh(deps, access)) return null;
  const answer = (await askRights(deps, access)) ?? UNPROVEN;
  const refusal = refusalOf(answer.ok && !isFresh(deps, answer.access) ? UNPROVEN : answer);
  return refusal && isUnproven(refusal) ? refusal : null;
}

async function confirmFirst(deps: ConversationDeps, turn: LiveTurn): Promise<void> {
  const answer = (await askRights(deps, turn.access)) ?? UNPROVEN;
  let refusal = refusalOf(answer);
  learnLimit(turn, answer);
  try {
    const resolved = answer.ok ? resolveAgain(deps, turn, answer) : answer;
    refusal = refusalOf(resolved);
    if (resolved.ok && staysOrMoves(deps, turn, resolved)) deps.log.release(turn.run.runId);
  } catch (error) {
    logFailure('a confirmed run could not be shown', error);
    refusal = new AppError('INTERNAL', { cause: error });
  }
  if (refusal) turn.controller.abort(refusal);
  turn.rights.resolve(refusal);
}

/** Once shown on confirmed rights, a question that fails in itself is asked again at the next beat. */
async function confirmAgain(deps: ConversationDeps, turn: LiveTurn): Promise<void> {
  const answer = await askRights(deps, turn.access);
  const refusal = answer && (refusalOf(answer) ?? switchedOff(deps, turn, answer));
  if (answer) learnLimit(turn, answer);
  if (refusal) turn.controller.abort(refusal);
}

/** What is reserved from now on is held against the org's limit as it is now. */
function learnLimit(turn: LiveTurn, answer: Confirmation): void {
  if (answer.ok) turn.limit = answer.access.tokenAllowance ?? null;
}

/** The settings that the turn began with were the last known ones. False where its log is not to be shown as it is. */
function staysOrMoves(deps: ConversationDeps, turn: LiveTurn, resolved: Resolved): boolean {
  const { model, connection } = turn.resolved;
  const isSame = model.id === resolved.model.id && connection === resolved.connection;
  return isSame || supersede(deps, turn, resolved);
}

/** What a turn is answered by while it is shown stays as it is; only the switch reaches it. */
function switchedOff(deps: ConversationDeps, turn: LiveTurn, answer: Confirmation): AppError | null {
  const resolved = answer.ok ? resolveAgain(deps, turn, answer) : null;
  return resolved && !resolved.ok && resolved.code === 'FEATURE_DISABLED' ? refusalOf(resolved) : null;
}

type Confirmation = Awaited<ReturnType<ConversationDeps['confirm']>>;

/** Null where the question failed in itself. */
async function askRights(deps: Pick<ConversationDeps, 'confirm'>, access: Access): Promise<Confirmation | null> {
  try {
    return await deps.confirm(access);
  } catch (error) {
    logFailure('rights could not be asked', error);
    return null;
  }
}

const refusalOf = (answer: Answer<object>): AppError | null =>
  answer.ok
    ? null
    : new AppError(answer.code, {
        ...(answer.detail === undefined ? {} : { detail: answer.detail }),
        ...(answer.code === UNPROVEN.code ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
      });

export const isFresh = (deps: Pick<ConversationDeps, 'now'>, access: Access): boolean =>
  deps.now() - access.confirmedAt <= RIGHTS_FRESH_MS;
