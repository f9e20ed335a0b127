// Productions in a browser: pages, the timeline of a schedule, and questions that the assistant answers from rows.
import type { Browser, BrowserContext, Page } from 'playwright-core';
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

async function enter(email: string, path = '/workspace', place = context): Promise<Page> {
  const page = await place.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(stack.url + path);
  return page;
}

/** From the workspace's first page. */
async function openProject(page: Page, name: string, tab: RegExp): Promise<void> {
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByRole('tab', { name: tab }).click();
}

async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill(text);
  await composer.press('Enter');
}

describe('the timeline', () => {
  it('names the critical path in words, links each bar to its activity, and links back', async () => {
    const page = await enter('max@northlight.test');
    await openProject(page, 'Harborlight Festival', /^Schedule/);
    const chart = page.getByRole('region', { name: 'Schedule' });
    await chart.waitFor();
    const critical = chart.getByRole('link').filter({ has: page.getByRole('img', { name: 'Critical path' }) });
    expect(await critical.count()).toBe(10);
    expect(await chart.getByRole('link').count()).toBe(26);
    expect(await chart.getByRole('link', { name: /LED wall.*Float 1 d/ }).count()).toBe(1);
    await chart.getByRole('link', { name: /Main stage steel and roof.*45 %/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Main stage steel and roof' }).waitFor();
    await page.getByRole('region', { name: 'Depends on' }).getByRole('link', { name: 'Ground protection' }).waitFor();
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Schedule' }).click();
    await chart.waitFor();
  });

  it('has a table of the same rows, reachable by keyboard', async () => {
    const page = await enter('max@northlight.test');
    await openProject(page, 'Harborlight Festival', /^Schedule/);
    await page.getByRole('button', { name: 'Table' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('row').count()).toBe(27);
    expect(await page.getByRole('button', { name: 'Table' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('row', { name: /Rigging and motors.*0 d.*Critical/ }).count()).toBe(1);
    await page.getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('list', { name: 'Legend' }).waitFor();
  });

  it.each([390, 1440])('fits %i pixels, and axe finds nothing wrong, light and dark (U42, U43)', async (width) => {
    const page = await enter('nora@northlight.test');
    await page.setViewportSize({ width, height: 844 });
    await openProject(page, 'Harborlight Festival', /^Schedule/);
    await page.getByRole('region', { name: 'Schedule' }).waitFor();
    expect(await faultsInBothSchemes(page)).toEqual([]);
    const wide = await page.evaluate(
      `(() => { const main = document.querySelector('main'); return main.scrollWidth - main.clientWidth; })()`,
    );
    expect(wide).toBe(0);
    // A target has the minimum height (WCAG 2.5.8), even if its bar is short.
    const links = await page.getByRole('region', { name: 'Schedule' }).getByRole('link').all();
    const heights = await Promise.all(links.map(async (link) => (await link.boundingBox())?.height ?? 0));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });
});

describe('pages', () => {
  it('show times in the venue’s time zone, wherever the reader is', async () => {
    const page = await enter('max@northlight.test');
    await openProject(page, 'Glass Horizons Tour', /^Shows/);
    await page.getByRole('link', { name: 'Denver' }).click();
    await page.getByText(/7:30 PM M[SD]T/).waitFor();
    await page.getByText('Red Mesa Amphitheatre').waitFor();
  });

  it('show day rates to the admin, and tell the member that they are not shown', async () => {
    const admin = await enter('nora@northlight.test');
    await openProject(admin, 'Glass Horizons Tour', /^Crew/);
    await admin.getByRole('columnheader', { name: 'Day rate' }).waitFor();
    await admin.getByText('$850').waitFor();
    const other = await browser.newContext();
    const member = await enter('max@northlight.test', '/workspace', other);
    await openProject(member, 'Glass Horizons Tour', /^Crew/);
    await member.getByText("Your role can't see: day rate.").waitFor();
    expect(await member.getByText('$850').count()).toBe(0);
    await other.close();
  });

  it('have no axe violations, for every kind of page', async () => {
    const page = await enter('nora@northlight.test', '/chat');
    const id = (kind: string, number: number) => `${kind}0000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    for (const path of [
      '',
      `/projects/${id('0e01', 2)}`,
      `/shows/${id('0e03', 9)}`,
      `/crew-members/${id('0e04', 23)}`,
      `/vendors/${id('0e06', 17)}`,
      `/rfps/${id('0e07', 2)}`,
      `/incidents/${id('0e0a', 3)}?tab=parties`,
      `/activities/${id('0e09', 12)}`,
      '/lists/crew',
    ]) {
      await page.goto(`${stack.url}/workspace${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await faultsOf(page)]).toEqual([path, []]);
    }
  });
});

describe('questions', () => {
  it('about the crew of the Denver show list people from the rows, and link to the show', async () => {
    const page = await enter('nora@northlight.test', '/chat');
    await say(page, 'Who is on the crew for the Denver show?');
    await page.getByRole('row', { name: /Imani Okoye.*Production manager.*202 555 01/ }).waitFor();
    await page.getByText('… and 10 more').waitFor();
    await page.locator('[data-tool=list_shows][data-state=done]').waitFor();
    await page.locator('[data-tool=list_crew][data-state=done]').waitFor();
    await page.getByRole('link', { name: 'View Denver' }).click();
    await page.getByRole('heading', { level: 1, name: 'Denver' }).waitFor();
    await page.getByRole('tab', { name: /^Crew/, selected: true }).waitFor();
  });

  it('about the critical path of the festival list the activities in order, and link to the schedule', async () => {
    const page = await enter('max@northlight.test', '/chat');
    await say(page, 'What is on the critical path of the festival?');
    await page.getByText('The critical path of Harborlight Festival has 10 activities').waitFor();
    const answer = page.getByRole('article', { name: 'Assistant' }).last();
    await answer.getByRole('listitem').filter({ hasText: 'Main stage steel and roof' }).waitFor();
    await answer.getByRole('listitem').filter({ hasText: 'Restoration and hand back' }).waitFor();
    await page.getByRole('link', { name: 'View HARBORLIGHT' }).click();
    await page.getByRole('region', { name: 'Schedule' }).waitFor();
  });

  it('about a page use the record in view', async () => {
    const page = await enter('max@northlight.test');
    await openProject(page, 'Glass Horizons Tour', /^Shows/);
    await page.getByRole('link', { name: 'Denver' }).click();
    await page.getByRole('heading', { level: 1, name: 'Denver' }).waitFor();
    await page.getByRole('button', { name: 'Ask about this' }).click();
    await page.getByRole('button', { name: 'Remove Show Denver' }).waitFor();
    await say(page, 'Who is on the crew?');
    await page.getByRole('cell', { name: 'Imani Okoye' }).waitFor();
    await page.getByText(/Not shown to your role: day rate/).waitFor();
    expect(await page.locator('[data-tool=list_shows]').count()).toBe(0);
  });
});
