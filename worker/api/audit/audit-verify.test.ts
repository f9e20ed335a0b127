import { expect, test, vi } from 'vitest';
import type { LogCheck } from '../../../durable/audit/verify-log.ts';
import { AppError } from '../../../durable/errors.ts';
import { streamCheck } from './audit-verify.ts';

async function factsOf(checks: readonly (LogCheck | AppError)[]) {
  const noted: unknown[] = [];
  const facts = streamCheck({
    requestId: 'request-1',
    checks: async function* follow() {
      for (const check of checks) {
        if (check instanceof AppError) throw check;
        yield check;
      }
    },
    note: (found) => Promise.resolve(void noted.push(found)),
  });
  const lines: unknown[] = [];
  for await (const line of facts) lines.push(JSON.parse(line));
  return { lines, noted };
}
const PROGRESS: LogCheck = { state: 'progress', checked: 2, rows: 5 };

test('reports progress and records the result', async () => {
  const { lines, noted } = await factsOf([PROGRESS, { state: 'whole', checked: 5, signed: 5 }]);
  expect(lines).toEqual([
    { type: 'progress', checked: 2, rows: 5 },
    { type: 'whole', checked: 5, signed: 5 },
  ]);
  expect(noted).toEqual([{ type: 'whole', checked: 5, signed: 5 }]);
});

test('names the first row that can’t be proven', async () => {
  const { lines, noted } = await factsOf([PROGRESS, { state: 'broken', seq: 4, reason: 'changed' }]);
  expect(lines.at(-1)).toEqual({ type: 'broken', checked: 3, seq: 4, reason: 'changed' });
  expect(noted).toHaveLength(1);
});

test('reports a verification that could not finish, without a result', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { lines, noted } = await factsOf([PROGRESS, new AppError('DATABASE_UNAVAILABLE')]);
  expect(lines.at(-1)).toMatchObject({ type: 'unfinished', checked: 2, code: 'DATABASE_UNAVAILABLE' });
  expect(noted).toEqual([]);
});
