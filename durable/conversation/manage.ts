// What people do with a conversation besides talking: make it, read it, name it, stop a turn, delete it.
// Each call is held against the pinned org and its owner or members; for anyone else there is nothing here.
import { addToOutbox, backlog, forgetParkedWords, MAX_BACKLOG } from '../audit/outbox.ts';
import type { Access } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import { migrate } from '../sqlite-migrate.ts';
import { toShown as showDraft } from '../templates/draft.ts';
import { approvalsOfMessage, pendingApprovals, type StoredApproval, toConfirmation } from './approvals.ts';
import { beginAt, enter, getUnbegun, getVisible } from './audience.ts';
import { isOn } from './branches.ts';
import { copiedCardsOf } from './copied-cards.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { auditOfSession, indexItems } from './facts.ts';
import { feedbackOf } from './feedback.ts';
import { toInterrupt } from './interrupts.ts';
import type {
  Answer,
  MessagePage,
  PageCall,
  Refused,
  SessionDraft,
  SessionPatch,
  SessionRecord,
  ShownMessage,
  TranscriptMessage,
} from './requests.ts';
import { resolveFor } from './resolve-for.ts';
import { endUnbegun } from './run-turn.ts';
import { findRun, type RunStatus } from './runs.ts';
import { changeSession, type Session, toRecord } from './session.ts';
import { CONVERSATION_STEPS } from './sqlite-migrations.ts';
import { standingOf } from './standing.ts';
import { shownPath } from './thread.ts';
import { readMessages, textOf } from './transcript.ts';
import { STOPPED } from './turn.ts';
import { shownVersions } from './versions.ts';

export type Read = { readonly session: SessionRecord; readonly activeRunId: string | null };

const NOT_FOUND: Refused = { ok: false, code: 'NOT_FOUND' };

