// The panel beside every page, as its document describes it: the tab at the edge, four sections, the splitter, and a
// conversation that goes on whatever page is shown.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import {
  answersIn,
  askIn,
  boxOf,
  composerIn,
  edgeTab,
  enter,
  isFocusIn,
  openPanel,
  panel,
  sendIn,
  stopIn,
  watchAnswer,
  watchKeys,
} from './assistant-page.ts';
import { openLine } from './line.ts';

const VIEW = { width: 1280, height: 800 };

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 6 } } }),
    launchBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: VIEW, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  return () => context.close();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const link = (page: Page, name: string) => page.locator('main').getByRole('link', { name, exact: true });
const scroller = (page: Page) => panel(page).locator('.overscroll-contain');
const fromEnd = (page: Page): Promise<number> =>
  scroller(page).evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);

describe('Opening the Panel', () => {
  it('a tab on the right edge, vertically centered, opens it and disappears while it is open', async () => {
    const page = await enter(context, stack);
    const tab = await boxOf(edgeTab(page));
    expect(tab).toEqual({ x: VIEW.width - 40, y: (VIEW.height - 96) / 2, width: 40, height: 96 });
    await openPanel(page);
    expect(await edgeTab(page).count()).toBe(0);
    const { x, width, y, height } = await boxOf(panel(page));
    expect({ end: x + width, y, height }).toEqual({ end: VIEW.width, y: 0, height: VIEW.height });
    // The page stands beside it, not below.
    await expect.poll(async () => (await boxOf(page.locator('main'))).width).toBe(VIEW.width - 400);
  });

  it('slides in, and the page makes room once, when it has arrived', async () => {
    const moving = await browser.newContext({ viewport: VIEW, reducedMotion: 'no-preference' });
    const page = await enter(moving, stack);
    await page.evaluate(`
      window.widths = [];
      new ResizeObserver(([entry]) => window.widths.push(Math.round(entry.contentRect.width))).observe(document.querySelector('main'));
    `);
    await openPanel(page);
    await expect.poll(() => panel(page).getAttribute('data-phase')).toBe('open');
    await expect.poll(() => page.evaluate('window.widths.length')).toBe(2);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('window.widths.length')).toBe(3);
    await moving.close();
  });

  it('U33: Esc closes it and gives the focus back to what opened it', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    expect(await isFocusIn(panel(page))).toBe(true);
    await page.keyboard.press('Escape');
    await edgeTab(page).waitFor();
    await expect.poll(() => page.locator(':focus').getAttribute('id')).toBe('assistant-tab');

    await link(page, 'KESTREL').click();
    const ask = page.getByRole('button', { name: 'Ask about this' });
    await ask.click();
    await composerIn(panel(page)).press('Escape');
    await expect.poll(() => page.locator(':focus').textContent()).toBe('Ask about this');
  });

  it('Esc closes only what is smallest: a menu, then the history, then the panel', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    await panel(page).getByRole('button', { name: 'History' }).click();
    await panel(page).getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    const history = panel(page).getByRole('region', { name: 'History' });
    expect(await history.isVisible()).toBe(true);
    await expect.poll(() => isFocusIn(panel(page))).toBe(true);
    await page.keyboard.press('Escape');
    await history.waitFor({ state: 'detached' });
    expect(await panel(page).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  });

  it('⌘L and Ctrl+L open and close it, and F6 goes round page, panel and open decision', async () => {
    const page = await enter(context, stack);
    for (const key of ['Control+l', 'Meta+l']) {
      await page.keyboard.press(key);
      await composerIn(panel(page)).waitFor();
      await page.keyboard.press(key);
      await panel(page).waitFor({ state: 'detached' });
    }
    await page.keyboard.press('Control+l');
    await askIn(panel(page), 'Create a new part called Motor Assembly in PKH-MFG');
    await panel(page).getByRole('button', { name: 'Confirm' }).waitFor();
    await sendIn(panel(page)).waitFor();
    await page.keyboard.press('F6');
    await expect.poll(() => page.locator(':focus').textContent()).toBe('Cancel');
    await page.keyboard.press('F6');
    await expect.poll(() => page.locator('main:focus').count()).toBe(1);
    await page.keyboard.press('F6');
    await expect.poll(() => isFocusIn(panel(page))).toBe(true);
  });
});

