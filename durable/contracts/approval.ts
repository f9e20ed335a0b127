// An approval as users see it: the change that runs if they confirm it, or its outcome. Stored and sent between releases:
// add optional fields, never change one.
import * as z from 'zod';
import { Author } from './transcript.ts';

/** The kind of change. It selects a card's icon and color. */
export const CARD_ACTIONS = ['create', 'update', 'transition', 'delete'] as const;
export type CardAction = (typeof CARD_ACTIONS)[number];

/** What a user sees before a write: exactly what will run. All values are plain text. */
export type CardContent = {
  readonly action: CardAction;
  /** Verb and object, for example "Release PN-000123". */
  readonly title: string;
  /** A sentence on what will happen. */
  readonly message: string;
  readonly details: readonly { readonly label: string; readonly before?: string; readonly value: string }[];
};

export const CardShape = z.object({
  action: z.enum(CARD_ACTIONS),
  title: z.string(),
  message: z.string(),
  details: z.array(z.object({ label: z.string(), before: z.string().optional(), value: z.string() })),
});

/** The outcome in words, and the page of the created or changed item. */
export const ApprovalOutcome = z.object({
  message: z.string(),
  path: z.string().nullable(),
  label: z.string().nullable(),
});
export type ApprovalOutcome = z.infer<typeof ApprovalOutcome>;

export const CONFIRMATION_STATES = [
  ...(['pending', 'confirmed', 'cancelled', 'expired', 'failed', 'unknown'] as const),
  /** Copied with its message. It was pending in the original conversation and can be decided only there. */
  'elsewhere',
] as const;

/** An approval as a page shows it. Times are Unix milliseconds. */
export type ShownApproval = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly card: CardContent;
  /** The user whose turn proposed it. Only they can decide. Null for approvals older than this field. */
  readonly askedBy: Author | null;
  readonly expiresAt: number;
  readonly state: (typeof CONFIRMATION_STATES)[number];
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  /** When a decision was taken back, because the access check failed before it was executed. */
  readonly reopenedAt: number | null;
  readonly outcome: ApprovalOutcome | null;
};

/** An approval in a forked conversation, as it was when it was copied. */
export const CopiedApproval = z.object({
  approvalId: z.uuid(),
  toolCallId: z.string(),
  toolName: z.string(),
  card: CardShape,
  askedBy: Author.nullable(),
  expiresAt: z.int(),
  state: z.enum(CONFIRMATION_STATES),
  decidedAt: z.int().nullable(),
  decidedBy: z.string().nullable(),
  /** Absent in copies made before this field. */
  reopenedAt: z.int().nullable().default(null),
  outcome: ApprovalOutcome.nullable(),
});
export type CopiedApproval = z.infer<typeof CopiedApproval>;
