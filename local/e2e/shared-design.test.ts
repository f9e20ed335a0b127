// A design workspace as its members meet it, each in a browser of their own: one conversation, live for all, and each with
// their own rights in it.
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { requireDemoOrg, requireDemoPerson } from '../demo-people.ts';
import { demoWorkspaceId, requireDemoDesignId, requireDemoProgramId } from '../demo-plm.ts';
import { type Stack, startStack } from '../stack.ts';
import { faultsOf } from './faults-of.ts';
import { askBody, signIn } from './visitor.ts';

let stack: Stack;
let browser: Browser;
let contexts: BrowserContext[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startStack({ demo: { pace: { firstTokenMs: 30, tokenMs: 12 } } }),
    launchBrowser(),
  ]);
});

beforeEach(() => {
  contexts = [];
  return async () => {
    for (const context of contexts) await context.close();
  };
});

afterAll(async () => {
  await browser?.close();
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

/** A workspace of the program of Ada, Eli and Vic in which nobody has said anything. */
function newWorkspace(): Promise<string> {
  return asOwner(async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into plm.design_sessions (org_id, program_id, design_id, description, created_by) values ($1, $2, $3, $4, $5) returning id`,
      [ORG, KESTREL, requireDemoDesignId('KES-CTL'), 'A quieter fan', requireDemoPerson('eli@cascade.test').id],
    );
    return rows[0]?.id ?? '';
  });
}

/** Somebody in a browser of their own, at a workspace. */
async function enter(email: string, workspace: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  contexts.push(context);
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(stack.url);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(/\/chat/);
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

/** The distinct texts that the last answer had until it held `end`. */
async function watchAnswer(page: Page, end: string): Promise<string[]> {
  const seen: string[] = [];
  while (!seen.at(-1)?.includes(end)) {
    const text = (await answers(page).last().textContent()) ?? '';
    if (text !== seen.at(-1)) seen.push(text);
  }
  return seen;
}

describe('two members at one workspace', () => {
  it('each sees the other’s question and the answer as it streams, and who is here', async () => {
    const workspace = await newWorkspace();
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await eli.getByRole('img', { name: 'Here now: Ada Moreau' }).waitFor();
    await ada.getByRole('img', { name: 'Here now: Eli Okafor' }).waitFor();

    await say(eli, 'Count to 60');
    await saidBy(ada, 'Eli Okafor', 'Count to 60').waitFor();
    const [own, others] = await Promise.all([watchAnswer(eli, '60'), watchAnswer(ada, '60')]);
    expect(own.length).toBeGreaterThan(5);
    expect(others.length).toBeGreaterThan(5);

    await say(ada, 'Count to 70');
    await saidBy(eli, 'Ada Moreau', 'Count to 70').waitFor();
    expect((await watchAnswer(eli, '70')).length).toBeGreaterThan(5);
    await ada.reload();
    await saidBy(ada, 'Eli Okafor', 'Count to 60').waitFor();
    await saidBy(ada, 'You', 'Count to 70').waitFor();
    expect(await answers(ada).count()).toBe(2);
  });

  it('a question asked meanwhile waits where all see it, and is answered in its turn', async () => {
    const workspace = await newWorkspace();
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

  it('two who ask in the same moment both see the turn that is answered', async () => {
    const workspace = await newWorkspace();
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

describe('R28: a card in company', () => {
  it('is confirmed by the person whose question led to it alone, and folds for everybody', async () => {
    const workspace = await newWorkspace();
    const eli = await enter('eli@cascade.test', workspace);
    const ada = await enter('ada@cascade.test', workspace);
    await say(eli, 'Create a new part called Fan Bracket');
    const card = (page: Page, state: string) => page.locator(`[data-confirmation=${state}]`);
    await Promise.all([card(eli, 'pending').waitFor(), card(ada, 'pending').waitFor()]);
    await card(ada, 'pending').getByText('Only Eli Okafor can confirm this').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await faultsOf(ada)).toEqual([]);
    }
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

describe('who looks on', () => {
  it('a viewer finds the demo workspace, reads along, asks, and changes nothing', async () => {
    const vic = await enter('vic@cascade.test', demoWorkspaceId(1));
    await vic.getByRole('heading', { level: 1, name: 'Quieter controller cabinet' }).waitFor();
    const eli = await enter('eli@cascade.test', demoWorkspaceId(1));
    await say(eli, 'Count to 40');
    expect((await watchAnswer(vic, '40')).length).toBeGreaterThan(5);
    await say(vic, 'Create a new part called Viewer Part');
    await answers(eli).nth(1).waitFor();
    await vic.getByRole('button', { name: 'Send', exact: true }).waitFor();
    expect(await vic.locator('[data-confirmation]').count()).toBe(0);
    expect(await answers(vic).last().textContent()).toContain('viewer');
  });

  it('R13: who leaves the program is cut off within a minute, on the open page too', async () => {
    const workspace = await newWorkspace();
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
      await vic.getByRole('heading', { name: 'No such page' }).waitFor({ timeout: 60_000 });
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

  it('somebody of another program finds neither the page nor the conversation', async () => {
    const workspace = await newWorkspace();
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