describe('Panel Layout', () => {
  it('header: title, activity, History, New Conversation, Close', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await place.getByRole('heading', { level: 2, name: 'New conversation' }).waitFor();
    const hold = stack.demo?.holdNext({ afterTokens: 5 });
    await askIn(place, 'Count to 60');
    await place.getByRole('img', { name: 'Answering' }).waitFor();
    hold?.release();
    await place.getByRole('heading', { level: 2, name: 'Count to 60' }).waitFor();
    await place.getByRole('img', { name: 'Answering' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('complementary', { name: 'Count to 60' }).count()).toBe(1);
    await place.getByRole('button', { name: 'New conversation' }).click();
    await place.getByRole('heading', { level: 2, name: 'New conversation' }).waitFor();
    await place.getByRole('button', { name: 'History' }).click();
    await place.getByRole('button', { name: /^Count to 60/ }).click();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');
    await place.getByRole('button', { name: 'Close the assistant' }).click();
    await panel(page).waitFor({ state: 'detached' });
  });

  it('U9, U10, U11: new content is followed until one scrolls up, and the button leads back', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.setViewportSize({ width: 1280, height: 480 });
    await askIn(place, 'Count to 2000');
    await expect
      .poll(() => scroller(page).evaluate((element) => element.scrollHeight), { timeout: 15_000 })
      .toBeGreaterThan(600);
    expect(await fromEnd(page)).toBeLessThan(30);
    await scroller(page).hover();
    await page.mouse.wheel(0, -120);
    await place.getByRole('button', { name: 'New text below' }).waitFor();
    const top = await scroller(page).evaluate((element) => element.scrollTop);
    await expect.poll(() => fromEnd(page), { timeout: 15_000 }).toBeGreaterThan(240);
    expect(await scroller(page).evaluate((element) => element.scrollTop)).toBe(top);
    await place.getByRole('button', { name: /New text below|Jump to the end/ }).press('Enter');
    await expect.poll(() => fromEnd(page)).toBeLessThan(30);
    await stopIn(place).click();
    await place.getByText('Stopped', { exact: true }).waitFor();
  });

  it('error display: a failed request shows inline, with its request id, and the words are kept (U8, U22)', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.route('**/api/v1/ai/chat', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'Database unavailable',
          detail: 'The database does not answer. Try again in a minute.',
          code: 'DATABASE_UNAVAILABLE',
          requestId: 'e5b3a3c0-0000-4000-8000-000000000000',
        }),
      }),
    );
    await askIn(place, 'Hello there');
    const banner = place.getByRole('alert').filter({ hasText: 'Try again in a minute.' });
    await banner.getByText('e5b3a3c0').waitFor();
    expect(await composerIn(place).inputValue()).toBe('Hello there');
    await page.unroute('**/api/v1/ai/chat');
    await banner.getByRole('button', { name: 'Send again' }).click();
    await answersIn(place).last().waitFor();
    await banner.waitFor({ state: 'detached' });
  });

  it('U24: a rate limit counts down and lets one send again', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.route('**/api/v1/ai/chat', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '2' },
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Too many requests', detail: 'Wait.', code: 'RATE_LIMITED' }),
      }),
    );
    await askIn(place, 'Hello there');
    await place.getByText(/You can send again in [12] s\. Your message is kept\./).waitFor();
    await place.getByText('You can send again now.').waitFor();
    expect(await place.getByRole('button', { name: 'Send again' }).count()).toBe(1);
  });

  it('input area: grows with its text, with Send and Search; U5, U6: Stop stands where Send was, one can type on', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    const field = composerIn(place);
    const single = (await boxOf(field)).height;
    await field.fill('one');
    for (let line = 0; line < 3; line++) await field.press('Shift+Enter');
    expect((await boxOf(field)).height).toBeGreaterThan(single + 48);
    await field.fill('');
    expect((await boxOf(field)).height).toBe(single);
    expect(await place.getByRole('button', { name: 'Search', exact: true }).count()).toBe(1);

    const send = await boxOf(sendIn(place));
    const hold = stack.demo?.holdNext({ afterTokens: 10 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    expect(await boxOf(stopIn(place))).toEqual(send);
    expect(await place.locator('textarea:focus').count()).toBe(1);
    await page.keyboard.type('and then');
    expect(await field.inputValue()).toBe('and then');
    hold?.release();
    await sendIn(place).waitFor();
    expect(await field.inputValue()).toBe('and then');
  });
});

