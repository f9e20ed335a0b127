import { expect, test, vi } from 'vitest';
import { AppError } from '../durable/errors.ts';
import type { ChainPlace, ChainStep } from '../durable/postgres/audit-chain.ts';
import { verifyChain } from './audit-verify.ts';

async function factsOf(steps: readonly (ChainStep | AppError)[]) {
  const asked: ChainPlace[] = [];
  const noted: unknown[] = [];
  const facts = verifyChain({
    requestId: 'request-1',
    checkStep: (after) => {
      asked.push(after);
      const step = steps[asked.length - 1];
      return step instanceof AppError || !step ? Promise.reject(step) : Promise.resolve(step);
    },
    note: (found) => Promise.resolve(void noted.push(found)),
  });
  const lines: unknown[] = [];
  for await (const line of facts) lines.push(JSON.parse(line));
  return { lines, asked, noted };
}
const holds = (seq: number): ChainStep => ({ state: 'holds', place: { seq, hash: `hash-${seq}` }, rows: 5 });

test('goes on where it was, tells how far it came, and puts what it found on record', async () => {
  const { lines, asked, noted } = await factsOf([holds(2), holds(4), { state: 'whole', place: { seq: 5, hash: 'h' } }]);
  expect(asked).toEqual([
    { seq: 0, hash: null },
    { seq: 2, hash: 'hash-2' },
    { seq: 4, hash: 'hash-4' },
  ]);
  expect(lines).toEqual([
    { type: 'progress', checked: 2, rows: 5 },
    { type: 'progress', checked: 4, rows: 5 },
    { type: 'whole', checked: 5 },
  ]);
  expect(noted).toEqual([{ type: 'whole', checked: 5 }]);
});

test('names the first row that does not hold', async () => {
  const broken = { state: 'broken', place: { seq: 3, hash: 'h' }, seq: 4, reason: 'changed' } as const;
  const { lines } = await factsOf([holds(2), broken]);
  expect(lines.at(-1)).toEqual({ type: 'broken', checked: 3, seq: 4, reason: 'changed' });
});

test('a check that could not go on says so, and finds nothing', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { lines, noted } = await factsOf([holds(2), new AppError('DATABASE_UNAVAILABLE')]);
  expect(lines.at(-1)).toMatchObject({ type: 'unfinished', checked: 2, code: 'DATABASE_UNAVAILABLE' });
  expect(noted).toEqual([]);
});
