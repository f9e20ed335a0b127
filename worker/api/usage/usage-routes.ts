// What messages cost: an estimate, the org's quota, and usage.
import type { Context } from 'hono';
import * as z from 'zod';
import { budgetCalls } from '../../../durable/budget/budget-calls.ts';
import { monthOf } from '../../../durable/budget/month.ts';
import { levelOf } from '../../../durable/budget/quota.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { readUsage, type UsageRow } from '../../../durable/postgres/queries/usage.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { requireScope } from '../../admission/named-scope.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { attachment, CSV_START, CSV_TYPE, type CsvValue, csvRecord } from '../../http/csv.ts';
import { refusedBy } from '../../http/problem.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { readPageContext } from '../../wires/page-context.ts';
import { Estimate, EstimateRequest, Quota, type UsageFigures, UsageQuery, UsageReport } from './usage-schema.ts';

/** The database enforces this too. What was used stays readable while the assistant is off. */
const FOR_REPORTS = {
  tag: 'assistant',
  permission: ['usage:read', 'audit:read'],
  feature: 'none',
  rights: 'confirmed',
} as const;

export const usageRoutes = [
  defineRoute({
    method: 'post',
    paths: assistantPaths('/estimate'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    rights: 'confirmed',
    cost: 5,
    summary: 'Estimate the cost of a message',
    description: 'Returns the prompt’s tokens and a cost range before you send it. Nothing is reserved or charged.',
    body: EstimateRequest,
    reply: { status: 200, description: 'The estimate.', schema: Estimate },
    errors: [
      'FEATURE_DISABLED',
      'PROVIDER_UNCONFIGURED',
      'MODEL_NOT_IN_PLAN',
      'MODEL_NEEDS_OWN_KEY',
      'MODEL_RETIRED',
      'MODEL_UNKNOWN',
    ],
    handler: async (c, { body: { threadId, text, model, mode, programId, designId, about, context } }) => {
      const access = c.get('access');
      // A session that doesn't exist yet answers like an empty one.
      const sessionId = threadId ?? crypto.randomUUID();
      const named = { programId: programId ?? null, designId: designId ?? null };
      const scope = await requireScope(c, named, threadId ?? null);
      const answer = await conversationOf(c.env, access.orgId, sessionId).estimate({
        access,
        settings: c.get('settings'),
        draft: {
          sessionId,
          text,
          model: model ?? null,
          mode: mode ?? 'chat',
          programId: scope.programId,
          designId: scope.designId,
          about: about ?? null,
          context: readPageContext(context),
        },
      });
      if (!answer.ok) throw refusedBy(answer);
      const { ok: _ok, ...estimate } = answer;
      return estimate;
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/quota'),
    tag: 'assistant',
    permission: 'member',
    feature: 'none',
    rights: 'confirmed',
    summary: 'Read the org’s token quota',
    reply: { status: 200, description: 'Tokens used, reserved and left this month (UTC).', schema: Quota },
    errors: ['BUDGET_UNAVAILABLE'],
    handler: async (c) => {
      const { orgId, plan, tokenAllowance = null } = c.get('access');
      const figures = await budgetCalls(c.env).status(orgId, { month: monthOf(Date.now()), limit: tokenAllowance });
      const { month, used, reserved, limit, left } = figures;
      const renewsAt = new Date(figures.renewsAt).toISOString();
      return { plan, month, used, reserved, limit, left, renewsAt, level: levelOf(figures) };
    },
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/usage'),
    ...FOR_REPORTS,
    summary: 'Read usage and cost',
    description: 'Computed from the audit log, so an answer appears a few seconds after it ends.',
    query: UsageQuery,
    reply: { status: 200, description: 'Totals and rows.', schema: UsageReport },
    handler: (c, { query }) => readUsageOf(c, query),
  }),
  defineRoute({
    method: 'get',
    paths: assistantPaths('/usage/export'),
    ...FOR_REPORTS,
    cost: 60,
    summary: 'Export usage',
    description:
      'The rows of `GET /usage` as CSV. Text that a spreadsheet would run as a formula is prefixed with an apostrophe.',
    query: UsageQuery,
    reply: {
      status: 200,
      description: 'A header and one record per row.',
      media: { type: 'text/csv', schema: z.string() },
    },
    handler: async (c, { query }) => {
      const usage = await readUsageOf(c, query);
      const name = `usage-${c.get('access').orgSlug}-by-${usage.by}-${usage.from}-${usage.to}.csv`;
      return c.body(usageCsv(usage), 200, attachment(name, CSV_TYPE));
    },
  }),
];

async function readUsageOf(c: Context<EdgeEnv>, query: z.output<typeof UsageQuery>): Promise<UsageReport> {
  const access = c.get('access');
  const { totals, rows } = await readUsage(postgresDepsOf(c.env), access, query);
  return {
    ...query,
    totals: totals ? toFigures(totals) : NOTHING,
    rows: rows.map((row) => ({ key: row.key, label: row.label, ...toFigures(row) })),
  };
}

function toFigures(row: UsageRow): UsageFigures {
  const { key: _key, label: _label, firstTokenP50Ms: p50, firstTokenP95Ms: p95, ...counts } = row;
  return {
    ...counts,
    totalTokens: counts.inputTokens + counts.outputTokens + counts.cacheReadTokens + counts.cacheWriteTokens,
    firstTokenMs: p50 === null || p95 === null ? null : { p50, p95 },
  };
}

const NOTHING: UsageFigures = {
  runs: 0,
  answers: 0,
  summaries: 0,
  estimatedAnswers: 0,
  refusals: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  planTokens: 0,
  costMicros: 0,
  firstTokenMs: null,
};

type ReportRow = UsageReport['rows'][number];

const COLUMNS: readonly (readonly [string, (row: ReportRow) => CsvValue])[] = [
  ['key', ({ key }) => key],
  ['label', ({ label }) => label],
  ['runs', ({ runs }) => runs],
  ['answers', ({ answers }) => answers],
  ['summaries', ({ summaries }) => summaries],
  ['estimatedAnswers', ({ estimatedAnswers }) => estimatedAnswers],
  ['refusals', ({ refusals }) => refusals],
  ['inputTokens', ({ inputTokens }) => inputTokens],
  ['outputTokens', ({ outputTokens }) => outputTokens],
  ['cacheReadTokens', ({ cacheReadTokens }) => cacheReadTokens],
  ['cacheWriteTokens', ({ cacheWriteTokens }) => cacheWriteTokens],
  ['reasoningTokens', ({ reasoningTokens }) => reasoningTokens],
  ['totalTokens', ({ totalTokens }) => totalTokens],
  ['planTokens', ({ planTokens }) => planTokens],
  ['costMicros', ({ costMicros }) => costMicros],
  ['firstTokenP50Ms', ({ firstTokenMs }) => firstTokenMs?.p50 ?? null],
  ['firstTokenP95Ms', ({ firstTokenMs }) => firstTokenMs?.p95 ?? null],
];

/** A header and one record per row. No totals: a spreadsheet can sum them. */
const usageCsv = ({ by, rows }: UsageReport): string =>
  [
    CSV_START,
    csvRecord(COLUMNS.map(([name]) => (name === 'key' ? by : name))),
    ...rows.map((row) => csvRecord(COLUMNS.map(([, read]) => read(row)))),
  ].join('');
