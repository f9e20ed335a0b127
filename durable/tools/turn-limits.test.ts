import { expect, test } from 'vitest';
import { createTurnLimits, TurnUse } from './turn-limits.ts';

test('refuses the ninth step of a turn (R33)', () => {
  const limits = createTurnLimits();
  const steps = Array.from({ length: 10 }, () => limits.beginStep());
  expect(steps.indexOf(false)).toBe(8);
  expect(steps.slice(8)).toEqual([false, false]);
});

test('refuses the seventeenth call of a turn, parallel or not (R33)', async () => {
  const limits = createTurnLimits();
  const answers = await Promise.all(Array.from({ length: 18 }, (_, index) => limits.admit('get_bom', { index })));
  expect(answers.filter((answer) => answer === 'admitted')).toHaveLength(16);
  expect(answers.slice(16)).toEqual(['too-many-calls', 'too-many-calls']);
});

test('refuses the third identical call whatever the order of its arguments (R33)', async () => {
  const limits = createTurnLimits();
  const answers = [
    await limits.admit('search', { a: 1, b: 2 }),
    await limits.admit('search', { b: 2, a: 1 }),
    await limits.admit('search', { a: 1, b: 2 }),
    await limits.admit('search', { a: 1, b: 3 }),
    await limits.admit('other', { a: 1, b: 2 }),
  ];
  expect(answers).toEqual(['admitted', 'admitted', 'repeated', 'admitted', 'admitted']);
});

test('keeps the counts of a turn that waited for an approval', async () => {
  const before = createTurnLimits();
  for (let step = 0; step < 7; step += 1) before.beginStep();
  for (let call = 0; call < 2; call += 1) await before.admit('search', {});
  const after = createTurnLimits(TurnUse.parse(JSON.parse(JSON.stringify(before.use()))));
  expect([after.beginStep(), after.beginStep()]).toEqual([true, false]);
  expect(await after.admit('search', {})).toBe('repeated');
});
