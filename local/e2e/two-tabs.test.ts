// One browser, two tabs, two organizations: a tab acts for the user and organization that it shows, or not at all.
// first-hour.test.ts has the question that is asked in a stale tab.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, composerIn, enter, muteTabs, signInPage, switchOrg } from './assistant-page.ts';
import { type Line, openLine } from './line.ts';
import { query } from './settings-page.ts';

/** A member of both organizations. */
const BO = 'both@cascade.test';
const ADA = 'ada@cascade.test';
const SWITCHED = 'You switched to Northlight Live in another tab';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 12 } } }),
    openTestBrowser(),
  ]);
  // An admin of both.
  await query(
    stack,
    `insert into memberships (org_id, user_id, role)
     select orgs.id, users.id, 'admin' from orgs, users where slug = 'northlight' and email = $1`,
    [ADA],
  );
});

beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

const notice = (page: Page, name: string | RegExp = SWITCHED) => page.getByRole('dialog', { name });
const main = (page: Page) => page.locator('main');

const switchTo = (org: string): Promise<Page> => switchOrg(context, stack, org);

async function enterMuted(path: string, email = BO): Promise<Page> {
  const page = await context.newPage();
  await muteTabs(page);
  await signInPage(page, stack.url, email);
  await page.goto(stack.url + path);
  await page.getByRole('navigation', { name: 'Product' }).waitFor();
  return page;
}

describe('a tab whose organization was switched in another tab (R51)', () => {
  it('notices at once, and reloads for the other organization', async () => {
    const page = await enter(context, stack, { email: BO, path: '/workspace' });
    await switchTo('Northlight Live');
    await notice(page).waitFor();
    // The page behind still shows its own organization, and nothing of the other one.
    await page.getByText('This tab still shows Cascade Robotics.').waitFor();
    await notice(page).getByRole('button', { name: 'Reload for Northlight Live' }).click();
    await page.getByRole('button', { name: /^Account menu: .*Northlight Live/ }).waitFor();
    expect(await notice(page).count()).toBe(0);
  });

  it('keeps the draft in its own organization across a reload', async () => {
    const page = await enterMuted('/chat');
    await composerIn(main(page)).fill('A question for Cascade only');
    const other = await switchTo('Northlight Live');
    await page.bringToFront();
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await notice(page).getByRole('button', { name: 'Reload for Northlight Live' }).click();
    await page.getByRole('button', { name: /^Account menu: .*Northlight Live/ }).waitFor();
    expect(await composerIn(main(page)).inputValue()).toBe('');
    await other.close();
    const back = await switchTo('Cascade Robotics');
    await expect.poll(() => composerIn(main(back)).inputValue()).toBe('A question for Cascade only');
  });

  it('decides no approval', async () => {
    const page = await enterMuted('/chat');
    await askIn(main(page), 'Create a new part called Tab Bracket in design PKH-MFG');
    await page.locator('[data-approval=pending]').waitFor();
    await switchTo('Northlight Live');
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await notice(page).waitFor();
    await notice(page).getByRole('button', { name: 'Switch back to Cascade Robotics' }).click();
    await notice(page).waitFor({ state: 'detached' });
    await page.locator('[data-approval=pending]').waitFor();
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.locator('[data-approval=confirmed]').waitFor();
  });

  it('lets a running answer finish, and refuses its stream once that reconnects', async () => {
    const line: Line = await openLine(stack.url);
    try {
      const page = await context.newPage();
      await muteTabs(page);
      await signInPage(page, line.url, BO);
      await page.goto(`${line.url}/chat`);
      await askIn(main(page), 'Show the BOM of PN-000059');
      await expect
        .poll(async () => (await answersIn(main(page)).last().textContent())?.length ?? 0)
        .toBeGreaterThan(80);
      // Cookies are shared by all ports of a host.
      await switchTo('Northlight Live');
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
      const finished = await answersIn(main(page)).last().textContent();
      await askIn(main(page), 'Show the BOM of PN-000060');
      await notice(page).getByRole('button', { name: 'Switch back to Cascade Robotics' }).click();
      await notice(page).waitFor({ state: 'detached' });
      await composerIn(main(page)).press('Enter');
      await expect.poll(() => answersIn(main(page)).count()).toBe(2);
      await expect
        .poll(async () => (await answersIn(main(page)).last().textContent())?.length ?? 0)
        .toBeGreaterThan(80);
      await switchTo('Northlight Live');
      line.cut();
      line.restore();
      await notice(page).waitFor();
      expect(await answersIn(main(page)).first().textContent()).toBe(finished);
    } finally {
      await line.close();
    }
  });

  it('saves no settings', async () => {
    const features = () => query(stack, 'select org_id, settings from tenant_settings order by org_id');
    const before = await features();
    const page = await enterMuted('/settings/experimental-features', ADA);
    await page.getByRole('switch', { name: 'Long answers' }).click();
    await switchTo('Northlight Live');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await notice(page).waitFor();
    expect(await features()).toEqual(before);
  });

  it('closes the notice when the other tab switches back', async () => {
    const page = await enter(context, stack, { email: BO, path: '/workspace' });
    const other = await switchTo('Northlight Live');
    await notice(page).waitFor();
    await other.close();
    await switchTo('Cascade Robotics');
    await notice(page).waitFor({ state: 'detached' });
  });
});

describe('a tab whose user changed in another tab (R51)', () => {
  it('hides the other user’s data and offers to reload', async () => {
    const page = await enterMuted('/workspace');
    await signInPage(page, stack.url, 'eli@cascade.test');
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByRole('heading', { name: 'You signed in as Eli Okafor in another tab' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Product' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Reload as Eli Okafor' }).click();
    await page.getByRole('button', { name: /^Account menu: Eli Okafor/ }).waitFor();
  });

  it('asks to sign in again when signed out', async () => {
    const page = await enter(context, stack, { email: BO, path: '/chat' });
    await composerIn(main(page)).fill('Not sent yet');
    const other = await context.newPage();
    await other.goto(`${stack.url}/workspace`);
    await other.getByRole('button', { name: /^Account menu/ }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You were signed out, or your session expired.').waitFor();
    await page.getByRole('button', { name: /Bo Thompson/ }).click();
    await expect.poll(() => composerIn(main(page)).inputValue()).toBe('Not sent yet');
  });
});
