// The first hour of a new organization, as one story in a browser: its tests run in order, and each continues where the one
// before ended. So no title names a security requirement: `npm run test:security` would run that test alone. The provider
// answers what each step scripts, and refuses every key but one.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireDemoPerson } from '../demo-data/demo-people.ts';
import type { Stack } from '../stack/stack.ts';
import {
  breakOff,
  callTool,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../testing/providers/scripted-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import {
  answersIn,
  askIn,
  compose,
  composerIn,
  enter,
  muteTabs,
  newWorkspace,
  openPanel,
  panel,
  removeFile,
  sendIn,
  stopIn,
  switchOrg,
} from './assistant-page.ts';
import { query, save, saved } from './settings-page.ts';

const WRONG_KEY = 'sk-ant-wrong-0000';
const RIGHT_KEY = 'sk-ant-right-1111';

let provider: ScriptedProvider;
let stack: Stack;
let browser: Browser;
let admin: Page;
/** Bo, an engineer of Cascade Robotics and a member of Northlight Live. */
let member: Page;

beforeAll(async () => {
  provider = await startScriptedProvider();
  provider.acceptOnly(RIGHT_KEY);
  [stack, browser] = await Promise.all([startTestStack({ settings: provider.settings }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await provider?.stop();
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  return context;
}

const main = (page: Page) => page.locator('main');
const lastAnswer = (page: Page) => answersIn(main(page)).last();
const questions = (page: Page) => main(page).getByRole('article', { name: 'You' });
const providerGroup = (page: Page) => page.getByRole('group', { name: 'Provider', exact: true });

async function newChat(page: Page): Promise<void> {
  await page.goto(`${stack.url}/chat`);
  await composerIn(main(page)).waitFor();
}

describe('the first hour', () => {
  it('a member signs in and lands in an empty chat', async () => {
    member = await (await newContext()).newPage();
    await member.goto(stack.url);
    await member.getByRole('button', { name: /Bo Thompson/ }).click();
    await member.waitForURL(/\/chat/);
    await composerIn(main(member)).waitFor();
    expect(await composerIn(main(member)).evaluate((field) => field.matches(':focus'))).toBe(true);
  });

  it('an admin saves a wrong key, and its test says that the provider refused it', async () => {
    admin = await enter(await newContext(), stack, { path: '/settings/ai-providers' });
    await admin.getByRole('button', { name: 'Set up a provider' }).click();
    await providerGroup(admin).getByLabel('Provider').selectOption('Anthropic');
    await providerGroup(admin)
      .getByLabel(/^Base URL/)
      .fill(provider.url);
    await providerGroup(admin).getByLabel('API key').fill(WRONG_KEY);
    await save(admin);
    await saved(admin);
    await providerGroup(admin).getByRole('button', { name: 'Test connection' }).click();
    await admin.getByRole('status').filter({ hasText: 'Connection failed' }).getByText('invalid x-api-key').waitFor();
  });

  it('a member who asks learns what is wrong and who can fix it, and keeps the question', async () => {
    await newChat(member);
    await askIn(main(member), 'Is the valve open?');
    await lastAnswer(member)
      .getByText('The AI provider rejected the API key. An admin can replace it in Settings.')
      .waitFor();
    await lastAnswer(member).getByRole('button', { name: 'Retry' }).waitFor();
    expect(await questions(member).allTextContents()).toEqual([expect.stringContaining('Is the valve open?')]);
    expect(await main(member).textContent()).not.toContain(WRONG_KEY);
  });

  it('the admin replaces the key, and the member’s retry is answered', async () => {
    await providerGroup(admin).getByRole('button', { name: 'Replace' }).click();
    await providerGroup(admin).getByLabel('API key').fill(RIGHT_KEY);
    provider.script('Call the tool read_test_value', callTool('read_test_value', {}), say('OK'));
    await providerGroup(admin).getByRole('button', { name: 'Test connection' }).click();
    await admin.getByText(/ answered in \d+ ms\.$/).waitFor();
    await save(admin);
    // The message of the first save can still be there.
    await admin
      .getByText(`***${RIGHT_KEY.slice(-4)}`)
      .first()
      .waitFor();
    provider.script('Is the valve open?', say('Yes, the valve is open.'));
    await member.reload();
    await lastAnswer(member).getByRole('button', { name: 'Retry' }).click();
    await lastAnswer(member).getByText('Yes, the valve is open.').waitFor();
    expect(provider.asked('Is the valve open?')).toHaveLength(1);
  });

  it('Stop ends an answer and keeps its text, and the next question is answered', async () => {
    provider.script('Describe the pump', breakOff('The pump has two stages', 'hang'));
    await askIn(main(member), 'Describe the pump');
    await lastAnswer(member).getByText('The pump has two stages').waitFor();
    await stopIn(main(member)).click();
    await lastAnswer(member).getByText('Stopped', { exact: true }).waitFor();
    await lastAnswer(member).getByText('The pump has two stages').waitFor();
    provider.script('And the motor?', say('The motor has one.'));
    await askIn(main(member), 'And the motor?');
    await lastAnswer(member).getByText('The motor has one.').waitFor();
    await sendIn(main(member)).waitFor();
  });

  it('a tab asks neither organization after another tab switched, and keeps the question for a retry', async () => {
    await muteTabs(member);
    await newChat(member);
    const other = await switchOrg(member.context(), stack, 'Northlight Live');
    await askIn(main(member), 'Which pump is louder?');
    const notice = member.getByRole('dialog', { name: 'You switched to Northlight Live in another tab' });
    await notice.waitFor();
    expect(provider.asked('Which pump is louder?')).toHaveLength(0);
    await notice.getByRole('button', { name: 'Switch back to Cascade Robotics' }).click();
    await notice.waitFor({ state: 'detached' });
    await other.close();
    expect(await composerIn(main(member)).inputValue()).toBe('Which pump is louder?');
    provider.script('Which pump is louder?', say('The second one.'));
    await composerIn(main(member)).press('Enter');
    await lastAnswer(member).getByText('The second one.').waitFor();
    expect(provider.asked('Which pump is louder?')).toHaveLength(1);
    const askedIn = () =>
      query(
        stack,
        `select distinct o.slug from ai_messages m join orgs o on o.id = m.org_id where m.content like 'Which pump%'`,
      );
    // The conversation reaches Postgres once the answer has begun.
    await expect.poll(askedIn).toEqual([{ slug: 'cascade' }]);
  });

  it('a deploy in the middle of a session reloads the page once and keeps unsent text and the panel (U46)', async () => {
    await admin.goto(`${stack.url}/workspace`);
    await admin.getByRole('navigation', { name: 'Product' }).waitFor();
    await composerIn(await openPanel(admin)).fill('half a question');
    const asked = await removeFile(admin, /\/assets\/settings-page-.*\.js/, { times: 1 });
    await admin.evaluate('window.isOldTab = true');
    await admin.getByRole('navigation', { name: 'Product' }).getByRole('link', { name: 'Settings' }).click();
    await admin.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(asked()).toBe(1);
    expect(await admin.evaluate('window.isOldTab === true')).toBe(false);
    await expect.poll(() => composerIn(panel(admin)).inputValue()).toBe('half a question');
  });

  it('Enter confirms Japanese words while they are composed, and sends them afterwards (U7)', async () => {
    await newChat(member);
    provider.script('バルブ', say('開いています。'));
    await composerIn(main(member)).fill('');
    const words = await compose(member, 'バルブ');
    await member.keyboard.press('Enter');
    await words.confirm();
    expect(await questions(member).count()).toBe(0);
    expect(await composerIn(main(member)).inputValue()).toContain('バルブ');
    await composerIn(main(member)).press('Enter');
    await lastAnswer(member).getByText('開いています。').waitFor();
    expect(await questions(member).count()).toBe(1);
    expect(provider.asked('バルブ')).toHaveLength(1);
  });

  it('a confirmed change is made once, however often it is clicked (U29)', async () => {
    const input = { itemType: 'Part', name: 'First Bracket', designId: 'PKH-MFG' };
    provider.script('Create the first bracket', callTool('create_item', input), say('It is created.'));
    await askIn(main(member), 'Create the first bracket');
    const card = (state: string) => main(member).locator(`[data-approval=${state}]`);
    await card('pending').getByRole('heading', { name: 'Create part First Bracket' }).waitFor();
    const made = () => query(stack, 'select created_by from plm.items where name = $1', ['First Bracket']);
    expect(await made()).toEqual([]);
    await member.getByRole('button', { name: 'Confirm', exact: true }).dblclick();
    await card('confirmed').waitFor();
    await lastAnswer(member).getByText('It is created.').waitFor();
    await member.reload();
    await card('confirmed').waitFor();
    expect(await made()).toEqual([{ created_by: requireDemoPerson('both@cascade.test').id }]);
  });

  it('a second member of a shared place sees the question, the answer as it is written, and who asked', async () => {
    const path = `${stack.url}/workspace/sessions/${await newWorkspace(stack, { program: 'PACKHORSE', design: 'PKH-DRV' })}`;
    const second = await enter(await newContext(), stack, { email: 'eli@cascade.test', path: new URL(path).pathname });
    await member.goto(path);
    await second.getByRole('img', { name: 'Here now: Bo Thompson' }).waitFor();
    provider.script('Who checks this design?', breakOff('Bo checks', 'hang'));
    await askIn(member.locator('body'), 'Who checks this design?');
    const seen = answersIn(second).last();
    await second.getByRole('article', { name: 'Bo Thompson' }).getByText('Who checks this design?').waitFor();
    await seen.getByText('Bo checks').waitFor();
    // Only the member who asked can stop it.
    expect(await stopIn(second.locator('body')).count()).toBe(0);
    await stopIn(member.locator('body')).click();
    await seen.getByText('Stopped', { exact: true }).waitFor();
    provider.script('And who approves it?', say('Ada approves it.'));
    await askIn(second.locator('body'), 'And who approves it?');
    await answersIn(member).last().getByText('Ada approves it.').waitFor();
  });
});
