// Signing in at a provider, joining by invitation and signing out, as people do it in a browser; and axe on those pages.
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Invited, MemberList } from '../../worker/members-contract.ts';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { signIn, type Visitor } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let admin: Visitor;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startStack({ settings: { OIDC_ISSUER: 'demo', OIDC_NAME: 'Acme' }, demo: { pace: 'instant' } }),
    launchBrowser(),
  ]);
  admin = await signIn(stack, 'ada@cascade.test');
});

beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
  return () => context.close();
});

afterAll(async () => {
  await browser?.close();
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

/** Through the provider's page, from wherever the button stands. */
async function continueAs(name: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await page.getByRole('button', { name }).click();
}

async function faultsOf(): Promise<string[]> {
  // By the debugger's own channel, which the page's policy does not hold.
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, help }) => id + ': ' + help))",
  );
  return found as string[];
}

describe('R16: in a browser', () => {
  it('an invited person signs in at the provider, joins, works, and signs out of both', async () => {
    const link = await invite('sam@elsewhere.test', 'engineer');
    await page.goto(link);
    await page.getByText('Sign in with sam@elsewhere.test').waitFor();
    // The secret is out of sight, and stays in this tab.
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

    await page.getByRole('button', { name: /account menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    // The provider asks on its own page, and sends the browser back.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Groundwire' }).waitFor();
    expect(new URL(page.url()).origin).toBe(stack.url);
    const replayed = await fetch(`${stack.url}/api/v1/me`, { headers: { Cookie: `groundwire=${session?.value}` } });
    expect(replayed.status).toBe(401);
    // Nobody is signed in at the provider either.
    await page.getByRole('link', { name: 'Continue with Acme' }).click();
    await page.getByRole('button', { name: /Noa/ }).waitFor();
    await remove('sam@elsewhere.test');
  });

  it('the page that somebody was going to is the one where they arrive', async () => {
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

  it('an invitation for somebody else says so, and leads to signing in as that person', async () => {
    const link = await invite('sam@elsewhere.test', 'engineer');
    await page.goto(link);
    await continueAs(/Noa/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.getByRole('alert').getByText('For another address').waitFor();
    expect(await faultsOf()).toEqual([]);
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Sign in with sam@elsewhere.test').waitFor();
    await continueAs(/Sam/);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    await page.goto(link);
    await page.getByRole('heading', { name: 'This invitation is closed' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await remove('sam@elsewhere.test');
  });

  it('who belongs to no organisation is told so, and can look again or leave', async () => {
    await page.goto(stack.url);
    await page.getByRole('link', { name: 'Continue with Acme' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await continueAs(/Noa/);
    await page.getByRole('heading', { name: 'No organisation' }).waitFor();
    await page.getByText('noa@elsewhere.test').waitFor();
    expect(await faultsOf()).toEqual([]);
    const link = await invite('noa@elsewhere.test', 'viewer');
    await page.goto(link);
    await page.getByRole('button', { name: 'Join Cascade Robotics' }).click();
    await page.waitForURL(/\/chat/);
    await remove('noa@elsewhere.test');
  });

  it('an answer that nobody asked for is a page that says what to do', async () => {
    await page.goto(`${stack.url}/auth/callback?state=x&code=y`);
    await page.getByRole('heading', { name: 'Sign-in out of date' }).waitFor();
    expect(await faultsOf()).toEqual([]);
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('heading', { name: 'Sign in to Groundwire' }).waitFor();
  });
});
