import { expect, test, vi } from 'vitest';
import { AppError } from './errors.ts';
import { logFailure } from './log.ts';

test('R21: the log holds kind, code and place of a failure, and no words of it', () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => {});
  const driver = Object.assign(new Error('password=hunter2 in select $1\n    params: hunter2'), {
    code: '42P01',
    name: 'NeonDbError',
  });
  logFailure('drain failed', new AppError('DATABASE_UNAVAILABLE', { detail: 'hunter2', cause: driver }), {
    requestId: 'r1',
  });
  const line = String(write.mock.calls[0]?.[0]);
  expect(JSON.parse(line)).toMatchObject({
    event: 'drain failed',
    requestId: 'r1',
    error: { name: 'AppError', code: 'DATABASE_UNAVAILABLE', cause: { name: 'NeonDbError', code: '42P01' } },
  });
  expect(line).toContain('log.test.ts');
  expect(line).not.toContain('hunter2');
});

test('what is no error is named by its type alone', () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => {});
  logFailure('odd', 'hunter2');
  expect(JSON.parse(String(write.mock.calls[0]?.[0])).error).toEqual({ name: 'string' });
});
