// Quick Ask, shortcuts and history, as their documents describe them.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import {
  answersIn,
  askIn,
  boxOf,
  compose,
  composerIn,
  enter,
  expectStreaming,
  isFocusIn,
  openPanel,
  panel,
  quickAsk,
  sendIn,
  stopIn,
  watchKeys,
} from './assistant-page.ts';
import { signIn } from './visitor.ts';

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

async function openQuickAsk(page: Page) {
  await page.keyboard.press('Control+ArrowUp');
  await composerIn(quickAsk(page)).waitFor();
  return quickAsk(page);
}

describe('Quick Ask', () => {
  it('⌘↑ and Ctrl+↑ open it with focus in the field, at 18 % of the height, 640 px wide and 768 px once text arrives', async () => {
    const page = await enter(context, stack);
    for (const key of ['Control+ArrowUp', 'Meta+ArrowUp']) {
      await page.keyboard.press(key);
      await composerIn(quickAsk(page)).waitFor();
      expect(await quickAsk(page).locator('textarea:focus').count()).toBe(1);
      const { y, width } = await boxOf(quickAsk(page));
      expect({ y, width }).toEqual({ y: Math.round(VIEW.height * 0.18), width: 640 });
      await page.keyboard.press('Escape');
      await quickAsk(page).waitFor({ state: 'hidden' });
    }
    const place = await openQuickAsk(page);
    await askIn(place, 'hello');
    await expect.poll(async () => (await boxOf(place)).width).toBe(768);
  });

  it('AI responses stream token-by-token in Quick Ask; Stop button works during streaming to cancel generation', async () => {
    const page = await enter(context, stack);
    const place = await openQuickAsk(page);
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

  it('Esc closes it, and the answer continues to its end', async () => {
    const page = await enter(context, stack);
    const place = await openQuickAsk(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    await page.keyboard.press('Escape');
    await place.waitFor({ state: 'hidden' });
    hold?.release();
    await openQuickAsk(page);
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');
    await sendIn(place).waitFor();
  });

  it('keeps typed text when it closes and after a reload (U8)', async () => {
    const page = await enter(context, stack);
    const place = await openQuickAsk(page);
    await composerIn(place).fill('half a question');
    await page.keyboard.press('Escape');
    await place.waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await openQuickAsk(page);
    expect(await composerIn(place).inputValue()).toBe('half a question');
  });

  it('Open in sidebar moves a streaming answer without a new request and without a gap (U34)', async () => {
    const page = await enter(context, stack);
    const place = await openQuickAsk(page);
    const chats: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/ai/chat')) chats.push(request.method());
    });
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answersIn(place).last().textContent()).toContain('5');
    await place.getByRole('button', { name: 'Open in sidebar' }).click();
    await place.waitFor({ state: 'hidden' });
    await expect.poll(() => answersIn(panel(page)).last().textContent()).toContain('5');
    expect(await isFocusIn(panel(page))).toBe(true);
    expect(await stopIn(panel(page)).count()).toBe(1);
    hold?.release();
    const all = Array.from({ length: 60 }, (_, at) => at + 1);
    await expect.poll(() => answersIn(panel(page)).last().textContent()).toContain('60');
    const text = (await answersIn(panel(page)).last().locator('p').first().textContent()) ?? '';
    expect(text.match(/\d+/g)?.map(Number)).toEqual(all);
    expect(chats).toEqual(['POST']);
  });

  it('continues the answer on the chat page when opened there', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    const place = await openQuickAsk(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    await place.getByRole('button', { name: 'Open in sidebar' }).click();
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
    hold?.release();
    await expect.poll(() => answersIn(page.locator('main')).last().textContent()).toContain('60');
  });

  it('the shortcut focuses the panel instead when the panel is open', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    await page.locator('main').getByRole('link', { name: 'KESTREL', exact: true }).focus();
    await page.keyboard.press('Control+ArrowUp');
    await expect.poll(() => panel(page).locator('textarea:focus').count()).toBe(1);
    expect(await quickAsk(page).isVisible()).toBe(false);
  });
});

