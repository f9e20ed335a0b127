// Takes a turn into the conversation: all checks and the whole commit in one synchronous block.
// User message, run and outbox rows are stored together or not at all, before the reply begins.
import { addToOutbox, backlog, MAX_BACKLOG, type OutboxItem } from '../audit/outbox.ts';
import { AppError } from '../errors.ts';
import type { SharedPlace } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import { migrate } from '../sqlite-migrate.ts';
import { abandonCards } from './abandon-cards.ts';
import { decideApproval, getApproval } from './approvals.ts';
import { beginAt, enter } from './audience.ts';
import { type Begun, branchOff } from './branch-off.ts';
import { isOn, pathTo, readBranches } from './branches.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import { keepEarlierMessages } from './earlier-messages.ts';
import { auditOf, messageItem, runItems } from './facts.ts';
import type { RunCall, RunRequest, TranscriptMessage } from './requests.ts';
import { resolveFor } from './resolve-for.ts';
import { answeredBy, authorOf, findRun, insertRun, type Run } from './runs.ts';
import { changeSession, type Session, toRecord } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { newStep } from './step.ts';
import { placeTurn } from './thread.ts';
import { titleFrom } from './title.ts';
import { blankMessage, nextOrdinal, putMessage } from './transcript.ts';
import { scopeOfTurn, settledScope } from './turn-scope.ts';

export type Admitted =
  /** The turn is new and waits for `start`. */
  | { readonly kind: 'new'; readonly turn: LiveTurn }
  /** The same request was admitted before: its log is replayed and nothing is done. */
  | { readonly kind: 'repeated' };

/** @throws AppError for every refusal; nothing is stored then. */
export function admit(deps: ConversationDeps, call: RunCall): Admitted {
  const { access } = call;
  const before = deps.session.get();
  const entered = enter(deps, access);
  if (!entered) throw new AppError('NOT_FOUND');
  const { place } = entered;
  const request = atPlace(call.run, place);
  const known = before && findRun(deps.sql, request.runId);
  if (known) {
    if (known.digest !== request.digest || known.actorId !== access.userId) throw new AppError('RUN_ID_REUSED');
    return { kind: 'repeated' };
  }
  if (request.isRepetition) throw new AppError('NOT_FOUND');
  // What one person may read is not thereby for everybody who shares the place.
  if (place && request.draft) throw new AppError('BAD_REQUEST', { detail: 'A draft begins in a session of your own.' });
  if (!request.message && request.decisions.length === 0) throw new AppError('BAD_REQUEST');
  if (!before && request.decisions.length > 0) throw new AppError('NOT_FOUND');
  if (before && deps.queue.isFull()) throw new AppError('QUEUE_FULL', { retryAfterSeconds: 10 });
  if (before && backlog(deps.sql) >= MAX_BACKLOG) throw new AppError('BACKLOG_FULL', { retryAfterSeconds: 60 });
  const branch = branchOff(deps, request, access, before);
  const resolved = resolveFor(deps, request, before, { access, settings: call.settings });
  if (!resolved.ok) throw new AppError(resolved.code, resolved.detail === undefined ? {} : { detail: resolved.detail });

  const run = deps.transaction(() => {
    migrate(deps.sql, CONVERSATION_STEPS);
    const now = deps.now();
    const session = sessionFor(before, request, { access, place }, now);
    const earlier = before ? [] : keepEarlierMessages(deps, session, request);
    const asked = { ...asAsked(request, branch), ...scopeOfTurn(session, request) };
    const created = newRun(deps, { ...call, run: asked }, resolved, now);
    const shown = placeTurn(deps.sql, session, created.ordinal, branch);
    commit(deps, { session: shown, isNew: before === null, earlier, branch }, created, request, access);
    return created;
  });
  const turn = beginTurn(deps, run, { access, place, requestedModel: request.model, resolved });
  deps.live.set(run.runId, turn);
  deps.keepAlive();
  return { kind: 'new', turn };
}

/**
 * At a shared place everybody speaks of that place, whatever their client says is in view, and nobody brings words along
 * that others are to have heard.
 */
function atPlace(request: RunRequest, place: SharedPlace | null): RunRequest {
  if (!place) return request;
  const { earlier: _heardElsewhere, about: _elsewhere, ...said } = request;
  return { ...said, programId: place.view.program?.id ?? null, designId: place.view.design?.id ?? null };
}

