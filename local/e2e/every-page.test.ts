// Walks through every page by touch, on narrow and very wide screens, from right to left, and with reduced motion, and
// lists everything that is wrong.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { askIn, composerIn, edgeTab, enter, openPanel, panel, quickAsk, sendIn } from './assistant-page.ts';
import { movingParts, overflowOf, smallTargetsIn, unwelcomeWords, zoomingFields } from './faults-of.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

type Look = (name: string) => Promise<void>;

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor();

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(stack.url + path);
  await heading(page);
  // Loading placeholders are gone.
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
}

/** An engineer: conversation, card, panel, history, Quick Ask, and the pages of parts. */
async function walkParts(page: Page, look: Look): Promise<void> {
  const main = page.locator('main');
  await look('empty chat');
  await askIn(main, 'Show the BOM of PN-000059');
  await main.getByRole('table').waitFor();
  await sendIn(main).waitFor();
  await look('answer');
  await askIn(main, 'Create a new part called Motor Assembly in PKH-MFG');
  await main.getByRole('button', { name: 'Confirm' }).waitFor();
  await sendIn(main).waitFor();
  await look('card');
  await visit(page, '/workspace');
  await look('programs');
  await openPanel(page);
  await panel(page).getByRole('article').first().waitFor();
  await look('panel');
  await panel(page).getByRole('button', { name: 'History' }).click();
  await panel(page).locator('[data-session]').first().waitFor();
  await look('history');
  await page.keyboard.press('Escape');
  await panel(page).getByRole('button', { name: 'Close the assistant' }).click();
  await page.getByRole('button', { name: /^Quick Ask/ }).click();
  await composerIn(quickAsk(page)).waitFor();
  await askIn(quickAsk(page), 'Which programs are there?');
  await quickAsk(page).getByRole('table').waitFor();
  await sendIn(quickAsk(page)).waitFor();
  await look('Quick Ask');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'KESTREL' }).click();
  await page.getByRole('link', { name: 'KES-ARM' }).first().click();
  await page.getByRole('searchbox').waitFor();
  await look('design');
  await page.getByRole('searchbox').fill('900 mm');
  await page
    .getByRole('row', { name: /^PN-.*900 mm/ })
    .getByRole('link')
    .click();
  await page.getByRole('tab', { name: /^BOM/ }).click();
  await page.getByRole('treegrid').waitFor();
  await look('bill of materials');
}

/** An admin of productions: schedule, drafts, settings. */
async function walkProductions(page: Page, look: Look): Promise<void> {
  await visit(page, '/workspace');
  await look('projects');
  await page.getByRole('link', { name: 'Harborlight Festival' }).click();
  await page.getByRole('tab', { name: /^Schedule/ }).click();
  await page.getByRole('region', { name: 'Schedule' }).waitFor();
  await look('schedule');
  await page.getByRole('button', { name: 'Table' }).click();
  await look('schedule as table');
  await visit(page, '/drafts');
  await look('drafts');
  await visit(page, '/drafts/advancing-email');
  await look('draft');
  for (const tab of ['', 'experimental-features', 'ai-providers', 'members', 'sessions', 'usage', 'audit']) {
    await visit(page, `/settings/${tab}`);
    await look(`settings ${tab}`);
  }
}

type Manner = BrowserContextOptions & { minPx: number; isRtl?: boolean; ways?: readonly (typeof walkParts)[] };

async function faultsOnTheWay(manner: Manner): Promise<string[]> {
  const { minPx, isRtl = false, ways = [walkParts, walkProductions], ...how } = manner;
  const faults: string[] = [];
  const walk = async (email: string, way: (page: Page, look: Look) => Promise<void>) => {
    const context = await browser.newContext({ ...how, reducedMotion: 'reduce', locale: 'en-US' });
    if (isRtl) {
      await context.addInitScript(
        "addEventListener('DOMContentLoaded', () => document.documentElement.setAttribute('dir', 'rtl'))",
      );
    }
    const page = await enter(context, stack, { email, path: '/chat' });
    await way(page, async (name) => {
      const found = [
        ...(await smallTargetsIn(page, { within: 'body', minPx })),
        ...(how.hasTouch === true ? await zoomingFields(page) : []),
        ...(await movingParts(page)),
        ...(await unwelcomeWords(page)),
        ...((await overflowOf(page)) > 0 ? ['wider than the page'] : []),
      ];
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    });
    await context.close();
  };
  for (const way of ways) await walk(way === walkParts ? 'ada@cascade.test' : 'nora@northlight.test', way);
  return faults;
}

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe('no page has small targets, moving parts, blaming words or overflow', () => {
  it('with a pointer (U23, U41, U43, U44)', async () => {
    expect(await faultsOnTheWay({ viewport: { width: 1440, height: 900 }, minPx: 24 })).toEqual([]);
  });

  it('by touch, on a phone (U23, U41, U43, U44)', async () => {
    expect(await faultsOnTheWay({ ...PHONE, minPx: 44 })).toEqual([]);
  });

  it('on a very wide screen, read from right to left (U43)', async () => {
    const viewport = { width: 2560, height: 1300 };
    expect(await faultsOnTheWay({ viewport, minPx: 24, isRtl: true, ways: [walkProductions] })).toEqual([]);
  });
});

describe('the tab of the assistant', () => {
  const overlapped = (page: Page): Promise<string[]> =>
    page.evaluate(`(() => {
      const main = document.querySelector('main');
      main.scrollTop = main.scrollHeight;
      const tab = document.getElementById('assistant-tab').getBoundingClientRect();
      return [...document.querySelectorAll('.shell-page :is(a, button, input, select, textarea, p, td, dd)')].flatMap((element) => {
        const box = element.getBoundingClientRect();
        const meets = box.left < tab.right && box.right > tab.left && box.top < tab.bottom && box.bottom > tab.top;
        return meets ? [element.tagName + ' ' + element.textContent] : [];
      });
    })()`);

  it('covers nothing at the end of a page, even on narrow screens', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await enter(context, stack, { email: 'nora@northlight.test', path: '/chat' });
    for (const path of ['/workspace', '/settings/members', '/drafts/advancing-email']) {
      await visit(page, path);
      await edgeTab(page).waitFor();
      for (const width of [390, 799, 800, 1_100]) {
        await page.setViewportSize({ width, height: 500 });
        expect([path, width, await overlapped(page)]).toEqual([path, width, []]);
      }
    }
    await context.close();
  });
});
