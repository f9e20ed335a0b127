// What a person sees of their organisation's token allowance: in time that it goes to its end, and then why a message is
// not taken, with the figures, the day and who can help.
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import { askBody, signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ demo: { pace: 'instant' } }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function enter(email: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(stack.url);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(/\/chat/);
  return page;
}

async function setAllowance(tokens: number): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  await client.query("update orgs set token_allowance = $1 where slug = 'northlight'", [tokens]);
  await client.end();
}

/** What one answer has used, once it is charged. */
async function useSome(): Promise<number> {
  const max = await signIn(stack, 'max@northlight.test');
  const reply = await max.send('POST', '/api/v1/ai/chat', askBody(crypto.randomUUID(), crypto.randomUUID(), 'Hello'));
  await reply.text();
  const read = async () => (await (await max.get('/api/v1/ai/quota')).json()) as { used: number };
  await expect.poll(async () => (await read()).used).toBeGreaterThan(0);
  return (await read()).used;
}

it('what a message would cost is told before it is sent, in a new conversation and in one that has been going on', async () => {
  const page = await enter('max@northlight.test');
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  const writing = page.getByText('What you are writing');
  const cost = page.getByText(/^Up to [\d,]+ tokens in · \$/);
  await page.getByRole('button', { name: 'Context and cost' }).click();
  await page.getByText('Nothing yet').waitFor();
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
  expect(await tokensOf('Hello', /^Context \d+ % full/)).toBeGreaterThan(short);
  await page.close();
});

it('U25: from 80 % on a notice tells how much is used; past the end a refusal keeps the message and names the day', async () => {
  const used = await useSome();
  const limit = Math.floor(used / 0.85);
  await setAllowance(limit);
  // Somebody whose rights nobody has looked up before.
  const page = await enter('nora@northlight.test');
  const [usedText, limitText] = [used, limit].map((tokens) => tokens.toLocaleString('en'));
  const title = page.getByText(`${usedText} of ${limitText} tokens used (85 %)`);
  await title.waitFor();
  await page.getByText('An admin can have it raised before.').waitFor();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill('One more');
  await composer.press('Enter');
  const refusal = page.getByRole('alert').filter({ has: title });
  await refusal.getByText(/The allowance renews on 1 \w+ \d{4} \(UTC\)\. An admin of Northlight Live/).waitFor();
  expect(await composer.inputValue()).toBe('One more');
  await refusal.getByRole('button', { name: 'Send again' }).waitFor();
});

it('a plan without AI tokens says so before anything is typed, and offers nothing that cannot help', async () => {
  const page = await enter('finn@freefold.test');
  await page.getByText('The plan includes no AI tokens').waitFor();
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill('Hello');
  await composer.press('Enter');
  await page.getByText('An admin of Free Fold can have the plan changed.').waitFor();
  expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
});
