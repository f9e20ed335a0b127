// The budget as users and programs see it: figures, a warning level, and the text of a refusal.

import type { BudgetFigures } from '../contracts/budget.ts';
import { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';

/** The share of the limit at which users see a warning. */
const WARNING_SHARE = 0.8;

export type QuotaLevel = 'ok' | 'warning' | 'spent';

/** Only for an org with a limit. `renewsAt` is ISO 8601, UTC. */
export type Quota = {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
  readonly renewsAt: string;
  readonly level: QuotaLevel;
};

/** Null if the org has no limit. */
export function quotaOf(figures: BudgetFigures): Quota | null {
  const { used, limit, left } = figures;
  if (limit === null || left === null) return null;
  return { used, limit, left, renewsAt: new Date(figures.renewsAt).toISOString(), level: levelOf(figures) };
}

export function levelOf({ used, limit, isSpent }: BudgetFigures): QuotaLevel {
  if (isSpent) return 'spent';
  return limit !== null && used >= limit * WARNING_SHARE ? 'warning' : 'ok';
}

/** The error for a model call that the remaining tokens can't cover. */
export function quotaExceeded(figures: BudgetFigures, org: Pick<Access, 'orgName' | 'plan'>): AppError {
  const quota = quotaOf(figures);
  if (!quota) return new AppError('QUOTA_EXCEEDED');
  const { used, limit, left, renewsAt } = quota;
  return new AppError('QUOTA_EXCEEDED', {
    detail: detailOf(figures, quota, org),
    members: { used, limit, left, renewsAt },
  });
}

function detailOf(figures: BudgetFigures, quota: Quota, org: Pick<Access, 'orgName' | 'plan'>): string {
  if (quota.limit === 0)
    return `The ${org.plan} plan of ${org.orgName} includes no AI tokens. Ask an admin of ${org.orgName} to change the plan.`;
  const held = figures.reserved > 0 ? `, and ${count(figures.reserved)} are reserved for running answers` : '';
  const left = quota.left > 0 ? ` The remaining ${count(quota.left)} aren't enough for this message.` : '';
  return (
    `${org.orgName} has used ${count(quota.used)} of its ${count(quota.limit)} tokens this month${held}.${left}` +
    ` The allowance renews on ${day(figures.renewsAt)} (UTC). An admin of ${org.orgName} can raise it sooner.`
  );
}

const count = (tokens: number): string => tokens.toLocaleString('en-US');
const day = (unixMs: number): string =>
  new Date(unixMs).toLocaleDateString('en-US', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
