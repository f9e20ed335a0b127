// Takes a turn into the conversation: all checks and the whole commit in one synchronous block.
// User message, run and outbox rows are stored together or not at all, before the reply begins.
import { addToOutbox, backlog, MAX_BACKLOG, type OutboxItem } from '../audit/outbox.ts';
import { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import { migrate } from '../sqlite-migrate.ts';
import { decideApproval } from './approvals.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import { auditOf, indexItem } from './facts.ts';
import type { RunCall, RunRequest } from './requests.ts';
import { resolveFor } from './resolve-for.ts';
import { answeredBy, findRun, insertRun, type Run } from './runs.ts';
import { beginSession, changeSession, isOwner, type Session, toRecord } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { newStep } from './step.ts';
import { titleFrom } from './title.ts';
import { blankMessage, nextOrdinal, putMessage } from './transcript.ts';

export type Admitted =
  /** The turn is new and waits for `start`. */
  | { readonly kind: 'new'; readonly turn: LiveTurn }
  /** The same request was admitted before: its log is replayed and nothing is done. */
  | { readonly kind: 'repeated' };

/** @throws AppError for every refusal; nothing is stored then. */
export function admit(deps: ConversationDeps, call: RunCall): Admitted {
  const { run: request, access } = call;
  const before = deps.session.get();
  if (before && (!isOwner(before, access) || before.deletedAt !== null)) throw new AppError('NOT_FOUND');
  const known = before && findRun(deps.sql, request.runId);
  if (known) {
    if (known.digest !== request.digest) throw new AppError('RUN_ID_REUSED');
    return { kind: 'repeated' };
  }
  if (!request.message && request.decisions.length === 0) throw new AppError('BAD_REQUEST');
  if (!before && request.decisions.length > 0) throw new AppError('NOT_FOUND');
  if (before && deps.queue.isFull()) throw new AppError('QUEUE_FULL', { retryAfterSeconds: 10 });
  if (before && backlog(deps.sql) >= MAX_BACKLOG) throw new AppError('BACKLOG_FULL', { retryAfterSeconds: 60 });
  const resolved = resolveFor(deps, request, before, { access, settings: call.settings });
  if (!resolved.ok) throw new AppError(resolved.code, resolved.detail === undefined ? {} : { detail: resolved.detail });

  const run = deps.transaction(() => {
    migrate(deps.sql, CONVERSATION_STEPS);
    const now = deps.now();
    const session = sessionFor(before, request, access, now);
    const created = newRun(deps, call, resolved, now);
    commit(deps, { session, isNew: before === null }, created, request, access);
    return created;
  });
  const turn = beginTurn(deps, run, { access, requestedModel: request.model, resolved });
  deps.live.set(run.runId, turn);
  deps.keepAlive();
  return { kind: 'new', turn };
}

/** A turn that carries out a decision has no message before its effect is told of, and yet has its place. */
const freeOrdinal = ({ sql, live }: ConversationDeps): number =>
  Math.max(nextOrdinal(sql), ...[...live.values()].map(({ run }) => run.ordinal + 1));

const newRun = (
  deps: ConversationDeps,
  { run: request, access, requestId }: RunCall,
  resolved: Resolved,
  now: number,
): Run => ({
  runId: request.runId,
  ordinal: freeOrdinal(deps),
  digest: request.digest,
  status: 'queued',
  sessionId: request.sessionId,
  orgId: access.orgId,
  actorId: access.userId,
  scope: {
    mode: request.mode,
    programId: request.programId,
    designId: request.designId,
    parentRunId: request.parentRunId,
    approvalIds: request.decisions.map(({ approvalId }) => approvalId),
  },
  requestId,
  assistantId: deps.newId(),
  ...answeredBy(resolved),
  promptTokens: 0,
  budgetMonth: null,
  leaseId: null,
  createdAt: now,
});

function beginTurn(
  deps: ConversationDeps,
  run: Run,
  admitted: Pick<LiveTurn, 'access' | 'requestedModel' | 'resolved'>,
): LiveTurn {
  deps.log.open(run.runId);
  return {
    run,
    ...admitted,
    attempt: null,
    successor: null,
    step: newStep(deps, run, run.assistantId, 1),
    used: [],
    tried: new Set<string>(),
    controller: new AbortController(),
    ended: Promise.withResolvers<void>(),
    rights: Promise.withResolvers<AppError | null>(),
    limit: admitted.access.tokenAllowance ?? null,
    quota: Promise.withResolvers<AppError | null>(),
    isHeldForQuota: false,
    isReserving: false,
  };
}

function commit(
  deps: ConversationDeps,
  { session, isNew }: { readonly session: Session; readonly isNew: boolean },
  run: Run,
  request: RunRequest,
  access: Access,
): void {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  deps.session.put(session);
  insertRun(deps.sql, run);
  addToOutbox(deps.sql, [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    ...(isNew ? [{ kind: 'audit' as const, ...owner, audit: auditOf(deps, run, 'session.created', {}) }] : []),
    ...(request.message ? keepWords(deps, session, run, request.message.text) : []),
    ...request.decisions.map((decision) => takeDecision(deps, run, decision, access)),
    indexItem(session, run.runId),
  ]);
}

function keepWords(deps: ConversationDeps, session: Session, run: Run, text: string): OutboxItem[] {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const message = blankMessage({
    id: deps.newId(),
    runId: run.runId,
    role: 'user',
    parts: [{ type: 'text', content: text }],
    status: 'complete',
    createdAt: run.createdAt,
  });
  putMessage(deps.sql, { ordinal: run.ordinal, position: 0 }, message);
  return [
    { kind: 'message', ...owner, sessionId: session.id, ordinal: run.ordinal, position: 0, message },
    { kind: 'audit', ...owner, audit: auditOf(deps, run, 'message.sent', {}) },
  ];
}

function takeDecision(
  deps: ConversationDeps,
  run: Run,
  decision: RunRequest['decisions'][number],
  access: Access,
): OutboxItem {
  const approval = decideApproval(deps.sql, decision, { access, runId: run.runId, now: run.createdAt });
  const meta = { approvalId: approval.id, tool: approval.tool, digest: approval.digest };
  const audit = auditOf(deps, run, decision.approve ? 'tool.approved' : 'tool.declined', { meta });
  return { kind: 'audit', orgId: run.orgId, userId: run.actorId, audit };
}

/** What the user chose in this request holds for the conversation from now on. */
function sessionFor(before: Session | null, request: RunRequest, access: Access, now: number): Session {
  const session =
    before ??
    beginSession(
      access,
      { id: request.sessionId, title: null, model: null, programId: request.programId, designId: request.designId },
      now,
    );
  const title = session.title ?? (request.message && titleFrom(request.message.text));
  const change = { title, model: request.model ?? session.model };
  return changeSession(session, change, now);
}
