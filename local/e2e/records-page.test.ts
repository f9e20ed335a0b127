// Usage, the audit log and the retention rules, as admins use them in a browser.
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../demo-data/demo-people.ts';
import { fillAudit } from '../demo-data/fill-audit.ts';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signInPage } from './assistant-page.ts';
import { faultsInBothSchemes, faultsOf } from './faults-of.ts';
import { query } from './settings-page.ts';
import { askBody, signIn } from './visitor.ts';

const ROWS = 2_000;

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
  await asOwner((client) =>
    fillAudit(client, {
      orgId: requireDemoOrg('northlight').id,
      people: ['nora@northlight.test', 'max@northlight.test'].map((email) => requireDemoPerson(email).id),
      rows: ROWS,
    }),
  );
});
beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'Europe/Berlin' });
  return () => context.close();
});
afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function asOwner(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  await work(client);
  await client.end();
}

async function enter(email: string, path: string): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(stack.url + path);
  return page;
}

/** These tests insert their rows into the previous year. */
const YEAR = '/settings/usage?period=year&by=month';

describe('usage', () => {
  it('shows figures, a chart and its table, exports them as CSV, and keeps the filter in the URL (U39)', async () => {
    const page = await enter('nora@northlight.test', YEAR);
    await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
    await page.getByRole('img', { name: /^Plan tokens over time\. Most on/ }).waitFor();
    await page.getByRole('meter', { name: 'Allowance used' }).waitFor();
    await page.getByText(/^Renews on /).waitFor();
    await page.getByRole('button', { name: 'Cost', exact: true }).click();
    await page.getByRole('combobox', { name: 'By' }).selectOption('Person');
    await page.getByRole('list', { name: 'Cost, highest first' }).getByText('Nora Lindqvist').waitFor();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    expect(page.url()).toMatch(/period=year&by=user&show=cost&as=table/);
    await page.reload();
    const table = page.getByRole('region', { name: 'Usage by person' });
    await table.getByRole('row', { name: /Nora Lindqvist/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^\uFEFFuser,label,runs,[\s\S]*Nora Lindqvist/);
  });

  it('lists feedback on answers with its comments', async () => {
    const max = await signIn(stack, 'max@northlight.test');
    const id = crypto.randomUUID();
    await (await max.send('POST', '/api/v1/ai/chat', askBody(id, crypto.randomUUID(), 'Hello'))).text();
    const session = `/api/v1/ai/sessions/${id}`;
    const { messages } = (await (await max.get(`${session}/messages`)).json()) as { messages: { id: string }[] };
    const given = { verdict: 'down', comment: 'Too long for a greeting.' };
    await max.send('PUT', `${session}/messages/${messages.at(-1)?.id}/feedback`, given);
    await expect
      .poll(() => query(stack, 'select 1 from ai_feedback where comment = $1', [given.comment]))
      .toHaveLength(1);
    const page = await enter('nora@northlight.test', '/settings/usage');
    const list = page.getByRole('list', { name: 'Feedback' });
    await list.getByText(given.comment).waitFor();
    await list.getByText(/^Max Fontaine · /).waitFor();
    await page.getByRole('button', { name: 'Good', exact: true }).click();
    await page.getByText('No feedback in this period.').waitFor();
    expect(page.url()).toContain('feedback=up');
    expect(await faultsOf(page)).toEqual([]);
  });

  it('is hidden from users who can’t see it', async () => {
    const page = await enter('max@northlight.test', '/settings/usage');
    await page.getByRole('heading', { level: 1, name: 'Your role can’t open this' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
  });
});

describe('the audit log', () => {
  it('is filtered by its URL, loads more on scroll, and opens a row by keyboard', async () => {
    const page = await enter('nora@northlight.test', '/settings/audit');
    const log = page.getByRole('region', { name: 'Audit log' });
    await log.getByRole('row').nth(50).waitFor();
    await log.getByText('Scroll to load more.').scrollIntoViewIfNeeded();
    await log.getByRole('row').nth(80).waitFor();
    await page.getByRole('combobox', { name: 'What' }).selectOption('Tool failed');
    await expect.poll(() => page.url()).toContain('event=tool.failed');
    await log.getByText('End of log').waitFor();
    await page.getByRole('combobox', { name: 'Person' }).selectOption('Max Fontaine');
    await expect
      .poll(async () => new Set(await log.locator('tbody td:nth-child(3)').allInnerTexts()))
      .toEqual(new Set(['Max Fontaine']));
    const first = log.getByRole('button', { name: 'Tool failed' }).first();
    await first.focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Audit log entry' });
    await drawer.getByText('TOOL_FAILED').waitFor();
    await drawer.getByRole('region', { name: 'Input' }).getByText('"query"').waitFor();
    await drawer.getByText('You don’t have access, or it was deleted.').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Tool failed');
    await page.reload();
    await log.getByRole('button', { name: 'Tool failed' }).first().waitFor();
    expect(await page.getByRole('combobox', { name: 'Person' }).inputValue()).not.toBe('');
  });

  it('links to a conversation only if it is the user’s own', async () => {
    const page = await enter('nora@northlight.test', '/chat');
    const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
    await composer.fill('Say hello to the log');
    await composer.press('Enter');
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
    const conversation = page.url().slice(-36);
    await page.goto(`${stack.url}/settings/audit?conversation=${conversation}`);
    const answer = page.getByRole('button', { name: 'Answer completed' });
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return answer.count();
      })
      .toBeGreaterThan(0);
    await answer.click();
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /^Open “/ })
      .click();
    await page.waitForURL(`${stack.url}/chat/${conversation}`);
  });

  it('exports the filtered rows, and reports the result of the chain check in words', async () => {
    const page = await enter('nora@northlight.test', '/settings/audit?event=tool.failed');
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /^CSV/ }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^audit-northlight-.*\.csv$/);
    const records = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(records.length).toBeGreaterThan(5);
    for (const record of records.slice(1)) expect(record).toContain(',tool.failed,');
    await page.getByText(`${records.length - 1} entries saved as`).waitFor();
    await page.getByRole('button', { name: 'Verify log' }).click();
    await page.getByRole('alert').getByText('Log verified').waitFor();
    await asOwner(async (client) => {
      await client.query('set session_replication_role = replica');
      await client.query(`update audit_log set cost_micros = 1 where seq = 700 and org_id = $1`, [
        requireDemoOrg('northlight').id,
      ]);
    });
    await page.getByRole('button', { name: 'Verify log' }).click();
    const alarm = page.getByRole('alert');
    await alarm.getByText('The log was tampered with').waitFor();
    await alarm.getByText(/Entry 700 was changed after it was written\./).waitFor();
  });
});

