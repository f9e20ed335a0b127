import { describe, expect, test } from 'vitest';
import { quotaExceeded, quotaOf } from './quota.ts';
import type { BudgetFigures } from './requests.ts';

const figures = (change: Partial<BudgetFigures> = {}): BudgetFigures => ({
  ...{ month: '2026-11', used: 150_000, reserved: 0, limit: 200_000, left: 50_000, isSpent: false },
  renewsAt: Date.UTC(2026, 11, 1),
  ...change,
});
const ORG = { orgName: 'Northlight Live', plan: 'professional' } as const;

describe('the level of a budget', () => {
  test.each([
    ['ok', { used: 159_999 }],
    ['warning', { used: 160_000 }],
    ['warning', { used: 199_000, left: 1_000 }],
    ['spent', { used: 199_000, left: 1_000, isSpent: true }],
  ] as const)('is %s at %j', (level, change) => {
    expect(quotaOf(figures(change))?.level).toBe(level);
  });

  test('an org without a limit has no quota', () => {
    expect(quotaOf(figures({ limit: null, left: null }))).toBeNull();
  });
});

describe('the refusal', () => {
  test('says what is used, what is left, when it renews and who can raise it, in words and in figures', () => {
    const error = quotaExceeded(figures({ used: 199_000, left: 400, reserved: 600 }), ORG);
    expect(error.detail).toBe(
      'Northlight Live has used 199,000 of its 200,000 tokens for this month, and 600 are held for answers that are being written. What is left, 400, is too little for this message. The allowance renews on 1 December 2026 (UTC). An admin of Northlight Live can have it raised before.',
    );
    expect(error.members).toEqual({
      used: 199_000,
      limit: 200_000,
      left: 400,
      renewsAt: '2026-12-01T00:00:00.000Z',
    });
  });

  test('of a plan without AI tokens names the plan, not a renewal that brings nothing', () => {
    const error = quotaExceeded(figures({ used: 0, limit: 0, left: 0 }), { orgName: 'Free Fold', plan: 'free' });
    expect(error.detail).toContain('The free plan of Free Fold includes no AI tokens');
    expect(error.detail).not.toContain('renews');
    expect(error.members).toMatchObject({ limit: 0, left: 0 });
  });
});
