// The rules as one writes them: texts of fields, held against what the server takes. Pure.

export type RulesDraft = { readonly keepNewest: string; readonly isLimited: boolean; readonly days: string };
type Rules = { readonly keepNewest: number; readonly retentionDays: number | null };

/** Shown when one turns the limit on. */
const FIRST_DAYS = 365;

export const draftOf = ({ keepNewest, retentionDays }: Rules): RulesDraft => ({
  keepNewest: String(keepNewest),
  isLimited: retentionDays !== null,
  days: String(retentionDays ?? FIRST_DAYS),
});

export type RulesFaults = { readonly keepNewest: string | null; readonly days: string | null };

export const faultsOf = ({ keepNewest, isLimited, days }: RulesDraft): RulesFaults => ({
  keepNewest: isWhole(keepNewest, 500) ? null : 'Enter a whole number from 1 to 500.',
  days: !isLimited || isWhole(days, 3650) ? null : 'Enter a whole number of days from 1 to 3650.',
});

/** Null while something is wrong with it. */
export function rulesOf(draft: RulesDraft): Rules | null {
  const faults = faultsOf(draft);
  if (faults.keepNewest !== null || faults.days !== null) return null;
  return { keepNewest: Number(draft.keepNewest), retentionDays: draft.isLimited ? Number(draft.days) : null };
}

/** Whether they keep less than what is stored: then something is deleted. */
export const keepsLess = (next: Rules, stored: Rules): boolean =>
  next.keepNewest < stored.keepNewest ||
  (next.retentionDays ?? Number.POSITIVE_INFINITY) < (stored.retentionDays ?? Number.POSITIVE_INFINITY);

const isWhole = (text: string, most: number): boolean => {
  const number = Number(text);
  return /^\d+$/.test(text.trim()) && number >= 1 && number <= most;
};
