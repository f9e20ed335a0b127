// A change that needs a recent sign-in: the page asks for it in another tab and keeps what was entered. When the server asks
// is tested in worker/api/identity/sign-in-list-routes.workerd.test.ts; here the first request is refused in its place.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { enter, switchOrg } from './assistant-page.ts';
import { expectClean } from './settings-page.ts';

const ADMIN = 'ada@cascade.test';
/** A member of two organizations. */
const BO = 'both@cascade.test';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function refuseOnce(page: Page): Promise<void> {
  let isRefused = false;
  await page.route('**/api/v1/invitations', async (route) => {
    if (isRefused || route.request().method() !== 'POST') return route.fallback();
    isRefused = true;
    const problem = { code: 'SIGN_IN_AGAIN', title: 'Sign in again', detail: 'This needs a recent sign-in.' };
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
}

it('keeps the form while the user signs in again in another tab, and then sends it (R53)', async () => {
  const page = await enter(context, stack, { email: ADMIN, path: '/settings/members' });
  await refuseOnce(page);
  await page.getByLabel('Email address').fill('sam@elsewhere.test');
  await page.getByRole('button', { name: 'Invite' }).click();
  const ask = page.getByRole('alert').filter({ hasText: 'Sign in again to continue' });
  await ask.waitFor();
  await expectClean(page);

  const opened = context.waitForEvent('page');
  await ask.getByRole('link', { name: 'Sign in again' }).click();
  const other = await opened;
  await other.getByRole('heading', { name: 'Sign in again' }).waitFor();
  await expectClean(other);
  await other.getByRole('button', { name: /Ada Moreau/ }).click();
  await other.getByRole('heading', { name: 'You’re signed in as Ada Moreau' }).waitFor();
  await expectClean(other);
  await other.close();

  await page.getByRole('alert').filter({ hasText: 'You’re signed in again' }).waitFor();
  expect(await page.getByLabel('Email address').inputValue()).toBe('sam@elsewhere.test');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('No email was sent. Copy the link now').waitFor();
});

it('says so when someone else signs in instead, in both tabs, until the right user does (R51, R53)', async () => {
  const page = await enter(context, stack, { email: ADMIN, path: '/settings/members' });
  await refuseOnce(page);
  await page.getByLabel('Email address').fill('sam@elsewhere.test');
  await page.getByRole('button', { name: 'Invite' }).click();
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  const other = await opened;
  await other.getByRole('button', { name: /Eli Okafor/ }).click();
  await other.getByRole('heading', { name: 'You signed in as Eli Okafor' }).waitFor();
  expect(await other.getByText('repeat the action').count()).toBe(0);
  await expectClean(other);
  await page.getByRole('heading', { name: 'You signed in as Eli Okafor in another tab' }).waitFor();
  await other.getByRole('button', { name: /Ada Moreau/ }).click();
  await other.getByRole('heading', { name: 'You’re signed in as Ada Moreau' }).waitFor();
});

it('says so when another tab switched the organization meanwhile (R51, R53)', async () => {
  const page = await enter(context, stack, { email: BO, path: '/chat' });
  const { user, org } = await page.evaluate<{ user: { id: string }; org: { id: string } }>(
    "fetch('/api/v1/me').then((reply) => reply.json())",
  );
  const other = await switchOrg(context, stack, 'Northlight Live');
  const done = (identity: string) => `${stack.url}/sign-in-again?${new URLSearchParams({ done: '1', for: identity })}`;
  await other.goto(done(`${user.id}/${org.id}`));
  await other.getByRole('heading', { name: 'You’re now in Northlight Live' }).waitFor();
  await expectClean(other);
});

it('asks again when someone without an organization signed in (R53)', async () => {
  const page = await enter(context, stack, { email: BO, path: '/chat' });
  const problem = { code: 'NO_MEMBERSHIP', title: 'No organization', detail: 'You belong to no organization.' };
  await page.route('**/api/v1/me', (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  await page.goto(`${stack.url}/sign-in-again?done=1`);
  await page.getByText('The account that you signed in with has no organization.').waitFor();
  await page.getByRole('button', { name: /Bo Thompson/ }).waitFor();
});

it('asks again when the last sign-in isn’t recent (R53)', async () => {
  const page = await enter(context, stack, { email: BO, path: '/chat' });
  await page.route('**/api/v1/me', async (route) => {
    const reply = await route.fetch();
    await route.fulfill({ response: reply, json: { ...(await reply.json()), isSignInRecent: false } });
  });
  await page.goto(`${stack.url}/sign-in-again?done=1`);
  await page.getByText('Your last sign-in isn’t recent enough').waitFor();
});

it('lists the user’s sign-ins and ends all others (R52)', async () => {
  const elsewhere = await browser.newContext();
  const theirs = await enter(elsewhere, stack, { email: ADMIN, path: '/chat' });
  const page = await enter(context, stack, { email: ADMIN, path: '/settings/sign-ins' });
  const list = page.getByRole('list', { name: 'Your sign-ins' });
  await list.getByText('This browser').waitFor();
  await expectClean(page);
  expect(await list.getByRole('listitem').count()).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
  await theirs.reload();
  await theirs.getByText('Choose a user to sign in as').waitFor();
  await elsewhere.close();
});
