import { describe, expect, test } from 'vitest';
import type { BudgetFigures } from '../contracts/budget.ts';
import { quotaExceeded, quotaOf } from './quota.ts';

const figures = (change: Partial<BudgetFigures> = {}): BudgetFigures => ({
  month: '2026-11',
  used: 150_000,
  reserved: 0,
  limit: 200_000,
  left: 50_000,
  isSpent: false,
  renewsAt: Date.UTC(2026, 11, 1),
  ...change,
});
const ORG = { orgName: 'Northlight Live', plan: 'professional' } as const;

describe('quotaOf', () => {
  test.each([
    ['ok', { used: 159_999 }],
    ['warning', { used: 160_000 }],
    ['warning', { used: 199_000, left: 1_000 }],
    ['spent', { used: 199_000, left: 1_000, isSpent: true }],
  ] as const)('returns level %s at %j', (level, change) => {
    expect(quotaOf(figures(change))?.level).toBe(level);
  });

  test('returns null for an org without a limit', () => {
    expect(quotaOf(figures({ limit: null, left: null }))).toBeNull();
  });
});

describe('quotaExceeded', () => {
  test('says what is used, what is left, when it renews and who can raise it', () => {
    const error = quotaExceeded(figures({ used: 199_000, left: 400, reserved: 600 }), ORG);
    expect(error.detail).toBe(
      "Northlight Live has used 199,000 of its 200,000 tokens this month, and 600 are reserved for running answers. The remaining 400 aren't enough for this message. The allowance renews on December 1, 2026 (UTC). An admin of Northlight Live can raise it sooner.",
    );
    expect(error.members).toEqual({
      used: 199_000,
      limit: 200_000,
      left: 400,
      renewsAt: '2026-12-01T00:00:00.000Z',
    });
  });

  test('names the plan, not a renewal, for a plan without AI tokens', () => {
    const error = quotaExceeded(figures({ used: 0, limit: 0, left: 0 }), { orgName: 'Free Fold', plan: 'free' });
    expect(error.detail).toContain('The free plan of Free Fold includes no AI tokens');
    expect(error.detail).not.toContain('renews');
    expect(error.members).toMatchObject({ limit: 0, left: 0 });
  });
});
