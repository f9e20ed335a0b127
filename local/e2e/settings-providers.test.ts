// Provider settings in a browser, against an independent imitation of the providers.
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { call, type MockProvider, startMockProvider } from '../testing/providers/mock-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, enter, openPanel } from './assistant-page.ts';
import { expectClean, save, saved, smallTargets } from './settings-page.ts';
import { signIn, type Visitor } from './visitor.ts';

const PATH = '/settings/ai-providers';
const SETTINGS = '/api/v1/ai/settings';
const ADMIN = 'ada@cascade.test';
const KEY = 'sk-canary-0123456789-wxyz';
/** What a connection test asks. */
const QUESTION = 'Call the tool read_test_value';

let mock: MockProvider;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let admin: Visitor;

beforeAll(async () => {
  mock = await startMockProvider();
  [stack, browser] = await Promise.all([startTestStack({ settings: mock.settings }), openTestBrowser()]);
  admin = await signIn(stack, ADMIN);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  for (const program of ['', '?programId=KESTREL']) await admin.send('DELETE', SETTINGS + program);
  mock.forget();
  mock.script(QUESTION, [[call('call_test', 'read_test_value', {})], 'The value is OK.']);
  mock.script('Hello', ['Hello back']);
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await mock?.stop();
});

async function open(email = ADMIN, { path = PATH, into = context } = {}): Promise<Page> {
  const page = await enter(into, stack, { email, path });
  await page.getByRole('heading', { name: 'Current configuration' }).waitFor();
  return page;
}

/** One value on the page, and its source. */
const expectHolds = (page: Page, label: string, said: string): Promise<void> =>
  expect.poll(() => holds(page, label)).toBe(said);

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

