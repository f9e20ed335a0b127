// Branches, forks and verdicts as a person meets them in a browser: by pointer and by keyboard, and after a reload.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { faultsOf } from './faults-of.ts';
import { signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ demo: { pace: 'instant' } }), launchBrowser()]);
});
beforeEach(async () => {
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  context.setDefaultTimeout(15_000);
  return () => context.close();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const answers = (page: Page) => page.getByRole('article', { name: /^Assistant/ });
const questions = (page: Page) => page.getByRole('article', { name: 'You' });
const sessionOf = (page: Page): string => new URL(page.url()).pathname.split('/')[2] ?? '';

async function enter(email: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(stack.url);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(/\/chat/);
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  const before = await answers(page).count();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill(text);
  await composer.press('Enter');
  await answers(page).nth(before).getByRole('button', { name: 'Answer again' }).waitFor({ state: 'attached' });
}

const versions = (page: Page, of: string) => page.getByRole('group', { name: `Versions of this ${of}` });

describe('branches', () => {
  it('an edited question and an answer given again are versions, which every reload shows as chosen', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is 2 + 2?');
    await ask(page, 'What is 3 + 3?');
    await answers(page).last().getByRole('button', { name: 'Answer again' }).click();
    await expect.poll(() => versions(page, 'answer').textContent()).toContain('2/2');
    expect(await answers(page).count()).toBe(2);

    await questions(page).first().getByRole('button', { name: 'Edit and send again' }).focus();
    await page.keyboard.press('Enter');
    const field = page.getByRole('textbox', { name: 'Edit your question' });
    await field.fill('What is 4 + 4?');
    await field.press('Enter');
    await expect.poll(() => versions(page, 'question').textContent()).toContain('2/2');
    expect(await questions(page).allTextContents()).toEqual([expect.stringContaining('4 + 4')]);

    await versions(page, 'question').getByRole('button', { name: 'Earlier question' }).click();
    await expect.poll(() => questions(page).count()).toBe(2);
    await page.reload();
    await expect.poll(() => versions(page, 'question').textContent()).toContain('1/2');
    expect(await questions(page).count()).toBe(2);
    expect(await versions(page, 'answer').textContent()).toContain('2/2');
  });

  it('Esc leaves a question as it is, and ↑ in the empty composer takes up the last one', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is 5 + 5?');
    await page.getByRole('textbox', { name: 'Ask the assistant' }).press('ArrowUp');
    const field = page.getByRole('textbox', { name: 'Edit your question' });
    await expect.poll(() => field.inputValue()).toBe('What is 5 + 5?');
    await field.press('Escape');
    await expect.poll(() => questions(page).allTextContents()).toEqual([expect.stringContaining('5 + 5')]);
  });
});

describe('a fork', () => {
  it('opens where the conversation stood, names its original, and is listed there', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is 6 + 6?');
    await ask(page, 'What is 7 + 7?');
    const source = sessionOf(page);
    await answers(page).first().getByRole('button', { name: 'Fork from here' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/chat/') && !url.pathname.includes(source));
    const mark = page.getByRole('main').getByRole('link', { name: 'What is 6 + 6?' });
    await mark.waitFor();
    expect(await questions(page).count()).toBe(1);
    await ask(page, 'What is 8 + 8?');
    await mark.click();
    await expect.poll(() => questions(page).count()).toBe(2);
    await page.getByRole('button', { name: 'Forks', exact: true }).click();
    await page.getByRole('region', { name: 'Forks of this conversation' }).getByRole('link').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});

describe('a verdict', () => {
  it('is kept with its comment, read by an admin, and taken back', async () => {
    const page = await enter('max@northlight.test');
    await ask(page, 'What is 9 + 9?');
    const session = sessionOf(page);
    await answers(page).last().getByRole('button', { name: 'Poor answer' }).click();
    await page.getByRole('textbox', { name: /What was wrong/ }).fill('Too short.');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send comment' }).click();

    const nora = await signIn(stack, 'nora@northlight.test');
    const given = async () => {
      const reply = await nora.get('/api/v1/ai/feedback?comment=with&verdict=down');
      const { feedback } = (await reply.json()) as { feedback: { sessionId: string; comment: string }[] };
      return feedback.filter(({ sessionId }) => sessionId === session).map(({ comment }) => comment);
    };
    await expect.poll(given).toEqual(['Too short.']);
    const max = await signIn(stack, 'max@northlight.test');
    expect((await max.get('/api/v1/ai/feedback')).status).toBe(403);

    await page.reload();
    const thumb = answers(page).last().getByRole('button', { name: 'Poor answer' });
    await expect.poll(() => thumb.getAttribute('aria-pressed')).toBe('true');
    await thumb.click();
    await expect.poll(given).toEqual([]);
  });

  it('copies an answer as it reads and as Markdown', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is a call sheet?');
    const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
    await answers(page).last().getByRole('button', { name: 'Copy answer' }).click();
    await expect.poll(clipboard).toContain('call sheet');
    expect(await clipboard()).not.toContain('| ---');
    await answers(page).last().getByRole('button', { name: 'More for this answer' }).click();
    await page.getByRole('menuitem', { name: 'Copy as Markdown' }).click();
    await expect.poll(clipboard).toContain('| ---');
  });
});
