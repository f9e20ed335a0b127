// The states of an answer in a real browser: each is recognizable without color, and a caret shows only where text can
// still arrive. Long answers and conversations render only the parts that change.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Stories, startStories } from '../testing/stories.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { movingParts } from './faults-of.ts';

let stories: Stories;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stories, browser] = await Promise.all([startStories({ isReadable: true }), openTestBrowser()]);
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  return () => page.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stories?.close();
});

async function open(story: string): Promise<void> {
  await page.goto(`${stories.url}/#${story}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const state = (title: string): Locator => page.locator(`[data-state="${title}"]`);
/** The shape of an icon, without its color. */
const shapeOf = (place: Locator): Promise<string> => place.locator('svg').first().innerHTML();
/** A badge, or another element that shows these words beside an icon. */
const sign = (place: Locator, words: string): Locator =>
  place
    .locator('span, div')
    .filter({ has: page.locator('svg'), hasText: new RegExp(`^${words}$`) })
    .last();

/** The states on the page that show a caret, as generated content or as an element. */
const carets = (): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('[data-state]')].flatMap((place) => {
    const drawn = [...place.querySelectorAll('.caret-tail *')].filter((element) => {
      const after = getComputedStyle(element, '::after');
      return after.content !== 'none' && after.width === '8px';
    });
    return [...place.querySelectorAll('.caret'), ...drawn].map(() => place.dataset.state);
  })`);

describe('states of an answer', () => {
  it('shows one caret, only where new text can arrive (U3)', async () => {
    await open('states');
    expect(await carets()).toEqual(['Waiting', 'Thinking', 'Summarizing', 'Waiting long', 'No new text', 'Streaming']);
  });

  it('interrupted, stopped, cut, declined, failed and limited answers have different icons and texts, and each says what to do next (U21)', async () => {
    await open('states');
    const alertIn = (title: string) => state(title).getByRole('alert');
    const shown: readonly { title: string; place: Locator; next: readonly string[] }[] = [
      {
        title: 'Reconnecting',
        place: sign(state('Reconnecting'), 'Connection lost. Reconnecting…'),
        next: [],
      },
      { title: 'Interrupted', place: sign(state('Interrupted'), 'Interrupted'), next: ['Retry'] },
      { title: 'Stopped', place: sign(state('Stopped'), 'Stopped'), next: ['Continue', 'Retry'] },
      { title: 'Cut off', place: sign(state('Cut off'), 'Cut off'), next: ['Continue', 'Retry'] },
      { title: 'Declined', place: sign(state('Declined'), 'Declined'), next: ['Retry'] },
      { title: 'Limit reached', place: sign(state('Limit reached'), 'Limit reached'), next: ['Continue'] },
      { title: 'Failed', place: alertIn('Failed'), next: ['Retry'] },
      { title: 'Rate-limited', place: alertIn('Rate-limited'), next: [] },
      { title: 'Quota', place: alertIn('Quota'), next: ['Send again'] },
      { title: 'Disabled', place: alertIn('Disabled'), next: [] },
    ];
    const shapes = await Promise.all(shown.map(({ place }) => shapeOf(place)));
    const words = await Promise.all(shown.map(({ place }) => place.textContent()));
    expect(new Set(shapes).size).toBe(shown.length);
    expect(new Set(words).size).toBe(shown.length);
    expect(words[7]).toMatch(/You can try again in \d+ s/);
    expect(words[8]).toMatch(
      /The allowance renews on December 1, 2026 \(UTC\)\. An admin of Cascade Robotics can raise it sooner/,
    );
    expect(words[9]).toMatch(/^An admin turned the assistant off/);
    for (const { title, next } of shown) {
      for (const name of next) await state(title).getByRole('button', { name, exact: true }).waitFor();
    }
    // The icon is the same whether the server or the page noticed the interruption.
    expect(await shapeOf(sign(state('Connection lost'), 'Interrupted'))).toBe(shapes[1]);
    await state('Connection lost').getByRole('button', { name: 'Reconnect' }).waitFor();
  });

  it('a badge says in words what its color says, and each outcome of an approval has its own word and icon (U30)', async () => {
    await open('approvals');
    const endings = new Map<string, string>();
    for (const place of await page.locator('[data-approval]:not([data-approval=pending])').all()) {
      const badge = place.locator('[data-badge]');
      endings.set((await badge.textContent()) ?? '', await shapeOf(badge));
    }
    expect([...endings.keys()].sort()).toEqual(['Canceled', 'Confirmed', 'Expired', 'Failed', 'Outcome unknown']);
    expect(new Set(endings.values()).size).toBe(endings.size);
    const kinds = page.locator('[data-approval=pending]').getByRole('img');
    const labels = await kinds.evaluateAll((icons) => icons.map((icon) => icon.getAttribute('aria-label')));
    expect(new Set(labels)).toEqual(new Set(['Create', 'Update', 'Change state', 'Delete']));
    for (const story of ['approvals', 'states', 'design']) {
      await page.goto('about:blank');
      await open(story);
      const badges = await page.locator('[data-badge]').allTextContents();
      expect([story, badges.length > 0, badges.filter((words) => words.trim() === '')]).toEqual([story, true, []]);
    }
  });

  it('turns off all animations when the user prefers reduced motion (U44)', async () => {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('states');
    expect((await movingParts(page)).length).toBeGreaterThan(5);
    for (const story of ['states', 'approvals', 'design']) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto('about:blank');
      await open(story);
      expect([story, await movingParts(page)]).toEqual([story, []]);
    }
  });
});

