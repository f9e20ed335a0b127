// Admits a run: all checks and the whole commit in one synchronous block. User message, run and outbox rows are stored
// together or not at all, before the reply starts.

import type { RunCall, RunRequest } from '../../../contracts/conversation.ts';
import { contextBytes, type PageContext } from '../../../contracts/page-context.ts';
import type { TranscriptMessage } from '../../../contracts/transcript.ts';
import { AppError } from '../../../errors.ts';
import { addToOutbox, backlog, MAX_BACKLOG, type OutboxItem } from '../../../outbox/outbox.ts';
import type { SharedPlace } from '../../../packs/pack.ts';
import type { Access } from '../../../principal.ts';
import { decideApproval, getApproval } from '../../approvals/approvals.ts';
import { cancelOffBranch } from '../../approvals/cancel-approvals.ts';
import { messageItem, runAudit, runItems, sessionRow } from '../../audit-events.ts';
import { beginAt, enterConversation } from '../../conversation-access.ts';
import type { ConversationDeps, LiveRun } from '../../deps.ts';
import { isOn, pathTo, readBranches } from '../../history/branches.ts';
import { storeEarlierMessages } from '../../history/earlier-messages.ts';
import { type NewBranch, startBranch } from '../../history/switch-branch.ts';
import { placeTurn } from '../../history/thread.ts';
import { titleFrom } from '../../history/title.ts';
import { blankMessage, nextOrdinal, putMessage } from '../../history/transcript.ts';
import { pageNote } from '../../prompt/page-note.ts';
import { scopeOfTurn, settledScope } from '../../prompt/turn-scope.ts';
import { changeSession, type Session } from '../../session.ts';
import { migrateConversation } from '../../sqlite-migrations.ts';
import { type AssignedModels, createAssignment, resolveFor } from '../assignment.ts';
import { createLease } from '../reservation.ts';
import { createRunGate } from '../run-gate.ts';
import { answeredBy, authorOf, findRun, insertRun, type Lease, type Run } from '../runs.ts';
import { createSteps } from '../step.ts';

export type AdmitDeps = Pick<
  ConversationDeps,
  | 'sql'
  | 'transaction'
  | 'session'
  | 'id'
  | 'log'
  | 'queue'
  | 'live'
  | 'members'
  | 'resolveModel'
  | 'viewOf'
  | 'now'
  | 'newId'
  | 'keepAlive'
>;

/**
 * Null if the same request was admitted before: its log is replayed and nothing else happens.
 * @param granted what was reserved for the run's first request, if that could not wait
 * @throws AppError for every refusal; nothing is stored then
 */
export function admit(deps: AdmitDeps, call: RunCall, granted: Lease | null = null): LiveRun | null {
  const { access } = call;
  const before = deps.session.get();
  const entered = enterConversation(deps, access);
  if (!entered) throw new AppError('NOT_FOUND');
  const { place } = entered;
  const request = atPlace(call.run, place);
  if (before && isRepeated(deps, request, access)) return null;
  refuseRequest(deps, request, { before, place });
  const branch = startBranch(deps, request, access, before);
  const resolved = resolveFor(deps.resolveModel, request, before, { access, settings: call.settings });
  if (!resolved.ok) throw new AppError(resolved.code, resolved.detail === undefined ? {} : { detail: resolved.detail });

  const assistantId = deps.newId();
  const lease = firstLease(deps, call, granted, assistantId);
  const run = deps.transaction(() => {
    migrateConversation(deps.sql);
    const now = deps.now();
    const session = sessionFor(before, request, { access, place }, now);
    const earlier = before ? [] : storeEarlierMessages(deps, session, request);
    const asked = { ...withOriginalDraft(request, branch), ...scopeOfTurn(session, request) };
    const created = newRun(deps, { ...call, run: asked }, { resolved, lease, assistantId, createdAt: now });
    const shown = placeTurn(deps.sql, session, created.ordinal, branch);
    const view = place?.view ?? deps.viewOf(access, created.scope);
    const note = pageNote(access, { view, about: created.scope.about, now });
    commit(deps, { session: shown, isNew: before === null, earlier, branch, run: created, request, access, note });
    return created;
  });
  const live = goLive(deps, run, { access, place, resolved, lease, requestedModel: request.model });
  deps.keepAlive();
  return live;
}

