// What each row of the audit log tells, in words. Pure.
import type { AuditEventName } from '../../../worker/audit-contract.ts';

export const EVENT_WORDS: Readonly<Record<AuditEventName, string>> = {
  'session.created': 'Conversation begun',
  'session.changed': 'Conversation changed',
  'session.deleted': 'Conversation deleted',
  'message.sent': 'Message sent',
  'message.refused': 'Message refused',
  'answer.step': 'Answer, a step on the way',
  'answer.abandoned': 'Answer given up for another provider',
  'answer.complete': 'Answer complete',
  'answer.stopped': 'Answer stopped',
  'answer.interrupted': 'Answer interrupted',
  'answer.failed': 'Answer failed',
  'tool.proposed': 'Change proposed',
  'tool.approved': 'Change confirmed',
  'tool.declined': 'Change declined',
  'tool.completed': 'Tool used',
  'tool.refused': 'Tool refused',
  'tool.failed': 'Tool failed',
  'tool.unknown': 'Tool ended unknown',
  'member.invited': 'Person invited',
  'member.joined': 'Person joined',
  'member.left': 'Person left',
  'member.removed': 'Person removed',
  'invitation.revoked': 'Invitation taken back',
  'role.changed': 'Role changed',
  'settings.changed': 'Settings changed',
  'settings.tested': 'Settings tried out',
  'audit.exported': 'Audit log exported',
  'audit.verified': 'Audit log checked',
  'audit.redacted': 'Person taken out of the log',
  'org.created': 'Organisation created',
  'keys.rotated': 'Provider keys sealed anew',
  'outbox.parked': 'Row could not be stored, and waits',
  'outbox.retried': 'Row that waited was tried again',
};

/** What a newer server tells of has its own name. */
export const eventWords = (event: string): string =>
  (EVENT_WORDS as Readonly<Record<string, string | undefined>>)[event] ?? event;
