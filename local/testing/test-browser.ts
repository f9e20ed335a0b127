// The browser of the end-to-end tests: launched once per test process, because that takes as long as a short test. Each
// test uses separate browser contexts. Also the set-up of these tests: the error of a failed test says what its pages show.
import type { Browser, Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { launchBrowser } from './browser.ts';

/** How long an element is waited for: what works comes, however slow the machine is. Only a test that fails waits this long. */
const PATIENCE_MS = 60_000;
/** Enough for the last messages, a dialog or a notice. */
const SHOWN_LINES = 24;

let launched: Promise<Browser> | undefined;

export async function openTestBrowser(): Promise<Browser> {
  launched ??= launchPatient();
  const browser = await launched;
  if (browser.isConnected()) return browser;
  launched = launchPatient();
  return launched;
}

async function launchPatient(): Promise<Browser> {
  const browser = await launchBrowser();
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
  return browser;
}

/** Closes the contexts that a test file left open. */
export async function closeContexts(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

afterEach(async ({ task }) => {
  const error = task.result?.errors?.[0];
  if (error === undefined || launched === undefined) return;
  const pages = (await launched).contexts().flatMap((context) => context.pages());
  error.message += (await Promise.all(pages.map(endOf))).join('');
});

/** The address of a page, and the end of what it shows. */
async function endOf(page: Page): Promise<string> {
  const shown = await page
    .locator('body')
    .ariaSnapshot({ timeout: 2000 })
    .catch((error: unknown) => String(error));
  const lines = shown.split('\n').slice(-SHOWN_LINES);
  return `\n\n${page.url()} ends with:\n${lines.join('\n')}`;
}
