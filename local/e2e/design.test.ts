// The parts that pages are made of, in a real browser: what axe says of them, and how they answer to keys.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stories, startStories } from '../stories.ts';
import { faultsOf } from './faults-of.ts';

let stories: Stories;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stories, browser] = await Promise.all([startStories(), launchBrowser()]);
});

beforeEach(async () => {
  page = await browser.newPage({ reducedMotion: 'reduce' });
  page.setDefaultTimeout(10_000);
  return () => page.close();
});

afterAll(async () => {
  await browser?.close();
  await stories?.close();
});

const open = async (story: string) => {
  await page.goto(`${stories.url}/#${story}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const tooltip = () => page.locator('.tooltip:popover-open');

describe.each(['light', 'dark'] as const)('U42: in %s', (colorScheme) => {
  it.each(['design', 'form'])('the story %s is clean', async (story) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await open(story);
    expect(await faultsOf(page)).toEqual([]);
  });
});

describe('a tooltip', () => {
  it('names a button and its keys under keyboard focus, and goes with Esc', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Open the assistant' }).focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => tooltip().textContent()).toBe('Open the assistantCtrlL');
    await page.keyboard.press('Escape');
    await expect.poll(() => tooltip().count()).toBe(0);
  });

  it('comes under the pointer, stays while the pointer is on it, and goes after', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Retry' }).first().hover();
    await tooltip().waitFor();
    await tooltip().hover();
    await page.mouse.move(0, 0);
    await tooltip().waitFor({ state: 'hidden' });
  });
});

describe('a dialog', () => {
  it('U33: takes focus, closes with Esc, and gives focus back to what opened it', async () => {
    await open('design');
    const opener = page.getByRole('button', { name: 'Leave without saving' });
    await opener.click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.waitFor();
    expect(await dialog.locator(':focus').count()).toBe(1);
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.locator(':focus').textContent()).toBe('Leave without saving');
  });
});

describe('tabs', () => {
  it('move by arrows, Home and End, and only one is in the tab order', async () => {
    await open('design');
    const selected = () => page.getByRole('tab', { selected: true }).textContent();
    await page.getByRole('tab', { name: 'BOM' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await selected()).toBe('History');
    await page.keyboard.press('ArrowRight');
    expect(await selected()).toBe('Details');
    await page.keyboard.press('End');
    expect(await selected()).toBe('History');
    expect(await page.locator('[role=tab][tabindex="0"]').count()).toBe(1);
  });
});

describe('a field', () => {
  it('is read out with its hint and with what is wrong, and a switch keeps its label', async () => {
    await open('form');
    const url = page.getByRole('textbox', { name: 'Base URL' });
    const ids = (await url.getAttribute('aria-describedby'))?.split(' ') ?? [];
    expect(await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))).toEqual([
      'Only for providers with an address of their own.',
      'Use an address that begins with https://.',
    ]);
    expect(await url.getAttribute('aria-invalid')).toBe('true');
    await url.fill('https://example.com');
    expect(await url.getAttribute('aria-invalid')).toBeNull();
    const assistant = page.getByRole('switch', { name: 'AI Assistant' });
    await assistant.press('Space');
    expect(await assistant.isChecked()).toBe(false);
  });

  it('hides a key until one asks to see it', async () => {
    await open('form');
    const key = page.getByLabel('API key');
    expect(await key.inputValue()).toBe('');
    expect(await key.getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show what is typed' }).click();
    expect(await key.getAttribute('type')).toBe('text');
  });
});

describe('a toast', () => {
  it('says what was done, in a region that was there before', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').getByText('Settings saved').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Settings saved').waitFor({ state: 'hidden' });
  });
});
