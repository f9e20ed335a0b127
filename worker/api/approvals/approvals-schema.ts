// Approvals: a change that the assistant proposes, and the user's decision.
import * as z from 'zod';
import { CARD_ACTIONS, CONFIRMATION_STATES } from '../../../durable/contracts/approval.ts';
import { Author } from '../../../durable/contracts/transcript.ts';
import { Timestamp } from '../fields-schema.ts';
import { SessionParams } from '../sessions/sessions-schema.ts';

/** What runs if the user approves it, and its outcome. */
export const Confirmation = z
  .object({
    approvalId: z.uuid(),
    toolCallId: z.string(),
    toolName: z.string(),
    card: z.object({
      action: z.enum(CARD_ACTIONS),
      title: z.string(),
      message: z.string(),
      details: z.array(z.object({ label: z.string(), before: z.string().optional(), value: z.string() })),
    }),
    askedBy: Author.nullable().meta({ description: 'The user whose message led to it. Only they can decide.' }),
    expiresAt: Timestamp,
    state: z.enum(CONFIRMATION_STATES),
    decidedAt: Timestamp.nullable(),
    decidedBy: z.string().nullable(),
    reopenedAt: Timestamp.nullable().meta({
      description: 'When a decision was taken back because the access check failed. The user can decide again.',
    }),
    outcome: z.object({ message: z.string(), path: z.string().nullable(), label: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Confirmation' });
export type Confirmation = z.infer<typeof Confirmation>;

export const ApprovalId = z.uuid();
export const ApprovalParams = SessionParams.extend({ approvalId: ApprovalId });

export const Decide = z.strictObject({ decision: z.enum(['approve', 'decline']) }).meta({ id: 'Decide' });

export const Decided = z
  .object({
    confirmation: Confirmation,
    runId: z
      .string()
      .meta({ description: 'The run that makes the change and reports the result. Follow it like any run.' }),
  })
  .meta({ id: 'Decided' });
export type Decided = z.infer<typeof Decided>;
