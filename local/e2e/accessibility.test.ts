// Runs axe on the main pages in both color schemes and expects no violations.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { faultsOf } from './faults-of.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

describe.each(['light', 'dark'] as const)('in %s (U42)', (colorScheme) => {
  it('finds no axe violations on sign-in, conversation, approval card and workspace', async () => {
    const page = await browser.newPage({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(stack.url);
    const ada = page.getByRole('button', { name: 'ada@cascade.test' });
    await ada.waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await ada.click();
    await page.waitForURL(/\/chat/);
    const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
    await composer.waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await composer.fill('Create a new part called Motor Assembly in PKH-MFG');
    await composer.press('Enter');
    await page.getByRole('button', { name: 'Confirm' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
    expect(await faultsOf(page)).toEqual([]);

    await page.goto(`${stack.url}/workspace`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});
