// Signing in at a provider, joining by invitation and signing out in a browser, with axe on those pages.
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Invited, MemberList } from '../../worker/api/members/members-schema.ts';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { expectClean } from './settings-page.ts';
import { signIn, type Visitor } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let admin: Visitor;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ settings: { OIDC_ISSUER: 'demo', OIDC_NAME: 'Acme' }, demo: { pace: 'instant' } }),
    openTestBrowser(),
  ]);
  admin = await signIn(stack, 'ada@cascade.test');
});

beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function invite(email: string, role: string): Promise<string> {
  const response = await admin.send('POST', '/api/v1/invitations', { email, role });
  return ((await response.json()) as Invited).link;
}

async function remove(email: string): Promise<void> {
  const { members } = (await (await admin.get('/api/v1/members')).json()) as MemberList;
  const member = members.find((candidate) => candidate.email === email);
  expect((await admin.send('DELETE', `/api/v1/members/${member?.userId}`)).status).toBe(204);
}

/** Signs in on the provider's page, from the current page's sign-in button. */
async function continueAs(name: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await page.getByRole('button', { name }).click();
}

async function faultsOf(): Promise<string[]> {
  // Through the debugger, because the page's content security policy does not apply there.
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, help }) => id + ': ' + help))",
  );
  return found as string[];
}

/** From the page for users without an organization and back: ends the sign-in of another browser. */
async function seeOwnSignIns(): Promise<void> {
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(stack.url);
  await other.getByRole('link', { name: 'Continue with Acme' }).click();
  await other.getByRole('button', { name: /Noa/ }).click();
  await other.getByRole('heading', { name: 'No organization' }).waitFor();
  await page.getByRole('link', { name: 'Your sign-ins' }).click();
  const list = page.getByRole('list', { name: 'Your sign-ins' });
  await list.getByText('This browser').waitFor();
  expect(await list.getByRole('listitem').count()).toBe(2);
  await expectClean(page);
  await list.getByRole('button', { name: /^End the session/ }).click();
  await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
  await other.reload();
  await other.getByRole('heading', { name: 'Sign in to Groundwire' }).waitFor();
  await elsewhere.close();
  await page.getByRole('link', { name: 'Open Groundwire' }).click();
  await page.getByRole('heading', { name: 'No organization' }).waitFor();
}

describe('in a browser (R16)', () => {
  it('an invited person signs in at the provider, joins, works, and signs out of both', async () => {
    const link = await invite('sam@elsewhere.test', 'engineer');
    await page.goto(link);
    await page.getByText('Sign in with sam@elsewhere.test').waitFor();
    // The secret is removed from the address and kept in this tab only.
    expect(page.url()).toBe(`${stack.url}/invite`);
    expect(await faultsOf()).toEqual([]);
    await continueAs(/Sam/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
    await composer.fill('Show the BOM of PN-000059');
    await composer.press('Enter');
    await page.getByRole('article', { name: /^Assistant/ }).waitFor();
    const cookies = await context.cookies(stack.url);
    const session = cookies.find(({ name }) => name === 'groundwire');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });

    await page.getByRole('button', { name: /^Account menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    // The provider asks on its own page, then redirects back.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Groundwire' }).waitFor();
    expect(new URL(page.url()).origin).toBe(stack.url);
    const replayed = await fetch(`${stack.url}/api/v1/me`, { headers: { Cookie: `groundwire=${session?.value}` } });
    expect(replayed.status).toBe(401);
    // The provider’s session has ended too.
    await page.getByRole('link', { name: 'Continue with Acme' }).click();
    await page.getByRole('button', { name: /Noa/ }).waitFor();
    await remove('sam@elsewhere.test');
  });

  it('opens the originally requested page after sign-in', async () => {
    const link = await invite('sam@elsewhere.test', 'viewer');
    await page.goto(link);
    await continueAs(/Sam/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    await context.clearCookies();
    await page.goto(`${stack.url}/workspace?x=1`);
    await continueAs(/Sam/);
    await page.waitForURL(`${stack.url}/workspace?x=1`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await remove('sam@elsewhere.test');
  });

  it('explains that an invitation is for another address, and offers to sign in with that address', async () => {
    const link = await invite('sam@elsewhere.test', 'engineer');
    await page.goto(link);
    await continueAs(/Noa/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.getByRole('alert').getByText('Wrong email address').waitFor();
    expect(await faultsOf()).toEqual([]);
    await page.getByRole('button', { name: 'Use another account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Sign in with sam@elsewhere.test').waitFor();
    await continueAs(/Sam/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    await page.goto(link);
    await page.getByRole('heading', { name: 'This invitation is no longer open' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await remove('sam@elsewhere.test');
  });

  it('tells users without an organization so, and lets them end their other sign-ins (R52)', async () => {
    await page.goto(stack.url);
    await page.getByRole('link', { name: 'Continue with Acme' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await continueAs(/Noa/);
    await page.getByRole('heading', { name: 'No organization' }).waitFor();
    await page.getByText('noa@elsewhere.test').waitFor();
    expect(await faultsOf()).toEqual([]);
    await seeOwnSignIns();
    const link = await invite('noa@elsewhere.test', 'viewer');
    await page.goto(link);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    await remove('noa@elsewhere.test');
  });

  it('shows what to do when a callback belongs to no sign-in', async () => {
    await page.goto(`${stack.url}/auth/callback?state=x&code=y`);
    await page.getByRole('heading', { name: 'Sign-in expired' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('heading', { name: 'Sign in to Groundwire' }).waitFor();
  });
});