/** Makes the conversation; asking again for the same one by who takes part answers what is there. */
export function create(
  deps: ConversationDeps,
  call: { access: Access; settings?: AiSettings; draft: SessionDraft; requestId: string },
): Answer<Read> {
  if (deps.session.get()) return read(deps, call.access);
  const { access, settings = [], draft } = call;
  const entered = enter(deps, access);
  if (!entered) return NOT_FOUND;
  if (draft.model !== null) {
    const resolved = resolveFor(deps, draft, null, { access, settings });
    if (!resolved.ok) return resolved;
  }
  const session = beginAt(entered.place, call.draft, call.access, deps.now());
  deps.transaction(() => {
    migrate(deps.sql, CONVERSATION_STEPS);
    deps.session.put(session);
    tellOfChange(deps, session, 'session.created', call, {});
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return { ok: true, session: toRecord(session), activeRunId: null };
}

export function read(deps: ConversationDeps, access: Access): Answer<Read> {
  const session = getVisible(deps, access) ?? getUnbegun(deps, access);
  return session ? { ok: true, session: toRecord(session), activeRunId: deps.queue.running() } : NOT_FOUND;
}

/** A page of the transcript. An answer under way comes with what it has said so far, stored first and then shown. */
export function messages(deps: ConversationDeps, call: PageCall): Answer<MessagePage> {
  const session = getVisible(deps, call.access);
  if (!session) {
    if (!getUnbegun(deps, call.access)) return NOT_FOUND;
    return { ok: true, messages: [], cursor: null, activeRunId: null, standing: standingOf(deps), waiting: null };
  }
  const path = shownPath(deps.sql, session);
  const page = readMessages(deps.sql, { ...call, path });
  const stored = page.messages.map((message) => {
    const turn = message.status === 'streaming' ? deps.live.get(message.runId) : undefined;
    const isWritten = turn?.step.messageId === message.id && deps.log.storeNow(message.runId);
    return turn && isWritten ? { ...message, parts: turn.step.writer.parts() } : message;
  });
  // What waits for somebody else's decision is shown, and not put to this person.
  const [waiting] = pendingOf(deps, call.access)
    .filter(({ place }) => isOn(path, place.ordinal))
    .slice(-1);
  const versions = shownVersions(deps.sql, page);
  const feedback = feedbackOf(deps.sql, call.access.userId);
  return {
    ok: true,
    messages: toShown(deps, stored).map((message) => ({
      ...message,
      versions: versions.get(message.id) ?? null,
      feedback: feedback.get(message.id) ?? null,
    })),
    cursor: page.cursor,
    activeRunId: deps.queue.running(),
    standing: standingOf(deps),
    waiting: waiting ? waitingOf(deps, call.access, waiting.messageId) : null,
  };
}

const pendingOf = (deps: ConversationDeps, access: Access): StoredApproval[] =>
  pendingApprovals(deps.sql, deps.now()).filter(({ askedById }) => askedById === access.userId);

/** Puts what tools answered, and the cards that wait or were decided, beside the calls they belong to. */
function toShown(deps: ConversationDeps, stored: readonly TranscriptMessage[]): ShownMessage[] {
  return stored.flatMap((message, index): ShownMessage[] => {
    if (message.role === 'tool') return [];
    // Some models number their calls anew in each answer: what answers this one stands right behind it.
    const next = stored.findIndex(({ role }, place) => place > index && role !== 'tool');
    const replies = stored.slice(index + 1, next < 0 ? undefined : next).flatMap(toReplies);
    const calls = new Set(message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
    const shown = { ...message, draft: message.draft ? showDraft(message.draft) : null };
    if (calls.size === 0) return [{ ...shown, replies: [], confirmations: [] }];
    const cards = approvalsOfMessage(deps.sql, message.id).map((approval) => toConfirmation(approval, deps.now()));
    return [
      {
        ...shown,
        replies: replies.filter(({ callId }) => calls.has(callId)),
        confirmations: cards.length > 0 ? cards : copiedCardsOf(deps.sql, message.id),
      },
    ];
  });
}

const toReplies = ({ tool, parts }: TranscriptMessage): ShownMessage['replies'] =>
  tool ? [{ ...tool, content: textOf(parts) }] : [];

/** The cards of the newest message that still wait, as clients take them up after a reload. */
function waitingOf(deps: ConversationDeps, access: Access, messageId: string): MessagePage['waiting'] {
  const cards = pendingOf(deps, access).filter((approval) => approval.messageId === messageId);
  const runId = cards[0]?.runId;
  return runId === undefined ? null : { runId, interrupts: cards.map((approval) => toInterrupt(approval, runId)) };
}

/** Renames, pins, or sets the model from the next turn on. */
export function patch(
  deps: ConversationDeps,
  call: { access: Access; settings?: AiSettings; patch: SessionPatch; requestId: string },
): Answer<Read> {
  const before = getVisible(deps, call.access);
  if (!before) return NOT_FOUND;
  const refusal = refuseChange(deps, before, call);
  if (refusal) return refusal;
  const change = {
    ...(call.patch.title === undefined ? {} : { title: call.patch.title }),
    ...(call.patch.model === undefined ? {} : { model: call.patch.model }),
    ...(call.patch.pinned === undefined ? {} : { pinned: call.patch.pinned }),
  };
  if (change.model !== undefined) {
    const { access, settings = [] } = call;
    const resolved = resolveFor(deps, { model: change.model, programId: null, designId: null }, before, {
      access,
      settings,
    });
    if (!resolved.ok) return resolved;
  }
  if (backlog(deps.sql) >= MAX_BACKLOG) return { ok: false, code: 'BACKLOG_FULL' };
  const session = changeSession(before, change, deps.now());
  deps.transaction(() => {
    deps.session.put(session);
    // What it is called now is the owner's affair; the audit log keeps that it changed.
    tellOfChange(deps, session, 'session.changed', call, { changed: Object.keys(change) });
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return read(deps, call.access);
}

/** What all share is called after its place, and only who manages the place sets the model for everybody. */
function refuseChange(
  deps: ConversationDeps,
  session: Session,
  { access, patch }: { access: Access; patch: SessionPatch },
): Refused | null {
  if (session.audience === 'private') return null;
  if (patch.title !== undefined || patch.pinned !== undefined)
    return refuse('A shared conversation is called after its place, and stands in nobody’s list.');
  return deps.members.get(access)?.canManage
    ? null
    : refuse(`Only ${MANAGERS} can set the model of a shared conversation.`);
}

const MANAGERS = 'the person who opened this place, or an admin of your organisation,';
const refuse = (detail: string): Refused => ({ ok: false, code: 'FORBIDDEN', detail });

/** Stops a turn, or takes it out of the queue. A turn that ended already answers how. */
export function cancel(
  deps: ConversationDeps,
  call: { access: Access; runId: string },
): Answer<{ status: RunStatus | 'stopping' }> {
  const session = getVisible(deps, call.access);
  const run = session && findRun(deps.sql, call.runId);
  if (!run) return NOT_FOUND;
  const isOthers = session?.audience === 'shared' && run.actorId !== call.access.userId;
  if (isOthers && !deps.members.get(call.access)?.canManage)
    return refuse(`Only ${run.actorName ?? 'the person who asked'} can stop this answer.`);
  const turn = deps.live.get(call.runId);
  if (!turn) return { ok: true, status: run.status };
  stop(deps, turn);
  return { ok: true, status: 'stopping' };
}

export function stop(deps: ConversationDeps, turn: LiveTurn): void {
  if (deps.queue.withdraw(turn.run.runId)) endUnbegun(deps, turn);
  else turn.controller.abort(STOPPED);
}

/** Who deletes: the owner, who manages a shared place, or the rule that keeps only so many conversations. */
export type Remover =
  | { readonly access: Access; readonly requestId: string }
  | { readonly orgId: string; readonly subject: string; readonly reason: 'retention' };

/** Deletes the conversation for good. A turn that still runs is stopped first; audit rows stay. */
export async function remove(deps: ConversationDeps, by: Remover): Promise<Answer<{ removed: true }>> {
  const session = 'access' in by ? getVisible(deps, by.access) : evictable(deps, by);
  if (!session) return NOT_FOUND;
  const isTheirs = session.audience === 'private' || !('access' in by) || deps.members.get(by.access)?.canManage;
  if (!isTheirs) return refuse(`Only ${MANAGERS} can delete a shared conversation.`);
  deps.transaction(() => markRemoved(deps, session, by));
  deps.keepAlive();
  const turns = [...deps.live.values()];
  for (const turn of turns) stop(deps, turn);
  await Promise.all(turns.map((turn) => turn.ended.promise));
  eraseContent(deps);
  deps.drainSoon(0);
  return { ok: true, removed: true };
}

const CONTENT_TABLES = ['messages', 'events', 'approvals', 'runs', 'branches', 'copied_cards', 'feedback'] as const;

/** Erases what was said in a deleted conversation. An object that was cut off before this does it when it starts. */
export function eraseContent(deps: Pick<ConversationDeps, 'sql' | 'transaction'>): void {
  deps.transaction(() => {
    for (const table of CONTENT_TABLES) deps.sql.exec(`delete from ${table}`);
  });
}

function markRemoved(deps: ConversationDeps, session: Session, by: Remover): void {
  const now = deps.now();
  deps.session.put(changeSession(session, { deletedAt: now, title: null, forkedFrom: null }, now));
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const who =
    'access' in by
      ? { actorId: by.access.userId, requestId: by.requestId, meta: {} }
      : { actorId: null, requestId: null, meta: { reason: by.reason } };
  const audit = auditOfSession(deps, session, 'session.deleted', who);
  forgetParkedWords(deps.sql);
  addToOutbox(deps.sql, [
    { kind: 'conversation-removed', ...owner, sessionId: session.id },
    { kind: 'audit', ...owner, audit },
    ...(session.audience === 'shared'
      ? []
      : [
          {
            kind: 'index-removed' as const,
            subject: session.ownerSubject,
            orgId: session.orgId,
            sessionId: session.id,
          },
        ]),
  ]);
}

/** What several people share is nobody's fifty-first conversation. */
function evictable(deps: ConversationDeps, by: { readonly orgId: string; readonly subject: string }): Session | null {
  const session = deps.session.get();
  if (!session || session.deletedAt !== null || session.pinned || session.audience === 'shared') return null;
  return session.orgId === by.orgId && session.ownerSubject === by.subject ? session : null;
}

function tellOfChange(
  deps: ConversationDeps,
  session: Session,
  event: 'session.created' | 'session.changed',
  by: { access: Access; requestId: string },
  meta: Record<string, unknown>,
): void {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const who = { actorId: by.access.userId, requestId: by.requestId, meta };
  addToOutbox(deps.sql, [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    { kind: 'audit', ...owner, audit: auditOfSession(deps, session, event, who) },
    ...indexItems(session, null),
  ]);
}
