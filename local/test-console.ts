// Set-up of every test file: an error on the console that the test did not ask for fails it. A test that provokes
// one spies on console.error itself.
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