describe('shortcuts', () => {
  const dialog = (page: Page) => page.getByRole('dialog', { name: 'Keyboard shortcuts' });

  it('? lists them, except in a text field, and the page handles a key only where it does something', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    await composerIn(panel(page)).press('?');
    expect(await composerIn(panel(page)).inputValue()).toBe('?');
    const taken = await watchKeys(page);
    // The panel's composer already has focus, so ⌘↑ moves the caret.
    await composerIn(panel(page)).press('Control+ArrowUp');
    expect(await taken()).toEqual([false]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await dialog(page).getByText('Quick Ask', { exact: true }).waitFor();
    expect((await taken()).at(-1)).toBe(true);
  });

  it('can be changed and switched off on this device, and buttons show the current keys', async () => {
    const page = await enter(context, stack);
    const button = page.getByRole('button', { name: 'Quick Ask' });
    expect(await button.getAttribute('aria-keyshortcuts')).toBe('Meta+ArrowUp Control+ArrowUp');
    await page.keyboard.press('?');
    await dialog(page).getByRole('button', { name: 'Change shortcut: Quick Ask' }).click();
    const field = dialog(page).getByRole('textbox', { name: 'New shortcut' });
    await field.press('Control+l');
    await dialog(page).getByRole('alert').getByText('Open or close the assistant').waitFor();
    await field.press('Control+k');
    await dialog(page).getByRole('button', { name: 'Change shortcut: Keyboard shortcuts' }).click();
    await dialog(page).getByRole('button', { name: 'Turn off' }).click();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });

    await page.reload();
    await button.waitFor();
    expect(await button.getAttribute('aria-keyshortcuts')).toBe('Meta+K Control+K');
    const taken = await watchKeys(page);
    await page.keyboard.press('?');
    await page.keyboard.press('Control+ArrowUp');
    expect(await taken()).toEqual([false, false]);
    await page.keyboard.press('Control+k');
    await composerIn(quickAsk(page)).waitFor();
  });
});

describe('Session History UI', () => {
  const history = (page: Page) => panel(page).getByRole('region', { name: 'History' });
  const rows = (page: Page) => history(page).locator('[data-session]');

  async function openHistory(email: string): Promise<Page> {
    const page = await enter(context, stack, { email });
    await openPanel(page);
    await panel(page).getByRole('button', { name: 'History' }).click();
    await history(page).waitFor();
    return page;
  }

  async function titledSessions(email: string, titles: readonly string[]): Promise<void> {
    const person = await signIn(stack, email);
    for (const title of titles) {
      const reply = await person.send('POST', '/api/v1/ai/sessions', { title });
      expect(reply.status).toBe(201);
    }
  }

  it('lists all conversations with title and date, newest first, and loads more on scroll', async () => {
    const titles = Array.from({ length: 34 }, (_, at) => `Conversation ${String(at + 1).padStart(2, '0')}`);
    await titledSessions('eli@cascade.test', titles);
    const page = await openHistory('eli@cascade.test');
    await history(page).getByRole('heading', { name: 'Today' }).waitFor();
    await expect.poll(() => rows(page).first().textContent()).toMatch(/^Conversation 34/);
    expect(await rows(page).count()).toBe(30);
    await history(page).locator('.overflow-y-auto').hover();
    await page.mouse.wheel(0, 4_000);
    await expect.poll(() => rows(page).count()).toBe(34);
  });

  it('finds words in titles and messages and highlights them', async () => {
    const page = await enter(context, stack, { email: 'vic@cascade.test' });
    const place = await openPanel(page);
    await askIn(place, 'Count to 12');
    await sendIn(place).waitFor();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('12');
    await place.getByRole('button', { name: 'History' }).click();
    const search = history(page).getByRole('searchbox', { name: 'Search conversations' });
    await expect.poll(() => search.evaluate((element) => element.matches(':focus'))).toBe(true);
    // Search finds a message only after the server has stored it in the background.
    await expect
      .poll(
        async () => {
          await search.fill('');
          await search.fill('7, 8, 9');
          await history(page)
            .getByText(/No conversations match|7, 8, 9/)
            .first()
            .waitFor();
          return history(page).locator('mark').allTextContents();
        },
        { interval: 500 },
      )
      .toContain('7, 8, 9');
    await search.fill('count');
    await expect.poll(() => history(page).locator('mark').first().textContent()).toBe('Count');
    await search.fill('nothing like it');
    await history(page).getByText('No conversations match “nothing like it”.').waitFor();
    await search.press('Escape');
    expect(await search.inputValue()).toBe('');
    expect(await history(page).isVisible()).toBe(true);
  });

  it('renames inline and pins', async () => {
    await titledSessions('nora@northlight.test', ['First', 'Second']);
    const page = await openHistory('nora@northlight.test');
    await history(page).getByRole('button', { name: 'Actions for First' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const field = history(page).getByRole('textbox', { name: 'Conversation title' });
    await field.fill('Renamed');
    await field.press('Enter');
    await rows(page).filter({ hasText: 'Renamed' }).waitFor();
    await history(page).getByRole('button', { name: 'Actions for Renamed' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Pin' }).click();
    await history(page).getByRole('region', { name: 'Pinned' }).getByText('Renamed').waitFor();
    await page.reload();
    await panel(page).getByRole('button', { name: 'History' }).click();
    await history(page).getByRole('region', { name: 'Pinned' }).getByText('Renamed').waitFor();
  });

  it('offers to undo a delete for ten seconds, and pauses the countdown on hover (U36)', async () => {
    await titledSessions('max@northlight.test', ['To stay', 'To go']);
    const page = await openHistory('max@northlight.test');
    await page.clock.install();
    const remove = async (title: string) => {
      await history(page)
        .getByRole('button', { name: `Actions for ${title}` })
        .press('Enter');
      await page.getByRole('menuitem', { name: 'Delete' }).press('Enter');
      await page.getByText(`Deleted “${title}”`).waitFor();
    };
    await remove('To stay');
    expect(await rows(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).hover();
    await page.clock.runFor(30_000);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.mouse.move(10, 400);
    await remove('To go');
    const removed = page.waitForRequest((request) => request.method() === 'DELETE');
    await page.clock.runFor(10_500);
    await removed;
    await page.getByText('Deleted “To go”').waitFor({ state: 'detached' });
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringMatching(/^To stay/)]);
  });

  it('switching is instant: a hovered conversation is loaded once, before it is opened', async () => {
    const page = await enter(context, stack, { email: 'finn@freefold.test' });
    const place = await openPanel(page);
    await place.getByRole('button', { name: 'History' }).click();
    await titledSessions('finn@freefold.test', ['Here already']);
    await page.reload();
    await place.getByRole('button', { name: 'History' }).click();
    const reads: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('/ai/chat?')) reads.push(request.url());
    });
    const row = rows(page).filter({ hasText: 'Here already' });
    await row.hover();
    await expect.poll(() => reads.length).toBe(1);
    await row.click();
    await place.getByRole('heading', { level: 2, name: 'Here already' }).waitFor();
    await composerIn(place).waitFor();
    expect(await history(page).count()).toBe(0);
    expect(reads).toHaveLength(1);
  });
});

