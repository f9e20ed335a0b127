// What tokens cost: quota, estimate and usage.

import * as z from 'zod';
import { RunMode } from '../../../durable/contracts/session.ts';
import { cleanedText } from '../../../durable/input-text.ts';
import { Plan } from '../../../durable/principal.ts';
import { SentContext } from '../../wires/page-context.ts';
import { Day, ModelId, ScopeName, SessionId } from '../fields-schema.ts';

const Tokens = z.int().nonnegative();
const PLAN_TOKEN =
  'A plan token is a token that the model writes; 5 uncached input tokens, 4 written to the prompt cache or 50 read from it count as one.';
const PlanTokens = Tokens.meta({ description: `Plan tokens. ${PLAN_TOKEN}` });
const CostMicros = z.int().nonnegative().meta({ description: 'Micro-dollars (1e-6 USD).' });

export const Quota = z
  .object({
    plan: Plan,
    month: z.string().meta({ description: 'The UTC month, as YYYY-MM.' }),
    used: PlanTokens,
    reserved: Tokens.meta({ description: 'Plan tokens reserved for running answers.' }),
    limit: Tokens.nullable().meta({ description: 'Plan tokens a month. Null if the org has no limit.' }),
    left: Tokens.nullable(),
    renewsAt: z.iso.datetime(),
    level: z.enum(['ok', 'warning', 'spent']),
  })
  .meta({ id: 'Quota' });
export type Quota = z.infer<typeof Quota>;

export const EstimateRequest = z
  .strictObject({
    threadId: SessionId.optional().meta({
      description: 'The message’s session. Omit it for a new session.',
    }),
    text: cleanedText()
      .min(1)
      .max(64 * 1024),
    model: ModelId.nullish(),
    mode: RunMode.nullish(),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
    about: cleanedText()
      .trim()
      .min(1)
      .max(200)
      .nullish()
      .meta({ description: 'What the user is looking at, in words.' }),
    context: SentContext.nullish(),
  })
  .meta({ id: 'EstimateRequest' });

export type EstimateRequest = z.infer<typeof EstimateRequest>;

export const Estimate = z
  .object({
    model: z.string(),
    promptTokens: Tokens.meta({ description: 'An upper estimate, including history and tools.' }),
    maxOutputTokens: Tokens.meta({ description: 'The maximum length of the answer.' }),
    costMicros: z
      .object({
        least: CostMicros,
        most: CostMicros,
        summary: CostMicros.optional().meta({
          description: 'The part of `most` for summarizing earlier turns first, if that is due.',
        }),
      })
      .meta({
        description:
          'For one answer: from a fully cached prompt with a one-word answer to the longest answer, after a summary if one is due.',
      }),
    priceVersion: z.string(),
  })
  .meta({ id: 'Estimate' });
export type Estimate = z.infer<typeof Estimate>;

export const USAGE_BY = ['day', 'month', 'user', 'model', 'template'] as const;

/** Longer ranges take several requests. */
const MAX_DAYS = 400;

export const UsageQuery = z
  .strictObject({
    from: Day,
    to: Day.meta({ description: 'Inclusive.' }),
    by: z.enum(USAGE_BY).default('day').meta({ description: '`month` groups by the month whose budget was charged.' }),
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins')
  .refine(
    ({ from, to }) => (Date.parse(to) - Date.parse(from)) / 86_400_000 < MAX_DAYS,
    `takes ${MAX_DAYS} days at most`,
  );

const UsageFigures = z.object({
  runs: z.int().meta({ description: 'Runs in which a model answered.' }),
  answers: z.int().meta({ description: 'Model calls for answers. A run that uses tools makes several.' }),
  summaries: z.int().meta({ description: 'Model calls that summarized earlier turns of a conversation.' }),
  estimatedAnswers: z
    .int()
    .meta({ description: 'Answers that were stopped or interrupted, charged by our upper estimate.' }),
  refusals: z.int().meta({ description: 'Messages that were refused.' }),
  inputTokens: Tokens,
  outputTokens: Tokens,
  cacheReadTokens: Tokens,
  cacheWriteTokens: Tokens,
  reasoningTokens: Tokens.meta({ description: 'Part of the output.' }),
  totalTokens: Tokens.meta({ description: 'All tokens, as the provider counts them.' }),
  planTokens: Tokens.meta({ description: `Counted against the month’s allowance. ${PLAN_TOKEN}` }),
  costMicros: CostMicros,
  firstTokenMs: z
    .object({ p50: z.int(), p95: z.int() })
    .nullable()
    .meta({ description: 'Time from the message to the first token.' }),
});

export const UsageReport = z
  .object({
    from: Day,
    to: Day,
    by: z.enum(USAGE_BY),
    totals: UsageFigures,
    rows: z.array(
      UsageFigures.extend({
        key: z.string().meta({ description: 'The day, month, user id, model or template. Empty if there is none.' }),
        label: z.string().nullable().meta({ description: 'The user’s name.' }),
      }),
    ),
  })
  .meta({ id: 'Usage' });
export type UsageReport = z.infer<typeof UsageReport>;
export type UsageFigures = z.infer<typeof UsageFigures>;
