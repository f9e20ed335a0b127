// The UI components in a real browser: axe results and keyboard behavior.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Stories, startStories } from '../testing/stories.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { faultsOf } from './faults-of.ts';

let stories: Stories;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stories, browser] = await Promise.all([startStories(), openTestBrowser()]);
});

beforeEach(async () => {
  page = await browser.newPage({ reducedMotion: 'reduce' });
  return () => page.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stories?.close();
});

const open = async (story: string) => {
  await page.goto(`${stories.url}/#${story}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const tooltip = () => page.locator('.tooltip:popover-open');

describe.each(['light', 'dark'] as const)('in %s (U42)', (colorScheme) => {
  it.each(['design', 'form', 'failures', 'states', 'approvals', 'long', 'stream'])(
    'finds no axe violations in the story %s',
    async (story) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(story);
      expect(await faultsOf(page)).toEqual([]);
    },
  );
});

describe('a tooltip', () => {
  it('shows a button’s name and keys on keyboard focus, and closes with Esc', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Open the assistant' }).focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => tooltip().textContent()).toBe('Open the assistantCtrlL');
    await page.keyboard.press('Escape');
    await expect.poll(() => tooltip().count()).toBe(0);
  });

  it('opens on hover, stays while the pointer is on it, and closes when the pointer leaves', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Retry' }).first().hover();
    await tooltip().waitFor();
    await tooltip().hover();
    await page.mouse.move(0, 0);
    await tooltip().waitFor({ state: 'hidden' });
  });
});

describe('a dialog', () => {
  it('takes focus, closes with Esc, and returns focus to the element that opened it (U33)', async () => {
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
  it('change with arrows, Home and End, and only one is in the tab order', async () => {
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
  it('is announced with its hint and its error, and a switch keeps its label', async () => {
    await open('form');
    const url = page.getByRole('textbox', { name: 'Base URL' });
    const ids = (await url.getAttribute('aria-describedby'))?.split(' ') ?? [];
    expect(await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))).toEqual([
      'Only for providers with a custom URL.',
      'Use a URL that starts with https://.',
    ]);
    expect(await url.getAttribute('aria-invalid')).toBe('true');
    await url.fill('https://example.com');
    expect(await url.getAttribute('aria-invalid')).toBeNull();
    const assistant = page.getByRole('switch', { name: 'AI Assistant' });
    await assistant.press('Space');
    expect(await assistant.isChecked()).toBe(false);
  });

  it('hides a key until the user reveals it', async () => {
    await open('form');
    const key = page.getByLabel('API key');
    expect(await key.inputValue()).toBe('');
    expect(await key.getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await key.getAttribute('type')).toBe('text');
  });
});

describe('a part that fails', () => {
  it('leaves the rest in place, says what to do, and can be tried again (U46)', async () => {
    await open('failures');
    const part = (name: string) => page.locator(`[data-part="${name}"]`);
    await part('page').getByRole('button', { name: 'Try again' }).waitFor();
    await part('outdated').getByRole('button', { name: 'Reload' }).waitFor();
    expect(await part('outdated').getByRole('button', { name: 'Try again' }).count()).toBe(0);
    // One message of three can't be shown.
    expect(await part('message').getByRole('article').count()).toBe(3);
    await part('message').getByText('Couldn’t show this message').waitFor();
    await part('message').getByText('This one is fine.').waitFor();
    await part('message').getByRole('textbox', { name: 'Ask the assistant' }).waitFor();
    await page.getByRole('button', { name: 'Repair' }).click();
    await part('page').getByRole('button', { name: 'Try again' }).click();
    await part('page').getByText('Shown again').waitFor();
  });
});

describe('a toast', () => {
  it('announces what was done in a live region that already existed', async () => {
    await open('design');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').getByText('Settings saved').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Settings saved').waitFor({ state: 'hidden' });
  });
});
