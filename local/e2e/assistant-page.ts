// Test helpers for the assistant's pages: sign in, open a page, and read what it shows.
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../demo-data/demo-people.ts';
import { requireDemoDesignId, requireDemoProgramId } from '../demo-data/plm/demo-plm.ts';
import type { Stack } from '../stack/stack.ts';
import { query } from './settings-page.ts';

/**
 * Opens a page as a signed-in user; the workspace by default. It doesn't use the sign-in page, which loads the page three
 * times; identity.test.ts and browser.test.ts cover that page.
 */
export async function enter(
  context: BrowserContext,
  { url }: Pick<Stack, 'url'>,
  { email = 'ada@cascade.test', path = '/workspace' }: { email?: string; path?: string } = {},
): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, url, email);
  await page.goto(url + path);
  await page.getByRole('navigation', { name: 'Product' }).waitFor();
  await page.locator('[data-loading]').waitFor({ state: 'detached' });
  return page;
}

/** Gives the page's browser context the person's session cookie. */
export async function signInPage(page: Page, url: string, email: string): Promise<void> {
  const reply = await page.request.post(`${url}/auth/dev`, { data: { email }, headers: { Origin: url } });
  if (!reply.ok()) throw new Error(`sign-in as ${email} answered ${reply.status()}`);
}

export const edgeTab = (page: Page): Locator => page.getByRole('button', { name: /^Open the assistant/ });
export const panel = (page: Page): Locator => page.locator('aside.panel');
export const quickAsk = (page: Page): Locator => page.getByRole('dialog', { name: 'Quick Ask' });
export const composerIn = (place: Locator): Locator => place.getByRole('textbox', { name: 'Ask the assistant' });
export const answersIn = (place: Place): Locator => place.getByRole('article', { name: 'Assistant' });
export const stopIn = (place: Locator): Locator => place.getByRole('button', { name: 'Stop' });
export const sendIn = (place: Locator): Locator => place.getByRole('button', { name: 'Send', exact: true });

export async function openPanel(page: Page): Promise<Locator> {
  await edgeTab(page).click();
  await composerIn(panel(page)).waitFor();
  return panel(page);
}

export async function askIn(place: Locator, text: string): Promise<void> {
  await composerIn(place).fill(text);
  await composerIn(place).press('Enter');
}

type Place = Pick<Page, 'getByRole'>;

const STREAM_STEPS = 5;
const TOKENS_A_STEP = 6;

/**
 * Asks to count to `to`, and expects each place to show the answer as the model writes it. The model waits after each step
 * until all places show it, so that a slow page sees as many steps as a fast one.
 */
export async function expectStreaming(
  { demo }: Pick<Stack, 'demo'>,
  places: readonly Place[],
  { to, ask }: { readonly to: number; readonly ask: (text: string) => Promise<void> },
): Promise<void> {
  if (demo === null) throw new Error('The stack has no demo model.');
  const hold = demo.holdNext({ afterTokens: TOKENS_A_STEP, times: STREAM_STEPS });
  let shown = await Promise.all(places.map(lastWords));
  await ask(`Count to ${to}`);
  for (let step = 0; step < STREAM_STEPS; step += 1) {
    shown = await Promise.all(places.map((place, index) => wordsAfter(place, shown[index] ?? '')));
    for (const text of shown) expect(text).not.toContain(String(to));
    hold.release();
  }
  for (const place of places) await expect.poll(() => lastWords(place)).toContain(String(to));
}

/** The text of the last answer; empty if it has none. */
async function lastWords(place: Place): Promise<string> {
  return (await answersIn(place).last().locator('[data-words]').allTextContents()).join('');
}

/** The text of the last answer, once it is another one than before. */
async function wordsAfter(place: Place, before: string): Promise<string> {
  let text = before;
  const changed = async () => {
    text = await lastWords(place);
    return text !== '' && text !== before;
  };
  await expect.poll(changed).toBe(true);
  return text;
}

/** Position and size of an element, in whole pixels. */
export async function boxOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('not to be seen');
  return {
    x: Math.round(box.x),
    y: Math.round(box.y),
    width: Math.round(box.width),
    height: Math.round(box.height),
  };
}

/** Starts recording whether the page prevented the browser’s default for each key press. */
export async function watchKeys(page: Page): Promise<() => Promise<boolean[]>> {
  await page.evaluate(
    "window.taken = []; addEventListener('keydown', (event) => { if (event.key !== 'Control') window.taken.push(event.defaultPrevented); })",
  );
  return () => page.evaluate('window.taken');
}

/** Starts a composition in the focused field, as an input method does. */
export async function compose(page: Page, text: string): Promise<{ readonly confirm: () => Promise<unknown> }> {
  const client = await page.context().newCDPSession(page);
  await client.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  return { confirm: () => client.send('Input.insertText', { text }) };
}

/** Removes a build's file, as a deploy does. Returns how often the page asked for it. */
export async function removeFile(page: Page, name: RegExp, options: { times?: number } = {}): Promise<() => number> {
  let asked = 0;
  await page.route(
    name,
    async (route) => {
      asked += 1;
      await route.fulfill({ status: 404, body: '' });
    },
    options,
  );
  return () => asked;
}

/** Opens another tab and switches the organization there, by its menu. */
export async function switchOrg(context: BrowserContext, { url }: Pick<Stack, 'url'>, org: string): Promise<Page> {
  const other = await context.newPage();
  await other.goto(`${url}/workspace`);
  await other.getByRole('button', { name: /^Account menu/ }).click();
  await Promise.all([
    other.waitForURL(/\/chat/),
    other.getByRole('menuitemradio', { name: new RegExp(`^${org}`) }).click(),
  ]);
  await other.getByRole('button', { name: new RegExp(`^Account menu: .*${org}`) }).waitFor();
  return other;
}

/** As if another tab's announcement never arrived: only the server can notice. */
export const muteTabs = (page: Page) => page.addInitScript('delete globalThis.BroadcastChannel');

/** A design workspace without messages. Returns its id. */
export async function newWorkspace(
  stack: Stack,
  { program = 'KESTREL', design = 'KES-CTL', opener = 'eli@cascade.test' } = {},
): Promise<string> {
  const [row] = await query(
    stack,
    `insert into plm.design_sessions (org_id, program_id, design_id, description, created_by) values ($1, $2, $3, $4, $5) returning id`,
    [
      requireDemoOrg('cascade').id,
      requireDemoProgramId(program),
      requireDemoDesignId(design),
      'A quieter fan',
      requireDemoPerson(opener).id,
    ],
  );
  return String(row?.['id']);
}

export const isFocusIn = async (place: Locator): Promise<boolean> => (await place.locator(':focus').count()) === 1;