describe('Resizing', () => {
  const width = async (page: Page) => (await boxOf(panel(page))).width;

  it('U31: default 400, by arrows, Home, End, drag, double-click and menu, between 300 and 700', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    expect(await width(page)).toBe(400);
    const splitter = page.getByRole('separator', { name: 'Width of the assistant' });
    await splitter.press('ArrowLeft');
    expect(await width(page)).toBe(416);
    await splitter.press('Shift+ArrowRight');
    expect(await width(page)).toBe(352);
    await splitter.press('Home');
    expect(await width(page)).toBe(300);
    await splitter.press('End');
    expect(await width(page)).toBe(700);
    expect(await splitter.getAttribute('aria-valuenow')).toBe('700');
    expect(await splitter.getAttribute('aria-valuemin')).toBe('300');
    expect(await splitter.getAttribute('aria-valuemax')).toBe('700');

    const edge = await boxOf(splitter);
    await page.mouse.move(edge.x + 12, 400);
    await page.mouse.down();
    await page.mouse.move(edge.x + 112, 400, { steps: 4 });
    expect(await width(page)).toBe(600);
    await page.mouse.move(1_270, 400, { steps: 4 });
    expect(await width(page)).toBe(300);
    await page.mouse.up();
    await splitter.dblclick({ position: { x: 12, y: 200 } });
    await expect.poll(() => width(page)).toBe(400);

    await place.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Wide' }).click();
    await expect.poll(() => width(page)).toBe(700);
    await splitter.press('Enter');
    await panel(page).waitFor({ state: 'detached' });
  });

  it('U32: the width is kept, and is there again from the first paint after a reload', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    const splitter = page.getByRole('separator');
    await splitter.press('ArrowLeft');
    expect(await page.evaluate("localStorage.getItem('groundwire:panel-width')")).toBe('416');
    await page.addInitScript(`
      window.seen = new Set();
      const look = () => {
        const panel = document.querySelector('aside.panel');
        if (panel) window.seen.add(panel.getBoundingClientRect().width);
        requestAnimationFrame(look);
      };
      look();
    `);
    await page.reload();
    await composerIn(panel(page)).waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('[...window.seen]')).toEqual([416]);
  });
});

describe('the conversation', () => {
  it('AI responses stream token-by-token in Sidebar Chat; Stop button works during streaming to cancel generation', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await askIn(place, 'Count to 60');
    expect((await watchAnswer(place, '60')).length).toBeGreaterThan(5);
    await sendIn(place).waitFor();
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 90');
    await hold?.reached;
    await expect.poll(() => answersIn(place).last().textContent()).toContain('5');
    await stopIn(place).click();
    await place.getByText('Stopped', { exact: true }).waitFor();
    expect(await answersIn(place).last().textContent()).toContain('5');
  });

  it('survives the way from page to page and a reload, and is the same on its own page', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    const chats: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/ai/chat')) chats.push(request.method());
    });
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answersIn(place).last().textContent()).toContain('5');
    await link(page, 'KESTREL').click();
    await page.getByRole('heading', { level: 1, name: 'Kestrel Six-Axis Arm' }).waitFor();
    expect(await answersIn(place).last().textContent()).toContain('5');
    hold?.release();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');
    // One request: the stream was never taken up anew.
    expect(chats).toEqual(['POST']);
    await page.reload();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');

    await place.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Open on a page of its own' }).click();
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
    await expect.poll(() => answersIn(page.locator('main')).last().textContent()).toContain('60');
    expect(await panel(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Workspace' }).click();
    await expect.poll(() => answersIn(panel(page)).last().textContent()).toContain('60');
  });

  it('what is in view goes along as a chip, and can be taken off', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    const sent: unknown[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
        sent.push(request.postDataJSON().forwardedProps);
    });
    await link(page, 'KESTREL').click();
    const remove = panel(page).getByRole('button', { name: 'Remove Program KESTREL' });
    await remove.waitFor();
    await askIn(panel(page), 'Hello');
    await panel(page).locator('article[data-status=complete]').waitFor();
    await sendIn(panel(page)).waitFor();
    await remove.click();
    await askIn(panel(page), 'Hello again');
    await expect.poll(() => sent).toMatchObject([{ about: 'Program KESTREL', programId: expect.any(String) }, {}]);
    expect(sent[1]).not.toHaveProperty('about');
  });

  it('Partial responses are displayed if stream is interrupted; U20: it goes on by itself when there is a network again', async () => {
    const line = await openLine(stack.url);
    const page = await enter(context, line);
    const place = await openPanel(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answersIn(place).last().textContent()).toContain('5');
    line.cut();
    await place.getByText('Connection lost. Reconnecting…').first().waitFor();
    expect(await answersIn(place).last().textContent()).toContain('5');
    hold?.release();
    line.mend();
    await expect.poll(() => answersIn(place).last().textContent(), { timeout: 20_000 }).toContain('60');
    expect(await answersIn(place).count()).toBe(1);
    await sendIn(place).waitFor();
    await page.close();
    await line.close();
  });
});

describe('AI Gating', () => {
  it('U35: where the assistant is off, tab, buttons and shortcuts are absent', async () => {
    const page = await enter(context, stack, { email: 'rae@quiet.test' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await edgeTab(page).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Quick Ask' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Chat' }).count()).toBe(0);
    const taken = await watchKeys(page);
    for (const key of ['Control+ArrowUp', 'Control+l', '?']) await page.keyboard.press(key);
    expect(await taken()).toEqual([false, false, false]);
    expect(await page.locator('dialog[open], aside.panel').count()).toBe(0);
  });
});
