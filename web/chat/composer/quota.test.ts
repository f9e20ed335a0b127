import { describe, expect, test } from 'vitest';
import { Problem } from '../../problem.ts';
import { quotaOfProblem, quotaText, readQuota, renewalDay } from './quota.ts';

const FIGURES = { used: 182_400, limit: 200_000, left: 17_600, renewsAt: '2026-12-01T00:00:00.000Z', level: 'warning' };

describe('readQuota and quotaOfProblem', () => {
  test('read the figures of a stream event', () => {
    expect(readQuota(FIGURES)).toEqual(FIGURES);
    for (const value of [null, 'x', {}, { ...FIGURES, used: '1' }, { ...FIGURES, limit: null }])
      expect(readQuota(value)).toBeNull();
  });

  test('read the figures of a problem', () => {
    const refusal = { status: 402, code: 'QUOTA_EXCEEDED', title: 't', detail: 'd' };
    const { level: _level, ...members } = FIGURES;
    expect(quotaOfProblem(new Problem({ ...refusal, members }))).toEqual({ ...FIGURES, level: 'spent' });
    expect(quotaOfProblem(new Problem(refusal))).toBeNull();
  });
});

describe('quotaText and renewalDay', () => {
  test('never show 100% while tokens are left', () => {
    expect(quotaText({ ...FIGURES, level: 'warning' })).toBe('182,400 of 200,000 tokens used (91%)');
    expect(quotaText({ ...FIGURES, used: 199_999, level: 'warning' })).toContain('(99%)');
    expect(quotaText({ ...FIGURES, used: 0, limit: 0, level: 'spent' })).toBe('Your plan includes no AI tokens');
  });

  test('show the renewal day in UTC', () => {
    expect(renewalDay('2026-12-01T00:00:00.000Z', 'en-GB')).toBe('1 December');
    expect(renewalDay('', 'en-GB')).toBeNull();
    expect(renewalDay('1970-01-01T00:00:00.000Z')).toBeNull();
  });
});
