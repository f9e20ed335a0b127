// Branches, forks and feedback in a browser: by pointer, by keyboard, and after a reload.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signInPage } from './assistant-page.ts';
import { faultsOf } from './faults-of.ts';
import { signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});
beforeEach(async () => {
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  return () => context.close();
});
afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

const answers = (page: Page) => page.getByRole('article', { name: /^Assistant/ });
const questions = (page: Page) => page.getByRole('article', { name: 'You' });
const sessionOf = (page: Page): string => new URL(page.url()).pathname.split('/')[2] ?? '';

async function enter(email: string): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(`${stack.url}/chat`);
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  const before = await answers(page).count();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill(text);
  await composer.press('Enter');
  await answers(page).nth(before).getByRole('button', { name: 'Regenerate' }).waitFor({ state: 'attached' });
}

const versions = (page: Page, of: string) => page.getByRole('group', { name: `Versions of this ${of}` });

describe('branches', () => {
  it('keep edited questions and regenerated answers as versions, and show the chosen one after a reload', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is 2 + 2?');
    await ask(page, 'What is 3 + 3?');
    await answers(page).last().getByRole('button', { name: 'Regenerate' }).click();
    await expect.poll(() => versions(page, 'answer').textContent()).toContain('2/2');
    expect(await answers(page).count()).toBe(2);

    await questions(page).first().getByRole('button', { name: 'Edit and resend' }).focus();
    await page.keyboard.press('Enter');
    const field = page.getByRole('textbox', { name: 'Edit your question' });
    await field.fill('What is 4 + 4?');
    await field.press('Enter');
    await expect.poll(() => versions(page, 'question').textContent()).toContain('2/2');
    expect(await questions(page).allTextContents()).toEqual([expect.stringContaining('4 + 4')]);

    await versions(page, 'question').getByRole('button', { name: 'Previous question version' }).click();
    await expect.poll(() => questions(page).count()).toBe(2);
    await page.reload();
    await expect.poll(() => versions(page, 'question').textContent()).toContain('1/2');
    expect(await questions(page).count()).toBe(2);
    expect(await versions(page, 'answer').textContent()).toContain('2/2');
  });

  it('discard an edit with Esc, and edit the last question with ↑ in the empty composer', async () => {
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
  it('opens with the original’s messages, names the original, and is listed there', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is 6 + 6?');
    await ask(page, 'What is 7 + 7?');
    const source = sessionOf(page);
    await answers(page).first().getByRole('button', { name: 'Fork from here' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/chat/') && !url.pathname.includes(source));
    const mark = page.getByRole('main').getByRole('link', { name: 'What is 6 + 6?' });
    await mark.waitFor();
    // A feed holds nothing but articles, so the mark is inside one (U42).
    expect(await faultsOf(page)).toEqual([]);
    expect(await questions(page).count()).toBe(1);
    await ask(page, 'What is 8 + 8?');
    await mark.click();
    await expect.poll(() => questions(page).count()).toBe(2);
    await page.getByRole('button', { name: 'Forks', exact: true }).click();
    await page.getByRole('region', { name: 'Forks of this conversation' }).getByRole('link').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});

describe('feedback', () => {
  it('is stored with its comment, shown to an admin, and removed again', async () => {
    const page = await enter('max@northlight.test');
    await ask(page, 'What is 9 + 9?');
    const session = sessionOf(page);
    await answers(page).last().getByRole('button', { name: 'Bad response' }).click();
    await page.getByRole('textbox', { name: /What went wrong/ }).fill('Too short.');
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
    const thumb = answers(page).last().getByRole('button', { name: 'Bad response' });
    await expect.poll(() => thumb.getAttribute('aria-pressed')).toBe('true');
    await thumb.click();
    await expect.poll(given).toEqual([]);
  });

  it('copies an answer as plain text and as Markdown', async () => {
    const page = await enter('nora@northlight.test');
    await ask(page, 'What is a call sheet?');
    const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
    await answers(page).last().getByRole('button', { name: 'Copy answer' }).click();
    await expect.poll(clipboard).toContain('call sheet');
    expect(await clipboard()).not.toContain('| ---');
    await answers(page).last().getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy as Markdown' }).click();
    await expect.poll(clipboard).toContain('| ---');
  });
});
