// The browser of the end-to-end tests: launched once per test process, because that takes as long as a short test. Each
// test uses separate browser contexts. Not a set-up file: vitest runs those again for each test file.
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

/** How long an element is waited for: what works comes, however slow the machine is. Only a test that fails waits this long. */
const PATIENCE_MS = 60_000;

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

/** The pages that are open in the browser; none if it was never needed. */
export async function openPages(): Promise<Page[]> {
  const browser = await launched;
  return (browser?.contexts() ?? []).flatMap((context) => context.pages());
}