/** @throws AppError RUN_ID_REUSED if the run id belongs to another request */
function isRepeated({ sql }: AdmitDeps, request: RunRequest, access: Access): boolean {
  const known = findRun(sql, request.runId);
  if (!known) return false;
  if (known.digest !== request.digest || known.actorId !== access.userId) throw new AppError('RUN_ID_REUSED');
  return true;
}

function refuseRequest(
  deps: AdmitDeps,
  request: RunRequest,
  { before, place }: { readonly before: Session | null; readonly place: SharedPlace | null },
): void {
  if (request.isRepetition) throw new AppError('NOT_FOUND');
  // The source rows are limited to what one user can read, so they must not be shown to all members of a place.
  if (place && request.draft) throw new AppError('BAD_REQUEST', { detail: 'Drafts need a private session.' });
  // Its answers are for everyone, who wouldn't see what they are made of.
  if (place && request.context)
    throw new AppError('UNSUPPORTED', { detail: 'A shared conversation takes no context from a page.' });
  if (!request.message && request.decisions.length === 0) throw new AppError('BAD_REQUEST');
  if (!before && request.decisions.length > 0) throw new AppError('NOT_FOUND');
  if (before && deps.queue.isFull()) throw new AppError('QUEUE_FULL', { retryAfterSeconds: 10 });
  if (before && backlog(deps.sql) >= MAX_BACKLOG) throw new AppError('BACKLOG_FULL', { retryAfterSeconds: 60 });
}

/** In a shared conversation every turn is about its place, and users can't add messages that others never saw. */
function atPlace(request: RunRequest, place: SharedPlace | null): RunRequest {
  if (!place) return request;
  const { earlier: _unseenByOthers, about: _elsewhere, ...asked } = request;
  return { ...asked, programId: place.view.program?.id ?? null, designId: place.view.design?.id ?? null };
}

/** A regenerated draft uses the same source rows. */
function withOriginalDraft(request: RunRequest, branch: NewBranch | null): RunRequest {
  const brief = branch?.question?.draft;
  return brief?.type === 'brief' ? { ...request, draft: brief } : request;
}

/** A run that executes a decision has an ordinal before it has a message. */
const freeOrdinal = ({ sql, live }: Pick<AdmitDeps, 'sql' | 'live'>): number =>
  Math.max(nextOrdinal(sql), ...[...live.values()].map(({ run }) => run.ordinal + 1));

const newRun = (
  deps: AdmitDeps,
  { run: request, access, requestId }: RunCall,
  {
    resolved,
    lease,
    assistantId,
    createdAt,
  }: {
    readonly resolved: AssignedModels;
    readonly lease: Lease | null;
    readonly assistantId: string;
    readonly createdAt: number;
  },
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
    effort: request.effort,
    templateId: request.draft?.templateId,
    ...ignoredIn(request),
  },
  requestId,
  assistantId,
  ...answeredBy(resolved),
  promptTokens: 0,
  budgetMonth: lease?.month ?? null,
  leaseId: lease?.id ?? null,
  createdAt,
});

/** A draft is made of its sources alone. */
function ignoredIn({ ignored = [], draft, context }: RunRequest): { readonly ignored?: readonly string[] } {
  const names = draft && context ? [...ignored, 'context'] : ignored;
  return names.length === 0 ? {} : { ignored: names };
}

/** A run that begins at once names its lease in the same commit. It is asked for only after that. */
const firstLease = (deps: AdmitDeps, { run }: RunCall, granted: Lease | null, assistantId: string): Lease | null =>
  granted ?? (run.message && deps.queue.idle() ? createLease(deps, assistantId) : null);

/** A run that executes a decision continues the run that proposed it, even if the client doesn't say so. */
function proposingRun({ sql }: Pick<AdmitDeps, 'sql'>, { decisions }: RunRequest): string | null {
  const [decision] = decisions;
  return (decision && getApproval(sql, decision.approvalId)?.runId) ?? null;
}

function goLive(
  deps: AdmitDeps,
  run: Run,
  admitted: Pick<LiveRun, 'access' | 'place' | 'requestedModel'> & {
    readonly resolved: AssignedModels;
    readonly lease: Lease | null;
  },
): LiveRun {
  const { access, place, requestedModel, resolved, lease } = admitted;
  deps.log.open(run.runId);
  const live: LiveRun = {
    run,
    access,
    place,
    requestedModel,
    gate: createRunGate(deps.log, run.runId, access.tokenAllowance ?? null),
    assignment: createAssignment(run, resolved),
    steps: createSteps(deps, run, lease),
    ended: Promise.withResolvers<void>(),
  };
  deps.live.set(run.runId, live);
  return live;
}

