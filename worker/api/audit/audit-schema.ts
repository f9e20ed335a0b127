// The audit log.

import * as z from 'zod';
import { FINDING_REASONS } from '../../../durable/audit/verify-log.ts';
import type { AuditEvent } from '../../../durable/contracts/audit-event.ts';
import { exactText } from '../../../durable/input-text.ts';
import { Cursor, Day, NextCursor, Timestamp } from '../fields-schema.ts';

/** The known events. A newer release may add more. */
export type AuditEventName = AuditEvent['event'];

const Word = exactText().trim().min(1).max(64);

const FILTER = {
  person: z.uuid().toLowerCase().optional().meta({ description: 'The id of the user who did it.' }),
  event: Word.optional().meta({ description: 'What happened, for example `tool.completed`.' }),
  tool: Word.optional(),
  conversation: z.uuid().toLowerCase().optional().meta({ description: 'The id of the session.' }),
  error: Word.optional().meta({ description: 'An error code, or `any` for every failure.' }),
  from: Day.optional(),
  to: Day.optional().meta({ description: 'Inclusive.' }),
};

const inOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean =>
  from === undefined || to === undefined || from <= to;
const ENDS_EARLY = 'ends before it begins';

export const AuditQuery = z
  .strictObject({
    ...FILTER,
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: Cursor.optional(),
  })
  .refine(inOrder, ENDS_EARLY);

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export const AuditExportQuery = z
  .strictObject({ ...FILTER, format: z.enum(EXPORT_FORMATS).default('ndjson') })
  .refine(inOrder, ENDS_EARLY);

const Tokens = z.int().nullable();

export const AuditRow = z
  .object({
    seq: z.int().meta({ description: 'Its position in the org’s chain, without gaps.' }),
    id: z.string(),
    at: Timestamp.meta({ description: 'When the database stored it.' }),
    event: z.string(),
    actorId: z.string().nullable().meta({ description: 'Null for the system.' }),
    actorName: z.string().nullable().meta({ description: 'Null also for people who have left.' }),
    conversationId: z.string().nullable(),
    runId: z.string().nullable(),
    messageId: z.string().nullable(),
    programId: z.string().nullable(),
    designId: z.string().nullable(),
    tool: z.string().nullable(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    inputTokens: Tokens,
    outputTokens: Tokens,
    cacheReadTokens: Tokens,
    cacheWriteTokens: Tokens,
    reasoningTokens: Tokens,
    usageEstimated: z.boolean().nullable(),
    costMicros: z.int().nullable().meta({ description: 'Micro-dollars (1e-6 USD).' }),
    priceVersion: z.string().nullable(),
    budgetMonth: z.string().nullable(),
    error: z.string().nullable().meta({ description: 'An error code.' }),
    durationMs: z.int().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditRow' });
export type AuditRow = z.infer<typeof AuditRow>;

export const AuditEntry = AuditRow.extend({
  occurredAt: Timestamp.nullable().meta({
    description:
      'When it happened, as the Worker says: earlier than `at` after an outage. Null if the database wrote it.',
  }),
  parameters: z.unknown().meta({ description: 'The tool’s input, or what was changed.' }),
  result: z.unknown(),
  meta: z.unknown(),
  previousHash: z.string().meta({ description: 'The previous entry’s hash, in hex.' }),
  hash: z.string(),
}).meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = z
  .object({
    rows: z.array(AuditRow),
    cursor: NextCursor,
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditEntryParams = z.object({ entryId: exactText().min(1).max(200) });

/** One line each. Every line except `progress` is the last one. */
export const VerifyFact = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), checked: z.int(), rows: z.int() }),
    z.object({
      type: z.literal('whole'),
      checked: z.int(),
      signed: z.int().nullable().meta({
        description:
          'The last entry that is proven by a signature. Null if this installation has no key; then a change by the owner of the database can’t be excluded.',
      }),
    }),
    z.object({
      type: z.literal('broken'),
      checked: z.int().meta({ description: 'The number of intact entries before it.' }),
      seq: z.int().meta({ description: 'The first entry that can’t be proven.' }),
      reason: z.enum(FINDING_REASONS),
    }),
    z.object({ type: z.literal('unfinished'), checked: z.int(), code: z.string(), detail: z.string() }),
  ])
  .meta({ id: 'VerifyFact' });
export type VerifyFact = z.infer<typeof VerifyFact>;
