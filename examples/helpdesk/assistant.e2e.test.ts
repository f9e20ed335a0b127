// Harbor Desk and Groundwire on two origins, in a browser: everything that docs/adopt.md promises.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { answersIn, askIn, composerIn, sendIn, stopIn } from '../../local/e2e/assistant-page.ts';
import { type Line, openLine } from '../../local/e2e/line.ts';
import { PROJECT_ROOT } from '../../local/project-root.ts';
import { getFreePort } from '../../local/stack/ports.ts';
import type { Stack } from '../../local/stack/stack.ts';
import { closeContexts, openTestBrowser } from '../../local/testing/test-browser.ts';
import { startTestStack } from '../../local/testing/test-stack.ts';
import { connect } from './connect.ts';
import { listDemoPeople, type Person } from './people.ts';
import { type Helpdesk, runHelpdesk } from './run.ts';

/** Short, so that a token expires while an answer is held. */
const TOKEN_SECONDS = 12;
const DATABASE = `helpdesk_${randomUUID().replaceAll('-', '')}`;

let stack: Stack;
let line: Line;
let browser: Browser;
let context: BrowserContext;
let owner: pg.Client;
let desk: Helpdesk;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: inject('postgres').adminUrl });
  await owner.connect();
  await owner.query(`create database ${DATABASE}`);
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 6 } } }),
    openTestBrowser(),
  ]);
  line = await openLine(stack.url);
  desk = await startDesk();
  // Without tolerance, a token that has expired is refused at once.
  const admin = (words: readonly string[]) =>
    runAdmin(words[0] === 'add-issuer' ? [...words, '--tolerance', '0'] : words);
  await connect({ desk, assistant: line.url, admin });
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await desk?.stop();
  await line?.close();
  await stack?.stop();
  await owner?.query(`drop database if exists ${DATABASE} with (force)`);
  await owner?.end();
});

const startDesk = async (): Promise<Helpdesk> =>
  runHelpdesk({
    databaseUrl: inject('postgres').adminUrl.replace(/\/postgres$/, `/${DATABASE}`),
    port: await getFreePort(),
    assistant: line.url,
    tokenSeconds: TOKEN_SECONDS,
  });

/** `npm run admin -- <words>` for the test's database. */
async function runAdmin(words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['local/admin/admin.ts', ...words], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, DATABASE_OWNER_URL: stack.databaseOwnerUrl, ENVIRONMENT: 'local' },
  });
  return stdout;
}

async function signIn(
  name: string,
  path = '/tickets/1041',
  { within = context, origin = desk.origin }: { within?: BrowserContext; origin?: string } = {},
): Promise<Page> {
  const page = await within.newPage();
  await page.goto(`${origin}/sign-in`);
  await page.getByRole('button', { name: `Sign in as ${name}` }).click();
  await page.getByRole('heading', { name: 'Tickets' }).waitFor();
  await page.goto(origin + path);
  return page;
}

const frameOf = (page: Page): FrameLocator => page.frameLocator('groundwire-assistant iframe');
const placeIn = (page: Page) => frameOf(page).locator('body');

async function openPanel(page: Page, name = 'Open the assistant') {
  await page.getByRole('button', { name }).click();
  return placeIn(page);
}

const tokenRequests = (page: Page): string[] => {
  const seen: string[] = [];
  page.on('request', (request) => request.url().endsWith('/assistant/token') && seen.push(request.method()));
  return seen;
};

