// The members' page, for admins and for users who can only read it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { enter } from './assistant-page.ts';
import { expectClean, query, smallTargets } from './settings-page.ts';

const PATH = '/settings/members';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ settings: { OIDC_ISSUER: 'demo', OIDC_NAME: 'Acme' }, demo: { pace: 'instant' } }),
    openTestBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function open(email = 'ada@cascade.test', into = context): Promise<Page> {
  const page = await enter(into, stack, { email, path: PATH });
  await page.getByRole('heading', { level: 2, name: /^Members/ }).waitFor();
  return page;
}

const rowOf = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });

it('invites a user by a link, lets them join, and changes their role', async () => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stack.url });
  const page = await open();
  await expectClean(page);
  await page.getByLabel('Email address').fill('sam@elsewhere');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('Enter a full email address').waitFor();
  await expectClean(page);
  await page.getByLabel('Email address').fill('sam@elsewhere.test');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('No email was sent. Copy the link now').waitFor();
  await expectClean(page);
  const link = await page.getByLabel('Link').inputValue();
  expect(link).toMatch(/\/invite#.{40,}$/);
  // Enter activates the focused Copy button.
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByLabel('Link').waitFor({ state: 'detached' });
  expect((await page.content()).includes(link.split('#')[1] ?? link)).toBe(false);
  await rowOf(page, 'sam@elsewhere.test').getByText('As viewer, by Ada Moreau').waitFor();

  const theirs = await browser.newContext();
  const guest = await theirs.newPage();
  await guest.goto(link);
  await guest.getByRole('link', { name: 'Continue with Acme' }).click();
  await guest.getByRole('button', { name: /Sam/ }).click();
  await guest.getByRole('button', { name: 'Join Cascade Robotics' }).click();
  await guest.waitForURL(/\/chat/);
  await theirs.close();

  await page.reload();
  await page.getByRole('button', { name: /^Change role of Sam/ }).click();
  const dialog = page.getByRole('dialog', { name: /^Change the role of Sam/ });
  await dialog.getByLabel('Role').selectOption('engineer');
  await dialog.getByText('What engineer can do').waitFor();
  await dialog.getByText('Create items and open design workspaces').waitFor();
  await expectClean(page);
  await dialog.getByRole('button', { name: 'Change role' }).click();
  await page.getByText(/is now engineer\. Takes effect within a minute\./).waitFor();
  await rowOf(page, 'sam@elsewhere.test').getByText('engineer').waitFor();

  await page.getByRole('button', { name: /^Remove Sam/ }).click();
  const remove = page.getByRole('dialog', { name: /^Remove Sam/ });
  await expectClean(page);
  await remove.getByRole('button', { name: 'Cancel' }).click();
  expect(await rowOf(page, 'sam@elsewhere.test').count()).toBe(1);
  await page.getByRole('button', { name: /^Remove Sam/ }).click();
  await remove.getByRole('button', { name: 'Remove' }).click();
  await rowOf(page, 'sam@elsewhere.test').waitFor({ state: 'detached' });
});

it('revokes an open invitation after a confirmation', async () => {
  const page = await open();
  await page.getByLabel('Email address').fill('noa@elsewhere.test');
  await page.getByLabel('Email address').press('Enter');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Revoke the invitation for noa@elsewhere.test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await rowOf(page, 'noa@elsewhere.test').waitFor({ state: 'detached' });
});

describe('a change that the server refuses', () => {
  it('says what to do first when the last admin gives up the role', async () => {
    const page = await open();
    await page.getByText('The last admin can’t be removed or demoted.').waitFor();
    await page.getByRole('button', { name: 'Change role of Ada Moreau' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This is your own role').waitFor();
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByRole('button', { name: 'Change role' }).click();
    await dialog.getByRole('alert').getByText('Make someone else an admin first').waitFor();
    await expectClean(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await rowOf(page, 'ada@cascade.test').getByText('admin', { exact: true }).waitFor();
  });

  it('says that the invited user is already a member', async () => {
    const page = await open();
    await page.getByLabel('Email address').fill('eli@cascade.test');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText('This person is already a member of the organization.').waitFor();
    expect(await page.getByLabel('Email address').inputValue()).toBe('eli@cascade.test');
  });
});

describe('a user without the permission (R19)', () => {
  it('to read members has no tab, and sees at its URL which permission to ask for', async () => {
    const page = await enter(context, stack, { email: 'eli@cascade.test', path: PATH });
    await page.getByRole('heading', { name: 'Your role can’t open this' }).waitFor();
    await expectClean(page);
    const nav = page.getByRole('navigation', { name: 'Settings' });
    expect(await nav.getByRole('link').allTextContents()).toEqual([
      ...['Experimental Features', 'AI providers', 'Conversations', 'Your sites', 'Your sign-ins'],
    ]);
  });

  it('to change members sees people and roles as text, and the required permission', async () => {
    await query(
      stack,
      `insert into roles (org_id, name, permissions)
       select id, 'reader', '{members:read}' from orgs where slug = 'cascade'`,
    );
    await query(
      stack,
      `update memberships set role = 'reader' where user_id = (select id from users where email = 'vic@cascade.test')`,
    );
    const page = await open('vic@cascade.test');
    await page.getByText('members:manage', { exact: true }).first().waitFor();
    expect(await page.getByRole('button', { name: /Invite|Change|Remove/ }).count()).toBe(0);
    await page.getByRole('group').filter({ hasText: 'reader' }).getByText('reader', { exact: true }).click();
    const words = page.getByText('View members, their roles and open invitations');
    await words.filter({ visible: true }).waitFor();
    await expectClean(page);
  });
});

it('has targets of 44 px on a phone, and cuts nothing off', async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await open('ada@cascade.test', phone);
  expect(await smallTargets(page)).toEqual([]);
  await expectClean(page);
  await phone.close();
});
