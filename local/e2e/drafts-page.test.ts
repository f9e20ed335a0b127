// Drafts in a browser: the four documents on the demo's productions with their sources and check, and every state of
// the page.

import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signInPage } from './assistant-page.ts';
import { faultsInBothSchemes, faultsOf } from './faults-of.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});
beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'Europe/Berlin' });
  return () => context.close();
});
afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function enter(email: string, path: string): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(stack.url + path);
  return page;
}

async function pick(page: Page, field: string, words: string): Promise<void> {
  const box = page.getByRole('combobox', { name: field });
  await box.fill(words);
  await page
    .getByRole('option', { name: new RegExp(words, 'i') })
    .first()
    .waitFor();
  await box.press('Enter');
}

const EMAIL = '/drafts/advancing-email';

async function fillEmail(page: Page): Promise<void> {
  await pick(page, 'Project', 'Glass Horizons');
  await pick(page, 'Show', 'Denver');
  await page.getByLabel('Recipient').selectOption('venue');
}

const draft = (page: Page) => page.getByRole('button', { name: 'Draft', exact: true }).click();
const paper = (page: Page) => page.getByRole('region', { name: 'Draft' });
const isWritten = (page: Page) => page.getByText('Done', { exact: true }).waitFor();

async function textOf(download: Promise<Download>): Promise<{ name: string; bytes: Buffer }> {
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

describe('the four documents', () => {
  it('an advancing email is chosen by keyboard, drafted, checked, linked, and still there after a reload', async () => {
    const page = await enter('nora@northlight.test', '/chat');
    await page.getByRole('navigation', { name: 'Product' }).getByRole('link', { name: 'Drafts' }).click();
    await page.getByRole('link', { name: /^Advancing email/ }).click();
    await fillEmail(page);
    await page.getByText(/Found: Shows \d+/).waitFor();
    await draft(page);
    await isWritten(page);
    await paper(page).getByText('Subject: Advance for Denver').waitFor();
    await page.getByText('All facts match a source').waitFor();
    const sources = page.getByRole('list', { name: 'Sources' });
    if (!(await sources.isVisible())) await page.getByText(/^Sources/).click();
    expect(await sources.getByRole('link', { name: 'Glass Horizons Tour' }).getAttribute('href')).toMatch(
      /^\/workspace\/projects\//,
    );
    expect(await faultsOf(page)).toEqual([]);
    await page.reload();
    await paper(page).getByText('Subject: Advance for Denver').waitFor();
    await expect.poll(() => page.getByRole('combobox', { name: 'Show' }).inputValue()).toBe('Denver');
    await page.getByRole('button', { name: 'Open in chat' }).click();
    await page.waitForURL(/\/chat\//);
    const feed = page.getByRole('feed', { name: 'Conversation' });
    await feed.getByText('Confirm the times above.').waitFor();
    await feed.getByRole('link', { name: 'Open as draft: Advancing email' }).click();
    await paper(page).getByText('Subject: Advance for Denver').waitFor();
  });

  it('a vendor RFP starts from the page of its record', async () => {
    const page = await enter('max@northlight.test', '/workspace/rfps/0e070000-0000-4000-8000-000000000003');
    await page.getByRole('button', { name: 'Draft Vendor RFP' }).click();
    await draft(page);
    await isWritten(page);
    await paper(page)
      .getByRole('heading', { name: /RFP-0003/ })
      .waitFor();
  });

  it('an incident report by a member leaves out the people involved, and the page says why', async () => {
    const page = await enter('max@northlight.test', '/workspace/incidents/0e0a0000-0000-4000-8000-000000000001');
    await page.getByRole('button', { name: 'Draft Incident summary report' }).click();
    await page.getByLabel('Audience').selectOption('insurer');
    await draft(page);
    await isWritten(page);
    await page.getByText('Not in the sources').waitFor();
    await page
      .getByText(/incidents:parties/)
      .first()
      .waitFor();
  });

  it('a production schedule starts from the project’s menu', async () => {
    const page = await enter('max@northlight.test', '/workspace/projects/0e010000-0000-4000-8000-000000000002');
    await page.getByRole('button', { name: 'Draft' }).click();
    await page.getByRole('menuitem', { name: 'Production schedule' }).click();
    await page.getByLabel('Activities').selectOption('full');
    await draft(page);
    await isWritten(page);
    await paper(page).getByRole('heading', { name: 'Production schedule: Harborlight Festival' }).waitFor();
    await paper(page).getByText('Main stage steel and roof').first().waitFor();
  });
});

describe('a draft', () => {
  it('is edited in place, downloaded with the edits, and regenerated as a second version', async () => {
    const page = await enter('nora@northlight.test', EMAIL);
    await fillEmail(page);
    await draft(page);
    await isWritten(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    const text = page.getByLabel('Draft text');
    await text.fill(`# Mine\n\n${await text.inputValue()}`);
    await page.getByRole('button', { name: 'Read' }).click();
    await page.getByText('Edited', { exact: true }).waitFor();
    const markdown = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Markdown' }).click();
    const md = await textOf(markdown);
    expect(md.name).toBe('Mine.md');
    expect(md.bytes.toString()).toContain('Red Mesa Amphitheatre');
    const word = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Word' }).click();
    const docx = await textOf(word);
    expect(docx.name).toBe('Mine.docx');
    expect(new TextDecoder().decode(unzipSync(new Uint8Array(docx.bytes))['word/document.xml'])).toContain(
      'Red Mesa Amphitheatre',
    );
    await page.getByLabel('Recipient').selectOption('crew');
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await paper(page).getByText('Hello all,').waitFor();
    await isWritten(page);
    await page.getByLabel('Version').selectOption({ label: 'Version 1' });
    await page.getByText('Edited', { exact: true }).waitFor();
    await page.reload();
    await page.getByLabel('Version').selectOption({ label: 'Version 1' });
    await paper(page).getByRole('heading', { name: 'Mine' }).waitFor();
  });

  it('keeps and checks the text written so far when stopped', async () => {
    const page = await enter('nora@northlight.test', EMAIL);
    await fillEmail(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await draft(page);
    await paper(page).getByText('Subject: Advance').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    hold?.release();
    await page.getByRole('region', { name: 'Check' }).waitFor();
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
  });
});

describe('errors', () => {
  it('show an invalid value at its field, and focus the field', async () => {
    const page = await enter('nora@northlight.test', EMAIL);
    await draft(page);
    await page.getByText('Project is required.').waitFor();
    expect(await page.getByRole('combobox', { name: 'Project' }).evaluate((box) => box.matches(':focus'))).toBe(true);
    await page.getByRole('combobox', { name: 'Project' }).fill('no such project');
    await page.getByText('No matches.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it.each([
    [
      402,
      {
        code: 'QUOTA_EXCEEDED',
        title: 'Token limit reached',
        detail: 'It renews.',
        used: 200_000,
        limit: 200_000,
        left: 0,
        renewsAt: '2027-01-01',
      },
      /200,000 of 200,000 tokens used/,
    ],
    [429, { code: 'RATE_LIMITED', title: 'Too many requests', detail: 'Wait.' }, /You can try again/],
    [
      503,
      { code: 'PROVIDER_UNCONFIGURED', title: 'No provider', detail: 'An admin sets one up.' },
      /An admin sets one up/,
    ],
  ])('show a message for status %i, and keep the form', async (status, body, words) => {
    const page = await enter('nora@northlight.test', EMAIL);
    await fillEmail(page);
    await page.route('**/templates/*/draft', (route) =>
      route.fulfill({ status, json: body, headers: { 'retry-after': '30' }, contentType: 'application/problem+json' }),
    );
    await draft(page);
    await page.getByText(words).waitFor();
    expect(await page.getByRole('combobox', { name: 'Show' }).inputValue()).toBe('Denver');
  });

  it('hide the link and explain on the page when the role can’t create drafts', async () => {
    const page = await enter('ada@cascade.test', '/chat');
    await page.getByRole('link', { name: 'Chat' }).waitFor();
    expect(await page.getByRole('link', { name: 'Drafts' }).count()).toBe(0);
    await page.goto(`${stack.url}/drafts`);
    await page.getByRole('heading', { name: 'Your role can’t create drafts' }).waitFor();
  });

  it('say that a template or session is unknown', async () => {
    const page = await enter('nora@northlight.test', '/drafts/no-such');
    await page.getByRole('heading', { name: 'Template not found' }).waitFor();
    await page.goto(`${stack.url}/drafts/vendor-rfp?session=${crypto.randomUUID()}`);
    await page.getByRole('heading', { name: 'Draft not found' }).waitFor();
  });
});

it.each([390, 1440])('fits %i pixels, and axe finds nothing wrong, light and dark', async (width) => {
  const page = await enter('nora@northlight.test', EMAIL);
  await page.setViewportSize({ width, height: 844 });
  await fillEmail(page);
  await draft(page);
  await isWritten(page);
  expect(await faultsInBothSchemes(page)).toEqual([]);
  const wide = `(() => { const main = document.querySelector('main'); return main.scrollWidth - main.clientWidth; })()`;
  expect(await page.evaluate(wide)).toBe(0);
});
