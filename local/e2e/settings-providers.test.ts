// Provider settings as an admin works on them in a browser, against an independent imitation of the providers.
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type MockProvider, startMockProvider } from '../mock-provider.ts';
import { type Stack, startStack } from '../stack.ts';
import { answersIn, askIn, enter, openPanel } from './assistant-page.ts';
import { expectClean, save, saved, smallTargets } from './settings-page.ts';
import { signIn, type Visitor } from './visitor.ts';

const PATH = '/settings/ai-providers';
const SETTINGS = '/api/v1/ai/settings';
const ADMIN = 'ada@cascade.test';
const KEY = 'sk-canary-0123456789-wxyz';
/** Of a poll, where the machine is busy. */
const PATIENCE = { timeout: 10_000 };

let mock: MockProvider;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let admin: Visitor;

beforeAll(async () => {
  mock = await startMockProvider();
  [stack, browser] = await Promise.all([startStack({ settings: mock.settings }), launchBrowser()]);
  admin = await signIn(stack, ADMIN);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  for (const program of ['', '?programId=KESTREL']) await admin.send('DELETE', SETTINGS + program);
  mock.forget();
  mock.script('Answer with the one word OK', ['OK']);
  mock.script('Hello', ['Hello back']);
  return () => context.close();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await mock?.stop();
});

async function open(email = ADMIN, { path = PATH, into = context } = {}): Promise<Page> {
  const page = await enter(into, stack, { email, path });
  await page.getByRole('heading', { name: 'What holds now' }).waitFor();
  return page;
}

/** What the page says of one value: the value, and where it comes from. */
const expectHolds = (page: Page, label: string, said: string): Promise<void> =>
  expect.poll(() => holds(page, label), PATIENCE).toBe(said);

async function holds(page: Page, label: string): Promise<string> {
  const term = page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) });
  return (await page.locator('dl > div').filter({ has: term }).getByRole('definition').allTextContents()).join(' | ');
}

const primary = (page: Page): Locator => page.getByRole('group', { name: 'Provider', exact: true });
const fallback = (page: Page): Locator => page.getByRole('group', { name: 'Fallback provider' });
const field = (group: Locator, name: RegExp): Locator => group.getByLabel(name);
const test = (group: Locator | Page): Promise<void> => group.getByRole('button', { name: 'Test connection' }).click();

async function create(values: Record<string, unknown> = {}, program = ''): Promise<void> {
  const body = { provider: 'openai', model: 'gpt-4.1', baseUrl: `${mock.url}/v1`, apiKey: KEY, ...values };
  expect((await admin.send('POST', SETTINGS + program, body)).status).toBe(201);
}

