// What a user sees of their organization's token allowance: an early warning, and then why a message is refused, with
// the figures, the reset day and who can help.
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signInPage } from './assistant-page.ts';
import { askBody, signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function enter(email: string): Promise<Page> {
  const page = await browser.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(`${stack.url}/chat`);
  return page;
}

async function setAllowance(tokens: number): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  await client.query("update orgs set token_allowance = $1 where slug = 'northlight'", [tokens]);
  await client.end();
}

/** The tokens that one answer used, once it is charged. */
async function useSome(): Promise<number> {
  const max = await signIn(stack, 'max@northlight.test');
  const reply = await max.send('POST', '/api/v1/ai/chat', askBody(crypto.randomUUID(), crypto.randomUUID(), 'Hello'));
  await reply.text();
  const read = async () => (await (await max.get('/api/v1/ai/quota')).json()) as { used: number };
  await expect.poll(async () => (await read()).used).toBeGreaterThan(0);
  return (await read()).used;
}

it('shows what a message would cost before it is sent, in a new and in an existing conversation', async () => {
  const page = await enter('max@northlight.test');
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  const writing = page.getByText('This message');
  const cost = page.getByText(/^Up to [\d,]+ input tokens · \$/);
  await page.getByRole('button', { name: 'Context and cost' }).click();
  await page.getByText('None yet').waitFor();
  expect(await writing.count()).toBe(0);
  await page.keyboard.press('Escape');
  const tokensOf = async (text: string, meter: RegExp) => {
    await composer.fill(text);
    await page.getByRole('button', { name: meter }).click();
    const line = await cost.textContent();
    await page.keyboard.press('Escape');
    return Number(/[\d,]+/.exec(line ?? '')?.[0].replaceAll(',', ''));
  };
  const short = await tokensOf('Hello', /^Context and cost/);
  expect(await tokensOf('Hello '.repeat(400), /^Context and cost/)).toBeGreaterThan(short);
  await composer.fill('Hello');
  await composer.press('Enter');
  await page.getByRole('button', { name: 'Copy answer' }).waitFor();
  expect(await tokensOf('Hello', /^\d+% of context used/)).toBeGreaterThan(short);
  await page.close();
});

it('shows a notice from 80 % usage; at the limit, refuses the message, keeps its text and names the reset day (U25)', async () => {
  const used = await useSome();
  const limit = Math.floor(used / 0.85);
  await setAllowance(limit);
  // A user whose rights are not cached yet.
  const page = await enter('nora@northlight.test');
  const [usedText, limitText] = [used, limit].map((tokens) => tokens.toLocaleString('en'));
  const title = page.getByText(`${usedText} of ${limitText} tokens used (85%)`);
  await title.waitFor();
  await page.getByText('An admin can raise it sooner.').waitFor();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill('One more');
  await composer.press('Enter');
  const refusal = page.getByRole('alert').filter({ has: title });
  await refusal.getByText(/The allowance renews on \w+ 1, \d{4} \(UTC\)\. An admin of Northlight Live/).waitFor();
  expect(await composer.inputValue()).toBe('One more');
  await refusal.getByRole('button', { name: 'Send again' }).waitFor();
});

it('says before the user types that a plan has no AI tokens, and offers only actions that help', async () => {
  const page = await enter('finn@freefold.test');
  await page.getByText('Your plan includes no AI tokens').waitFor();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill('Hello');
  await composer.press('Enter');
  await page.getByText('An admin of Free Fold can change the plan.').waitFor();
  expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
});