describe('kept conversations', () => {
  it('warn before keeping less, save, and show both values when two admins save at once', async () => {
    const page = await enter('nora@northlight.test', '/settings/sessions');
    const field = page.getByRole('textbox', { name: 'Conversations kept per person' });
    await field.fill('0');
    await page.getByText('Enter a whole number from 1 to 500.').waitFor();
    await field.fill('30');
    await page.getByText('This will delete conversations').waitFor();
    const other = await context.newPage();
    await other.goto(`${stack.url}/settings/sessions`);
    await other.getByRole('switch', { name: 'Delete old conversations' }).check();
    await other.getByRole('textbox', { name: 'Days of inactivity' }).fill('90');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText(/^Saved\./).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Days until deleted 90 Never/ }).waitFor();
    await page.getByRole('button', { name: 'Save mine' }).click();
    await page.getByText(/^Saved\./).waitFor();
    await page.getByText(/by Nora Lindqvist/).waitFor();
    await page.reload();
    await expect.poll(() => field.inputValue()).toBe('30');
  });

  it('can be read by every member, and changed only with the permission', async () => {
    const page = await enter('max@northlight.test', '/settings/sessions');
    await page.getByText('View only').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  });
});

const PAGES = [YEAR, `${YEAR}&as=table`, '/settings/audit', '/settings/sessions'] as const;

it.each([390, 1440])('fits %i pixels, and axe finds nothing wrong, light and dark (U42, U43)', async (width) => {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 844 });
  await signInPage(page, stack.url, 'nora@northlight.test');
  for (const path of PAGES) {
    await page.goto(stack.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
    expect(await faultsInBothSchemes(page), path).toEqual([]);
  }
  await page.goto(`${stack.url}/settings/audit`);
  await page.getByRole('region', { name: 'Audit log' }).getByRole('button').first().click();
  await page.getByRole('dialog').getByText('of the chain').waitFor();
  expect(await faultsInBothSchemes(page), 'a row').toEqual([]);
});
