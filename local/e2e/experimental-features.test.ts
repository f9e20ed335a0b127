// The Experimental Features tab and its switch, with one test for each line of the acceptance list, and two admins who
// save at the same time.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, edgeTab, enter, openPanel, panel, quickAsk, watchKeys } from './assistant-page.ts';
import { expectClean, query, save, saved, smallTargets } from './settings-page.ts';
import { askBody, signIn } from './visitor.ts';

const PATH = '/settings/experimental-features';
const ADMIN = 'quinn@quiet.test';
const MEMBER = 'rae@quiet.test';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

beforeEach(async () => {
  context = await newContext();
  // A new organization that has no settings yet.
  await query(
    stack,
    `update tenant_settings set settings = '{}', version = version + 1
     where org_id = (select id from orgs where slug = 'quiet')`,
  );
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function newContext(options: { hasTouch?: boolean; width?: number } = {}): Promise<BrowserContext> {
  const { hasTouch = false, width = 1280 } = options;
  const made = await browser.newContext({
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
    hasTouch,
    isMobile: hasTouch,
  });
  return made;
}

const assistantSwitch = (page: Page) => page.getByRole('switch', { name: 'AI Assistant' });

async function open(email = ADMIN, into = context): Promise<Page> {
  const page = await enter(into, stack, { email, path: PATH });
  await assistantSwitch(page).waitFor();
  return page;
}

async function turn(page: Page): Promise<void> {
  await assistantSwitch(page).click();
  const stored = page.waitForResponse((reply) => reply.request().method() === 'PUT' && reply.ok());
  await save(page);
  await stored;
  await saved(page);
}

const storedFeatures = async () => {
  const [row] = await query(
    stack,
    "select settings from tenant_settings where org_id = (select id from orgs where slug = 'quiet')",
  );
  return (row?.['settings'] as { experimentalFeatures?: unknown } | undefined)?.experimentalFeatures;
};

describe('Experimental Features Settings', () => {
  it('"Experimental Features" tab appears in Settings', async () => {
    const page = await enter(context, stack, { email: ADMIN });
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await expectClean(page);
    const nav = page.getByRole('navigation', { name: 'Settings' });
    await nav.getByRole('link', { name: 'Experimental Features' }).click();
    await page.getByRole('heading', { level: 1, name: 'Experimental Features' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(PATH);
    await page.getByText('Experimental features may change or be removed without notice.').waitFor();
    await assistantSwitch(page).waitFor();
    await expectClean(page);
  });

  it('AI Assistant toggle is present and defaults to off', async () => {
    const page = await open();
    expect(await assistantSwitch(page).isChecked()).toBe(false);
    await page.getByText('Enable AI-powered Quick Ask and Chat sidebar').waitFor();
    expect(await page.getByRole('switch').count()).toBeGreaterThan(1);
    expect(await page.getByRole('switch', { checked: true }).count()).toBe(0);
  });

  it('Saving toggle updates tenant_settings in database', async () => {
    const page = await open();
    await assistantSwitch(page).click();
    expect(await storedFeatures()).toBeUndefined();
    await save(page);
    await saved(page);
    expect(await storedFeatures()).toEqual({ aiAssistant: true });
  });

  it('Toggle state persists across page refreshes', async () => {
    const page = await open();
    await turn(page);
    await page.reload();
    await assistantSwitch(page).waitFor();
    expect(await assistantSwitch(page).isChecked()).toBe(true);
    await page.getByText('by Quinn Abara').waitFor();
  });

  it('asks about unsaved changes before leaving the page, and discards them when the user leaves (U38)', async () => {
    const page = await open();
    await assistantSwitch(page).click();
    await page.getByRole('link', { name: 'Members' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.waitFor();
    await expectClean(page);
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    expect(await assistantSwitch(page).isChecked()).toBe(true);
    await page.getByRole('link', { name: 'Members' }).click();
    await dialog.getByRole('button', { name: 'Leave without saving' }).click();
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
    expect(await storedFeatures()).toBeUndefined();
  });

  it('asks about unsaved changes on Back and when the page unloads (U38)', async () => {
    const page = await enter(context, stack, { email: ADMIN, path: '/settings' });
    await page
      .getByRole('link', { name: /^Experimental Features/ })
      .first()
      .click();
    await assistantSwitch(page).click();
    await page.evaluate('history.back()');
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    expect(new URL(page.url()).pathname).toBe(PATH);
    const asked = page.waitForEvent('dialog');
    // Not page.reload(), which would wait for a page that the dismissed dialog keeps from loading.
    await page.evaluate('void setTimeout(() => location.reload())');
    expect((await asked).type()).toBe('beforeunload');
    await (await asked).dismiss();
    expect(await assistantSwitch(page).isChecked()).toBe(true);
    await page.evaluate('history.back()');
    await dialog.getByRole('button', { name: 'Leave without saving' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  });

  it('shows the current value and the required permission to users who can’t change it (R19)', async () => {
    const page = await open(MEMBER);
    await page.getByText('settings:update').waitFor();
    expect(await assistantSwitch(page).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    // Users who can't change any settings see no link to this page.
    expect(await page.getByRole('link', { name: 'Settings', exact: true }).count()).toBe(0);
    await expectClean(page);
  });

  it('shows both values to the second of two admins who save at once, keeps their changes, and lets them save again', async () => {
    const other = await newContext();
    await makeAdmin(MEMBER);
    const [first, second] = [await open(), await open(MEMBER, other)];
    await turn(first);
    await second.getByRole('switch', { name: 'Long answers' }).click();
    await save(second);
    const conflict = second
      .getByRole('alert')
      .filter({ hasText: 'Quinn Abara saved these settings while you were editing' });
    await conflict.waitFor();
    const row = conflict.getByRole('row', { name: /Long answers/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['Off', 'On']);
    // The other admin’s value shows beside it, and the change made here is kept.
    await expect.poll(() => assistantSwitch(second).isChecked()).toBe(true);
    expect(await storedFeatures()).toEqual({ aiAssistant: true });
    await expectClean(second);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await saved(second);
    expect(await storedFeatures()).toEqual({ aiAssistant: true, longAnswers: true });
    expect(await conflict.count()).toBe(0);
    await other.close();
  });

  it('works with the keyboard alone, and by touch on targets of at least 44 px', async () => {
    const page = await open();
    await assistantSwitch(page).focus();
    await page.keyboard.press('Space');
    for (const _ of [1, 2]) await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Save');
    await page.keyboard.press('Enter');
    await saved(page);
    const phone = await newContext({ hasTouch: true, width: 390 });
    const touched = await open(ADMIN, phone);
    await assistantSwitch(touched).tap();
    expect(await smallTargets(touched)).toEqual([]);
    await expectClean(touched);
    await phone.close();
  });
});

describe('AI Gating', () => {
  it('Quick Ask shortcut (⌘↑) does nothing when AI Assistant is disabled', async () => {
    const page = await enter(context, stack, { email: MEMBER });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const taken = await watchKeys(page);
    for (const key of ['Meta+ArrowUp', 'Control+ArrowUp']) await page.keyboard.press(key);
    expect(await taken()).toEqual([false, false, false]);
    expect(await quickAsk(page).count()).toBe(0);
  });

  it('Sidebar Chat is hidden/disabled when AI Assistant is disabled', async () => {
    const page = await enter(context, stack, { email: MEMBER });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await edgeTab(page).count()).toBe(0);
    await page.keyboard.press('Control+l');
    expect(await panel(page).count()).toBe(0);
  });

  it('Chat API endpoints return 403 when AI Assistant is disabled', async () => {
    const member = await signIn(stack, MEMBER);
    const body = askBody(crypto.randomUUID(), crypto.randomUUID(), 'Hello');
    const messages = [{ role: 'user', content: 'Hello' }];
    const replies = await Promise.all([
      member.send('POST', '/api/v1/ai/chat', body),
      member.send('POST', '/api/ai/chat', body),
      member.send('POST', '/api/chat/v1/completions', { messages }),
      member.send('POST', '/api/chat/v1/completions/stream', { messages }),
      member.send('POST', '/v1/chat/completions', { model: 'claude-sonnet-4-6', messages }),
      member.get('/api/v1/ai/sessions'),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    for (const reply of replies) expect(await reply.text()).toContain('AI Assistant is not enabled for this tenant');
  });

  it('Enabling AI Assistant enables Quick Ask and Chat after page reload', async () => {
    const other = await newContext();
    const member = await enter(other, stack, { email: MEMBER });
    await member.getByRole('heading', { level: 1 }).waitFor();
    expect(await edgeTab(member).count()).toBe(0);
    await turn(await open());
    await member.reload();
    const side = await openPanel(member);
    await askIn(side, 'Hello');
    await answersIn(side).waitFor();
    await member.getByRole('button', { name: 'Close the assistant' }).or(edgeTab(member)).first().click();
    await member.keyboard.press('Control+ArrowUp');
    await quickAsk(member).waitFor();
    await other.close();
  });

  it('updates other users’ open pages within 30 seconds, without a reload', async () => {
    const admin = await open();
    await turn(admin);
    const other = await newContext();
    await other.clock.install();
    const member = await enter(other, stack, { email: MEMBER });
    await openPanel(member);
    await turn(admin);
    await member.clock.runFor(30_000);
    await panel(member).waitFor({ state: 'detached' });
    expect(await edgeTab(member).count()).toBe(0);
    await member.keyboard.press('Control+ArrowUp');
    expect(await quickAsk(member).count()).toBe(0);
    await turn(admin);
    await member.clock.runFor(30_000);
    await panel(member).waitFor();
    await other.close();
  });

  it('updates the admin’s own page right after Save, without a reload', async () => {
    const page = await open();
    await page.evaluate('window.isSame = true');
    expect(await edgeTab(page).count()).toBe(0);
    await turn(page);
    await edgeTab(page).waitFor();
    await page.getByRole('button', { name: 'Quick Ask' }).waitFor();
    await page.keyboard.press('Control+ArrowUp');
    await quickAsk(page).waitFor();
    await page.keyboard.press('Escape');
    await turn(page);
    await edgeTab(page).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+ArrowUp');
    expect(await quickAsk(page).count()).toBe(0);
    expect(await page.evaluate('window.isSame')).toBe(true);
  });
});

async function makeAdmin(email: string): Promise<void> {
  const admin = await signIn(stack, ADMIN);
  const { members } = (await (await admin.get('/api/v1/members')).json()) as {
    members: { email: string; userId: string }[];
  };
  const userId = members.find((member) => member.email === email)?.userId;
  expect((await admin.send('PATCH', `/api/v1/members/${userId}`, { role: 'admin' })).status).toBe(200);
}