describe('the organisation’s settings', () => {
  it('what holds shows with where it comes from; values are tried before they are saved, and answer after', async () => {
    const page = await open();
    await expectHolds(page, 'Provider', 'Anthropic | from environment');
    await expectClean(page);
    await test(page);
    await page.getByText(/^claude-sonnet-4-6 answered in \d+ ms\.$/).waitFor();

    await page.getByRole('button', { name: 'Set up a provider' }).click();
    await primary(page).getByLabel('Provider').selectOption('OpenAI');
    await field(primary(page), /^Model/).fill('gpt-4.1-mini');
    await field(primary(page), /^Base URL/).fill(`${mock.url}/v1`);
    await primary(page).getByLabel('API key').fill(KEY);
    await test(primary(page));
    await page.getByText(/^gpt-4.1-mini answered in \d+ ms\.$/).waitFor();
    await expectClean(page);
    const none = (await (await admin.get(SETTINGS)).json()) as { exists: boolean };
    expect(none.exists).toBe(false);

    await save(page);
    await saved(page);
    await expectHolds(page, 'Model', 'gpt-4.1-mini | from organisation');
    await expectHolds(page, 'API key', '***wxyz | from organisation');
    await primary(page)
      .getByText(/Key stored · replaced .* by Ada Moreau/)
      .waitFor();
    await expectClean(page);

    await page.goto(`${stack.url}/chat`);
    await askIn(page.locator('main'), 'Hello');
    await expect.poll(() => answersIn(page.locator('main')).last().textContent(), PATIENCE).toContain('Hello back');
    expect(mock.asked('Hello').at(-1)?.model).toBe('gpt-4.1-mini');
  });

  it('R23: a key is written and never read; saving untouched keeps it (U37), it is replaced or removed', async () => {
    await create();
    const page = await open();
    const replies: Promise<string>[] = [];
    page.on('response', (response) => void replies.push(response.text().catch(() => '')));
    await field(primary(page), /^Model/).fill('gpt-4.1-nano');
    await save(page);
    await saved(page);
    await expectHolds(page, 'API key', '***wxyz | from organisation');

    await primary(page).getByRole('button', { name: 'Replace' }).click();
    expect(await primary(page).getByLabel('API key').inputValue()).toBe('');
    await primary(page).getByLabel('API key').fill('sk-canary-another-key-abcd');
    await save(page);
    await expectHolds(page, 'API key', '***abcd | from organisation');

    await primary(page).getByRole('button', { name: 'Remove' }).click();
    await primary(page).getByText('Goes when you save').waitFor();
    await field(primary(page), /^Base URL/).fill('');
    await save(page);
    await expectHolds(page, 'API key', 'None | from environment');
    const everything = [...(await Promise.all(replies)), await page.content()].join('\n');
    expect(everything.includes('sk-canary')).toBe(false);
    expect(everything).toContain('***abcd');
  });

  it('the provider’s own words are shown plainly where it refuses, without the key that it quotes', async () => {
    await create();
    mock.forget();
    mock.refuse('Answer with the one word OK', 401, `Incorrect API key provided: ${KEY}.`);
    const page = await open();
    await test(primary(page));
    const result = page.getByRole('status').filter({ hasText: 'The provider did not answer' });
    await result.getByText('Incorrect API key provided').waitFor();
    await result.getByText('PROVIDER_AUTH').waitFor();
    expect(await result.textContent()).not.toContain(KEY);
    await expectClean(page);
  });

  it('R26: another address asks for the key again, and one that is not listed is refused at its field', async () => {
    await create();
    const page = await open();
    await field(primary(page), /^Base URL/).fill('https://elsewhere.test/v1');
    await primary(page).getByText('The stored key is for another provider or address').waitFor();
    await save(page);
    const address = field(primary(page), /^Base URL/);
    await primary(page)
      .getByText(/to a host that this installation lists/)
      .waitFor();
    await primary(page)
      .getByText(/^Enter the key again/)
      .waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => address.evaluate((element) => element.matches(':focus')), PATIENCE).toBe(true);
    await expectClean(page);
  });

  it('two admins save at once: the later one is shown both values and can save on', async () => {
    await create();
    await makeAdmin('eli@cascade.test');
    const other = await browser.newContext({ reducedMotion: 'reduce' });
    const [first, second] = [await open(), await open('eli@cascade.test', { into: other })];
    await field(primary(first), /^Model/).fill('gpt-4.1-mini');
    await field(primary(second), /^Model/).fill('gpt-4.1-nano');
    await save(first);
    await saved(first);
    await save(second);
    const conflict = second.getByRole('alert').filter({ hasText: 'Ada Moreau saved these settings meanwhile' });
    await conflict.waitFor();
    const row = conflict.getByRole('row', { name: /Model/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['gpt-4.1-mini', 'gpt-4.1-nano']);
    await expectHolds(second, 'Model', 'gpt-4.1-mini | from organisation');
    await expectClean(second);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await saved(second);
    await expectHolds(second, 'Model', 'gpt-4.1-nano | from organisation');
    // And the other way: the one who is late now keeps what is stored.
    await field(primary(first), /^Model/).fill('gpt-4o');
    await save(first);
    await first.getByRole('button', { name: 'Keep what is stored' }).click();
    await expect.poll(() => field(primary(first), /^Model/).inputValue(), PATIENCE).toBe('gpt-4.1-nano');
    await other.close();
  });

  it('a fallback is set up and tried by itself, and all of it is removed again once that was asked about', async () => {
    await create();
    const page = await open();
    await fallback(page).getByLabel('Provider').selectOption('Anthropic');
    await field(fallback(page), /^Base URL/).fill(mock.url);
    await fallback(page).getByLabel('API key').fill('sk-ant-canary-1234');
    await test(fallback(page));
    await page.getByText(/^claude-sonnet-4-6 answered in \d+ ms\.$/).waitFor();
    await save(page);
    await expectHolds(page, 'Fallback', 'Anthropic claude-sonnet-4-6 | from organisation');

    await page.getByRole('button', { name: 'Remove these settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove the organisation’s settings?' });
    await expectClean(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expectHolds(page, 'Provider', 'OpenAI | from organisation');
    await page.getByRole('button', { name: 'Remove these settings' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Set up a provider' }).waitFor();
    await expectHolds(page, 'Provider', 'Anthropic | from environment');
  });
});

describe('a program’s settings', () => {
  it('are chosen by an address of their own, come before the organisation’s value by value, and can be off', async () => {
    await create();
    const page = await open();
    await page.getByLabel('Settings for').selectOption({ label: 'KESTREL · Kestrel Six-Axis Arm' });
    await page.getByText('This program has no settings of its own.').waitFor();
    expect(new URL(page.url()).search).toBe('?program=KESTREL');
    await expectHolds(page, 'Model', 'gpt-4.1 | from organisation');
    await page.getByRole('button', { name: 'Set up this program' }).click();
    await primary(page).getByLabel('Provider').selectOption('OpenAI');
    await field(primary(page), /^Model/).fill('gpt-4.1-mini');
    await page.getByRole('switch', { name: 'Answers' }).click();
    await save(page);
    await saved(page);
    await expectHolds(page, 'Model', 'gpt-4.1-mini | from program');
    await expectHolds(page, 'API key', '*** | from organisation');
    await expectHolds(page, 'Answers', 'Off: nobody is answered | from program');
    await expectClean(page);
    await page.goto(stack.url + PATH);
    await page.getByRole('heading', { name: 'What holds now' }).waitFor();
    await expectHolds(page, 'Model', 'gpt-4.1 | from organisation');
  });

  it('have the models that can be chosen while the program is in view, and in its conversations', async () => {
    await create();
    await create({ model: 'gpt-4.1-mini' }, '?programId=KESTREL');
    const page = await enter(context, stack);
    const place = await openPanel(page);
    const expectModel = (where: Locator, label: string): Promise<void> =>
      where.getByRole('button', { name: `Model: ${label}`, exact: true }).waitFor();
    await expectModel(place, 'GPT-4.1');
    await page.getByRole('link', { name: 'KESTREL', exact: true }).click();
    await expectModel(place, 'GPT-4.1 mini');
    await place.getByRole('button', { name: 'Remove Program KESTREL' }).click();
    await expectModel(place, 'GPT-4.1');
    await page.getByRole('button', { name: /^Ask about/ }).click();
    await expectModel(place, 'GPT-4.1 mini');
    await askIn(place, 'Hello');
    await expect.poll(() => answersIn(place).last().textContent(), PATIENCE).toContain('Hello back');
    expect(mock.asked('Hello').at(-1)?.model).toBe('gpt-4.1-mini');
    // The conversation is about it now, whatever is in view.
    await page.goto(`${stack.url}/chat`);
    await page.getByRole('link', { name: /Hello/ }).first().click();
    await expectModel(page.locator('main'), 'GPT-4.1 mini');
  });

  it('of a program that is not there, or not for one to see, say so and lead back', async () => {
    const page = await enter(context, stack, { email: 'vic@cascade.test', path: `${PATH}?program=PACKHORSE` });
    await page.getByText('No such program').waitFor();
    await expectClean(page);
    await page.getByRole('button', { name: 'Show the organisation’s settings' }).click();
    await page.getByRole('heading', { name: 'What holds now' }).waitFor();
  });
});

describe('who may what', () => {
  it('R19, R23: who may not change them sees what holds without a digit of the key, and which permission is needed', async () => {
    await create();
    const page = await open('vic@cascade.test');
    await page.getByText('ai_settings:update').waitFor();
    await expectHolds(page, 'API key', '*** | from organisation');
    expect(await page.locator('main').getByRole('button').count()).toBe(0);
    await expectClean(page);
  });

  it('where the assistant is off there is nothing to answer for, and the way to turn it on', async () => {
    const page = await enter(context, stack, { email: 'quinn@quiet.test', path: PATH });
    await page.getByText('AI Assistant is not enabled for this tenant').waitFor();
    await expectClean(page);
    await page.getByRole('link', { name: 'Open Experimental Features' }).click();
    await page.getByRole('switch', { name: 'AI Assistant' }).waitFor();
  });

  it('on a phone every target is 44 px, and nothing is cut off', async () => {
    await create();
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const page = await open(ADMIN, { into: phone });
    expect(await smallTargets(page)).toEqual([]);
    await expectClean(page);
    await phone.close();
  });
});

async function makeAdmin(email: string): Promise<void> {
  const { members } = (await (await admin.get('/api/v1/members')).json()) as {
    members: { email: string; userId: string }[];
  };
  const userId = members.find((member) => member.email === email)?.userId;
  expect((await admin.send('PATCH', `/api/v1/members/${userId}`, { role: 'admin' })).status).toBe(200);
}
