// Shapes of what tokens cost, are left and were used: quota, estimate, usage. As in contract.ts inputs are strict.
import { z } from 'zod';
import { RunMode } from '../durable/conversation/requests.ts';
import { Plan } from '../durable/principal.ts';
import { ModelId, ScopeName, SessionId } from './contract.ts';

const Tokens = z.int().nonnegative();
const CostMicros = z.int().nonnegative().meta({ description: 'Micro-dollars (1e-6 USD).' });
const Day = z.iso.date().meta({ description: 'A day in UTC, as YYYY-MM-DD.' });

export const Quota = z
  .object({
    plan: Plan,
    month: z.string().meta({ description: 'The UTC month, as YYYY-MM.' }),
    used: Tokens,
    reserved: Tokens.meta({ description: 'Held for answers that are being written.' }),
    limit: Tokens.nullable().meta({ description: 'Null where nothing limits the org.' }),
    left: Tokens.nullable(),
    renewsAt: z.iso.datetime(),
    level: z.enum(['ok', 'warning', 'spent']),
  })
  .meta({ id: 'Quota' });
export type Quota = z.infer<typeof Quota>;

export const EstimateRequest = z
  .strictObject({
    threadId: SessionId.optional().meta({
      description: 'The session that the message would go to; none is a new one.',
    }),
    text: z
      .string()
      .min(1)
      .max(64 * 1024),
    model: ModelId.nullish(),
    mode: RunMode.nullish(),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
    about: z.string().trim().min(1).max(200).nullish().meta({ description: 'What the user has in view, in words.' }),
  })
  .meta({ id: 'EstimateRequest' });

export type EstimateRequest = z.infer<typeof EstimateRequest>;

export const Estimate = z
  .object({
    model: z.string(),
    promptTokens: Tokens.meta({ description: 'An upper estimate, history and tools included.' }),
    maxOutputTokens: Tokens.meta({ description: 'The longest answer that would be asked for.' }),
    costMicros: z
      .object({ least: CostMicros, most: CostMicros })
      .meta({ description: 'Of one answer: a prompt read from the cache and a word, up to the longest answer.' }),
    priceVersion: z.string(),
  })
  .meta({ id: 'Estimate' });
export type Estimate = z.infer<typeof Estimate>;

export const USAGE_BY = ['day', 'month', 'user', 'model', 'template'] as const;

/** More days are asked for in several requests. */
const MAX_DAYS = 400;

export const UsageQuery = z
  .strictObject({
    from: Day,
    to: Day.meta({ description: 'Included.' }),
    by: z.enum(USAGE_BY).default('day').meta({ description: '`month` goes by the month whose budget was charged.' }),
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins')
  .refine(
    ({ from, to }) => (Date.parse(to) - Date.parse(from)) / 86_400_000 < MAX_DAYS,
    `takes ${MAX_DAYS} days at most`,
  );

const UsageFigures = z.object({
  runs: z.int().meta({ description: 'Turns that a model answered in.' }),
  answers: z.int().meta({ description: 'Requests to a model; a turn that uses tools makes several.' }),
  estimatedAnswers: z.int().meta({ description: 'Of these, stopped or cut off: charged by our upper estimate.' }),
  refusals: z.int().meta({ description: 'Messages that were refused.' }),
  inputTokens: Tokens,
  outputTokens: Tokens,
  cacheReadTokens: Tokens,
  cacheWriteTokens: Tokens,
  reasoningTokens: Tokens.meta({ description: 'Part of the output.' }),
  totalTokens: Tokens.meta({ description: 'What the budget was charged.' }),
  costMicros: CostMicros,
  firstTokenMs: z
    .object({ p50: z.int(), p95: z.int() })
    .nullable()
    .meta({ description: 'From the message to the first word.' }),
});

export const Usage = z
  .object({
    from: Day,
    to: Day,
    by: z.enum(USAGE_BY),
    totals: UsageFigures,
    rows: z.array(
      UsageFigures.extend({
        key: z
          .string()
          .meta({ description: 'The day, month, user’s id, model or template; empty where there is none.' }),
        label: z.string().nullable().meta({ description: 'The name of a user.' }),
      }),
    ),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof Usage>;
export type UsageFigures = z.infer<typeof UsageFigures>;
