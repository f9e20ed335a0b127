// The main flow in a browser: sign in, ask, watch the answer, reload, stop, and find everything in Postgres.
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { expectStreaming, signInPage } from './assistant-page.ts';
import { signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 30, tokenMs: 8 } } }),
    openTestBrowser(),
  ]);
});

beforeEach(async () => {
  context = await browser.newContext();
  return () => context.close();
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function enter(email: string): Promise<Page> {
  const page = await context.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(`${stack.url}/chat`);
  return page;
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Ask the assistant' });
const answers = (page: Page) => page.getByRole('article', { name: /^Assistant/ });

async function ask(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

const sessionOf = (page: Page): string => new URL(page.url()).pathname.split('/')[2] ?? '';

async function storedMessages(sessionId: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  try {
    const query = `select role, status, model, provider, content, output_tokens::int, cost_micros::int
                   from ai_messages where conversation_id = $1 order by ordinal, position`;
    return (await client.query(query, [sessionId])).rows;
  } finally {
    await client.end();
  }
}

describe('the main job', () => {
  it('Streaming persists final message to database correctly: in many parts, one row with model, tokens and cost', async () => {
    const page = await enter('ada@cascade.test');
    await expectStreaming(stack, [page], { to: 60, ask: (text) => ask(page, text) });
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await expect
      .poll(() => storedMessages(sessionOf(page)))
      .toMatchObject([
        { role: 'user', status: 'complete', content: 'Count to 60' },
        { role: 'assistant', status: 'complete', model: 'claude-sonnet-5-5', provider: 'demo' },
      ]);
    const [, answer] = await storedMessages(sessionOf(page));
    expect(answer?.['output_tokens']).toBeGreaterThan(50);
    expect(answer?.['cost_micros']).toBeGreaterThan(500);
  });

  it('shows a sent message before the server accepts it, and clears the field once it has (U1, U8)', async () => {
    const page = await enter('ada@cascade.test');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/api/v1/ai/chat', async (route) => {
      await held;
      await route.continue();
    });
    await ask(page, 'Count to 5');
    await page.getByRole('article', { name: 'You' }).getByText('Count to 5').waitFor();
    expect(await answers(page).last().textContent()).not.toContain('1, 2');
    expect(await composer(page).inputValue()).toBe('');
    release();
    await answers(page).last().getByText('1, 2, 3, 4, 5').waitFor();
  });

  it('continues a running answer after a reload', async () => {
    const page = await enter('ada@cascade.test');
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await ask(page, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answers(page).last().textContent()).toContain('5');
    await page.reload();
    await expect.poll(() => answers(page).last().textContent()).toContain('5');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    hold?.release();
    await expect.poll(() => answers(page).last().textContent()).toContain('60');
    expect(await answers(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  });

  it('stops a running answer, keeps its text, and aborts the provider’s request (U4)', async () => {
    const page = await enter('ada@cascade.test');
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await ask(page, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answers(page).last().textContent()).toContain('5');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    expect(await answers(page).last().textContent()).toContain('5');
    await expect.poll(() => stack.demo?.requests.at(-1)?.aborted).toBe(true);
    await expect
      .poll(() => storedMessages(sessionOf(page)))
      .toMatchObject([{ role: 'user' }, { role: 'assistant', status: 'stopped' }]);
  });

  it('is followed live by a second tab', async () => {
    const page = await enter('ada@cascade.test');
    await ask(page, 'hello');
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await expect.poll(() => sessionOf(page)).not.toBe('');
    const second = await context.newPage();
    await second.goto(page.url());
    await expect.poll(() => answers(second).count()).toBe(1);

    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await ask(page, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answers(second).last().textContent()).toContain('5');
    await second.getByRole('button', { name: 'Stop' }).waitFor();
    hold?.release();
    await expect.poll(() => answers(second).last().textContent()).toContain('60');
    await expect.poll(() => answers(second).count()).toBe(2);
  });

  it('marks an answer as interrupted when the Worker dies, and a retry works', async () => {
    const page = await enter('ada@cascade.test');
    const hold = stack.demo?.holdNext({ afterTokens: 30 });
    await ask(page, 'Count to 60');
    await hold?.reached;
    await expect.poll(() => answers(page).last().textContent()).toContain('5');
    await stack.killWorker();
    hold?.release();
    await stack.startWorker();
    await page.getByText('Interrupted', { exact: true }).waitFor();
    expect(await answers(page).first().textContent()).toContain('5');
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => answers(page).last().textContent()).toContain('60');
  });
});

describe('a user without access', () => {
  it('sees the server’s message when the organization has turned the assistant off', async () => {
    const page = await enter('rae@quiet.test');
    await page.getByText('AI Assistant is not enabled for this tenant').waitFor();
    const rae = await signIn(stack, 'rae@quiet.test');
    const reply = await rae.send('POST', '/api/v1/ai/chat', {});
    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject({ detail: 'AI Assistant is not enabled for this tenant' });
  });

  it('gets 404 for another organization’s session, as for one that does not exist', async () => {
    const page = await enter('ada@cascade.test');
    await ask(page, 'hello');
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await expect.poll(() => sessionOf(page)).not.toBe('');
    const max = await signIn(stack, 'max@northlight.test');
    const withoutRequestId = async (path: string) => {
      const reply = await max.get(path);
      const { requestId, ...body } = (await reply.json()) as { requestId: string };
      expect(requestId).toBeTruthy();
      return { status: reply.status, body };
    };
    const foreign = await withoutRequestId(`/api/v1/ai/sessions/${sessionOf(page)}`);
    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(await withoutRequestId(`/api/v1/ai/sessions/${crypto.randomUUID()}`));
  });
});
