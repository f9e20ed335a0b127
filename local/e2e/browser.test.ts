import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

it('the page of a fresh stack comes up without an error in the console', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  // Whoever is not signed in is told so; the browser counts that as an error.
  const isExpected = (text: string) => text.includes('401 (Unauthorized)');
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(stack.url);
  await page.getByText('ada@cascade.test').waitFor();
  expect(errors).toEqual([]);
});
