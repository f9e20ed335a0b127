// What a conversation tells the audit log and people's session lists.
import type { AuditEvent } from '../audit/audit-event.ts';
import type { IndexItem, StoredItem } from '../audit/outbox.ts';
import type { Access } from '../principal.ts';
import { parentOf, readBranches } from './branches.ts';
import type { ConversationDeps } from './deps.ts';
import type { TranscriptMessage } from './requests.ts';
import type { Run } from './runs.ts';
import { type Session, toRecord } from './session.ts';
import type { Place } from './transcript.ts';

type Measured = Partial<
  Pick<
    AuditEvent,
    'usage' | 'costMicros' | 'priceVersion' | 'budgetMonth' | 'messageId' | 'error' | 'durationMs' | 'meta'
  >
>;

/** The audit row of something that happened in a run. */
export function auditOf(
  deps: Pick<ConversationDeps, 'now' | 'newId'>,
  run: Run,
  event: AuditEvent['event'],
  measured: Measured,
): AuditEvent {
  return {
    ...UNMEASURED,
    id: deps.newId(),
    orgId: run.orgId,
    actorId: run.actorId,
    event,
    sessionId: run.sessionId,
    runId: run.runId,
    requestId: run.requestId,
    programId: run.scope.programId,
    designId: run.scope.designId,
    provider: run.provider,
    model: run.model,
    createdAt: deps.now(),
    ...measured,
  };
}

/** The audit row of a change to the conversation itself. */
export function auditOfSession(
  deps: Pick<ConversationDeps, 'now' | 'newId'>,
  session: Session,
  event: AuditEvent['event'],
  by: { readonly actorId: string | null; readonly requestId: string | null; readonly meta: Record<string, unknown> },
): AuditEvent {
  return {
    ...UNMEASURED,
    id: deps.newId(),
    orgId: session.orgId,
    event,
    sessionId: session.id,
    runId: null,
    programId: session.programId,
    designId: session.designId,
    provider: null,
    model: session.model,
    createdAt: deps.now(),
    ...by,
  };
}

/** A message as Postgres keeps it, in the name of the conversation's owner whoever wrote it. */
export const messageItem = (
  { sql }: Pick<ConversationDeps, 'sql'>,
  session: Session,
  place: Place,
  message: TranscriptMessage,
): StoredItem => {
  const { orgId, ownerId: userId, id: sessionId, audience } = session;
  const parent = parentOf(readBranches(sql), place.ordinal);
  return { kind: 'message', orgId, userId, sessionId, ...place, parent, message, audience };
};

/** The owner's list. A shared conversation stands in nobody's, so it is found at its place and no list outlives a membership. */
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

/** What a run's own person needs to find it by its id alone, where their list does not tell. */
export const runItems = (session: Session, runId: string, { subject, orgId }: Access): IndexItem[] =>
  session.audience === 'shared'
    ? [{ kind: 'run', subject, orgId, sessionId: session.id, runId }]
    : indexItems(session, runId);

const UNMEASURED = { usage: null, costMicros: null, priceVersion: null, error: null, durationMs: null, meta: {} };
