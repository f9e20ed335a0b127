// The organization's token allowance and its texts. Pure.
import type { Quota } from '../../../worker/api/usage/usage-schema.ts';
import type { Problem } from '../../problem.ts';
import { asRecord, asText } from '../../unknown-value.ts';
import { formatCount } from '../format.ts';

export type QuotaFigures = Pick<Quota, 'used' | 'limit' | 'left' | 'renewsAt' | 'level'>;

/** The figures of a stream's `quota` event; null if it has none. */
export function readQuota(value: unknown): QuotaFigures | null {
  const { used, limit, left, renewsAt, level } = asRecord(value);
  if (typeof used !== 'number' || typeof limit !== 'number' || typeof left !== 'number') return null;
  const known = level === 'warning' || level === 'spent' ? level : 'ok';
  return { used, limit, left, renewsAt: asText(renewsAt) ?? '', level: known };
}

/** The figures of a QUOTA_EXCEEDED problem. */
export const quotaOfProblem = (problem: Problem): QuotaFigures | null =>
  readQuota({ ...problem.members, level: 'spent' });

/** "182,400 of 200,000 tokens used (91%)" */
export function quotaText({ used, limit }: QuotaFigures): string {
  if (!limit) return 'Your plan includes no AI tokens';
  const percent = Math.min(100, Math.floor((used / limit) * 100));
  return `${formatCount(used)} of ${formatCount(limit)} tokens used (${percent}%)`;
}

/** The renewal day in the user's locale. Months are UTC months. */
export function renewalDay(renewsAt: string, locale?: string): string | null {
  const at = Date.parse(renewsAt);
  if (!Number.isFinite(at) || at === 0) return null;
  return new Date(at).toLocaleDateString(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' });
}