describe('a person of a customer', () => {
  it('asks about the ticket in view, in a panel that loads nothing before it is opened', async () => {
    const page = await signIn('Theo Brandt');
    const tokens = tokenRequests(page);
    expect(page.frames()).toHaveLength(1);
    const place = await openPanel(page);
    await place.getByText('Ticket: Key cards do not open rooms on floor 3', { exact: true }).waitFor();
    await askIn(place, 'What is this ticket about?');
    await expect.poll(() => answersIn(place).last().textContent()).toContain('new key cards open floors 1 and 2 only');
    expect(tokens.length).toBeGreaterThan(0);
    expect(await context.cookies(line.url)).toEqual([]);
  });

  it('stops an answer, and finds it again after a reload', async () => {
    const page = await signIn('Theo Brandt');
    const place = await openPanel(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 90');
    await hold?.reached;
    await stopIn(place).click();
    await place.getByText('Stopped', { exact: true }).waitFor();
    hold?.release();
    await page.reload();
    const again = await openPanel(page);
    await again.getByText('Stopped', { exact: true }).waitFor();
    expect(await answersIn(again).last().textContent()).toContain('5');
  });

  it('asks with Quick Ask from the keyboard', async () => {
    const page = await signIn('Theo Brandt');
    await page.keyboard.press('Control+ArrowUp');
    const place = placeIn(page);
    await askIn(place, 'What is its priority?');
    await expect.poll(() => answersIn(place).last().textContent()).toContain('urgent');
    await page.keyboard.press('Escape');
    await composerIn(place).waitFor({ state: 'hidden' });
  });

  it('keeps an answer whose token expires in the middle of it', async () => {
    const page = await signIn('Theo Brandt');
    const tokens = tokenRequests(page);
    const place = await openPanel(page);
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await askIn(place, 'Count to 60');
    await hold?.reached;
    const expired = Date.now() + TOKEN_SECONDS * 1000;
    const before = tokens.length;
    await expect.poll(() => Date.now() > expired).toBe(true);
    line.cut();
    await place.getByText('Connection lost. Reconnecting…').first().waitFor();
    line.restore();
    hold?.release();
    await expect.poll(() => answersIn(place).last().textContent()).toContain('60');
    await sendIn(place).waitFor();
    expect(tokens.length).toBeGreaterThan(before);
    expect(await answersIn(place).count()).toBe(1);
  });

  it('asks about a card of the React page', async () => {
    const page = await signIn('Theo Brandt', '/board');
    await page.getByRole('button', { name: 'Ask about Wi-Fi is slow' }).click();
    const place = placeIn(page);
    await expect.poll(() => answersIn(place).last().textContent()).toContain('Video calls drop');
  });

  it('sees the assistant in the theme and language that Harbor Desk chose', async () => {
    const page = await signIn('Theo Brandt');
    await openPanel(page);
    const scheme = () =>
      placeIn(page).evaluate((body) => body.ownerDocument.defaultView?.getComputedStyle(body).colorScheme);
    await expect.poll(scheme).toContain('light');
    // The open panel covers the menu.
    await placeIn(page).getByRole('button', { name: 'Close the assistant' }).click();
    await page.locator('summary').click();
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByLabel('Assistant’s language').selectOption('de');
    await page.getByRole('button', { name: 'Save' }).click();
    const place = await openPanel(page, 'Assistenten öffnen');
    await expect.poll(scheme).toContain('dark');
    await expect.poll(() => frameOf(page).locator('html').getAttribute('lang')).toBe('de');
    await desk.database.query("update people set theme = 'auto', language = 'en'");
    expect(await place.count()).toBe(1);
  });
});

describe('another customer', () => {
  it('sees nothing of a conversation, and its tokens open neither it nor the organization', async () => {
    const page = await signIn('Theo Brandt');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/ai/chat'))
        asked.push(request.postDataJSON().threadId);
    });
    const place = await openPanel(page);
    await askIn(place, 'What is this ticket about?');
    await expect.poll(() => answersIn(place).last().textContent()).toContain('key cards');

    const path = `/api/v1/ai/sessions/${asked[0]}/messages`;
    expect((await callAs('theo@lakeside.test', 'lakeside-hotels', path)).status).toBe(200);
    expect((await callAs('owen@pinewood.test', 'pinewood-clinics', path)).status).toBe(404);
    expect((await callAs('owen@pinewood.test', 'lakeside-hotels', path)).ok).toBe(false);

    const other = await browser.newContext();
    const theirs = await signIn('Owen Adeyemi', '/tickets/1041', { within: other });
    const empty = await openPanel(theirs);
    await empty.getByText('Ticket: Label printer in the lab prints blank labels', { exact: true }).waitFor();
    await empty.getByRole('button', { name: 'History' }).click();
    await expect.poll(() => empty.getByText('What is this ticket about?').count()).toBe(0);
    await other.close();
  });
});

async function personCalled(email: string): Promise<Person> {
  const person = (await listDemoPeople(desk.database)).find((one) => one.email === email);
  if (person === undefined) throw new Error(`there is no ${email}`);
  return person;
}

/** A request with a token of Harbor Desk's, as a program without a browser sends it. */
async function callAs(email: string, org: string, path: string): Promise<Response> {
  const token = await desk.issuer.sign(await personCalled(email));
  return fetch(line.url + path, { headers: { Authorization: `Bearer ${token}`, 'X-Org': org } });
}

describe('a site that is not listed', () => {
  it('gets no frame and can read no reply, even with a valid token', async () => {
    const stranger = await startDesk();
    try {
      const page = await signIn('Ines Moreau', '/tickets/1041', stranger);
      await page.getByRole('button', { name: 'Open the assistant' }).click();
      await expect.poll(() => page.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/');
      const token = await desk.issuer.sign(await personCalled('ines@lakeside.test'));
      // Not from the page, whose own policy would refuse it first.
      const reply = await fetch(`${line.url}/api/v1/me`, {
        headers: { Authorization: `Bearer ${token}`, 'X-Org': 'lakeside-hotels', Origin: stranger.origin },
      });
      expect(reply.status).toBe(403);
      expect(await reply.json()).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await stranger.stop();
    }
  });
});

describe('a person who is removed in Harbor Desk', () => {
  it('gets no more tokens, and the assistant refuses them in words', async () => {
    const page = await signIn('Mia Castillo');
    const place = await openPanel(page);
    await askIn(place, 'What is this ticket about?');
    await expect.poll(() => answersIn(place).last().textContent()).toContain('key cards');
    const other = await browser.newContext();
    const manager = await signIn('Ines Moreau', '/people', { within: other });
    await manager.getByRole('listitem').filter({ hasText: 'Mia Castillo' }).getByRole('button').click();
    await expect.poll(() => manager.getByText('Mia Castillo').count()).toBe(0);
    await other.close();

    const expired = Date.now() + TOKEN_SECONDS * 1000;
    await expect.poll(() => Date.now() > expired).toBe(true);
    await composerIn(place).fill('What is its status?');
    await composerIn(place).press('Enter');
    await place.getByText('Couldn’t sign you in').first().waitFor();
    expect(await composerIn(place).inputValue()).toBe('What is its status?');
  });
});
