// The members' page as admins work with it, and as those see it who may only read.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { enter } from './assistant-page.ts';
import { expectClean, query, smallTargets } from './settings-page.ts';

const PATH = '/settings/members';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startStack({ settings: { OIDC_ISSUER: 'demo', OIDC_NAME: 'Acme' }, demo: { pace: 'instant' } }),
    launchBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  return () => context.close();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function open(email = 'ada@cascade.test', into = context): Promise<Page> {
  const page = await enter(into, stack, { email, path: PATH });
  await page.getByRole('heading', { level: 2, name: /^Members/ }).waitFor();
  return page;
}

const rowOf = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });

it('somebody is invited by a link to hand over, joins by it, and gets another role', async () => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stack.url });
  const page = await open();
  await expectClean(page);
  await page.getByLabel('Email address').fill('sam@elsewhere');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('Enter a whole address').waitFor();
  await expectClean(page);
  await page.getByLabel('Email address').fill('sam@elsewhere.test');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('No mail was sent: copy the link').waitFor();
  await expectClean(page);
  const link = await page.getByLabel('Link').inputValue();
  expect(link).toMatch(/\/invite#.{40,}$/);
  // Where one goes on by Enter.
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
  await dialog.getByText('What engineer permits').waitFor();
  await dialog.getByText('Create items and open design sessions').waitFor();
  await expectClean(page);
  await dialog.getByRole('button', { name: 'Change role' }).click();
  await page.getByText(/is engineer now\. Effective within a minute\./).waitFor();
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

it('an open invitation is taken back, once that was asked about', async () => {
  const page = await open();
  await page.getByLabel('Email address').fill('noa@elsewhere.test');
  await page.getByLabel('Email address').press('Enter');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Take back the invitation of noa@elsewhere.test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await rowOf(page, 'noa@elsewhere.test').waitFor({ state: 'detached' });
});

describe('what the server refuses is said in place', () => {
  it('the last admin cannot give the role away, and is told what to do first', async () => {
    const page = await open();
    await page.getByText('the last one who may can neither be removed nor lose that role').waitFor();
    await page.getByRole('button', { name: 'Change role of Ada Moreau' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This is your own role').waitFor();
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByRole('button', { name: 'Change role' }).click();
    await dialog.getByRole('alert').getByText('Give another person such a role first').waitFor();
    await expectClean(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await rowOf(page, 'ada@cascade.test').getByText('admin', { exact: true }).waitFor();
  });

  it('who is a member already cannot be invited', async () => {
    const page = await open();
    await page.getByLabel('Email address').fill('eli@cascade.test');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText('This person belongs to the organisation already.').waitFor();
    expect(await page.getByLabel('Email address').inputValue()).toBe('eli@cascade.test');
  });
});

describe('R19: who may not', () => {
  it('read them finds no such tab, and at its address what to ask for', async () => {
    const page = await enter(context, stack, { email: 'eli@cascade.test', path: PATH });
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor();
    await expectClean(page);
    const nav = page.getByRole('navigation', { name: 'Settings' });
    expect(await nav.getByRole('link').allTextContents()).toEqual([
      ...['Experimental Features', 'AI providers', 'Conversations'],
    ]);
  });

  it('change them sees people and roles in words, and which permission is needed', async () => {
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
    const words = page.getByText('See the people, their roles and the open invitations');
    await words.filter({ visible: true }).waitFor();
    await expectClean(page);
  });
});

it('on a phone every target is 44 px, and nothing is cut off', async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await open('ada@cascade.test', phone);
  expect(await smallTargets(page)).toEqual([]);
  await expectClean(page);
  await phone.close();
});