type RunAdmission = {
  readonly session: Session;
  readonly isNew: boolean;
  readonly earlier: readonly OutboxItem[];
  readonly branch: NewBranch | null;
  readonly run: Run;
  readonly request: RunRequest;
  readonly access: Access;
  /** The page and the date, for the model. */
  readonly note: string;
};

function commit(deps: AdmitDeps, { session, isNew, earlier, branch, run, request, access, note }: RunAdmission): void {
  deps.session.put(session);
  insertRun(deps.sql, run);
  const items: OutboxItem[] = [sessionRow(session)];
  if (isNew) {
    const details = earlier.length > 0 ? { meta: { earlierMessages: earlier.length } } : {};
    items.push(runAudit(deps, run, 'session.created', details, session.ownerId), ...earlier);
  }
  if (request.message) {
    const question = branch?.question ?? toQuestion(run, request);
    // A regenerated answer has the question's context, unless the page sent it again.
    const context = request.context ?? question.context;
    items.push(...storeQuestion(deps, session, run, { ...question, note, context }));
  }
  if (branch) items.push(...cancelOffBranch(deps, run));
  for (const decision of request.decisions) items.push(takeDecision(deps, run, decision, access));
  addToOutbox(deps.sql, [...items, ...runItems(session, run.runId, access)]);
}

type QuestionFields = Pick<TranscriptMessage, 'parts' | 'author' | 'draft' | 'note' | 'context'>;

const toQuestion = (run: Run, { message, draft }: RunRequest): QuestionFields => ({
  parts: [{ type: 'text', content: message?.text ?? '' }],
  author: authorOf(run),
  draft: draft ?? null,
});

/** A repeated question is a new message with the same text. */
function storeQuestion(
  deps: AdmitDeps,
  session: Session,
  run: Run,
  { parts, author, draft, note, context = null }: QuestionFields,
): OutboxItem[] {
  const place = { ordinal: run.ordinal, position: 0 };
  const blank = blankMessage({
    id: deps.newId(),
    runId: run.runId,
    role: 'user',
    parts,
    status: 'complete',
    createdAt: run.createdAt,
  });
  // A draft is made of its sources alone.
  const shown = draft ? { note: null, context: null } : { note: note ?? null, context };
  const message = { ...blank, author: author ?? null, draft: draft ?? null, ...shown };
  putMessage(deps.sql, place, message);
  const details = shown.context ? { meta: { context: auditedContext(shown.context) } } : {};
  return [messageItem(deps, session, place, message), runAudit(deps, run, 'message.sent', details, session.ownerId)];
}

/** The audit log outlives the conversation, so it says that there was context and how much, not what it said. */
const auditedContext = (context: PageContext) => ({
  items: context.length,
  bytes: contextBytes(context),
  types: [...new Set(context.flatMap(({ type }) => (type === null ? [] : [type])))],
});

function takeDecision(
  deps: AdmitDeps,
  run: Run,
  decision: RunRequest['decisions'][number],
  access: Access,
): OutboxItem {
  const approval = decideApproval(deps.sql, decision, { access, runId: run.runId, now: run.createdAt });
  // A decision continues the shown branch.
  if (!isOn(pathTo(readBranches(deps.sql), run.ordinal), approval.place.ordinal))
    throw new AppError('APPROVAL_ELSEWHERE');
  const meta = { approvalId: approval.id, tool: approval.tool, digest: approval.digest };
  return runAudit(deps, run, decision.approve ? 'tool.approved' : 'tool.declined', { meta });
}

/**
 * The model and program that the user chose with this request apply to the conversation from now on. In a shared conversation
 * they apply to this turn only.
 */
function sessionFor(
  before: Session | null,
  request: RunRequest,
  { access, place }: { readonly access: Access; readonly place: SharedPlace | null },
  now: number,
): Session {
  const { sessionId: id, programId, designId } = request;
  const session = before ?? beginAt(place, { id, title: null, model: null, programId, designId }, access, now);
  const opening = request.earlier?.[0]?.text ?? request.message?.text;
  const title = session.title ?? (opening === undefined ? null : titleFrom(opening));
  if (place) return changeSession(session, { title }, now);
  const model = request.model ?? session.model;
  return changeSession(session, { title, model, ...settledScope(session, request) }, now);
}
