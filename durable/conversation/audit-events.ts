// What a conversation reports with each change: audit events, its row and messages in Postgres, and entries in users'
// session lists. All of it leaves through the outbox.

import { type AuditEvent, auditEvent, auditItem } from '../contracts/audit-event.ts';
import type { TranscriptMessage } from '../contracts/transcript.ts';
import type { IndexItem, OutboxItem, StoredItem } from '../outbox/outbox.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps } from './deps.ts';
import { parentOf, readBranches } from './history/branches.ts';
import { type MessagePlace, putMessage } from './history/transcript.ts';
import type { Run } from './run/runs.ts';
import { type Session, toRecord } from './session.ts';

type AuditDeps = Pick<ConversationDeps, 'now' | 'newId'>;

/** The user in whose name Postgres accepts a conversation's rows. */
const ownerOf = ({ orgId, ownerId }: Session) => ({ orgId, userId: ownerId });

type RunDetails = Partial<
  Pick<
    AuditEvent,
    'usage' | 'costMicros' | 'priceVersion' | 'budgetMonth' | 'messageId' | 'error' | 'durationMs' | 'meta'
  >
>;

/** An event of a run, written in the name of its own user unless another one is given. */
export function runAudit(
  deps: AuditDeps,
  run: Run,
  event: AuditEvent['event'],
  details: RunDetails,
  userId: string = run.actorId,
): OutboxItem {
  const { programId, designId, templateId } = run.scope;
  const audit = auditEvent({
    id: deps.newId(),
    orgId: run.orgId,
    actorId: run.actorId,
    event,
    sessionId: run.sessionId,
    runId: run.runId,
    requestId: run.requestId,
    programId,
    designId,
    provider: run.provider,
    model: run.model,
    createdAt: deps.now(),
    ...details,
    meta: templateId ? { ...details.meta, templateId } : (details.meta ?? {}),
  });
  return auditItem(audit, userId);
}

/** Audit events that tools wrote about their calls in a run. */
export const toolAudits = ({ actorId }: Run, events: readonly AuditEvent[]): OutboxItem[] =>
  events.map((audit) => auditItem(audit, actorId));

export type ChangedBy = {
  readonly actorId: string | null;
  readonly requestId: string | null;
  readonly meta: Record<string, unknown>;
};

/** A change of the conversation itself, in its owner's name. */
export function sessionAudit(deps: AuditDeps, session: Session, event: AuditEvent['event'], by: ChangedBy): OutboxItem {
  const audit = auditEvent({
    id: deps.newId(),
    orgId: session.orgId,
    actorId: by.actorId,
    event,
    sessionId: session.id,
    requestId: by.requestId,
    programId: session.programId,
    designId: session.designId,
    model: session.model,
    createdAt: deps.now(),
    meta: by.meta,
  });
  return auditItem(audit, session.ownerId);
}

/** A change of the conversation with all its copies: its row, the audit log and its owner's list. */
export const changedSession = (
  deps: AuditDeps,
  session: Session,
  event: 'session.created' | 'session.changed',
  by: ChangedBy,
): OutboxItem[] => [sessionRow(session), sessionAudit(deps, session, event, by), ...indexItems(session, null)];

/** The conversation's row and its position in its owner's list, after a run. */
export const listedSession = (session: Session, runId: string): OutboxItem[] => [
  sessionRow(session),
  ...indexItems(session, runId),
];

export const sessionRow = (session: Session): OutboxItem => ({
  kind: 'conversation',
  ...ownerOf(session),
  session: toRecord(session),
});

/** Stores a message and reports it, unless the conversation was deleted in the meantime. Part of the caller's commit. */
export function storedMessage(
  deps: Pick<ConversationDeps, 'sql' | 'session'>,
  place: MessagePlace,
  message: TranscriptMessage,
): OutboxItem[] {
  const session = deps.session.get();
  if (!session || session.deletedAt !== null) return [];
  putMessage(deps.sql, place, message);
  return [messageItem(deps, session, place, message)];
}

/** A message as Postgres stores it: in the name of the conversation's owner, even if another user wrote it. */
export const messageItem = (
  { sql }: Pick<ConversationDeps, 'sql'>,
  session: Session,
  place: MessagePlace,
  message: TranscriptMessage,
): StoredItem => {
  const { id: sessionId, audience } = session;
  const parent = parentOf(readBranches(sql), place.ordinal);
  // The source rows of a draft are already in Postgres, and a note and the page's context are only for the model.
  const { draft: _draft, note: _note, context: _context, ...words } = message;
  return { kind: 'message', ...ownerOf(session), sessionId, ...place, parent, message: words, audience };
};

/** A shared conversation is found at its place and is in no one's list, so no entry can outlive a membership. */
export const indexItems = (session: Session, runId: string | null): IndexItem[] =>
  session.audience === 'shared'
    ? []
    : [
        {
          kind: 'index',
          subject: session.ownerSubject,
          orgId: session.orgId,
          session: toRecord(session),
          runId,
        },
      ];

/** Lets a run's user find it by its id alone, even if the conversation isn't in their list. */
export const runItems = (session: Session, runId: string, { subject, orgId }: Access): IndexItem[] =>
  session.audience === 'shared'
    ? [{ kind: 'run', subject, orgId, sessionId: session.id, runId }]
    : indexItems(session, runId);
