// Set-up of every end-to-end test file: the error of a failed test says what its pages show.
import type { Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { openPages } from './test-browser.ts';

/** Enough for the last messages, a dialog or a notice. */
const SHOWN_LINES = 24;

afterEach(async ({ task }) => {
  const error = task.result?.errors?.[0];
  if (error === undefined) return;
  error.message += (await Promise.all((await openPages()).map(endOf))).join('');
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
