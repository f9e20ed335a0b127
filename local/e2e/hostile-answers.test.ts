// Answers written to harm the reader: the page sends nothing to other hosts and runs no script. Also: loading earlier
// messages keeps the scroll position. The tests script what the model says.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { type MockProvider, startMockProvider } from '../testing/providers/mock-provider.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { answersIn, askIn, enter, sendIn } from './assistant-page.ts';
import { askBody, signIn } from './visitor.ts';

const ELSEWHERE = 'pictures.example';

let provider: MockProvider;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  provider = await startMockProvider();
  [stack, browser] = await Promise.all([startTestStack({ settings: provider.settings }), openTestBrowser()]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
  await provider?.stop();
});

const scroller = (page: Page) => page.locator('main .overscroll-contain');

async function answerOf(page: Page, words: string, answer: string) {
  provider.script(words, [answer]);
  const main = page.locator('main');
  await askIn(main, words);
  await main.getByText('The end.').waitFor();
  await sendIn(main).waitFor();
  return answersIn(main).last();
}

describe('a hostile answer', () => {
  it('sends no request to another host for any image, and the page’s policy would block one too (U17)', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    const asked: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).host.endsWith(ELSEWHERE)) asked.push(request.url());
    });
    const answer = await answerOf(
      page,
      'Show the picture',
      [
        `![secret](https://${ELSEWHERE}/collect?of=1)`,
        `<img src="https://${ELSEWHERE}/2.png"> ![by reference][one]`,
        `| a |\n| --- |\n| ![in a table](//${ELSEWHERE}/3.png) |`,
        `[one]: https://${ELSEWHERE}/4.png`,
        'The end.',
      ].join('\n\n'),
    );
    expect(await answer.locator('img, picture, video, iframe, object, link, [style*=url]').count()).toBe(0);
    expect(await answer.getByRole('link', { name: 'secret' }).getAttribute('href')).toBe(
      `https://${ELSEWHERE}/collect?of=1`,
    );
    expect(asked).toEqual([]);
    const refused = await page.evaluate<string>(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective + ' ' + event.blockedURI));
      document.body.append(Object.assign(new Image(), { src: 'https://${ELSEWHERE}/5.png' }));
    })`);
    expect(refused).toBe(`img-src https://${ELSEWHERE}/5.png`);
  });

  it('does nothing with a javascript: link in any spelling (U18)', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    await page.evaluate('window.hits = 0');
    const answer = await answerOf(
      page,
      'Show the links',
      [
        '- [plain](javascript:window.hits++)\n- [cased](JaVaScRiPt:window.hits++)\n- [entity](&#106;avascript:window.hits++)',
        '- [by reference][one]\n- [data](data:text/html,<script>opener.hits++</script>)\n- <javascript:window.hits++>',
        '<a href="javascript:window.hits++" onclick="window.hits++">raw</a>',
        '[one]: javascript:window.hits++',
        'The end.',
      ].join('\n\n'),
    );
    const before = page.url();
    const words = answer.locator('[data-words] p');
    expect(await words.allTextContents()).toEqual(
      expect.arrayContaining([
        '[plain](javascript:window.hits++)',
        '[cased](JaVaScRiPt:window.hits++)',
        '[entity](&#106;avascript:window.hits++)',
        '[by reference][one]',
        expect.stringContaining('[data](data:text/html'),
        expect.stringContaining('raw'),
        '[one]: javascript:window.hits++',
      ]),
    );
    for (const place of await words.all()) await place.click({ position: { x: 8, y: 10 } });
    expect(await answer.locator('a').count()).toBe(0);
    expect(await page.evaluate('window.hits')).toBe(0);
    expect(page.url()).toBe(before);
    expect(context.pages()).toHaveLength(1);
    const refused = await page.evaluate<string>(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      const link = Object.assign(document.createElement('a'), { href: 'javascript:window.hits++' });
      document.body.append(link);
      link.click();
    })`);
    expect([refused, await page.evaluate('window.hits')]).toEqual(['script-src-elem', 0]);
  });
});

describe('an answer with formulas', () => {
  it('typesets them under the page’s policy (U49)', async () => {
    const page = await enter(context, stack, { path: '/chat' });
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text());
    });
    const answer = await answerOf(
      page,
      'Show the area',
      [
        'The area is \\(A = \\pi r^2\\).',
        '$$\n\\frac{a}{\\color{red}{b}}\n$$',
        'It costs $5 and $10.',
        'The end.',
      ].join('\n\n'),
    );
    await answer.locator('math[display=block] mfrac').waitFor();
    expect(await answer.locator('math').count()).toBe(2);
    expect(await answer.getByText('It costs $5 and $10.').count()).toBe(1);
    expect(refused).toEqual([]);
  });
});

describe('earlier messages', () => {
  const TURNS = 40;

  async function longConversation(): Promise<string> {
    const ada = await signIn(stack, 'ada@cascade.test');
    const id = crypto.randomUUID();
    for (let turn = 1; turn <= TURNS; turn++) {
      provider.script(`Question ${turn}.`, [`Answer ${turn}. ${'Words that fill a line or two. '.repeat(turn % 9)}`]);
      const body = askBody(id, crypto.randomUUID(), `Question ${turn}.`);
      expect(await (await ada.send('POST', '/api/v1/ai/chat', body)).text()).toContain('RUN_FINISHED');
    }
    return id;
  }

  it('load above without moving the visible text in any frame (U12)', async () => {
    const id = await longConversation();
    const page = await enter(context, stack, { path: `/chat/${id}` });
    const isOlder = (url: URL): boolean => url.pathname.endsWith('/ai/chat') && url.searchParams.has('before');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(isOlder, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByText(`Question ${TURNS}.`).waitFor();
    await scroller(page).hover();
    const asked = page.waitForRequest((request) => isOlder(new URL(request.url())));
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -600);
        return scroller(page).evaluate((element) => element.scrollTop);
      })
      .toBeLessThan(400);
    await asked;
    // First waits until the wheel's last movement and the heights of new messages have settled; then checks every frame.
    let before = -1;
    await expect
      .poll(async () => {
        const now = await scroller(page).evaluate((element) => element.scrollTop);
        const rests = now === before;
        before = now;
        return rests;
      })
      .toBe(true);
    await page.evaluate(`
      window.frames = [];
      const place = document.querySelector('main .overscroll-contain');
      const middle = place.getBoundingClientRect().top + 200;
      const read = [...document.querySelectorAll('article')].find((one) => one.getBoundingClientRect().bottom > middle);
      const words = read.textContent;
      const look = () => {
        const now = [...document.querySelectorAll('article')].find((one) => one.textContent === words);
        window.frames.push(now ? Math.round(now.getBoundingClientRect().top) : null);
        requestAnimationFrame(look);
      };
      look();
    `);
    const frames = () => page.evaluate<(number | null)[]>('window.frames');
    await expect.poll(async () => (await frames()).length).toBeGreaterThan(5);
    release();
    await page.getByRole('button', { name: 'Show earlier messages' }).waitFor({ state: 'detached' });
    const { length } = await frames();
    await expect.poll(async () => (await frames()).length).toBeGreaterThan(length + 5);
    expect(await page.getByRole('article').first().getAttribute('aria-setsize')).toBe(String(2 * TURNS));
    expect((await frames()).filter((top, at, all) => top !== all[at - 1])).toHaveLength(1);
  });
});
