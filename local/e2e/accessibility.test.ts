// axe on the pages of the main job, in both colour schemes: nothing it knows of may be wrong.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { faultsOf } from './faults-of.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ demo: { pace: 'instant' } }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

describe.each(['light', 'dark'] as const)('U42: in %s', (colorScheme) => {
  it('sign-in, conversation, card and workspace are clean', async () => {
    const page = await browser.newPage({ colorScheme, reducedMotion: 'reduce' });
    page.setDefaultTimeout(15_000);
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
