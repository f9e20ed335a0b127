// The assistant on another site: script, frame, tokens, theme and language, in a browser on two origins.
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { type HostSite, startHostSite } from './host-site.ts';
import { signIn, type Visitor } from './visitor.ts';

const ORIGINS = '/api/v1/settings/allowed-origins';
const VIEW = { width: 1280, height: 800 };

let stack: Stack;
let browser: Browser;
let site: HostSite;
let stranger: HostSite;
let ada: Visitor;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 6 } } }),
    openTestBrowser(),
  ]);
  [site, stranger, ada] = await Promise.all([
    startHostSite(stack),
    startHostSite(stack),
    signIn(stack, 'ada@cascade.test'),
  ]);
  await allow([site.origin]);
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: VIEW, reducedMotion: 'reduce' });
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await Promise.all([site?.close(), stranger?.close()]);
  await stack?.stop();
});

async function allow(origins: readonly string[]): Promise<void> {
  const { version } = (await (await ada.get(ORIGINS)).json()) as { version: number };
  expect((await ada.send('PUT', ORIGINS, { origins, version })).status).toBe(200);
}

const tokenOf = ({ headers }: Visitor): string => headers.Authorization.slice('Bearer '.length);

type Setup = { readonly options?: object; readonly at?: HostSite; readonly tokens?: readonly (string | null)[] };

/** Opens the host's page with an assistant. Each call of getToken takes the next token and keeps the last; null throws. */
async function openSite({ options = {}, at = site, tokens = [tokenOf(ada)] }: Setup = {}): Promise<Page> {
  const page = await context.newPage();
  await page.goto(at.origin);
  await page.evaluate(
    ([more, given]) => {
      const page = globalThis as unknown as {
        Groundwire: {
          createGroundwire(options: object): { on(event: string, listener: (detail: object) => void): void };
        };
        tokens: (string | null)[];
        asked: number;
        events: object[];
        assistant: object;
      };
      page.tokens = [...given];
      page.asked = 0;
      page.events = [];
      const assistant = page.Groundwire.createGroundwire({
        org: 'cascade',
        getToken: async () => {
          page.asked += 1;
          const token = page.tokens.length > 1 ? page.tokens.shift() : page.tokens[0];
          if (token == null) throw new Error('signed out');
          return token;
        },
        ...more,
      });
      for (const event of ['open', 'close', 'error', 'contextremoved'])
        assistant.on(event, (detail) => page.events.push({ event, ...detail }));
      page.assistant = assistant;
    },
    [options, tokens] as const,
  );
  return page;
}

const tabOf = (page: Page) => page.getByRole('button', { name: /^(Open the assistant|Assistenten öffnen)/ });
const frameOf = (page: Page): FrameLocator => page.frameLocator('groundwire-assistant iframe');
const fieldIn = (frame: FrameLocator) => frame.locator('[data-composer]');
const eventsOf = (page: Page): Promise<{ event: string; code?: string }[]> => page.evaluate('events');
const call = (page: Page, code: string): Promise<unknown> => page.evaluate(`void assistant.${code}`);
const requestsTo = (page: Page, part: string): string[] => {
  const seen: string[] = [];
  page.on('request', (request) => request.url().includes(part) && seen.push(request.url()));
  return seen;
};

async function openPanel(page: Page): Promise<FrameLocator> {
  await tabOf(page).click();
  const frame = frameOf(page);
  await fieldIn(frame).waitFor();
  return frame;
}

async function ask(frame: FrameLocator, text: string): Promise<void> {
  await fieldIn(frame).fill(text);
  await fieldIn(frame).press('Enter');
}

const lastAnswer = (frame: FrameLocator) => frame.getByRole('article', { name: 'Assistant' }).last();

