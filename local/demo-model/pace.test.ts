import { expect, test } from 'vitest';
import { delayBefore } from './pace.ts';

test('people see the first token within 250 to 400 ms and then 40 to 60 tokens a second', () => {
  const delays = Array.from({ length: 500 }, (_, index) => delayBefore('human', index));
  const [first, ...rest] = delays;
  const mean = rest.reduce((sum, delay) => sum + delay, 0) / rest.length;
  expect(first).toBeGreaterThanOrEqual(250);
  expect(first).toBeLessThanOrEqual(400);
  expect(1000 / mean).toBeGreaterThan(40);
  expect(1000 / mean).toBeLessThan(60);
});

test('a pace of one’s own is kept to the millisecond, and instant waits for nothing', () => {
  const own = { firstTokenMs: 40, tokenMs: 7 };
  expect([delayBefore(own, 0), delayBefore(own, 1), delayBefore('instant', 0)]).toEqual([40, 7, 0]);
});
