// Tools and approvals as a person meets them in a browser: cards, badges, buttons, the pages behind them.
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 3 } } }),
    launchBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  return () => context.close();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function enter(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(stack.url);
  await page.getByRole('button', { name: 'ada@cascade.test' }).click();
  await page.waitForURL(/\/chat/);
  return page;
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Ask the assistant' });
const card = (page: Page, state: string) => page.locator(`[data-confirmation=${state}]`);

async function say(page: Page, text: string, key = 'Enter'): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press(key);
}

/** The sentence of the source document; the assistant asks for the design, where several could be meant. */
async function proposePart(page: Page, name: string): Promise<void> {
  await say(page, `Create a new part called ${name}`);
  await page.getByText('Which design do you mean?').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  await say(page, 'In the design KES-CTL');
  await card(page, 'pending').waitFor();
}

async function partsCalled(name: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select item_number from plm.items where name = $1', [name]);
    return rows.map((row) => row.item_number);
  } finally {
    await client.end();
  }
}

describe('a card', () => {
  it('U26, U28: stays for a decision over Enter, a reload and in a second tab, and takes no focus', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly One');
    expect(await page.locator('textarea:focus').count()).toBe(1);
    await composer(page).press('Enter');
    await page.reload();
    await card(page, 'pending').getByText('Motor Assembly One', { exact: true }).waitFor();
    const second = await context.newPage();
    await second.goto(page.url());
    await card(second, 'pending').waitFor();
    expect(await partsCalled('Motor Assembly One')).toEqual([]);
  });

  it('folds to Cancelled in every tab, and nothing was made', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Two');
    const second = await context.newPage();
    await second.goto(page.url());
    await card(second, 'pending').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await Promise.all(
      [page, second].map((tab) => card(tab, 'cancelled').getByText('Cancelled', { exact: true }).waitFor()),
    );
    await page.getByText('You declined').waitFor();
    expect(await partsCalled('Motor Assembly Two')).toEqual([]);
  });

  it('U29: confirmed by a double click makes one part, says its number, and leads to its page', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Three');
    await page.getByRole('button', { name: 'Confirm', exact: true }).dblclick();
    await card(page, 'confirmed').getByText('Confirmed', { exact: true }).waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Three')).toHaveLength(1);
    const [number = ''] = await partsCalled('Motor Assembly Three');
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
    await page
      .getByRole('link', { name: `View ${number}` })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: 'Motor Assembly Three' }).waitFor();
    await page.getByRole('link', { name: 'Chat' }).click();
    await card(page, 'confirmed').waitFor();
  });

  it('leaves the conversation open: one can write on, and confirm later', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Four');
    await say(page, 'Count to 5');
    await page.getByRole('article', { name: 'Assistant' }).last().getByText('1, 2, 3, 4, 5').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await card(page, 'confirmed').waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Four')).toHaveLength(1);
  });
});

describe('search mode', () => {
  it('is asked for by Ctrl+Enter and by the button beside Send', async () => {
    const page = await enter();
    const modes: unknown[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
        modes.push(request.postDataJSON().forwardedProps?.mode ?? 'chat');
    });
    await say(page, 'motor', 'Control+Enter');
    await page.locator('[data-tool=search_items][data-state=done]').first().waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await composer(page).fill('bearing');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect.poll(() => modes).toEqual(['search', 'search']);
  });
});

describe('the workspace', () => {
  it('U40: shows a bill of materials that can be walked and folded by keyboard', async () => {
    const page = await enter();
    await page.goto(`${stack.url}/workspace`);
    await page.getByRole('link', { name: 'KESTREL' }).click();
    await page.getByRole('link', { name: 'KES-ARM' }).click();
    await page.getByRole('searchbox').fill('900 mm');
    await page
      .getByRole('row', { name: /^PN-.*900 mm/ })
      .getByRole('link')
      .click();
    await page.getByRole('tab', { name: /^BOM/ }).click();
    const rows = page.getByRole('treegrid').locator('tbody tr');
    await rows.first().waitFor();
    const all = await rows.count();
    await rows.first().focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => rows.count()).toBeLessThan(all);
    expect(await rows.first().getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => rows.count()).toBe(all);
  });

  it('asks about what is in view, over a reload too, and lets go of it', async () => {
    const page = await enter();
    const programs: unknown[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
        programs.push(request.postDataJSON().forwardedProps?.programId);
    });
    await page.goto(`${stack.url}/workspace`);
    await page.getByRole('link', { name: 'KESTREL' }).click();
    await page.getByRole('button', { name: 'Ask about this' }).click();
    const remove = page.getByRole('button', { name: 'Remove Program KESTREL' });
    await remove.waitFor();
    await page.reload();
    await remove.waitFor();
    await say(page, 'Hello');
    await expect.poll(() => programs).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await remove.click();
    await say(page, 'Hello again');
    await expect.poll(() => programs.slice(1)).toEqual([undefined]);
  });

  it('says that a page is not there', async () => {
    const page = await enter();
    await page.goto(`${stack.url}/workspace/items/${crypto.randomUUID()}`);
    await page.getByRole('heading', { level: 1, name: 'No such page' }).waitFor();
  });
});