/** A draft that is asked for again is one, of the same rows. */
function asAsked(request: RunRequest, branch: Begun | null): RunRequest {
  const brief = branch?.question?.draft;
  return brief?.type === 'brief' ? { ...request, draft: brief } : request;
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
  actorName: access.userName,
  scope: {
    mode: request.mode,
    programId: request.programId,
    designId: request.designId,
    about: request.about ?? null,
    parentRunId: request.parentRunId ?? proposingRun(deps, request),
    approvalIds: request.decisions.map(({ approvalId }) => approvalId),
    instructions: request.instructions,
    maxOutputTokens: request.maxOutputTokens,
    templateId: request.draft?.templateId,
  },
  requestId,
  assistantId: deps.newId(),
  ...answeredBy(resolved),
  promptTokens: 0,
  budgetMonth: null,
  leaseId: null,
  createdAt: now,
});

/** A turn that carries out a decision goes on with the one that proposed it, also where the client does not say so. */
function proposingRun({ sql }: ConversationDeps, { decisions }: RunRequest): string | null {
  const [decision] = decisions;
  return (decision && getApproval(sql, decision.approvalId)?.runId) ?? null;
}

type Speaker = { readonly access: Access; readonly place: SharedPlace | null };

function beginTurn(
  deps: ConversationDeps,
  run: Run,
  admitted: Pick<LiveTurn, 'access' | 'place' | 'requestedModel' | 'resolved'>,
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
  {
    session,
    isNew,
    earlier,
    branch,
  }: {
    readonly session: Session;
    readonly isNew: boolean;
    readonly earlier: readonly OutboxItem[];
    readonly branch: Begun | null;
  },
  run: Run,
  request: RunRequest,
  access: Access,
): void {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const meta = earlier.length > 0 ? { meta: { earlierMessages: earlier.length } } : {};
  deps.session.put(session);
  insertRun(deps.sql, run);
  addToOutbox(deps.sql, [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    ...(isNew ? [{ kind: 'audit' as const, ...owner, audit: auditOf(deps, run, 'session.created', meta) }] : []),
    ...earlier,
    ...(request.message ? keepWords(deps, session, run, branch?.question ?? inWords(run, request)) : []),
    ...(branch ? abandonCards(deps, run) : []),
    ...request.decisions.map((decision) => takeDecision(deps, run, decision, access)),
    ...runItems(session, run.runId, access),
  ]);
}

type Words = Pick<TranscriptMessage, 'parts' | 'author' | 'draft'>;

const inWords = (run: Run, { message, draft }: RunRequest): Words => ({
  parts: [{ type: 'text', content: message?.text ?? '' }],
  author: authorOf(run),
  draft: draft ?? null,
});

/** A question that is asked again is another message with the same words. */
function keepWords(deps: ConversationDeps, session: Session, run: Run, { parts, author, draft }: Words): OutboxItem[] {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const blank = blankMessage({
    id: deps.newId(),
    runId: run.runId,
    role: 'user',
    parts,
    status: 'complete',
    createdAt: run.createdAt,
  });
  const message = { ...blank, author: author ?? null, draft: draft ?? null };
  putMessage(deps.sql, { ordinal: run.ordinal, position: 0 }, message);
  return [
    messageItem(deps, session, { ordinal: run.ordinal, position: 0 }, message),
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
  // What the decision goes on from is what is shown.
  if (!isOn(pathTo(readBranches(deps.sql), run.ordinal), approval.place.ordinal))
    throw new AppError('APPROVAL_ELSEWHERE');
  const meta = { approvalId: approval.id, tool: approval.tool, digest: approval.digest };
  const audit = auditOf(deps, run, decision.approve ? 'tool.approved' : 'tool.declined', { meta });
  return { kind: 'audit', orgId: run.orgId, userId: run.actorId, audit };
}

/**
 * What the user chose in this request holds for the conversation from now on. At a shared place it holds for their turn:
 * what all share is not changed by the way.
 */
function sessionFor(before: Session | null, request: RunRequest, { access, place }: Speaker, now: number): Session {
  const { sessionId: id, programId, designId } = request;
  const session = before ?? beginAt(place, { id, title: null, model: null, programId, designId }, access, now);
  const opening = request.earlier?.[0]?.text ?? request.message?.text;
  const title = session.title ?? (opening === undefined ? null : titleFrom(opening));
  const model = place ? session.model : (request.model ?? session.model);
  const change = { title, model, ...(!place && settledScope(session, request)) };
  return changeSession(session, change, now);
}
