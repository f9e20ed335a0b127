import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { AppError, ERRORS, type ErrorCode } from '../../durable/errors.ts';
import { parseInput, toProblem } from './problem.ts';
import { Problem } from './problem-schema.ts';

const REQUEST_ID = '0e000000-0000-4000-8000-000000000001';
const SECRET = 'select * from users where token = sk-ant-secret';

describe('the error that a client gets (R21)', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('%s has the documented form', (code) => {
    const problem = toProblem(new AppError(code), REQUEST_ID);
    expect(Problem.parse(problem)).toMatchObject({ code, status: ERRORS[code].status, requestId: REQUEST_ID });
  });

  test.each([
    ['an error of a driver', new Error(SECRET)],
    ['an error in an error', new Error('x', { cause: new Error(SECRET) })],
    ['an AppError with a cause', new AppError('DATABASE_UNAVAILABLE', { cause: new Error(SECRET) })],
    ['a thrown text', SECRET],
    ['a thrown object', { message: SECRET, stack: SECRET }],
    [
      'an error that calls itself AppError',
      Object.assign(new Error(SECRET), { name: 'AppError', code: 'NOT_FOUND', detail: SECRET }),
    ],
  ])('%s reveals nothing', (_name, error) => {
    const text = JSON.stringify(toProblem(error, REQUEST_ID));
    expect(text).not.toContain('sk-ant-secret');
    expect(text).not.toContain('at ');
    expect(text).toContain(REQUEST_ID);
  });

  test('lists invalid fields by path, without their values', () => {
    const shape = z.strictObject({ a: z.strictObject({ b: z.int() }) });
    const refusal = catchError(() => parseInput(shape, { a: { b: 'sk-ant-secret' }, c: 1 }));
    const problem = toProblem(refusal, REQUEST_ID);
    expect(problem).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect(problem.issues?.map(({ path }) => path)).toEqual(['a.b', '']);
    expect(JSON.stringify(problem)).not.toContain('sk-ant-secret');
  });

  test('limits the number of listed issues', () => {
    const refusal = catchError(() => parseInput(z.array(z.int()), Array(1_000).fill('x')));
    expect(toProblem(refusal, REQUEST_ID).issues).toHaveLength(20);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}
