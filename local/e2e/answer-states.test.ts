// How an answer stands, in a real browser: each state told apart without colour, a caret only where words can come, and
// long answers and long conversations that cost no more than what changes in them.
import type { Browser, CDPSession, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { type Stories, startStories } from '../stories.ts';
import { movingParts } from './faults-of.ts';

let stories: Stories;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stories, browser] = await Promise.all([startStories({ isReadable: true }), launchBrowser()]);
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(15_000);
  return () => page.close();
});

afterAll(async () => {
  await browser?.close();
  await stories?.close();
});

async function open(story: string): Promise<void> {
  await page.goto(`${stories.url}/#${story}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const state = (title: string): Locator => page.locator(`[data-state="${title}"]`);
/** What an icon looks like, whatever its colour. */
const shapeOf = (place: Locator): Promise<string> => place.locator('svg').first().innerHTML();
/** A badge, or whatever else says these words beside an icon. */
const sign = (place: Locator, words: string): Locator =>
  place
    .locator('span, div')
    .filter({ has: page.locator('svg'), hasText: new RegExp(`^${words}$`) })
    .last();

/** The places of a page in which a caret stands, drawn or as an element. */
const carets = (): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('[data-state]')].flatMap((place) => {
    const drawn = [...place.querySelectorAll('.caret-tail *')].filter((element) => {
      const after = getComputedStyle(element, '::after');
      return after.content !== 'none' && after.width === '8px';
    });
    return [...place.querySelectorAll('.caret'), ...drawn].map(() => place.dataset.state);
  })`);

describe('states of an answer', () => {
  it('U3: a caret stands only where new words can come, and only one', async () => {
    await open('states');
    expect(await carets()).toEqual(['Waiting', 'Thinking', 'Waiting long', 'No new text', 'Streaming']);
  });

  it('U21: interrupted, stopped, failed and limited differ in icon and in words, and each says what to do next', async () => {
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
      { title: 'Failed', place: alertIn('Failed'), next: ['Retry'] },
      { title: 'Rate-limited', place: alertIn('Rate-limited'), next: [] },
      { title: 'Quota', place: alertIn('Quota'), next: ['Send again'] },
      { title: 'Disabled', place: alertIn('Disabled'), next: [] },
    ];
    const shapes = await Promise.all(shown.map(({ place }) => shapeOf(place)));
    const words = await Promise.all(shown.map(({ place }) => place.textContent()));
    expect(new Set(shapes).size).toBe(shown.length);
    expect(new Set(words).size).toBe(shown.length);
    expect(words[4]).toMatch(/You can send again in \d+ s/);
    expect(words[5]).toMatch(/It renews on 1 December; an admin can have it raised before/);
    expect(words[6]).toMatch(/^An admin turned the assistant off/);
    for (const { title, next } of shown) {
      for (const name of next) await state(title).getByRole('button', { name, exact: true }).waitFor();
    }
    // Interrupted is interrupted, whoever noticed it.
    expect(await shapeOf(sign(state('Connection lost'), 'Interrupted'))).toBe(shapes[1]);
    await state('Connection lost').getByRole('button', { name: 'Reconnect' }).waitFor();
  });

  it('U30: a badge says in words what its colour says, and two endings of a decision share neither word nor icon', async () => {
    await open('cards');
    const endings = new Map<string, string>();
    for (const place of await page.locator('[data-confirmation]:not([data-confirmation=pending])').all()) {
      const badge = place.locator('[data-badge]');
      endings.set((await badge.textContent()) ?? '', await shapeOf(badge));
    }
    expect([...endings.keys()].sort()).toEqual(['Cancelled', 'Confirmed', 'Expired', 'Failed', 'Outcome unknown']);
    expect(new Set(endings.values()).size).toBe(endings.size);
    const kinds = page.locator('[data-confirmation=pending]').getByRole('img');
    const labels = await kinds.evaluateAll((icons) => icons.map((icon) => icon.getAttribute('aria-label')));
    expect(new Set(labels)).toEqual(new Set(['Creates', 'Changes the state', 'Deletes']));
    for (const story of ['cards', 'states', 'design']) {
      await page.goto('about:blank');
      await open(story);
      const badges = await page.locator('[data-badge]').allTextContents();
      expect([story, badges.length > 0, badges.filter((words) => words.trim() === '')]).toEqual([story, true, []]);
    }
  });

  it('U44: nothing moves for whoever wants less motion, though much would', async () => {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('states');
    expect((await movingParts(page)).length).toBeGreaterThan(5);
    for (const story of ['states', 'cards', 'design']) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto('about:blank');
      await open(story);
      expect([story, await movingParts(page)]).toEqual([story, []]);
    }
  });
});

describe('five thousand messages', () => {
  it('U13: only those near the view are in the page, wherever one is', async () => {
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
      // In the middle heights are guessed: any message thereabouts will do.
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
  it('U14, U16, U19: parses only its tail, keeps what is settled, and is announced at most three times', async () => {
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
    const calls = await countCalls(page);
    await page.getByRole('textbox', { name: 'Ask the assistant' }).fill('Go');
    await page.keyboard.press('Enter');
    const words = page.locator('[data-words]');
    await words.locator('figure').nth(1).waitFor();
    // What stands above the tail by now is settled; it carries a mark that a node drawn anew would not have.
    await words.evaluate((element) => {
      for (const block of [...(element.firstElementChild?.children ?? [])].slice(0, 6))
        Object.assign(block, { isKnown: true });
    });
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor({ timeout: 60_000 });

    const blocks = await words.evaluate((element) => element.firstElementChild?.children.length ?? 0);
    expect((await words.textContent())?.length).toBeGreaterThan(60_000);
    const { frames, known, said } = await page.evaluate<{ frames: number; known: number; said: string[] }>(
      "({ frames: window.frames, said: window.said, known: [...document.querySelector('[data-words]').firstElementChild.children].filter((block) => block.isKnown).length })",
    );
    expect(known).toBe(6);
    expect(said).toEqual(['Generating', 'Response complete']);
    // Once a frame for the tail, and for each block as it settles: never for all that came before.
    const made = await calls();
    expect(made('parseMarkdown')).toBeGreaterThan(blocks);
    expect(made('parseMarkdown')).toBeLessThan(frames + 2 * blocks);
    expect(made('MarkdownBlock')).toBeLessThan(frames + 2 * blocks);
  });
});

/** Counts, from now on, how often the page calls each of its functions. */
async function countCalls(counted: Page): Promise<() => Promise<(name: string) => number>> {
  const session: CDPSession = await counted.context().newCDPSession(counted);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return async () => {
    const { result } = await session.send('Profiler.takePreciseCoverage');
    const functions = result.flatMap((script) => script.functions);
    return (name) =>
      functions
        .filter(({ functionName }) => functionName === name)
        .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
  };
}
