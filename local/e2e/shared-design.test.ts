// A design workspace with several members, each in a separate browser: one live conversation, in which each member has
// their own rights.
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireDemoOrg, requireDemoPerson } from '../demo-data/demo-people.ts';
import { demoWorkspaceId, requireDemoProgramId } from '../demo-data/plm/demo-plm.ts';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { expectStreaming, newWorkspace, signInPage } from './assistant-page.ts';
import { faultsInBothSchemes } from './faults-of.ts';
import { askBody, signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let contexts: BrowserContext[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ demo: { pace: { firstTokenMs: 30, tokenMs: 12 } } }),
    openTestBrowser(),
  ]);
});

beforeEach(() => {
  contexts = [];
  return async () => {
    for (const context of contexts) await context.close();
  };
});

afterAll(async () => {
  await closeContexts(browser);
  await stack?.stop();
});

async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const ORG = requireDemoOrg('cascade').id;
const KESTREL = requireDemoProgramId('KESTREL');

/** Opens a workspace for a person in a separate browser. */
async function enter(email: string, workspace: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  contexts.push(context);
  const page = await context.newPage();
  await signInPage(page, stack.url, email);
  await page.goto(`${stack.url}/workspace/sessions/${workspace}`);
  await composer(page).waitFor();
  return page;
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Ask the assistant' });
const answers = (page: Page) => page.getByRole('article', { name: 'Assistant' });
const stopOf = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });
const saidBy = (page: Page, name: string, words: string) => page.getByRole('article', { name }).getByText(words);

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

describe('two members at one workspace', () => {
  it('see each other’s questions, the streaming answer, and who is present', async () => {
    const workspace = await newWorkspace(stack);
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await eli.getByRole('img', { name: 'Here now: Ada Moreau' }).waitFor();
    await ada.getByRole('img', { name: 'Here now: Eli Okafor' }).waitFor();

    await expectStreaming(stack, [eli, ada], { to: 60, ask: (text) => say(eli, text) });
    await saidBy(ada, 'Eli Okafor', 'Count to 60').waitFor();
    await expectStreaming(stack, [eli], { to: 70, ask: (text) => say(ada, text) });
    await saidBy(eli, 'Ada Moreau', 'Count to 70').waitFor();
    await ada.reload();
    await saidBy(ada, 'Eli Okafor', 'Count to 60').waitFor();
    await saidBy(ada, 'You', 'Count to 70').waitFor();
    expect(await answers(ada).count()).toBe(2);
  });

  it('see a question queued during an answer, and it is answered in turn', async () => {
    const workspace = await newWorkspace(stack);
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await say(eli, 'Count to 200');
    await saidBy(ada, 'Eli Okafor', 'Count to 200').waitFor();
    await answers(ada).last().getByText('3').first().waitFor();
    await stopOf(eli).waitFor();
    expect(await stopOf(ada).count()).toBe(0);
    await composer(ada).fill('Count to 20');
    await ada.getByRole('button', { name: 'Send', exact: true }).click();
    for (const page of [ada, eli]) await page.locator('[data-waiting=taken]').getByText('Count to 20').waitFor();
    expect(await composer(ada).inputValue()).toBe('');
    await saidBy(eli, 'Ada Moreau', 'Count to 20').waitFor();
    await saidBy(ada, 'You', 'Count to 20').waitFor();
    for (const page of [ada, eli]) {
      await answers(page).nth(1).getByText('20').waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
      await expect.poll(() => page.locator('[data-waiting]').count()).toBe(0);
      expect(await answers(page).count()).toBe(2);
    }
  });

  it('see the turn that is answered when both ask at the same moment', async () => {
    const workspace = await newWorkspace(stack);
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await Promise.all([composer(eli).fill('Count to 90'), composer(ada).fill('Count to 91')]);
    await Promise.all([composer(eli).press('Enter'), composer(ada).press('Enter')]);
    for (const page of [eli, ada]) {
      for (const answer of [answers(page).first(), answers(page).nth(1)])
        await answer.filter({ hasText: /9[01]\./ }).waitFor();
      await expect.poll(() => page.locator('[data-waiting]').count()).toBe(0);
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
      expect(await answers(page).count()).toBe(2);
    }
  });
});

