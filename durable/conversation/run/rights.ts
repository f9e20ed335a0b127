// Checks whether a user still has access: before a run is shown, repeatedly while it runs, and while someone reads. A run
// starts on the last known rights and is shown on confirmed ones.

import { accountOf } from '../../contracts/account.ts';
import type { ConversationReply } from '../../contracts/conversation.ts';
import { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { type Access, isAssistantEnabled, RIGHTS_FRESH_MS } from '../../principal.ts';
import { isSharedPlace } from '../conversation-access.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { resolveFor } from './assignment.ts';

/** The age at which a member's confirmation is renewed. */
const MEMBER_RECHECK_MS = 10_000;
/** Also keeps a member's confirmation fresh, so that a message from an open page is admitted without a query to Postgres. */
const READER_CHECK_MS = 20_000;
const RETRY_AFTER_SECONDS = 10;
const LEFT = 'Access to this shared conversation ended.';

/** A failed check proves nothing, and nothing is shown without proof. */
const UNPROVEN = { ok: false, code: 'DATABASE_UNAVAILABLE' } as const;

/** Whether a refusal only means that the access check failed. */
export const isUnproven = (refusal: AppError): boolean => refusal.code === UNPROVEN.code;

type Confirm = Pick<ConversationDeps, 'confirm'>;
type AccessCheck = Awaited<ReturnType<ConversationDeps['confirm']>>;

export type RightsDeps = Pick<
  ConversationDeps,
  'confirm' | 'members' | 'session' | 'resolveModel' | 'transaction' | 'sql' | 'now' | 'every'
>;

/** Gets the user's rights in the org from their Account, and their access to the shared place from Postgres. */
export async function confirmRights(
  env: Env,
  deps: Pick<ConversationDeps, 'session' | 'id' | 'members'>,
  access: Access,
): Promise<AccessCheck> {
  const confirmation = await accountOf(env, access.subject).confirm({ orgId: access.orgId });
  if (!confirmation.ok) return confirmation;
  if (!isAssistantEnabled(confirmation.access)) return { ok: false, code: 'ASSISTANT_DISABLED' };
  if (!isSharedPlace(deps)) return confirmation;
  try {
    const place = await deps.members.learn(access, MEMBER_RECHECK_MS);
    return place ? confirmation : { ok: false, code: 'ACCESS_REVOKED', detail: LEFT };
  } catch (error) {
    // Postgres doesn't reply, and the last confirmation is too old.
    if (error instanceof AppError) return { ok: false, code: error.code };
    throw error;
  }
}

/** Opens the gate's lock for rights, or refuses it, and aborts the run when rights end. Call the result to stop watching. */
export function watchRights(deps: RightsDeps, live: LiveRun): () => void {
  const isMember = !live.place || deps.members.isFresh(live.access);
  if (isMember && isFresh(deps, live.access)) live.gate.rights.open();
  else void confirmFirst(deps, live);
  return deps.every(RIGHTS_FRESH_MS, () => void confirmAgain(deps, live));
}

async function confirmFirst(deps: RightsDeps, live: LiveRun): Promise<void> {
  const { rights } = live.gate;
  const confirmation = (await askRights(deps, live.access)) ?? UNPROVEN;
  try {
    const refusal = applyConfirmation(deps, live, confirmation);
    if (refusal) rights.refuse(refusal);
    else rights.open();
  } catch (error) {
    logFailure('run.not_confirmed', error, { runId: live.run.runId });
    rights.refuse(new AppError('INTERNAL', { cause: error }));
  }
}

/**
 * The run started with the last known settings. If the confirmed settings name another model, that model answers instead.
 */
function applyConfirmation(deps: RightsDeps, live: LiveRun, confirmation: AccessCheck): AppError | null {
  if (!confirmation.ok) return toRefusal(confirmation);
  const { gate, assignment } = live;
  gate.setLimit(confirmation.access.tokenAllowance ?? null);
  const resolved = resolveAgain(deps, live, confirmation);
  if (!resolved.ok) return toRefusal(resolved);
  const comparison = assignment.confirm(resolved);
  if (comparison === 'superseded') gate.requireRestart();
  else if (comparison === 'unasked') deps.transaction(() => assignment.switchTo(deps.sql, resolved));
  return null;
}

/** A run that is shown on confirmed rights keeps its model. Only lost rights and disabled settings end it. */
async function confirmAgain(deps: RightsDeps, live: LiveRun): Promise<void> {
  const confirmation = await askRights(deps, live.access);
  // A failed check is repeated at the next heartbeat.
  if (!confirmation) return;
  if (!confirmation.ok) {
    live.gate.abort(toRefusal(confirmation));
    return;
  }
  live.gate.setLimit(confirmation.access.tokenAllowance ?? null);
  const resolved = resolveAgain(deps, live, confirmation);
  if (!resolved.ok && resolved.code === 'FEATURE_DISABLED') live.gate.abort(toRefusal(resolved));
}

function resolveAgain(
  deps: Pick<RightsDeps, 'resolveModel' | 'session'>,
  { run, requestedModel }: LiveRun,
  { access, settings = [] }: Extract<AccessCheck, { ok: true }>,
) {
  const { programId, designId } = run.scope;
  return resolveFor(deps.resolveModel, { model: requestedModel, programId, designId }, deps.session.get(), {
    access,
    settings,
  });
}

/** Whether stored events can be shown to `access`: null, or the refusal. Queries only if the rights aren't fresh. */
export async function mayShow(deps: Confirm & Pick<ConversationDeps, 'now'>, access: Access): Promise<AppError | null> {
  if (isFresh(deps, access)) return null;
  const confirmation = (await askRights(deps, access)) ?? UNPROVEN;
  return confirmation.ok ? null : toRefusal(confirmation);
}

/**
 * The refusal of a decision on an approval while the access check fails; the approval stays undecided. During an outage of
 * Postgres, an older confirmation is enough to read, but not to change anything. Lost rights are not refused here: the run
 * refuses them and records that on the approval.
 */
export async function mayDecide(
  deps: Confirm & Pick<ConversationDeps, 'now'>,
  access: Access,
): Promise<AppError | null> {
  if (isFresh(deps, access)) return null;
  const confirmation = (await askRights(deps, access)) ?? UNPROVEN;
  if (confirmation.ok) return isFresh(deps, confirmation.access) ? null : toRefusal(UNPROVEN);
  const refusal = toRefusal(confirmation);
  return isUnproven(refusal) ? refusal : null;
}

export type ReaderWatch = {
  /** Settles with the refusal when the reader loses access. */
  readonly gone: Promise<AppError>;
  readonly stop: () => void;
};

/** Watches a reader's rights. The run watches its own user; a shared conversation has other readers. */
export function watchReader(deps: Confirm & Pick<ConversationDeps, 'every'>, access: Access): ReaderWatch {
  const { promise: gone, resolve } = Promise.withResolvers<AppError>();
  const check = async (): Promise<void> => {
    const confirmation = await askRights(deps, access);
    if (confirmation && !confirmation.ok) resolve(toRefusal(confirmation));
  };
  return { gone, stop: deps.every(READER_CHECK_MS, () => void check()) };
}

/** Null if the check itself failed. */
async function askRights(deps: Confirm, access: Access): Promise<AccessCheck | null> {
  try {
    return await deps.confirm(access);
  } catch (error) {
    logFailure('rights.check_failed', error);
    return null;
  }
}

function toRefusal({ code, detail }: Extract<ConversationReply<object>, { ok: false }>): AppError {
  return new AppError(code, {
    ...(detail === undefined ? {} : { detail }),
    ...(code === UNPROVEN.code ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  });
}

export const isFresh = (deps: Pick<ConversationDeps, 'now'>, access: Access): boolean =>
  deps.now() - access.confirmedAt <= RIGHTS_FRESH_MS;
