import { describe, expect, test } from 'vitest';
import type { BudgetFigures } from '../../durable/contracts/budget.ts';
import { AppError, type ErrorCode } from '../../durable/errors.ts';
import type { Access } from '../../durable/principal.ts';
import { firstRefusal, type GateQuestion, type ModelVerdict, refusalBeforeQuota } from './gate.ts';

const ACCESS: Access = {
  subject: 'person-1',
  userId: '0a000000-0000-4000-8000-000000000001',
  userName: 'Ada',
  userEmail: 'ada@example.test',
  orgId: '0c000000-0000-4000-8000-000000000001',
  orgSlug: 'org',
  orgName: 'Org',
  plan: 'free',
  role: 'member',
  permissions: [],
  features: { aiAssistant: true },
  confirmedAt: 0,
};
const OFF: Access = { ...ACCESS, features: { aiAssistant: false } };
const NO_PROVIDER: ModelVerdict = { ok: false, code: 'PROVIDER_UNCONFIGURED' };
const NOT_IN_PLAN: ModelVerdict = { ok: false, code: 'MODEL_NOT_IN_PLAN' };
const UNKNOWN: ModelVerdict = { ok: false, code: 'MODEL_UNKNOWN' };
const UNSEEN = new AppError('NOT_FOUND');
const OFF_HERE: ModelVerdict = { ok: false, code: 'FEATURE_DISABLED' };
const TOO_LARGE = new AppError('PAYLOAD_TOO_LARGE');
const IN_VAIN = { ok: false, remaining: 0, seconds: 2 };
const SPENT: BudgetFigures = {
  ...{ month: '2026-11', used: 199_000, reserved: 0, limit: 200_000, left: 1_000, isSpent: true },
  renewsAt: Date.UTC(2026, 11, 1),
};
const FREE: Access = { ...ACCESS, tokenAllowance: 0 };

const ask = (question: Partial<GateQuestion>): ErrorCode | undefined =>
  firstRefusal({ access: ACCESS, ...question })?.code;

describe('the order of refusals', () => {
  test('lets a request that works while the assistant is off through, up to the other refusals', () => {
    expect(ask({ access: OFF, feature: 'none', input: null })).toBeUndefined();
    expect(ask({ access: OFF, feature: 'none', rate: IN_VAIN })).toBe('RATE_LIMITED');
  });

  test('accepts a valid request', () => {
    expect(ask({ model: { ok: true }, input: null })).toBeUndefined();
    expect(ask({})).toBeUndefined();
  });

  test.each<[ErrorCode, Partial<GateQuestion>]>([
    ['ASSISTANT_DISABLED', { access: OFF, model: NO_PROVIDER, input: TOO_LARGE }],
    ['ASSISTANT_DISABLED', { access: OFF, model: NOT_IN_PLAN, input: TOO_LARGE }],
    ['ASSISTANT_DISABLED', { access: OFF, scope: UNSEEN, model: OFF_HERE }],
    ['NOT_FOUND', { scope: UNSEEN, model: OFF_HERE, input: TOO_LARGE }],
    ['NOT_FOUND', { scope: UNSEEN, model: NOT_IN_PLAN, budget: SPENT, rate: IN_VAIN }],
    ['FEATURE_DISABLED', { model: OFF_HERE, budget: SPENT, rate: IN_VAIN, input: TOO_LARGE }],
    ['PROVIDER_UNCONFIGURED', { model: NO_PROVIDER, input: TOO_LARGE }],
    ['MODEL_NOT_IN_PLAN', { model: NOT_IN_PLAN, input: TOO_LARGE }],
    ['MODEL_NOT_IN_PLAN', { model: NOT_IN_PLAN, budget: SPENT, rate: IN_VAIN, input: TOO_LARGE }],
    ['QUOTA_EXCEEDED', { model: { ok: true }, budget: SPENT, rate: IN_VAIN, input: TOO_LARGE }],
    ['QUOTA_EXCEEDED', { model: UNKNOWN, access: FREE, rate: IN_VAIN, input: TOO_LARGE }],
    ['RATE_LIMITED', { model: { ok: true }, budget: { ...SPENT, isSpent: false }, rate: IN_VAIN, input: TOO_LARGE }],
    ['RATE_LIMITED', { model: UNKNOWN, rate: IN_VAIN }],
    ['PAYLOAD_TOO_LARGE', { model: UNKNOWN, input: TOO_LARGE }],
    ['MODEL_UNKNOWN', { model: UNKNOWN, input: null }],
  ])('%s comes first of %j', (code, question) => {
    expect(ask(question)).toBe(code);
  });

  test('accepts a request without a model call when no tokens are left', () => {
    expect(ask({ access: FREE, budget: SPENT })).toBeUndefined();
  });

  test('a rate limit refusal has a retry time that works (R38)', () => {
    expect(firstRefusal({ access: ACCESS, rate: IN_VAIN })?.retryAfterSeconds).toBe(2);
  });

  test('a quota refusal includes the usage figures', () => {
    const refusal = firstRefusal({ access: ACCESS, model: { ok: true }, budget: SPENT });
    expect(refusal?.members).toEqual({
      used: 199_000,
      limit: 200_000,
      left: 1_000,
      renewsAt: '2026-12-01T00:00:00.000Z',
    });
  });

  test.each<[boolean, ErrorCode, Partial<GateQuestion>]>([
    [true, 'ASSISTANT_DISABLED', { access: OFF }],
    [true, 'NOT_FOUND', { scope: UNSEEN }],
    [true, 'MODEL_NOT_IN_PLAN', { model: NOT_IN_PLAN }],
    [false, 'RATE_LIMITED', { rate: IN_VAIN }],
    // NOT_FOUND can also come from the input, which is checked later.
    [false, 'NOT_FOUND', { input: UNSEEN }],
    [false, 'MODEL_UNKNOWN', { model: UNKNOWN }],
  ])('refusalBeforeQuota returns a refusal (%s): %s, for %j', (isRefused, code, question) => {
    expect(ask(question)).toBe(code);
    expect(refusalBeforeQuota({ access: ACCESS, ...question }) !== null).toBe(isRefused);
  });

  test('an org without the flag has no assistant', () => {
    expect(ask({ access: { ...ACCESS, features: {} } })).toBe('ASSISTANT_DISABLED');
  });

  test('an org without the assistant gets the documented message', () => {
    expect(firstRefusal({ access: OFF })?.detail).toBe('AI Assistant is not enabled for this tenant');
  });
});
