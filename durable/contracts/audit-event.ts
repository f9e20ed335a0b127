// One entry of the audit log. The log is append-only, and it is separate from the transcript that users read.
import * as z from 'zod';
import { Usage } from './usage.ts';

export const AUDIT_EVENTS = [
  'session.created',
  'session.changed',
  'session.deleted',
  'message.sent',
  'message.refused',
  'answer.step',
  'answer.abandoned',
  'answer.complete',
  'answer.stopped',
  'answer.interrupted',
  'answer.failed',
  'history.summarized',
  'tool.proposed',
  'tool.approved',
  'tool.declined',
  'tool.completed',
  'tool.refused',
  'tool.failed',
  'tool.unknown',
  'member.invited',
  'member.joined',
  'member.left',
  'member.removed',
  'member.restored',
  'invitation.revoked',
  'role.changed',
  'settings.changed',
  'settings.tested',
  'members.read',
  'sign_in.succeeded',
  'sign_in.ended',
  'sign_in.rejected',
  'access.refused',
  'feedback.given',
  'feedback.withdrawn',
  'audit.read',
  'audit.exported',
  'audit.verified',
  'org.created',
  'keys.rotated',
  'audit.redacted',
  'outbox.parked',
  'outbox.retried',
] as const;

export const AuditEvent = z.object({
  id: z.uuid(),
  orgId: z.uuid(),
  /** The user who caused it; null if the system did. */
  actorId: z.uuid().nullable(),
  event: z.enum(AUDIT_EVENTS),
  sessionId: z.uuid().nullable(),
  runId: z.string().nullable(),
  requestId: z.string().nullable(),
  programId: z.string().nullable(),
  designId: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  usage: Usage.nullable(),
  costMicros: z.int().nullable(),
  priceVersion: z.string().nullable(),
  /** The month whose budget pays for it. */
  budgetMonth: z.string().optional(),
  /** For an answer. Also the id of its budget reservation, unless a fallback provider answered. */
  messageId: z.string().optional(),
  /** A code from errors.ts. */
  error: z.string().nullable(),
  durationMs: z.int().nullable(),
  meta: z.record(z.string(), z.unknown()),
  tool: z.string().optional(),
  /** The tool's input: parsed if it was valid, otherwise as the model wrote it. */
  parameters: z.unknown().optional(),
  result: z.unknown().optional(),
  /** Unix milliseconds. */
  createdAt: z.int(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

type GivenFields = Pick<AuditEvent, 'orgId' | 'actorId' | 'event' | 'createdAt'> & Partial<AuditEvent>;

/** An audit event with a new id, unless one is given. Fields that are not given are null. */
export function auditEvent(fields: GivenFields): AuditEvent {
  return {
    id: crypto.randomUUID(),
    sessionId: null,
    runId: null,
    requestId: null,
    programId: null,
    designId: null,
    provider: null,
    model: null,
    usage: null,
    costMicros: null,
    priceVersion: null,
    error: null,
    durationMs: null,
    meta: {},
    ...fields,
  };
}

/** The outbox item that takes an event to Postgres. `userId` is the user in whose name it is written, not always the actor. */
export function auditItem(audit: AuditEvent, userId: string) {
  return { kind: 'audit' as const, orgId: audit.orgId, userId, audit };
}

/** A row of the log and its hash, in hex. */
export const LogHead = z.object({ seq: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
export type LogHead = z.infer<typeof LogHead>;

/** What the Worker knows of an org's log beyond the reach of Postgres. */
export type Witness = {
  /** The last signed row of each key, in the order of the log. */
  readonly signed: readonly LogHead[];
  /** The newest row that the Worker saw after a write; null if it saw none. */
  readonly observed: LogHead | null;
};