describe('the organization’s settings', () => {
  it('show each value with its source, are tested before saving, and apply after saving', async () => {
    const page = await open();
    await expectHolds(page, 'Provider', 'Anthropic | from environment');
    await expectHolds(page, 'Base URL', `${mock.url} | from environment`);
    await expectClean(page);
    await test(page);
    await page.getByText(/^claude-sonnet-5-5 answered in \d+ ms\.$/).waitFor();

    await page.getByRole('button', { name: 'Set up a provider' }).click();
    await primary(page).getByLabel('Provider').selectOption('OpenAI');
    await field(primary(page), /^Model/).fill('gpt-4.1-mini');
    await field(primary(page), /^Base URL/).fill(`${mock.url}/v1`);
    await primary(page).getByLabel('API key').fill(KEY);
    await test(primary(page));
    await page.getByText(/^gpt-4.1-mini answered in \d+ ms over the Chat Completions API\.$/).waitFor();
    await expectClean(page);
    const none = (await (await admin.get(SETTINGS)).json()) as { exists: boolean };
    expect(none.exists).toBe(false);

    await save(page);
    await saved(page);
    await expectHolds(page, 'Model', 'gpt-4.1-mini | from organization');
    await expectHolds(page, 'API key', '***wxyz | from organization');
    await primary(page)
      .getByText(/Key stored · replaced .* by Ada Moreau/)
      .waitFor();
    await expectClean(page);

    await page.goto(`${stack.url}/chat`);
    await askIn(page.locator('main'), 'Hello');
    await expect.poll(() => answersIn(page.locator('main')).last().textContent()).toContain('Hello back');
    expect(mock.asked('Hello').at(-1)?.model).toBe('gpt-4.1-mini');
  });

  it('never show a stored key; it is kept when saved untouched, replaced or removed (U37, R23)', async () => {
    await create();
    const page = await open();
    const replies: Promise<string>[] = [];
    page.on('response', (response) => void replies.push(response.text().catch(() => '')));
    await field(primary(page), /^Model/).fill('gpt-4.1-nano');
    await save(page);
    await saved(page);
    await expectHolds(page, 'API key', '***wxyz | from organization');

    await primary(page).getByRole('button', { name: 'Replace' }).click();
    expect(await primary(page).getByLabel('API key').inputValue()).toBe('');
    await primary(page).getByLabel('API key').fill('sk-canary-another-key-abcd');
    await save(page);
    await expectHolds(page, 'API key', '***abcd | from organization');

    await primary(page).getByRole('button', { name: 'Remove' }).click();
    await primary(page).getByText('Removed on save').waitFor();
    await field(primary(page), /^Base URL/).fill('');
    // An unlisted model needs the organization's own key.
    await field(primary(page), /^Model/).fill('gpt-4.1');
    await save(page);
    await expectHolds(page, 'API key', 'None | from environment');
    const everything = [...(await Promise.all(replies)), await page.content()].join('\n');
    expect(everything.includes('sk-canary')).toBe(false);
    expect(everything).toContain('***abcd');
  });

  it('start from a known server, and answer over the API that is chosen', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Set up a provider' }).click();
    await primary(page).getByLabel('Start from').selectOption('Groq');
    await primary(page).getByText('Choose a model that supports tool use.').waitFor();
    expect(await primary(page).getByLabel('Provider').inputValue()).toBe('compatible');
    expect(await field(primary(page), /^Base URL/).inputValue()).toBe('https://api.groq.com/openai/v1');

    await field(primary(page), /^Base URL/).fill(`${mock.url}/v1`);
    await field(primary(page), /^Model/).fill('served');
    await primary(page).getByLabel('API', { exact: true }).selectOption('Responses');
    await test(primary(page));
    await page.getByText(/^served answered in \d+ ms over the Responses API\.$/).waitFor();
    await expectClean(page);
    await save(page);
    await saved(page);
    await expectHolds(page, 'API', 'Responses');
  });

  it('show the provider’s error message without the key that it quotes', async () => {
    await create();
    mock.forget();
    mock.refuse(QUESTION, 401, `Incorrect API key provided: ${KEY}.`);
    const page = await open();
    await test(primary(page));
    const result = page.getByRole('status').filter({ hasText: 'Connection failed' });
    await result.getByText('Incorrect API key provided').waitFor();
    await result.getByText('PROVIDER_AUTH').waitFor();
    expect(await result.textContent()).not.toContain(KEY);
    await expectClean(page);
  });

  it('ask for the key again when the address changes, and refuse an unlisted address at its field (R26)', async () => {
    await create();
    const page = await open();
    await field(primary(page), /^Base URL/).fill('https://elsewhere.test/v1');
    await primary(page).getByText('The saved key belongs to another provider or URL').waitFor();
    await save(page);
    const address = field(primary(page), /^Base URL/);
    await primary(page)
      .getByText(/must be an https address of an allowed host/i)
      .waitFor();
    await primary(page)
      .getByText(/^Enter the key again/)
      .waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => address.evaluate((element) => element.matches(':focus'))).toBe(true);
    await expectClean(page);
  });

  it('show both values to the second of two admins who save at once, and let them save again', async () => {
    await create();
    await makeAdmin('eli@cascade.test');
    const other = await browser.newContext({ reducedMotion: 'reduce' });
    const [first, second] = [await open(), await open('eli@cascade.test', { into: other })];
    await field(primary(first), /^Model/).fill('gpt-4.1-mini');
    await field(primary(second), /^Model/).fill('gpt-4.1-nano');
    await save(first);
    await saved(first);
    await save(second);
    const conflict = second
      .getByRole('alert')
      .filter({ hasText: 'Ada Moreau saved these settings while you were editing' });
    await conflict.waitFor();
    const row = conflict.getByRole('row', { name: /Model/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['gpt-4.1-mini', 'gpt-4.1-nano']);
    await expectHolds(second, 'Model', 'gpt-4.1-mini | from organization');
    await expectClean(second);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await saved(second);
    await expectHolds(second, 'Model', 'gpt-4.1-nano | from organization');
    // And the other way around: the later admin now keeps the stored value.
    await field(primary(first), /^Model/).fill('gpt-4o');
    await save(first);
    await first.getByRole('button', { name: 'Keep theirs' }).click();
    await expect.poll(() => field(primary(first), /^Model/).inputValue()).toBe('gpt-4.1-nano');
    await other.close();
  });

  it('set up and test a fallback on its own, and remove everything after a confirmation', async () => {
    await create();
    const page = await open();
    await fallback(page).getByLabel('Provider').selectOption('Anthropic');
    await field(fallback(page), /^Base URL/).fill(mock.url);
    await fallback(page).getByLabel('API key').fill('sk-ant-canary-1234');
    await test(fallback(page));
    await page.getByText(/^claude-sonnet-5-5 answered in \d+ ms\.$/).waitFor();
    await save(page);
    await expectHolds(
      page,
      'Fallback',
      'Anthropic claude-sonnet-5-5, 1,000k tokens, from the catalog | from organization',
    );

    await page.getByRole('button', { name: 'Test both connections' }).click();
    await page.getByText('Provider: connection works').waitFor();
    await page.getByText('Fallback: connection works').waitFor();
    await expectClean(page);

    await page.getByRole('button', { name: 'Remove these settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove the organization’s settings?' });
    await expectClean(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expectHolds(page, 'Provider', 'OpenAI | from organization');
    await page.getByRole('button', { name: 'Remove these settings' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Set up a provider' }).waitFor();
    await expectHolds(page, 'Provider', 'Anthropic | from environment');
  });
});

describe('a program’s settings', () => {
  it('have their own URL, override the organization’s settings value by value, and can be off', async () => {
    await create();
    const page = await open();
    await page.getByLabel('Settings for').selectOption({ label: 'KESTREL · Kestrel Six-Axis Arm' });
    await page.getByText('This program has no settings. It uses the organization’s.').waitFor();
    expect(new URL(page.url()).search).toBe('?program=KESTREL');
    await expectHolds(page, 'Model', 'gpt-4.1 | from organization');
    await page.getByRole('button', { name: 'Set up this program' }).click();
    await primary(page).getByLabel('Provider').selectOption('OpenAI');
    await field(primary(page), /^Model/).fill('gpt-4.1-mini');
    await page.getByRole('switch', { name: 'Answers' }).click();
    await save(page);
    await saved(page);
    await expectHolds(page, 'Model', 'gpt-4.1-mini | from program');
    await expectHolds(page, 'API key', '*** | from organization');
    await expectHolds(page, 'Answers', 'Off: the assistant doesn’t reply | from program');
    await expectClean(page);
    await page.goto(stack.url + PATH);
    await page.getByRole('heading', { name: 'Current configuration' }).waitFor();
    await expectHolds(page, 'Model', 'gpt-4.1 | from organization');
  });

  it('list the models to choose from while the program is in view, and in its conversations', async () => {
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
    await expect.poll(() => answersIn(place).last().textContent()).toContain('Hello back');
    expect(mock.asked('Hello').at(-1)?.model).toBe('gpt-4.1-mini');
    // The conversation now belongs to the program, whatever page is in view.
    await page.goto(`${stack.url}/chat`);
    await page.getByRole('link', { name: /Hello/ }).first().click();
    await expectModel(page.locator('main'), 'GPT-4.1 mini');
  });

  it('of a missing or hidden program say so and link back', async () => {
    const page = await enter(context, stack, { email: 'vic@cascade.test', path: `${PATH}?program=PACKHORSE` });
    await page.getByText('Program not found').waitFor();
    await expectClean(page);
    await page.getByRole('button', { name: 'Show organization settings' }).click();
    await page.getByRole('heading', { name: 'Current configuration' }).waitFor();
  });
});

describe('access', () => {
  it('shows the values without any part of the key, and the needed permission, to users who can’t change them (R19, R23)', async () => {
    await create();
    const page = await open('vic@cascade.test');
    await page.getByText('ai_settings:update').waitFor();
    await expectHolds(page, 'API key', '*** | from organization');
    expect(await page.locator('main').getByRole('button').count()).toBe(0);
    await expectClean(page);
  });

  it('lets an admin set up and test a provider and read past usage while the assistant is off, and links to the switch', async () => {
    const page = await enter(context, stack, { email: 'quinn@quiet.test', path: '/workspace' });
    await page.getByRole('heading', { name: 'Nothing in the workspace yet' }).waitFor();
    await expectClean(page);
    await page.getByRole('main').getByRole('link', { name: 'Manage the organization' }).click();
    await page.getByRole('link', { name: 'Usage' }).last().click();
    await page.getByText('No usage in this period.').waitFor();
    await page.goto(stack.url + PATH);
    await page.getByText('The assistant is off for Quiet Co').waitFor();
    await expectHolds(page, 'Base URL', `${mock.url} | from environment`);
    await expectClean(page);
    await page.getByRole('button', { name: 'Set up a provider' }).click();
    await primary(page).getByLabel('Provider').selectOption('OpenAI');
    await field(primary(page), /^Model/).fill('gpt-4.1-mini');
    await field(primary(page), /^Base URL/).fill(`${mock.url}/v1`);
    await primary(page).getByLabel('API key').fill(KEY);
    await test(primary(page));
    await page.getByText(/^gpt-4.1-mini answered in \d+ ms/).waitFor();
    await expectClean(page);
    await save(page);
    await saved(page);
    await page.reload();
    await expectHolds(page, 'Model', 'gpt-4.1-mini | from organization');
    await page.getByRole('link', { name: 'Open Experimental Features' }).click();
    await page.getByRole('switch', { name: 'AI Assistant' }).waitFor();
  });

  it('has targets of 44 px on a phone, and cuts nothing off', async () => {
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
