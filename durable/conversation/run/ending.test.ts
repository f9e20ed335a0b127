import { expect, test } from 'vitest';
import { AppError, type ErrorCode } from '../../errors.ts';
import { type AnswerEnding, abortedEnding, failedEnding, STOPPED, statusOf, toRecord } from './ending.ts';

const failed = (code: ErrorCode): AnswerEnding => failedEnding(new AppError(code));

test.each([
  [{ kind: 'complete', callsTools: false }, 'complete', 'complete', null],
  [{ kind: 'cut', cause: 'output_limit' }, 'complete', 'cut', 'output_limit'],
  [{ kind: 'stopped' }, 'stopped', 'stopped', 'user'],
  [failed('CONVERSATION_DELETED'), 'failed', 'stopped', 'CONVERSATION_DELETED'],
  [failed('ACCESS_REVOKED'), 'failed', 'stopped', 'ACCESS_REVOKED'],
  [failed('MODEL_DECLINED'), 'failed', 'refused', 'MODEL_DECLINED'],
  [failed('ANSWER_FILTERED'), 'failed', 'refused', 'ANSWER_FILTERED'],
  [failed('TURN_LIMIT'), 'failed', 'limited', 'TURN_LIMIT'],
  [failed('TIME_LIMIT'), 'failed', 'limited', 'TIME_LIMIT'],
  [failed('QUOTA_EXCEEDED'), 'failed', 'limited', 'QUOTA_EXCEEDED'],
  [failed('RUN_INTERRUPTED'), 'interrupted', 'interrupted', 'RUN_INTERRUPTED'],
  [failed('PROVIDER_AUTH'), 'failed', 'failed', 'PROVIDER_AUTH'],
] satisfies [AnswerEnding, string, string, string | null][])(
  '%j has a status, a kind and a cause',
  (ending, status, kind, cause) => {
    expect(statusOf(ending)).toBe(status);
    expect(toRecord(ending, 'q1')).toEqual({ kind, cause, requestId: 'q1' });
  },
);

test('a stop by the product is never the user’s', () => {
  const controller = new AbortController();
  controller.abort(new AppError('CONVERSATION_DELETED'));
  expect(toRecord(abortedEnding(controller.signal) ?? { kind: 'stopped' }, null).cause).toBe('CONVERSATION_DELETED');
  expect(abortedEnding(AbortSignal.abort(STOPPED))).toEqual({ kind: 'stopped' });
});
