// Tools and approvals in a browser: cards, badges, buttons, and the pages that they link to.
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { signInPage } from './assistant-page.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 3 } } }),
    openTestBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function enter(path = '/chat'): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, stack.url, 'ada@cascade.test');
  await page.goto(stack.url + path);
  return page;
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Ask the assistant' });
const card = (page: Page, state: string) => page.locator(`[data-approval=${state}]`);

async function say(page: Page, text: string, key = 'Enter'): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press(key);
}

/** The sentence from the source document. The assistant asks for the design when it is ambiguous. */
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
  it('stays pending after Enter, a reload and in a second tab, and takes no focus (U26, U28)', async () => {
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

  it('folds when canceled in every tab, and creates nothing', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Two');
    const second = await context.newPage();
    await second.goto(page.url());
    await card(second, 'pending').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await Promise.all(
      [page, second].map((tab) => card(tab, 'cancelled').getByText('Canceled', { exact: true }).waitFor()),
    );
    await page.getByText('You declined').waitFor();
    expect(await partsCalled('Motor Assembly Two')).toEqual([]);
  });

  it('creates one part on a double click, shows its number, and links to its page (U29)', async () => {
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

  it('leaves the conversation open: the user can send more messages, and confirm later', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Four');
    await say(page, 'Count to 5');
    await page.getByRole('article', { name: 'Assistant' }).last().getByText('1, 2, 3, 4, 5').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await card(page, 'confirmed').waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Four')).toHaveLength(1);
  });

  it('stays below the pointer while another answer grows, so that a slow click confirms it', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Five');
    const second = await context.newPage();
    await second.goto(page.url());
    await card(second, 'pending').waitFor();
    await page.getByRole('button', { name: 'Confirm', exact: true }).hover();
    await page.mouse.down();
    await say(second, 'Count to 300');
    await page.getByRole('article', { name: 'Assistant' }).last().getByText('299, 300').waitFor();
    await page.mouse.up();
    await card(page, 'confirmed').waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Five')).toHaveLength(1);
  });

  it('confirms if the card moves between press and release, and not if the pointer is dragged off', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Eight');
    const confirm = page.getByRole('button', { name: 'Confirm', exact: true });
    const move = (px: number) =>
      card(page, 'pending').evaluate((element, by) => element.setAttribute('style', `translate: 0 ${by}px`), px);
    await confirm.hover();
    await page.mouse.down();
    await page.mouse.move(5, 300);
    await page.mouse.up();
    await confirm.hover();
    await page.mouse.down();
    expect(await partsCalled('Motor Assembly Eight')).toEqual([]);
    await move(-120);
    await page.mouse.up();
    await card(page, 'confirmed').waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Eight')).toHaveLength(1);
  });

  it('shows the outcome even if an older transcript arrives after it', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Six');
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const api = `${stack.url}/api/v1/ai`;
    const older = (await (await page.request.get(`${api}/chat?threadId=${id}`)).json()) as { standing: Standing };
    type Standing = { version: number; active: unknown };
    const answered = async (runId: string): Promise<boolean> => {
      const reply = await page.request.get(`${api}/sessions/${id}/messages`);
      const { messages } = (await reply.json()) as { messages: { runId: string; role: string; status: string }[] };
      return messages.some((one) => one.runId === runId && one.role === 'assistant' && one.status === 'complete');
    };
    const decided = page.waitForResponse(/\/approvals\//).then((reply) => reply.json() as Promise<{ runId: string }>);
    // The first load after the click is as it was while the change was made, and arrives when the run has ended.
    await page.route(
      /\/ai\/chat\?threadId=/,
      async (route) => {
        const { runId } = await decided;
        await expect.poll(() => answered(runId)).toBe(true);
        const active = { runId, author: { id: crypto.randomUUID(), name: 'Ada Moreau' } };
        const standing = { ...older.standing, active, version: older.standing.version + 1 };
        await route.fulfill({ json: { ...older, activeRun: { runId }, standing } });
      },
      { times: 1 },
    );
    // The run can't be followed.
    await page.route(/\/ai\/chat\?.*runId=/, (route) => route.fulfill({ status: 404, json: { code: 'NOT_FOUND' } }));
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await card(page, 'confirmed').waitFor();
  });

  it('says that a decision was not confirmed if the response is lost, and can be decided again', async () => {
    const page = await enter();
    await proposePart(page, 'Motor Assembly Seven');
    await page.route(/\/approvals\//, (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await card(page, 'pending').getByText('We couldn’t confirm your decision. Try again').waitFor();
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await card(page, 'confirmed').waitFor();
    await expect.poll(() => partsCalled('Motor Assembly Seven')).toHaveLength(1);
  });
});

describe('search mode', () => {
  it('starts with Ctrl+Enter and with the button beside Send', async () => {
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
  it('shows a bill of materials that can be navigated and folded by keyboard (U40)', async () => {
    const page = await enter('/workspace');
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

  it('asks about the record in view, also after a reload, and can remove it', async () => {
    const page = await enter('/workspace');
    const programs: unknown[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
        programs.push(request.postDataJSON().forwardedProps?.programId);
    });
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
    const page = await enter(`/workspace/items/${crypto.randomUUID()}`);
    await page.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
  });
});