describe('the assistant on another site', () => {
  it('loads nothing and asks for no token before it is opened', async () => {
    const page = await openSite();
    await tabOf(page).waitFor();
    expect(page.frames()).toHaveLength(1);
    expect(await page.evaluate('asked')).toBe(0);
    await openPanel(page);
    expect(await page.evaluate('asked')).toBe(1);
  });

  it('answers in the panel with the token of the host’s user, without cookies', async () => {
    const page = await openSite();
    const frame = await openPanel(page);
    await ask(frame, 'Count to 12');
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('12');
    expect(await context.cookies()).toEqual([]);
    expect(await eventsOf(page)).toMatchObject([{ event: 'open' }]);
  });

  it('stops an answer, and keeps its text', async () => {
    const page = await openSite();
    const frame = await openPanel(page);
    stack.demo?.holdNext({ afterTokens: 6, times: 1 });
    await ask(frame, 'Count to 400');
    await frame.getByRole('button', { name: 'Stop' }).click();
    await frame.getByText('Stopped', { exact: true }).waitFor();
  });

  it('shows the conversation again after a reload of the host’s page', async () => {
    const page = await openSite();
    const frame = await openPanel(page);
    await ask(frame, 'Count to 7');
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('7');
    await page.reload();
    expect(page.frames()).toHaveLength(1);
    const again = await openSiteAgain(page);
    await expect.poll(() => lastAnswer(again).textContent()).toContain('7');
  });

  it('Quick Ask opens by key, answers and moves to the panel', async () => {
    const page = await openSite();
    await page.getByRole('textbox', { name: 'Note' }).focus();
    await page.keyboard.press('Control+ArrowUp');
    const frame = frameOf(page);
    await fieldIn(frame).waitFor();
    await ask(frame, 'Count to 9');
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('9');
    await frame.getByRole('button', { name: 'Open in sidebar' }).click();
    await frame.locator('aside.panel').waitFor();
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('9');
  });

  it('Escape closes it, and the focus returns to where it was', async () => {
    const page = await openSite();
    await page.getByRole('textbox', { name: 'Note' }).focus();
    await page.keyboard.press('Control+l');
    const frame = frameOf(page);
    await fieldIn(frame).waitFor();
    await expect.poll(() => frame.locator('[data-composer]:focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('input:focus').count()).toBe(1);
    expect(await eventsOf(page)).toMatchObject([{ event: 'open' }, { event: 'close' }]);
  });

  it('takes no key if shortcuts are off, and has no tab if the host has its own button', async () => {
    const page = await openSite({ options: { shortcuts: false, tab: false } });
    await page.keyboard.press('Control+ArrowUp');
    await expect(tabOf(page).count()).resolves.toBe(0);
    expect(page.frames()).toHaveLength(1);
    await call(page, 'open()');
    await fieldIn(frameOf(page)).waitFor();
  });

  it('shows what is in view as a chip, which can be removed', async () => {
    const page = await openSite({ options: { context: { type: 'ticket', id: 'T-12', title: 'Leaking boiler' } } });
    const frame = await openPanel(page);
    await frame.getByRole('button', { name: 'Remove Ticket: Leaking boiler' }).click();
    await expect.poll(() => frame.getByText('Ticket: Leaking boiler').count()).toBe(0);
    await expect.poll(async () => (await eventsOf(page)).at(-1)?.event).toBe('contextremoved');
    await call(page, `setContext({ type: 'invoice', id: 'I-1', title: 'March' })`);
    await frame.getByText('Invoice: March').first().waitFor();
  });

  it('takes the host’s question into the field, or asks it at once', async () => {
    const page = await openSite();
    await call(page, `ask('Count to 5', { in: 'panel' })`);
    const frame = frameOf(page);
    await fieldIn(frame).waitFor();
    await expect.poll(() => fieldIn(frame).inputValue()).toBe('Count to 5');
    await fieldIn(frame).fill('');
    await call(page, `ask('Count to 6', { in: 'panel', send: true })`);
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('6');
  });
});

describe('tokens', () => {
  it('a token that expires is renewed, and the request is repeated', async () => {
    const eli = await signIn(stack, 'ada@cascade.test');
    const page = await openSite({ tokens: [tokenOf(eli), tokenOf(ada)] });
    const frame = await openPanel(page);
    await fetch(`${stack.url}/auth/sign-out`, { method: 'POST', headers: { ...eli.headers } });
    await ask(frame, 'Count to 8');
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('8');
    expect(await page.evaluate('asked')).toBe(2);
  });

  it.each([
    ['throws', null, 'threw'],
    ['returns rubbish', '', 'returned no token'],
  ])('getToken that %s is shown, and Try again works', async (_what, bad, words) => {
    const page = await openSite({ tokens: [bad] });
    await tabOf(page).click();
    const frame = frameOf(page);
    await frame.getByText('Couldn’t sign you in').waitFor();
    expect(JSON.stringify(await eventsOf(page))).toContain(words);
    await page.evaluate((token) => {
      (globalThis as unknown as { tokens: string[] }).tokens = [token];
    }, tokenOf(ada));
    await frame.getByRole('button', { name: 'Try again' }).click();
    await fieldIn(frame).waitFor();
  });

  it('a token of another person in mid-session sends nothing and shows nothing of theirs', async () => {
    const first = await signIn(stack, 'ada@cascade.test');
    const other = await signIn(stack, 'eli@cascade.test');
    const page = await openSite({ tokens: [tokenOf(first), tokenOf(other)] });
    const frame = await openPanel(page);
    await fetch(`${stack.url}/auth/sign-out`, { method: 'POST', headers: { ...first.headers } });
    await ask(frame, 'Count to 8');
    await frame.getByText('You’re signed in as someone else').waitFor();
    await frame.getByRole('button', { name: 'Continue' }).click();
    await fieldIn(frameOf(page)).waitFor();
  });

  it('a token of another organization’s member opens nothing', async () => {
    const nora = await signIn(stack, 'nora@northlight.test');
    const page = await openSite({ tokens: [tokenOf(nora)] });
    await tabOf(page).click();
    await frameOf(page).getByText('Not found').waitFor();
    await expect(fieldIn(frameOf(page)).count()).resolves.toBe(0);
  });
});

describe('theme and language', () => {
  it('take the host’s accent, scheme and brand, and nothing of its styles', async () => {
    const page = await openSite({
      options: { scheme: 'dark', theme: { accent: '#7c3aed', radius: 2 }, brand: { name: 'Harbor' }, position: 'left' },
    });
    const tab = tabOf(page);
    await tab.waitFor();
    const size = `getComputedStyle(document.querySelector('groundwire-assistant').shadowRoot.querySelector('button')).fontSize`;
    expect(await page.evaluate(size)).toBe('14px');
    const frame = await openPanel(page);
    await frame.getByRole('heading', { name: 'Harbor' }).waitFor();
    const html = frame.locator('html');
    expect(await html.getAttribute('data-theme')).toBe('dark');
    expect(await html.evaluate((element) => element.style.getPropertyValue('--radius-card'))).toBe('2px');
    await call(page, `setTheme({ accent: '#0e7490' }, 'light')`);
    await expect.poll(() => html.getAttribute('data-theme')).toBe('light');
    await expect
      .poll(() => html.evaluate((element) => element.style.getPropertyValue('--color-accent')))
      .toBe('#0e7490');
  });
});

describe('German', () => {
  it('shows the tab, the panel and Quick Ask in German, and answers as they are', async () => {
    const page = await openSite({ options: { locale: 'de' } });
    const frame = await openPanel(page);
    expect(await fieldIn(frame).getAttribute('placeholder')).toBe('Den Assistenten fragen');
    await ask(frame, 'Stop');
    await frame.getByRole('article', { name: 'Assistent' }).last().waitFor();
    await frame.getByRole('article', { name: 'Sie' }).getByText('Stop', { exact: true }).waitFor();
    await frame.getByRole('button', { name: 'Verlauf' }).click();
    await frame.getByRole('heading', { name: 'Heute' }).waitFor();
    await frame.getByRole('button', { name: 'Assistenten schließen' }).click();
    await tabOf(page).waitFor();
  });
});

describe('a site that isn’t allowed', () => {
  it('gets no frame, and says so', async () => {
    const page = await openSite({ at: stranger });
    const refused = requestsTo(page, '/api/');
    await page.clock.install();
    await tabOf(page).click();
    await expect.poll(() => page.frames().length).toBe(2);
    await page.clock.runFor(16_000);
    await page.getByText('Couldn’t load the assistant').waitFor();
    expect(await eventsOf(page)).toMatchObject([{ event: 'open' }, { event: 'error', code: 'NOT_LOADED' }]);
    expect(await page.evaluate('asked')).toBe(0);
    expect(refused).toEqual([]);
  });

  it('gets no API either, but an allowed one does', async () => {
    const read = async (at: HostSite) => {
      const page = await context.newPage();
      await page.goto(at.origin);
      return page.evaluate(
        async ([url, token]) => {
          const reply = await fetch(`${url}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } }).catch(
            () => null,
          );
          return reply === null ? null : [reply.status, reply.headers.get('x-request-id') !== null];
        },
        [stack.url, tokenOf(ada)] as const,
      );
    };
    expect(await read(site)).toEqual([200, true]);
    expect(await read(stranger)).toBeNull();
  });
});

describe('a host page that lies', () => {
  it('gets refusals by name for a second init and for unknown messages, and the conversation continues', async () => {
    const page = await openSite();
    const frame = await openPanel(page);
    await page.evaluate(`{
      const inner = document.querySelector('groundwire-assistant').shadowRoot.querySelector('iframe').contentWindow;
      inner.postMessage({ type: 'init', version: 1, theme: { css: 'x' } }, '*');
      inner.postMessage({ type: 'init', version: 99 }, '*');
      inner.postMessage('x'.repeat(5_000_000), '*');
    }`);
    await expect.poll(async () => (await eventsOf(page)).filter(({ code }) => code === 'MESSAGE').length).toBe(2);
    await ask(frame, 'Count to 4');
    await expect.poll(() => lastAnswer(frame).textContent()).toContain('4');
  });

  it('learns at once which options and contexts can’t be used', async () => {
    const page = await openSite();
    for (const code of [
      `setContext({ type: 'ticket', id: '1', title: 'x', data: 'x'.repeat(9000) })`,
      `setTheme({ accent: 'red' })`,
      `setContext('ticket')`,
    ])
      await expect(call(page, code)).rejects.toThrow(/Groundwire:/);
  });
});

async function openSiteAgain(page: Page): Promise<FrameLocator> {
  await page.evaluate((token) => {
    const page = globalThis as unknown as { Groundwire: { createGroundwire(options: object): object } };
    page.Groundwire.createGroundwire({ org: 'cascade', getToken: () => token });
  }, tokenOf(ada));
  return openPanel(page);
}
