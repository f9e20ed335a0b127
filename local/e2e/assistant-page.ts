// The assistant's pages as tests touch them: who is in, what is on the page, what it says.
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Stack } from '../stack.ts';

/** Signs in and opens a page; the chat, where none is named. */
export async function enter(
  context: BrowserContext,
  { url }: Pick<Stack, 'url'>,
  { email = 'ada@cascade.test', path = '/workspace' }: { email?: string; path?: string } = {},
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(/\/chat/);
  if (path !== '/chat') await page.goto(url + path);
  await page.getByRole('navigation', { name: 'Product' }).waitFor();
  return page;
}

export const edgeTab = (page: Page): Locator => page.getByRole('button', { name: /^Open the assistant/ });
export const panel = (page: Page): Locator => page.locator('aside.panel');
export const quickAsk = (page: Page): Locator => page.getByRole('dialog', { name: 'Quick Ask' });
export const composerIn = (place: Locator): Locator => place.getByRole('textbox', { name: 'Ask the assistant' });
export const answersIn = (place: Locator): Locator => place.getByRole('article', { name: 'Assistant' });
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

/** The distinct texts that the last answer had until it held `end`. */
export async function watchAnswer(place: Locator, end: string): Promise<string[]> {
  const seen: string[] = [];
  while (!seen.at(-1)?.includes(end)) {
    const text = (await answersIn(place).last().textContent()) ?? '';
    if (text !== seen.at(-1)) seen.push(text);
  }
  return seen;
}

/** Where an element stands, in whole pixels. */
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

/** Keeps, from now on, whether the page took each key press from the browser. */
export async function watchKeys(page: Page): Promise<() => Promise<boolean[]>> {
  await page.evaluate(
    "window.taken = []; addEventListener('keydown', (event) => { if (event.key !== 'Control') window.taken.push(event.defaultPrevented); })",
  );
  return () => page.evaluate('window.taken');
}

export const isFocusIn = async (place: Locator): Promise<boolean> => (await place.locator(':focus').count()) === 1;
