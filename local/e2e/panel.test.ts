// The panel beside every page, as its document describes it: the tab at the edge, four sections, the splitter, and a
// conversation that continues from page to page.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import {
  answersIn,
  askIn,
  boxOf,
  composerIn,
  edgeTab,
  enter,
  expectStreaming,
  isFocusIn,
  openPanel,
  panel,
  sendIn,
  stopIn,
  watchKeys,
} from './assistant-page.ts';
import { openLine } from './line.ts';

const VIEW = { width: 1280, height: 800 };

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 6 } } }),
    openTestBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: VIEW, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
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
    // The page is beside the panel, not below it.
    await expect.poll(async () => (await boxOf(page.locator('main'))).width).toBe(VIEW.width - 400);
  });

  it('slides in, and the page resizes once, after the panel has arrived', async () => {
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

  it('Esc closes it and returns focus to the element that opened it (U33)', async () => {
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

  it('Esc closes the innermost layer first: a menu, then the history, then the panel', async () => {
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

  it('⌘L and Ctrl+L open and close it, and F6 cycles through page, panel and pending approval', async () => {
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

  it('follows new content until the user scrolls up, and the button scrolls back down (U9, U10, U11)', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.setViewportSize({ width: 1280, height: 480 });
    const hold = stack.demo?.holdNext({ afterTokens: 500, times: 2 });
    await askIn(place, 'Count to 2000');
    await expect.poll(() => scroller(page).evaluate((element) => element.scrollHeight)).toBeGreaterThan(600);
    await expect.poll(() => fromEnd(page)).toBeLessThan(30);
    await scroller(page).hover();
    await page.mouse.wheel(0, -120);
    await place.getByRole('button', { name: 'New text below' }).waitFor();
    const top = await scroller(page).evaluate((element) => element.scrollTop);
    hold?.release();
    await expect.poll(() => fromEnd(page)).toBeGreaterThan(240);
    expect(await scroller(page).evaluate((element) => element.scrollTop)).toBe(top);
    await place.getByRole('button', { name: 'New text below' }).press('Enter');
    await expect.poll(() => fromEnd(page)).toBeLessThan(30);
    await stopIn(place).click();
    await place.getByText('Stopped', { exact: true }).waitFor();
  });

  it('error display: a failed request shows inline with its request id, and the message text is kept (U8, U22)', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.route('**/api/v1/ai/chat', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'Database unavailable',
          detail: "The database isn't responding. Try again in a minute.",
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

  it('counts down a rate limit, then lets the user send again (U24)', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    await page.route('**/api/v1/ai/chat', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '5' },
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Too many requests', detail: 'Wait.', code: 'RATE_LIMITED' }),
      }),
    );
    await askIn(place, 'Hello there');
    await place.getByText(/You can try again in [1-5] s\. Your message is saved\./).waitFor();
    await place.getByText('You can try again now.').waitFor();
    expect(await place.getByRole('button', { name: 'Send again' }).count()).toBe(1);
  });

  it('input area: grows with its text and has Send and Search; Stop replaces Send, and typing still works (U5, U6)', async () => {
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

  it('defaults to 400 and changes by arrows, Home, End, drag, double-click and menu, between 300 and 700 (U31)', async () => {
    const page = await enter(context, stack);
    const place = await openPanel(page);
    expect(await width(page)).toBe(400);
    const splitter = page.getByRole('separator', { name: 'Assistant width' });
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

  it('keeps its width, and applies it from the first paint after a reload (U32)', async () => {
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
    await expectStreaming(stack, [place], { to: 60, ask: (text) => askIn(place, text) });
    await sendIn(place).waitFor();
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 90');
    await hold?.reached;
    await expect.poll(() => answersIn(place).last().textContent()).toContain('5');
    await stopIn(place).click();
    await place.getByText('Stopped', { exact: true }).waitFor();
    expect(await answersIn(place).last().textContent()).toContain('5');
  });

  it('survives navigation and a reload, and is the same on its own page', async () => {
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
    // One request: the stream was never reopened.
    expect(chats).toEqual(['POST']);
    await page.reload();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');

    await place.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Open full page' }).click();
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
    await expect.poll(() => answersIn(page.locator('main')).last().textContent()).toContain('60');
    expect(await panel(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Workspace' }).click();
    await expect.poll(() => answersIn(panel(page)).last().textContent()).toContain('60');
  });

  it('attaches the viewed record as a chip, which can be removed', async () => {
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

  it('Partial responses are displayed if stream is interrupted; it resumes when the network is back (U20)', async () => {
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
    line.restore();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');
    expect(await answersIn(place).count()).toBe(1);
    await sendIn(place).waitFor();
    await page.close();
    await line.close();
  });
});

describe('AI Gating', () => {
  it('hides tab, buttons and shortcuts when the assistant is off (U35)', async () => {
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
