// How the org's token allowance stands, in the words of the page. Pure.
import type { Quota } from '../../worker/usage-contract.ts';
import type { Problem } from '../problem.ts';
import { formatCount } from './answer-words.ts';
import { asRecord, asText } from './unknown-value.ts';

export type QuotaFigures = Pick<Quota, 'used' | 'limit' | 'left' | 'renewsAt' | 'level'>;

/** The figures of a stream's `quota` event; null where it carries none. */
export function readQuota(value: unknown): QuotaFigures | null {
  const { used, limit, left, renewsAt, level } = asRecord(value);
  if (typeof used !== 'number' || typeof limit !== 'number' || typeof left !== 'number') return null;
  const known = level === 'warning' || level === 'spent' ? level : 'ok';
  return { used, limit, left, renewsAt: asText(renewsAt) ?? '', level: known };
}

/** The same from a refusal. */
export const quotaOfProblem = (problem: Problem): QuotaFigures | null =>
  readQuota({ ...problem.members, level: 'spent' });

/** "182,400 of 200,000 tokens used (91 %)" */
export function quotaLine({ used, limit }: QuotaFigures): string {
  if (!limit) return 'The plan includes no AI tokens';
  const percent = Math.min(100, Math.floor((used / limit) * 100));
  return `${formatCount(used)} of ${formatCount(limit)} tokens used (${percent} %)`;
}

/** The day on which the allowance renews, in the reader's own way of writing dates; the month is the one of UTC. */
export function renewalDay(renewsAt: string, locale?: string): string | null {
  const at = Date.parse(renewsAt);
  if (!Number.isFinite(at) || at === 0) return null;
  return new Date(at).toLocaleDateString(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' });
}
