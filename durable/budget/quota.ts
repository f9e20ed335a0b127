// How a month's budget is told to people and programs: the figures, a level to colour them by, and the words of a refusal.
import { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import type { BudgetFigures } from './requests.ts';

/** From here on people are told that it goes to its end. */
const WARNING_SHARE = 0.8;

export type QuotaLevel = 'ok' | 'warning' | 'spent';

/** Of an org that has a limit. `renewsAt` is ISO 8601, UTC. */
export type Quota = {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
  readonly renewsAt: string;
  readonly level: QuotaLevel;
};

/** Null where nothing limits the org. */
export function quotaOf(figures: BudgetFigures): Quota | null {
  const { used, limit, left } = figures;
  if (limit === null || left === null) return null;
  return { used, limit, left, renewsAt: new Date(figures.renewsAt).toISOString(), level: levelOf(figures) };
}

export function levelOf({ used, limit, isSpent }: BudgetFigures): QuotaLevel {
  if (isSpent) return 'spent';
  return limit !== null && used >= limit * WARNING_SHARE ? 'warning' : 'ok';
}

/** The refusal of a model call for which too little is left, with what is left, when it renews and who can raise it. */
export function quotaExceeded(figures: BudgetFigures, org: Pick<Access, 'orgName' | 'plan'>): AppError {
  const quota = quotaOf(figures);
  if (!quota) return new AppError('QUOTA_EXCEEDED');
  const { used, limit, left, renewsAt } = quota;
  return new AppError('QUOTA_EXCEEDED', {
    detail: wordsOf(figures, quota, org),
    members: { used, limit, left, renewsAt },
  });
}

function wordsOf(figures: BudgetFigures, quota: Quota, org: Pick<Access, 'orgName' | 'plan'>): string {
  if (quota.limit === 0)
    return `The ${org.plan} plan of ${org.orgName} includes no AI tokens. An admin of ${org.orgName} can have the plan changed.`;
  const held =
    figures.reserved > 0 ? `, and ${count(figures.reserved)} are held for answers that are being written` : '';
  const left = quota.left > 0 ? ` What is left, ${count(quota.left)}, is too little for this message.` : '';
  return (
    `${org.orgName} has used ${count(quota.used)} of its ${count(quota.limit)} tokens for this month${held}.${left}` +
    ` The allowance renews on ${day(figures.renewsAt)} (UTC). An admin of ${org.orgName} can have it raised before.`
  );
}

const count = (tokens: number): string => tokens.toLocaleString('en-US');
const day = (unixMs: number): string =>
  new Date(unixMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