describe('a fold at the end of a conversation', () => {
  it.each(['a click', 'the keyboard'])('stays where it is when %s opens and closes it', async (way) => {
    await open('states');
    const place = state('Long tool result');
    const summary = place.locator('summary').last();
    const top = async () => Math.round((await summary.boundingBox())?.y ?? Number.NaN);
    const isOpen = () =>
      place
        .locator('details')
        .last()
        .evaluate((details) => details.hasAttribute('open'));
    await summary.scrollIntoViewIfNeeded();
    const before = await top();
    const toggle = () => (way === 'a click' ? summary.click() : summary.press('Enter'));
    await toggle();
    await place.getByText('"PN-59"').waitFor();
    // Two frames: the page scrolls in the first, after it has measured the new size.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    expect([await isOpen(), await top()]).toEqual([true, before]);
    await toggle();
    await place.getByText('"PN-59"').waitFor({ state: 'detached' });
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    expect([await isOpen(), await top()]).toEqual([false, before]);
  });
});

describe('five thousand messages', () => {
  it('renders only the messages near the viewport at any scroll position (U13)', async () => {
    await open('long');
    const feed = page.getByRole('feed');
    const scroller = page.locator('.overscroll-contain');
    for (const [position, place] of [
      [5_000, 1],
      [1, 0],
      [2_500, 0.5],
    ] as const) {
      await scroller.evaluate((element, part) => {
        element.scrollTop = part * element.scrollHeight;
      }, place);
      // Heights in the middle are estimated, so any message near there will do.
      const near = position === 2_500 ? /^2[3-7]\d\d$/ : new RegExp(`^${position}$`);
      const positions = () =>
        feed.getByRole('article').evaluateAll((articles) => articles.map((one) => one.getAttribute('aria-posinset')));
      await expect.poll(async () => (await positions()).some((at) => near.test(at ?? ''))).toBe(true);
      expect((await positions()).length).toBeLessThan(60);
      expect(await feed.evaluate((element) => element.querySelectorAll('*').length)).toBeLessThan(3_000);
      expect(await feed.getByRole('article').first().getAttribute('aria-setsize')).toBe('5000');
    }
  });
});

describe('an answer of 80 kB', () => {
  it('parses only its tail, keeps the settled blocks, and is announced at most three times (U14, U16, U19)', async () => {
    const calls = await countCalls(page, ['parseGroup', 'MarkdownBlock']);
    await open('stream');
    await page.evaluate(`
      window.frames = 0;
      const count = () => { window.frames++; requestAnimationFrame(count); };
      count();
      window.said = [];
      new MutationObserver(() => {
        for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
          const words = region.textContent.trim();
          if (words !== '' && words !== window.said.at(-1)) window.said.push(words);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    `);
    await page.getByRole('textbox', { name: 'Ask the assistant' }).fill('Go');
    await page.keyboard.press('Enter');
    const words = page.locator('[data-words]');
    await words.locator('figure').nth(1).waitFor();
    // Blocks above the tail are settled. Each gets a mark that a re-rendered node would not have.
    await words.evaluate((element) => {
      for (const block of [...(element.firstElementChild?.children ?? [])].slice(0, 6))
        Object.assign(block, { isKnown: true });
    });
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor({ timeout: 0 });

    const blocks = await words.evaluate((element) => element.firstElementChild?.children.length ?? 0);
    expect((await words.textContent())?.length).toBeGreaterThan(60_000);
    const { frames, known, said } = await page.evaluate<{ frames: number; known: number; said: string[] }>(
      "({ frames: window.frames, said: window.said, known: [...document.querySelector('[data-words]').firstElementChild.children].filter((block) => block.isKnown).length })",
    );
    expect(known).toBe(6);
    expect(said).toEqual(['Generating', 'Response complete']);
    // Parses about once per frame for the tail and once for each block as it settles, never the whole answer: that would
    // be every block in every frame. A busy page misses frames, and what waits is then shown by a timer as well.
    const made = await calls();
    for (const name of ['parseGroup', 'MarkdownBlock']) {
      expect(made[name], name).toBeGreaterThan(blocks);
      expect(made[name], name).toBeLessThan(2 * frames + 2 * blocks);
    }
  });
});

/**
 * Counts how often the page calls these functions, of scripts that it loads from now on. It changes the scripts, because the
 * profiler's counts would make the page several times slower.
 */
async function countCalls(counted: Page, names: readonly string[]): Promise<() => Promise<Record<string, number>>> {
  const head = new RegExp(`function (${names.join('|')})\\([^)]*\\) \\{`, 'g');
  await counted.addInitScript('window.calls = {}');
  await counted.route('**/*.js', async (route) => {
    const reply = await route.fetch();
    const script = (await reply.text()).replace(head, '$& calls.$1 = (calls.$1 ?? 0) + 1;');
    await route.fulfill({ response: reply, body: script });
  });
  return () => counted.evaluate('window.calls');
}