describe('an approval in a shared conversation (R28)', () => {
  it('can be confirmed only by the person who asked, and folds for all members', async () => {
    const workspace = await newWorkspace(stack);
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await say(eli, 'Create a new part called Fan Bracket');
    const card = (page: Page, state: string) => page.locator(`[data-approval=${state}]`);
    await Promise.all([card(eli, 'pending').waitFor(), card(ada, 'pending').waitFor()]);
    await card(ada, 'pending').getByText('Only Eli Okafor can confirm this').waitFor();
    expect(await faultsInBothSchemes(ada)).toEqual([]);
    expect(await ada.getByRole('button', { name: 'Confirm', exact: true }).count()).toBe(0);

    const approvalId = await asApproval(workspace);
    const admin = await signIn(stack, 'ada@cascade.test');
    const refused = await admin.send('POST', `/api/v1/ai/sessions/${workspace}/approvals/${approvalId}`, {
      decision: 'approve',
    });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'APPROVAL_OF_ANOTHER' }]);

    await eli.getByRole('button', { name: 'Confirm', exact: true }).click();
    await Promise.all(
      [eli, ada].map((page) => card(page, 'confirmed').getByText('Confirmed', { exact: true }).waitFor()),
    );
    await card(ada, 'confirmed').getByText('Eli Okafor').waitFor();
    const made = await asOwner((client) =>
      client.query<{ name: string }>(
        `select u.name from plm.items i join users u on u.id = i.created_by where i.name = 'Fan Bracket'`,
      ),
    );
    expect(made.rows).toEqual([{ name: 'Eli Okafor' }]);
  });
});

async function asApproval(workspace: string): Promise<string> {
  const eli = await signIn(stack, 'eli@cascade.test');
  const reply = await eli.get(`/api/v1/ai/sessions/${workspace}/messages`);
  const { messages } = (await reply.json()) as { messages: { confirmations: { approvalId: string }[] }[] };
  return messages.flatMap(({ confirmations }) => confirmations)[0]?.approvalId ?? '';
}

describe('access', () => {
  it('a viewer opens the demo workspace, reads along and asks, but changes nothing', async () => {
    const vic = await enter('vic@cascade.test', demoWorkspaceId(1));
    await vic.getByRole('heading', { level: 1, name: 'Quieter controller cabinet' }).waitFor();
    const eli = await enter('eli@cascade.test', demoWorkspaceId(1));
    await expectStreaming(stack, [vic], { to: 40, ask: (text) => say(eli, text) });
    await say(vic, 'Create a new part called Viewer Part');
    await answers(eli).nth(1).waitFor();
    await vic.getByRole('button', { name: 'Send', exact: true }).waitFor();
    expect(await vic.locator('[data-approval]').count()).toBe(0);
    expect(await answers(vic).last().textContent()).toContain('viewer');
  });

  it('a user who leaves the program loses access within a minute, on the open page too (R13)', async () => {
    const workspace = await newWorkspace(stack);
    const vic = await enter('vic@cascade.test', workspace);
    const eli = await enter('eli@cascade.test', workspace);
    await eli.getByRole('img', { name: 'Here now: Vic Tanaka' }).waitFor();
    const membership = [ORG, KESTREL, requireDemoPerson('vic@cascade.test').id];
    await asOwner((client) =>
      client.query(
        'delete from plm.program_members where org_id = $1 and program_id = $2 and user_id = $3',
        membership,
      ),
    );
    try {
      await vic.getByRole('heading', { name: 'Page not found' }).waitFor({ timeout: 60_000 });
      await eli.getByRole('img', { name: 'Here now: Vic Tanaka' }).waitFor({ state: 'detached' });
      const visitor = await signIn(stack, 'vic@cascade.test');
      const refused = await visitor.send(
        'POST',
        '/api/v1/ai/chat',
        askBody(workspace, crypto.randomUUID(), 'And now?'),
      );
      expect(refused.status).toBe(404);
    } finally {
      await asOwner((client) =>
        client.query(
          `insert into plm.program_members (org_id, program_id, user_id, role) values ($1, $2, $3, 'viewer')`,
          membership,
        ),
      );
    }
  });

  it('a member of another program can open neither the page nor the conversation', async () => {
    const workspace = await newWorkspace(stack);
    const bo = await signIn(stack, 'both@cascade.test', 'cascade');
    for (const path of [
      `/api/v1/workspace/session/${workspace}`,
      `/api/v1/ai/sessions/${workspace}`,
      `/api/v1/ai/sessions/${workspace}/watch`,
      `/api/v1/ai/chat?threadId=${workspace}`,
    ])
      expect((await bo.get(path)).status, path).toBe(404);
  });
});
