// What was used and what it cost, for those who may see it; how the org's month stands, for everybody in it.
import { type Context, Hono } from 'hono';
import { budgetCalls } from '../../durable/budget/budget-calls.ts';
import { monthOf } from '../../durable/budget/month.ts';
import { levelOf } from '../../durable/budget/quota.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { readUsage, type UsageRow } from '../../durable/postgres/usage.ts';
import { attachment, CSV_TYPE } from '../csv.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { type Quota, type Usage, type UsageFigures, UsageQuery } from '../usage-contract.ts';
import { usageCsv } from '../usage-csv.ts';

export const usageRoutes = new Hono<EdgeEnv>();

usageRoutes.get('/quota', async (c) => {
  const { orgId, plan, tokenAllowance = null } = c.get('access');
  const figures = await budgetCalls(c.env).status(orgId, { month: monthOf(Date.now()), limit: tokenAllowance });
  const { month, used, reserved, limit, left } = figures;
  const renewsAt = new Date(figures.renewsAt).toISOString();
  const quota: Quota = { plan, month, used, reserved, limit, left, renewsAt, level: levelOf(figures) };
  return c.json(quota);
});

// The database asks for the same.
usageRoutes.get('/usage', permitted('usage:read', 'audit:read'), async (c) => c.json(await usageOf(c)));

usageRoutes.get('/usage/export', permitted('usage:read', 'audit:read'), async (c) => {
  const usage = await usageOf(c);
  const name = `usage-${c.get('access').orgSlug}-by-${usage.by}-${usage.from}-${usage.to}.csv`;
  return c.body(usageCsv(usage), 200, attachment(name, CSV_TYPE));
});

async function usageOf(c: Context<EdgeEnv>): Promise<Usage> {
  const access = c.get('access');
  const query = parseInput(UsageQuery, c.req.query());
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
  ...{ runs: 0, answers: 0, estimatedAnswers: 0, refusals: 0 },
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, totalTokens: 0 },
  ...{ costMicros: 0, firstTokenMs: null },
};
