// Set-up of every test file: an unexpected console error fails the test. A test that causes one on purpose spies on
// console.error itself.
import { afterEach, beforeEach, expect } from 'vitest';

const original = console.error;
let unexpected: unknown[][] = [];

beforeEach(() => {
  unexpected = [];
  console.error = (...args: unknown[]) => {
    unexpected.push(args);
    original(...args);
  };
});

afterEach(() => {
  console.error = original;
  expect(unexpected, 'errors on the console').toEqual([]);
});
