// The retention rules as form text, with validation. Pure.

export type RulesDraft = { readonly keepNewest: string; readonly isLimited: boolean; readonly days: string };
type Rules = { readonly keepNewest: number; readonly retentionDays: number | null };

/** The initial value when the limit is turned on. */
const FIRST_DAYS = 365;

export const draftOf = ({ keepNewest, retentionDays }: Rules): RulesDraft => ({
  keepNewest: String(keepNewest),
  isLimited: retentionDays !== null,
  days: String(retentionDays ?? FIRST_DAYS),
});

export type RulesErrors = { readonly keepNewest: string | null; readonly days: string | null };

export const rulesErrors = ({ keepNewest, isLimited, days }: RulesDraft): RulesErrors => ({
  keepNewest: isWholeNumber(keepNewest, 500) ? null : 'Enter a whole number from 1 to 500.',
  days: !isLimited || isWholeNumber(days, 3650) ? null : 'Enter a whole number of days from 1 to 3650.',
});

/** Null while a field is invalid. */
export function rulesOf(draft: RulesDraft): Rules | null {
  const errors = rulesErrors(draft);
  if (errors.keepNewest !== null || errors.days !== null) return null;
  return { keepNewest: Number(draft.keepNewest), retentionDays: draft.isLimited ? Number(draft.days) : null };
}

/** Whether the new rules keep fewer conversations, so saving deletes some. */
export const keepsLess = (next: Rules, stored: Rules): boolean =>
  next.keepNewest < stored.keepNewest ||
  (next.retentionDays ?? Number.POSITIVE_INFINITY) < (stored.retentionDays ?? Number.POSITIVE_INFINITY);

const isWholeNumber = (text: string, most: number): boolean => {
  const number = Number(text);
  return /^\d+$/.test(text.trim()) && number >= 1 && number <= most;
};
