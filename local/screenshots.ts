// `npm run screenshots`: takes the README's pictures from a separate stack with the demo data.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PROJECT_ROOT } from './project-root.ts';
import { startStack } from './stack/stack.ts';
import { launchBrowser } from './testing/browser.ts';

const FOLDER = join(PROJECT_ROOT, 'docs', 'images');
const SIZE = { width: 1280, height: 800 };

mkdirSync(FOLDER, { recursive: true });
const stack = await startStack({ demo: { pace: 'instant' } });
try {
  const browser = await launchBrowser();
  try {
    await picture(browser, 'light', 'chat-light.png', async (page) => {
      await ask(page, 'Show the BOM of PN-000059');
      await page
        .getByRole('link', { name: 'View PN-000059' })
        .or(page.getByText(/ out · /))
        .first()
        .waitFor();
    });
    await picture(browser, 'dark', 'card-dark.png', async (page) => {
      await ask(page, 'Create a new part called Motor Assembly in PKH-MFG');
      await page.getByRole('button', { name: 'Confirm' }).waitFor();
    });
    await picture(
      browser,
      'light',
      'schedule-light.png',
      async (page) => {
        await page.goto(`${stack.url}/workspace`);
        await page.getByRole('link', { name: 'Harborlight Festival' }).click();
        await page.getByRole('tab', { name: /^Schedule/ }).click();
        const chart = page.getByRole('region', { name: 'Schedule' });
        await chart.waitFor();
        await page.mouse.move(0, 0);
        await page.getByRole('list', { name: 'Legend' }).evaluate((legend) => {
          legend.style.scrollMarginTop = '4.5rem';
          legend.scrollIntoView();
        });
      },
      'nora@northlight.test',
    );
  } finally {
    await browser.close();
  }
} finally {
  await stack.stop();
}

async function picture(
  browser: Browser,
  colorScheme: 'light' | 'dark',
  name: string,
  act: (page: Page) => Promise<void>,
  email = 'ada@cascade.test',
): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: 'reduce' });
  await signIn(page, email);
  await act(page);
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
  await page.screenshot({ path: join(FOLDER, name) });
  await page.close();
  console.log(`docs/images/${name}`);
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto(stack.url);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(/\/chat/);
}

async function ask(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill(text);
  await composer.press('Enter');
}
