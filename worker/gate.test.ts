import { describe, expect, test } from 'vitest';
import { AppError, type ErrorCode } from '../durable/errors.ts';
import type { Access } from '../durable/principal.ts';
import { firstRefusal, type GateQuestion, type ModelVerdict } from './gate.ts';

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
const TOO_LARGE = new AppError('PAYLOAD_TOO_LARGE');

const ask = (question: Partial<GateQuestion>): ErrorCode | undefined =>
  firstRefusal({ access: ACCESS, ...question })?.code;

describe('the order of refusals', () => {
  test('a request that is in order passes', () => {
    expect(ask({ model: { ok: true }, input: null })).toBeUndefined();
    expect(ask({})).toBeUndefined();
  });

  test.each<[ErrorCode, Partial<GateQuestion>]>([
    ['ASSISTANT_DISABLED', { access: OFF, model: NO_PROVIDER, input: TOO_LARGE }],
    ['ASSISTANT_DISABLED', { access: OFF, model: NOT_IN_PLAN, input: TOO_LARGE }],
    ['PROVIDER_UNCONFIGURED', { model: NO_PROVIDER, input: TOO_LARGE }],
    ['MODEL_NOT_IN_PLAN', { model: NOT_IN_PLAN, input: TOO_LARGE }],
    ['PAYLOAD_TOO_LARGE', { model: UNKNOWN, input: TOO_LARGE }],
    ['MODEL_UNKNOWN', { model: UNKNOWN, input: null }],
  ])('%s comes first of %j', (code, question) => {
    expect(ask(question)).toBe(code);
  });

  test('an org whose flag nobody ever set has no assistant', () => {
    expect(ask({ access: { ...ACCESS, features: {} } })).toBe('ASSISTANT_DISABLED');
  });

  test('the refusal of an org without the assistant has the words that the documents promise', () => {
    expect(firstRefusal({ access: OFF })?.detail).toBe('AI Assistant is not enabled for this tenant');
  });
});