describe('⌘↑ in an empty composer', () => {
  it('opens Quick Ask and doesn’t edit the last question', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    const main = page.locator('main');
    await askIn(main, 'hello');
    await sendIn(main).waitFor();
    for (const key of ['Meta+ArrowUp', 'Control+ArrowUp']) {
      await composerIn(main).press(key);
      await composerIn(quickAsk(page)).waitFor();
      expect(await page.getByRole('textbox', { name: 'Edit your question' }).count()).toBe(0);
      await composerIn(quickAsk(page)).press(key);
      await page.keyboard.press('Escape');
      await quickAsk(page).waitFor({ state: 'hidden' });
    }
    await composerIn(main).press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit your question' }).waitFor();
  });
});

describe('keys of an input method', () => {
  it('send nothing, stop nothing and close nothing, until the composition ends (U7)', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    const main = page.locator('main');
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(main, 'Count to 60');
    await hold?.reached;
    await composerIn(main).focus();
    const { confirm } = await compose(page, 'にほん');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await confirm();
    expect(await composerIn(main).inputValue()).toContain('にほん');
    hold?.release();
    // The answer reaches its end, so nothing stopped it.
    await expect.poll(() => answersIn(main).last().textContent()).toContain('60');
    await sendIn(main).waitFor();
    expect(await main.getByText('Stopped', { exact: true }).count()).toBe(0);
    expect(await main.getByRole('article', { name: 'You' }).count()).toBe(1);
    await composerIn(main).press('Enter');
    await main.getByRole('article', { name: 'You' }).nth(1).getByText('にほん').waitFor();
  });

  it('close neither Quick Ask nor the panel, and keep the words in a search field (U7)', async () => {
    const page = await enter(context, stack);
    const place = await openQuickAsk(page);
    const words = await compose(page, 'にほん');
    await page.keyboard.press('Escape');
    await words.confirm();
    expect(await quickAsk(page).isVisible()).toBe(true);
    await composerIn(place).press('Escape');
    await place.waitFor({ state: 'hidden' });

    await openPanel(page);
    await panel(page).getByRole('button', { name: 'History' }).click();
    const search = panel(page).getByRole('searchbox', { name: 'Search conversations' });
    await expect.poll(() => search.evaluate((element) => element.matches(':focus'))).toBe(true);
    await search.fill('count');
    const more = await compose(page, 'にほん');
    await page.keyboard.press('Escape');
    await more.confirm();
    expect(await search.inputValue()).toContain('count');
    await panel(page).waitFor();
  });
});
