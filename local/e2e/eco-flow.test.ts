// An engineer changes a released part by chat: asks for the change, creates the change order that it needs, repeats the
// change under it, and gets it reviewed and approved. Then checks Postgres and the part's page.
import pg from 'pg';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { closeContexts, openTestBrowser } from '../testing/test-browser.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { askIn, enter, sendIn } from './assistant-page.ts';

let stack: Stack;
let browser: Browser;
let database: pg.Client;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack({ demo: { pace: 'instant' } }), openTestBrowser()]);
  database = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await database.connect();
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await database?.end();
  await closeContexts(browser);
  await stack?.stop();
});

const FIBRE = 'Carbon fibre composite';

type Row = Record<string, unknown>;
const ask = async (text: string, values: unknown[] = []): Promise<Row[]> => (await database.query(text, values)).rows;

type Part = { readonly number: string; readonly id: string; readonly name: string; readonly weight: string };

/** A released tube of the arm without an open change order. Each run of the test uses another one. */
async function findPart(): Promise<Part> {
  const [row] = await ask(
    `select i.item_number, i.id, i.name, p.weight from plm.items i join plm.parts p on p.item_id = i.id
     where i.name in ('Forearm tube', 'Upper arm tube') and i.is_current and i.state = 'Released'
       and not exists (select from plm.change_order_items s where s.master_id = i.master_id)
     order by i.item_number desc limit 1`,
  );
  const text = (column: string) => String(row?.[column]);
  return { number: text('item_number'), id: text('id'), name: text('name'), weight: String(Number(row?.['weight'])) };
}

/** Revision → state and material; the working copy is marked. */
async function revisionsOf(number: string): Promise<Record<string, string>> {
  const rows = await ask(
    `select i.revision, i.state, i.is_working, p.material from plm.items i join plm.parts p on p.item_id = i.id
     where i.item_number = $1`,
    [number],
  );
  return Object.fromEntries(
    rows.map((row) => [
      `${row['revision']}${row['is_working'] ? ' (copy)' : ''}`,
      `${row['state']}, ${row['material']}`,
    ]),
  );
}

/** A separate browser for each person. */
async function openContext(): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } });
  return context;
}

const main = (page: Page): Locator => page.locator('main');
const card = (page: Page, state = 'pending'): Locator => page.locator(`[data-approval=${state}]`);
const answer = (page: Page): Locator => page.getByRole('article', { name: 'Assistant' }).last();

/** The element's visible text, in one line. */
// biome-ignore lint/performance/useDomNodeTextContent: innerText keeps separate elements apart
const textOf = async (place: Locator): Promise<string> => (await place.innerText()).replace(/\s+/g, ' ');

/** Sends the message as soon as the previous turn has ended. */
async function say(page: Page, text: string): Promise<void> {
  await sendIn(main(page)).waitFor();
  await askIn(main(page), text);
}

/** The table of assemblies in the last answer, once it is complete. */
async function usedIn(page: Page): Promise<string> {
  await answer(page).getByText('It is used here:').waitFor();
  await sendIn(main(page)).waitFor();
  return textOf(answer(page).getByRole('table'));
}

/** Waits for the card with this title and checks its text. */
async function expectCard(page: Page, title: string, lines: readonly string[]): Promise<Locator> {
  const place = card(page).filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  await place.waitFor();
  const said = await textOf(place);
  for (const line of lines) expect(said).toContain(line);
  return place;
}

async function confirm(place: Locator): Promise<void> {
  await place.getByRole('button', { name: 'Confirm', exact: true }).click();
  // After the decision the card is no longer pending.
  await place.waitFor({ state: 'detached' });
}

