// The audit log as zod shapes of the HTTP API; see contract.ts.
import { z } from 'zod';
import type { AuditEvent } from '../durable/audit/audit-event.ts';
import { BREAK_REASONS } from '../durable/postgres/audit-chain.ts';
import { Timestamp } from './contract.ts';

/** What rows tell of; a newer release may know more. */
export type AuditEventName = AuditEvent['event'];

const Day = z.iso.date().meta({ description: 'A day in UTC, as YYYY-MM-DD.' });
const Word = z.string().trim().min(1).max(64);

const FILTER = {
  person: z.uuid().toLowerCase().optional().meta({ description: 'Who did it, by the id of the user.' }),
  event: Word.optional().meta({ description: 'What happened, for example `tool.completed`.' }),
  tool: Word.optional(),
  conversation: z.uuid().toLowerCase().optional().meta({ description: 'The id of the session.' }),
  error: Word.optional().meta({ description: 'A code of the errors’ table, or `any` for all that went wrong.' }),
  from: Day.optional(),
  to: Day.optional().meta({ description: 'Included.' }),
};

const inOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean =>
  from === undefined || to === undefined || from <= to;
const ENDS_EARLY = 'ends before it begins';

export const AuditQuery = z
  .strictObject({
    ...FILTER,
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(512).optional(),
  })
  .refine(inOrder, ENDS_EARLY);

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export const AuditExportQuery = z
  .strictObject({ ...FILTER, format: z.enum(EXPORT_FORMATS).default('ndjson') })
  .refine(inOrder, ENDS_EARLY);

const Tokens = z.int().nullable();

export const AuditRow = z
  .object({
    seq: z.int().meta({ description: 'Its place in the org’s chain, without a gap.' }),
    id: z.string(),
    at: Timestamp,
    event: z.string(),
    actorId: z.string().nullable().meta({ description: 'Null where the system did it.' }),
    actorName: z.string().nullable().meta({ description: 'Null also where the person has left.' }),
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
    error: z.string().nullable().meta({ description: 'A code of the errors’ table.' }),
    durationMs: z.int().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditRow' });
export type AuditRow = z.infer<typeof AuditRow>;

export const AuditEntry = AuditRow.extend({
  parameters: z.unknown().meta({ description: 'What a tool was called with, or what was changed.' }),
  result: z.unknown(),
  meta: z.unknown(),
  previousHash: z.string().meta({ description: 'The hash of the row before, in hex.' }),
  hash: z.string(),
}).meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = z
  .object({
    rows: z.array(AuditRow),
    cursor: z.string().nullable().meta({ description: 'Send it back as `cursor` for the next page.' }),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditEntryParams = z.object({ entryId: z.string().min(1).max(200) });

/** One line each; all but `progress` are the last one. */
export const VerifyFact = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), checked: z.int(), rows: z.int() }),
    z.object({ type: z.literal('whole'), checked: z.int() }),
    z.object({
      type: z.literal('broken'),
      checked: z.int().meta({ description: 'So many rows hold.' }),
      seq: z.int(),
      reason: z.enum(BREAK_REASONS),
    }),
    z.object({ type: z.literal('unfinished'), checked: z.int(), code: z.string(), detail: z.string() }),
  ])
  .meta({ id: 'VerifyFact' });
export type VerifyFact = z.infer<typeof VerifyFact>;
