// What a conversation tells the audit log and its owner's session list.
import type { AuditEvent } from '../audit/audit-event.ts';
import type { IndexItem } from '../audit/outbox.ts';
import type { ConversationDeps } from './deps.ts';
import type { Run } from './runs.ts';
import { type Session, toRecord } from './session.ts';

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

export const indexItem = (session: Session, runId: string | null): IndexItem => ({
  kind: 'index',
  subject: session.ownerSubject,
  orgId: session.orgId,
  session: toRecord(session),
  runId,
});

const UNMEASURED = { usage: null, costMicros: null, priceVersion: null, error: null, durationMs: null, meta: {} };
