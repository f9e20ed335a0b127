// An org's usage from the audit log: totals, and one row per day, month, user, model or template.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

// Postgres returns a bigint as text.
const count = z.coerce.number().int();
const maybe = z
  .union([z.string(), z.number()])
  .nullable()
  .transform((value) => (value === null ? null : Number(value)));

const UsageRow = z.object({
  key: z.string(),
  label: z.string().nullable(),
  runs: count,
  answers: count,
  summaries: count,
  estimatedAnswers: count,
  refusals: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  reasoningTokens: count,
  planTokens: count,
  costMicros: count,
  firstTokenP50Ms: maybe,
  firstTokenP95Ms: maybe,
});
export type UsageRow = z.infer<typeof UsageRow>;

export type UsagePeriod = { readonly from: string; readonly to: string };

/** Totals are null if nothing was used or the user may not see it. @throws AppError */
export async function readUsage(
  deps: PostgresDeps,
  reader: Owner,
  { from, to, by }: UsagePeriod & { readonly by: string },
): Promise<{ readonly totals: UsageRow | null; readonly rows: readonly UsageRow[] }> {
  const ask = (what: string) => sql`
    select key, label, runs, answers, summaries, estimated_answers as "estimatedAnswers", refusals,
      input_tokens as "inputTokens", output_tokens as "outputTokens", cache_read_tokens as "cacheReadTokens",
      cache_write_tokens as "cacheWriteTokens", reasoning_tokens as "reasoningTokens", plan_tokens as "planTokens", cost_micros as "costMicros",
      first_token_p50_ms as "firstTokenP50Ms", first_token_p95_ms as "firstTokenP95Ms"
    from ai_usage(${from}::date, ${to}::date, ${what})`;
  const [totals, rows] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [db.execute(ask('total')), db.execute(ask(by))],
    { readOnly: true },
  );
  const [total = null] = z.array(UsageRow).parse(totals.rows);
  return { totals: total, rows: z.array(UsageRow).parse(rows.rows) };
}
