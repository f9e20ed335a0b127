// Drafts as people make them in a browser: the four documents on the demo's productions, with their sources and check, and
// every state that the page can be in.

import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { faultsOf } from './faults-of.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ demo: { pace: 'instant' } }), launchBrowser()]);
});
beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'Europe/Berlin' });
  context.setDefaultTimeout(20_000);
  return () => context.close();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function enter(email: string, page?: Page): Promise<Page> {
  const opened = page ?? (await context.newPage());
  await opened.goto(stack.url);
  await opened.getByRole('button', { name: email }).click();
  await opened.waitForURL(/\/chat/);
  return opened;
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

async function fillEmail(page: Page): Promise<void> {
  await page.goto(`${stack.url}/drafts/advancing-email`);
  await pick(page, 'Project', 'Glass Horizons');
  await pick(page, 'Show', 'Denver');
  await page.getByLabel('Who it goes to').selectOption('venue');
}

const draft = (page: Page) => page.getByRole('button', { name: 'Draft', exact: true }).click();
const paper = (page: Page) => page.getByRole('region', { name: 'Draft' });
const isWritten = (page: Page) => page.getByText('Written', { exact: true }).waitFor();

async function textOf(download: Promise<Download>): Promise<{ name: string; bytes: Buffer }> {
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

describe('the four documents', () => {
  it('an advancing e-mail: chosen by keyboard, drafted, looked up, linked, and found again after a reload', async () => {
    const page = await enter('nora@northlight.test');
    await page.getByRole('navigation', { name: 'Product' }).getByRole('link', { name: 'Drafts' }).click();
    await page.getByRole('link', { name: /^Advancing email/ }).click();
    await fillEmail(page);
    await page.getByText(/Found: Shows \d+/).waitFor();
    await draft(page);
    await isWritten(page);
    await paper(page).getByText('Subject: Advance for Denver').waitFor();
    await page.getByText('Every date, name, amount and contact stands in a source').waitFor();
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

  it('a vendor RFP, from the page of the RFP that is on record', async () => {
    const page = await enter('max@northlight.test');
    await page.goto(`${stack.url}/workspace/rfps/0e070000-0000-4000-8000-000000000003`);
    await page.getByRole('button', { name: 'Draft Vendor RFP' }).click();
    await draft(page);
    await isWritten(page);
    await paper(page)
      .getByRole('heading', { name: /RFP-0003/ })
      .waitFor();
  });

  it('an incident report by a member: who was in it is not for their role, and the page says so', async () => {
    const page = await enter('max@northlight.test');
    await page.goto(`${stack.url}/workspace/incidents/0e0a0000-0000-4000-8000-000000000001`);
    await page.getByRole('button', { name: 'Draft Incident summary report' }).click();
    await page.getByLabel('Who reads it').selectOption('insurer');
    await draft(page);
    await isWritten(page);
    await page.getByText('Not among the sources').waitFor();
    await page
      .getByText(/incidents:parties/)
      .first()
      .waitFor();
  });

  it('a production schedule, from the menu of the project', async () => {
    const page = await enter('max@northlight.test');
    await page.goto(`${stack.url}/workspace/projects/0e010000-0000-4000-8000-000000000002`);
    await page.getByRole('button', { name: 'Draft' }).click();
    await page.getByRole('menuitem', { name: 'Production schedule' }).click();
    await page.getByLabel('Which activities').selectOption('full');
    await draft(page);
    await isWritten(page);
    await paper(page).getByRole('heading', { name: 'Production schedule: Harborlight Festival' }).waitFor();
    await paper(page).getByText('Main stage steel and roof').first().waitFor();
  });
});

describe('a draft', () => {
  it('is edited in place, downloaded as it then reads, and made again as a second version', async () => {
    const page = await enter('nora@northlight.test');
    await fillEmail(page);
    await draft(page);
    await isWritten(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    const text = page.getByLabel('The draft’s text');
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
    await page.getByLabel('Who it goes to').selectOption('crew');
    await page.getByRole('button', { name: 'Draft again' }).click();
    await paper(page).getByText('Hello all,').waitFor();
    await isWritten(page);
    await page.getByLabel('Version').selectOption({ label: 'Version 1' });
    await page.getByText('Edited', { exact: true }).waitFor();
    await page.reload();
    await page.getByLabel('Version').selectOption({ label: 'Version 1' });
    await paper(page).getByRole('heading', { name: 'Mine' }).waitFor();
  });

  it('is stopped, and what was written is kept and looked up', async () => {
    const page = await enter('nora@northlight.test');
    await fillEmail(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await draft(page);
    await paper(page).getByText('Subject: Advance').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    hold?.release();
    await page.getByRole('region', { name: 'Check' }).waitFor();
    await page.getByRole('button', { name: 'Draft again' }).waitFor();
  });
});

describe('what is wrong', () => {
  it('with a form is said at its field, which takes focus', async () => {
    const page = await enter('nora@northlight.test');
    await page.goto(`${stack.url}/drafts/advancing-email`);
    await draft(page);
    await page.getByText('Project is needed.').waitFor();
    expect(await page.getByRole('combobox', { name: 'Project' }).evaluate((box) => box.matches(':focus'))).toBe(true);
    await page.getByRole('combobox', { name: 'Project' }).fill('no such project');
    await page.getByText('Nothing was found.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it.each([
    [
      402,
      {
        code: 'QUOTA_EXCEEDED',
        title: 'Allowance used up',
        detail: 'It renews.',
        used: 200_000,
        limit: 200_000,
        left: 0,
        renewsAt: '2027-01-01',
      },
      /200,000 of 200,000 tokens used/,
    ],
    [429, { code: 'RATE_LIMITED', title: 'Too many requests', detail: 'Wait.' }, /You can draft again/],
    [
      503,
      { code: 'PROVIDER_UNCONFIGURED', title: 'No provider', detail: 'An admin sets one up.' },
      /An admin sets one up/,
    ],
  ])('%i is told, and the form is kept', async (status, body, words) => {
    const page = await enter('nora@northlight.test');
    await fillEmail(page);
    await page.route('**/templates/*/draft', (route) =>
      route.fulfill({ status, json: body, headers: { 'retry-after': '30' }, contentType: 'application/problem+json' }),
    );
    await draft(page);
    await page.getByText(words).waitFor();
    expect(await page.getByRole('combobox', { name: 'Show' }).inputValue()).toBe('Denver');
  });

  it('no role for it: no way there, and a page that says so', async () => {
    const page = await enter('ada@cascade.test');
    expect(await page.getByRole('link', { name: 'Drafts' }).count()).toBe(0);
    await page.goto(`${stack.url}/drafts`);
    await page.getByRole('heading', { name: 'Drafting is not for your role' }).waitFor();
  });

  it('an unknown template or session is told', async () => {
    const page = await enter('nora@northlight.test');
    await page.goto(`${stack.url}/drafts/no-such`);
    await page.getByRole('heading', { name: 'No such template' }).waitFor();
    await page.goto(`${stack.url}/drafts/vendor-rfp?session=${crypto.randomUUID()}`);
    await page.getByRole('heading', { name: 'No such draft' }).waitFor();
  });
});

it.each([390, 1440])('fits %i pixels, and axe finds nothing wrong, light and dark', async (width) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme, reducedMotion: 'reduce' });
    page.setDefaultTimeout(20_000);
    await enter('nora@northlight.test', page);
    await fillEmail(page);
    await draft(page);
    await isWritten(page);
    expect(await faultsOf(page)).toEqual([]);
    const wide = `(() => { const main = document.querySelector('main'); return main.scrollWidth - main.clientWidth; })()`;
    expect(await page.evaluate(wide)).toBe(0);
    await page.close();
  }
});
