import { gzipSync } from 'node:zlib';
import type { Browser, Page, Response } from 'playwright-core';
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

/** Kilobytes of script that a page loads while it comes up, as they are sent compressed. */
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

it('U45: sign-in and conversation each load at most 200 kB of compressed script, and no font or picture', async () => {
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
  // The same person in a browser that has loaded nothing before.
  const known = await browser.newContext({ storageState: await stranger.storageState() });
  const fresh = await known.newPage();
  const chat = await scriptKilobytes(fresh, async () => {
    await fresh.goto(`${stack.url}/chat`);
    await fresh.getByRole('textbox', { name: 'Ask the assistant' }).waitFor();
  });
  // Less than this would mean that the scripts were not seen.
  expect(Math.min(signIn, chat)).toBeGreaterThan(100);
  expect(Math.max(signIn, chat)).toBeLessThanOrEqual(200);
  expect(others).toEqual([]);
  await Promise.all([stranger.close(), known.close()]);
});
