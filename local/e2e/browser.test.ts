import { gzipSync } from 'node:zlib';
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openTestBrowser()]);
});
afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

it('loads the page of a new stack without a console error', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  // A signed-out user gets a 401, which the browser logs as an error.
  const isExpected = (text: string) => text.includes('401 (Unauthorized)');
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(stack.url);
  await page.getByText('ada@cascade.test').waitFor();
  expect(errors).toEqual([]);
});

/** Kilobytes of compressed script that a page downloads while it loads. */
async function scriptKilobytes(page: Page, comeUp: () => Promise<void>): Promise<number> {
  const scripts: Response[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response);
  });
  await comeUp();
  await page.waitForLoadState('networkidle');
  const bodies = await Promise.all(scripts.map((response) => response.body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1000;
}

it('sign-in and conversation each load at most 205 kB of compressed script, and no font or picture (U45)', async () => {
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  const others: string[] = [];
  page.on('request', (request) => {
    if (['font', 'image', 'media'].includes(request.resourceType())) others.push(request.url());
  });
  const signIn = await scriptKilobytes(page, async () => {
    await page.goto(stack.url);
    await page.getByRole('button', { name: 'ada@cascade.test' }).waitFor();
  });
  await page.getByRole('button', { name: 'ada@cascade.test' }).click();
  await page.waitForURL(/\/chat/);
  // The same person in a browser with an empty cache.
  const known = await browser.newContext({ storageState: await stranger.storageState() });
  const fresh = await known.newPage();
  const chat = await scriptKilobytes(fresh, async () => {
    await fresh.goto(`${stack.url}/chat`);
    await fresh.getByRole('textbox', { name: 'Ask the assistant' }).waitFor();
  });
  // Less than this would mean that the scripts were not seen.
  expect(Math.min(signIn, chat)).toBeGreaterThan(100);
  expect(Math.max(signIn, chat)).toBeLessThanOrEqual(205);
  expect(others).toEqual([]);
  await Promise.all([stranger.close(), known.close()]);
});
