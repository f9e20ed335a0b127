// A tab that is open across a deploy: the files of its build are gone. And a page that is slow to load. That such a tab
// reloads once by itself is in first-hour.test.ts.
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { enter, removeFile, signInPage } from './assistant-page.ts';
import { faultsInBothSchemes, overflowOf } from './faults-of.ts';

const NORA = 'nora@northlight.test';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

const topBar = (page: Page) => page.getByRole('navigation', { name: 'Product' });
const failure = (page: Page) => page.getByRole('heading', { name: 'Couldn’t load this part of the page' });

describe('a tab that is open across a deploy', () => {
  it('says what to do when the file stays missing, and keeps the top bar (U46)', async () => {
    const page = await enter(context, stack, { email: NORA, path: '/workspace' });
    const asked = await removeFile(page, /\/assets\/settings-page-.*\.js/);
    await topBar(page).getByRole('link', { name: 'Settings' }).click();
    await failure(page).waitFor();
    // Once before the reload and once after it.
    expect(asked()).toBe(2);
    await topBar(page).getByRole('link', { name: 'Workspace' }).click();
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
    await page.unrouteAll();
    await topBar(page).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  });

  it('keeps the page when Quick Ask or a settings tab can’t load (U46)', async () => {
    const page = await enter(context, stack, { email: NORA, path: '/settings' });
    await removeFile(page, /\/assets\/(quick-ask|usage-page)-.*\.js/);
    await page.getByRole('main').getByRole('link', { name: 'Usage' }).last().click();
    await failure(page).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
    await page.keyboard.press('Control+ArrowUp');
    const dialog = page.getByRole('dialog', { name: 'Couldn’t load this part of the page' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await topBar(page).waitFor();
  });
});

describe('a page whose own files are gone', () => {
  const ENTRY = /\/assets\/index-[^/]*\.js/;
  const STYLES = /\/assets\/[^/]*\.css/;

  it.each([
    ['the script is gone', ENTRY, (route: Route) => route.fulfill({ status: 404, body: '' })],
    ['the connection breaks', ENTRY, (route: Route) => route.abort()],
    ['the styles are gone', STYLES, (route: Route) => route.fulfill({ status: 404, body: '' })],
  ])('says in light and dark what happened and how to continue when %s (U51)', async (_title, file, fail) => {
    const page = await context.newPage();
    const violations: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text());
    });
    await signInPage(page, stack.url, NORA);
    await page.route(file, fail);
    await page.goto(`${stack.url}/workspace`);
    await page.getByRole('heading', { name: 'Couldn’t load Groundwire' }).waitFor();
    expect(await page.locator('#root').isVisible()).toBe(false);
    expect(await faultsInBothSchemes(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Couldn’t load Groundwire' }).count()).toBe(0);
    expect(violations).toEqual([]);
  });
});

describe('a page that is slow to load', () => {
  it('shows the top bar and a placeholder while the user and then the page load (U46)', async () => {
    const page = await context.newPage();
    await signInPage(page, stack.url, NORA);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let show = () => {};
    const hidden = new Promise<void>((resolve) => {
      show = resolve;
    });
    await page.route('**/api/v1/me', async (route) => {
      await held;
      await route.continue();
    });
    await page.route(/\/assets\/workspace-page-.*\.js/, async (route) => {
      await hidden;
      await route.continue();
    });
    await page.goto(`${stack.url}/workspace`);
    const loading = page.locator('main [aria-busy=true]');
    await page.getByRole('link', { name: 'Groundwire' }).waitFor();
    await loading.locator('.animate-pulse').waitFor();
    release();
    await topBar(page).waitFor();
    await loading.locator('.animate-pulse').waitFor();
    show();
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
    await loading.waitFor({ state: 'detached' });
  });
});
