// Set-up of every test file: an unexpected console error fails the test. A test that causes one on purpose spies on
// console.error itself.
import { afterEach, beforeEach, expect } from 'vitest';

const original = console.error;
let unexpected: unknown[][] = [];
/** Tests that run at the same time share the console: an error fails each of them. */
let running = 0;

beforeEach(() => {
  running += 1;
  if (running > 1) return;
  unexpected = [];
  console.error = (...args: unknown[]) => {
    unexpected.push(args);
    original(...args);
  };
});

afterEach(() => {
  running -= 1;
  if (running === 0) console.error = original;
  expect(unexpected, 'errors on the console').toEqual([]);
});