it('changing a released part creates a change order, the change under it, a review and the next revision', async () => {
  const part = await findPart();
  // The engineer's.
  const page = await enter(await openContext(), stack, { email: 'eli@cascade.test', path: '/chat' });
  await say(page, `Where is ${part.number} used?`);
  const usedBefore = await usedIn(page);
  expect(usedBefore).toContain('Kestrel arm, 900 mm reach');

  // The assistant suggests a change order and creates nothing.
  await say(page, `Change the material of ${part.number} to "Titanium grade 5"`);
  await answer(page).getByText('Would you like me to create an ECO first?').last().waitFor();
  expect(await card(page).count()).toBe(0);
  expect(await revisionsOf(part.number)).toEqual({ A: `Released, ${FIBRE}` });

  // The change order is created, and the assistant returns to the requested change.
  await say(page, 'Yes, please');
  const create = await expectCard(page, `Create ECO Change ${part.number}`, [
    'Kestrel Arm Mechanics (KES-ARM)',
    `Revise ${part.number} ${part.name}, revision A, Released`,
  ]);
  expect(await orderOf(part.id)).toBeUndefined();
  await confirm(create);
  const update = await expectCard(page, `Update ${part.number}`, [
    `${part.number} revision B, Draft`,
    `Material from ${FIBRE} to Titanium grade 5`,
  ]);
  const order = String((await orderOf(part.id))?.['item_number']);
  expect(await textOf(update)).toContain(`on the branch of ${order}`);
  await confirm(update);
  await answer(page).getByText(`Updated ${part.number}`).waitFor();
  expect(await textOf(answer(page))).toContain(`Created ${order}`);
  expect(await revisionsOf(part.number)).toEqual({ A: `Released, ${FIBRE}`, 'B (copy)': 'Draft, Titanium grade 5' });

  // Two people work on the same copy. Each found the part by a search, which returns the revision on main. The one who
  // clicks second hasn't seen the copy's current values.
  await page.getByRole('button', { name: 'New conversation' }).click();
  await say(page, `Change the material of ${part.number} to "Aluminium 6061-T6" under ${order}`);
  const stale = await expectCard(page, `Update ${part.number}`, [
    'Material from Titanium grade 5 to Aluminium 6061-T6',
  ]);
  const lead = await enter(await openContext(), stack, { path: '/chat' });
  await say(lead, `Change the weight of ${part.number} to 0.4 kg under ${order}`);
  await confirm(
    await expectCard(lead, `Update ${part.number}`, [`Weight from ${part.weight} to 0.4 Weight unit from g to kg`]),
  );
  await answer(lead).getByText(`Updated ${part.number}`).waitFor();
  await stale.getByRole('button', { name: 'Confirm', exact: true }).click();
  await card(page, 'failed').getByText('has changed since this was proposed').waitFor();
  expect(await revisionsOf(part.number)).toMatchObject({ 'B (copy)': 'Draft, Titanium grade 5' });
  await say(page, `Set the material of ${part.number} to "${FIBRE}" under ${order}`);
  await confirm(await expectCard(page, `Update ${part.number}`, [`Material from Titanium grade 5 to ${FIBRE}`]));
  await answer(page).getByText(`Updated ${part.number}`).waitFor();

  // Review, then approval, which merges the change.
  await say(lead, `Submit ${order} for review`);
  await confirm(await expectCard(lead, `Move ${order} to In Review`, ['State from Draft to In Review']));
  await answer(lead)
    .getByText(/^Moved .* to In Review\.$/)
    .waitFor();
  await say(lead, `Approve ${order}, comment: lighter`);
  const approval = await expectCard(lead, `Approve ${order}`, [
    'and merge its item.',
    'State from In Review to Approved',
    `Revise from revision A to ${part.number} ${part.name}, revision B`,
    'Comments lighter',
  ]);
  await confirm(approval);
  await answer(lead)
    .getByText(/^Moved .* to Approved\.$/)
    .waitFor();
  expect(await revisionsOf(part.number)).toEqual({ A: `Superseded, ${FIBRE}`, B: `Released, ${FIBRE}` });
  expect(await orderOf(part.id)).toMatchObject({ state: 'Approved', merge_status: 'merged', is_archived: true });

  // Where-used is as before, and the button opens the current revision.
  await say(lead, `Where is ${part.number} used?`);
  expect(await usedIn(lead)).toBe(usedBefore);
  await answer(lead)
    .getByRole('link', { name: `View ${part.number}` })
    .click();
  await lead.getByRole('heading', { level: 1, name: part.name }).waitFor();
  expect(await textOf(main(lead))).toContain(`${part.number} Rev B Released`);
  await lead.getByRole('row', { name: / module Used in / }).waitFor();
  await lead.getByRole('tab', { name: /^History/ }).click();
  await lead.getByText(`Released · revision B · in ${order}`).waitFor();
  const history = await textOf(main(lead));
  expect(history).toContain(`Superseded · revision A · in ${order}`);
  expect(history).toContain(`Weight ${part.weight} 0.4`);
  await lead.getByRole('tab', { name: 'Details' }).click();
  await lead.getByRole('row', { name: 'A Superseded' }).getByRole('link').click();
  await expect.poll(() => textOf(main(lead))).toContain(`${part.number} Rev A Superseded`);
});

/** The change order that a person made about an item, with its branch. */
async function orderOf(masterId: string): Promise<Row | undefined> {
  const [row] = await ask(
    `select o.item_number, o.state, d.merge_status, b.is_archived
     from plm.change_order_items s join plm.items o on o.id = s.change_order_id
     join plm.change_order_designs d on d.change_order_id = o.id join plm.branches b on b.id = d.branch_id
     where s.master_id = $1`,
    [masterId],
  );
  return row;
}
