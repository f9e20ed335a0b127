// Quick Ask, the shortcuts, and the history, as the documents describe them.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stack, startStack } from '../stack.ts';
import {
  answersIn,
  askIn,
  boxOf,
  composerIn,
  enter,
  isFocusIn,
  openPanel,
  panel,
  quickAsk,
  sendIn,
  stopIn,
  watchAnswer,
  watchKeys,
} from './assistant-page.ts';
import { signIn } from './visitor.ts';

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

async function openQuickAsk(page: Page) {
  await page.keyboard.press('Control+ArrowUp');
  await composerIn(quickAsk(page)).waitFor();
  return quickAsk(page);
}

describe('Quick Ask', () => {
  it('⌘↑ and Ctrl+↑ open it ready to type, at 18 % of the height, 640 wide and 768 once text comes', async () => {
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

  it('Esc closes it, and the answer goes on to its end', async () => {
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

  it('keeps what was typed over closing and a reload (U8)', async () => {
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

  it('U34: Open in sidebar takes the answer along in the middle, without a new request and without a gap', async () => {
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

  it('on the chat page the answer goes on there', async () => {
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

  it('when the panel is open the shortcut goes to it instead', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    await page.locator('main').getByRole('link', { name: 'KESTREL', exact: true }).focus();
    await page.keyboard.press('Control+ArrowUp');
    await expect.poll(() => panel(page).locator('textarea:focus').count()).toBe(1);
    expect(await quickAsk(page).isVisible()).toBe(false);
  });
});

describe('shortcuts', () => {
  const dialog = (page: Page) => page.getByRole('dialog', { name: 'Shortcuts' });

  it('? lists them, but never in a text field, and a key is taken only where it does something', async () => {
    const page = await enter(context, stack);
    await openPanel(page);
    await composerIn(panel(page)).press('?');
    expect(await composerIn(panel(page)).inputValue()).toBe('?');
    const taken = await watchKeys(page);
    // The panel's composer has the focus already, so ⌘↑ is the caret's.
    await composerIn(panel(page)).press('Control+ArrowUp');
    expect(await taken()).toEqual([false]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await dialog(page).getByText('Quick Ask', { exact: true }).waitFor();
    expect((await taken()).at(-1)).toBe(true);
  });

  it('can be bound to other keys and switched off, on this device; buttons name the keys that hold', async () => {
    const page = await enter(context, stack);
    const button = page.getByRole('button', { name: 'Quick Ask' });
    expect(await button.getAttribute('aria-keyshortcuts')).toBe('Meta+ArrowUp Control+ArrowUp');
    await page.keyboard.press('?');
    await dialog(page).getByRole('button', { name: 'Change the keys of Quick Ask' }).click();
    const field = dialog(page).getByRole('textbox', { name: 'New keys' });
    await field.press('Control+l');
    await dialog(page).getByRole('alert').getByText('Open or close the assistant').waitFor();
    await field.press('Control+k');
    await dialog(page).getByRole('button', { name: 'Change the keys of List shortcuts' }).click();
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

  it('lists all, newest first, with title and date, and goes on loading as one scrolls', async () => {
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

  it('finds words in titles and texts and marks them', async () => {
    const page = await enter(context, stack, { email: 'vic@cascade.test' });
    const place = await openPanel(page);
    await askIn(place, 'Count to 12');
    await sendIn(place).waitFor();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('12');
    await place.getByRole('button', { name: 'History' }).click();
    const search = history(page).getByRole('searchbox', { name: 'Search conversations' });
    await expect.poll(() => search.evaluate((element) => element.matches(':focus'))).toBe(true);
    // Texts are found once the answer has been stored behind the page's back.
    await expect
      .poll(
        async () => {
          await search.fill('');
          await search.fill('7, 8, 9');
          await history(page)
            .getByText(/No conversation has|7, 8, 9/)
            .first()
            .waitFor();
          return history(page).locator('mark').allTextContents();
        },
        { timeout: 15_000, interval: 500 },
      )
      .toContain('7, 8, 9');
    await search.fill('count');
    await expect.poll(() => history(page).locator('mark').first().textContent()).toBe('Count');
    await search.fill('nothing like it');
    await history(page).getByText('No conversation has “nothing like it” in it.').waitFor();
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

  it('U36: a delete can be undone for ten seconds, which stand still while one considers it', async () => {
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

  it('switching is instant: what one points at is read before it is opened, once', async () => {
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
