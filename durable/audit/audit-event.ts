// One fact for the audit log. Rows are only ever added; what a user sees of a conversation is not here.
import { z } from 'zod';
import { Usage } from '../providers/models.ts';

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
  'invitation.revoked',
  'role.changed',
  'settings.changed',
  'settings.tested',
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
  /** The user who caused it; null where the system did. */
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
  /** The month whose budget is charged. */
  budgetMonth: z.string().optional(),
  /** Of an answer: also the id of its lease in the budget, unless another provider took over. */
  messageId: z.string().optional(),
  /** An error code of the table in errors.ts. */
  error: z.string().nullable(),
  durationMs: z.int().nullable(),
  meta: z.record(z.string(), z.unknown()),
  tool: z.string().optional(),
  /** What the tool was called with: validated where it could be, else as the model wrote it. */
  parameters: z.unknown().optional(),
  result: z.unknown().optional(),
  /** Unix milliseconds. */
  createdAt: z.int(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;
