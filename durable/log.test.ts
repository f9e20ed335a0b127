import { expect, test, vi } from 'vitest';
import { AppError } from './errors.ts';
import { logFailure } from './log.ts';

test('logs name, code and stack of an error, but not its message (R21)', () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => {});
  const driver = Object.assign(new Error('password=hunter2 in select $1\n    params: hunter2'), {
    code: '42P01',
    name: 'NeonDbError',
  });
  logFailure('outbox.drain_failed', new AppError('DATABASE_UNAVAILABLE', { detail: 'hunter2', cause: driver }), {
    requestId: 'r1',
  });
  const line = String(write.mock.calls[0]?.[0]);
  expect(JSON.parse(line)).toMatchObject({
    event: 'outbox.drain_failed',
    requestId: 'r1',
    error: { name: 'AppError', code: 'DATABASE_UNAVAILABLE', cause: { name: 'NeonDbError', code: '42P01' } },
  });
  expect(line).toContain('log.test.ts');
  expect(line).not.toContain('hunter2');
});

test('logs the type of a value that is not an Error', () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => {});
  logFailure('test.odd', 'hunter2');
  expect(JSON.parse(String(write.mock.calls[0]?.[0])).error).toEqual({ name: 'string' });
});
