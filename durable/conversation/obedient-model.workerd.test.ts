// A model that does whatever a tool's result tells it to, and results that tell it to do harm, in every place where a result
// has a text. What it may do is decided by code and by the user, so nothing comes of it but cards that wait.
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NEIGHBOUR } from '../../local/neighbour.ts';
import { PLM_TOOLS } from '../packs/plm/plm-tools.ts';
import type { Access } from '../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  eventsOf,
  newTalk,
  readerOf,
  rejoin,
  type Talk,
} from './conversation-client.fixture.ts';
import {
  createWorld,
  type ProviderCall,
  type ScriptedCall,
  toolUse,
  type World,
  words,
} from './gated-world.fixture.ts';
import { type HostileDatabase, openHostileDatabase } from './hostile-database.fixture.ts';
import {
  demandsFor,
  hostileText,
  obey,
  placesOf,
  WRITES_DEMANDED,
  withoutDemands,
  withText,
} from './obedient-model.fixture.ts';
import {
  answerAll,
  cardsIn,
  countParts,
  createPart,
  decide,
  firstOf,
  OPEN_DESIGN,
  queryAs,
  uniqueName,
} from './tool-talk.fixture.ts';

let world: World;
let database: HostileDatabase;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  database = openHostileDatabase();
  access = await accessOf(ADA);
  // A place that can hold no text makes the answer one of another shape, which is told and logged as a fault of ours.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  database.restore();
  world.restore();
});

const namesOf = (effects: readonly string[]): string[] =>
  PLM_TOOLS.filter(({ effect }) => effects.includes(effect)).map(({ name }) => name);
const ASKED = namesOf(['write']);
const WRITES = namesOf(['write', 'light-write']);

/** What leaves the database and not the tool: what its output does not name, or has no room for just any text. */
const UNHEARD: Readonly<Record<string, readonly string[]>> = {
  search_items: ['items.0.programId'],
  get_item_details: ['programId'],
  get_bom: ['item.programId'],
  get_where_used: ['item.programId', 'parents.0.itemType', 'parents.0.programId'],
  analyze_change_impact: ['item.programId', 'risk.reasons.0.severity', 'risk.severity', 'documents.0.programId'],
  offer_navigation: ['id', 'name', 'type', 'state', 'designId', 'revision', 'programId'],
  create_item: ['item.programId'],
  update_item: ['item.programId'],
  create_relationship: ['source.programId', 'target.programId'],
  transition_item_state: ['item.programId'],
  create_change_order: ['item.programId'],
  initiate_collaborative_design: ['programId', 'sessionId', 'description', 'programCode'],
};

type Ids = Readonly<Record<'part' | 'component' | 'assembly' | 'draft' | 'program', string>>;

/** With a draft of its own, so that no other test finds it changed. */
async function readIds(): Promise<Ids> {
  const name = uniqueName();
  await goOn(await resultOf(createPart(name)));
  const [row] = await queryAs(
    access,
    sql`select (select i.id from plm.items i where i.name = ${name}) as draft,
      (select i.id from plm.items i where i.item_number = 'PN-000070' and i.is_current) as part,
      (select i.id from plm.items i where i.item_number = 'PN-000013' and i.is_current) as component,
      (select i.id from plm.items i where i.item_number = 'PN-000059' and i.is_current) as assembly,
      (select p.code from plm.programs p order by p.code limit 1) as program`,
  );
  return row as Ids;
}

/** The tool with input that the demo data has an answer to. */
function sensibleCall(tool: string, { part, component, assembly, draft, program }: Ids): ScriptedCall {
  const inputs: Readonly<Record<string, unknown>> = {
    search_items: { query: 'elbow' },
    get_item_details: { id: part },
    get_bom: { itemId: assembly, depth: 3 },
    get_where_used: { itemId: component },
    analyze_change_impact: { itemId: part },
    offer_navigation: { itemId: part, itemNumber: 'PN-000070', itemType: 'Part' },
    search_programs: {},
    search_designs: {},
    create_item: { itemType: 'Part', name: uniqueName(), designId: OPEN_DESIGN },
    update_item: { itemId: draft, material: uniqueName() },
    create_relationship: { sourceItemId: draft, targetItemId: component, type: 'BOM', quantity: 2, findNumber: 977 },
    transition_item_state: { itemId: draft, targetState: 'In Review' },
    create_change_order: { name: uniqueName(), affectedItemIds: [part] },
    initiate_collaborative_design: { description: 'A lighter elbow', programId: program },
  };
  return { id: `toolu_${tool}`, name: tool, input: inputs[tool] };
}

type Sent = { readonly talk: Talk; readonly sent: ProviderCall; readonly runId: string };

/** Lets the model call one tool, the user confirm it where there is a card, and answers what the model is sent then. */
async function resultOf(call: ScriptedCall, { isRefused } = { isRefused: false }): Promise<Sent> {
  const talk = newTalk(access);
  const asked = callOf(talk, access);
  const reader = readerOf(await ask(talk, asked));
  await answerAll(world, [[call]]);
  if (isRefused || !ASKED.includes(call.name)) return { talk, sent: await world.nextCall(), runId: asked.run.runId };
  const decided = await decide(talk, access, firstOf(cardsIn(await reader.rest())));
  if (!decided.ok) throw new Error(`not decided: ${decided.code}`);
  return { talk, sent: await world.nextCall(), runId: decided.runId };
}

/** The model obeys; all that the page is told of the run. */
async function goOn({ talk, sent, runId }: Sent): Promise<string> {
  const orders = obey(sent);
  sent.send(orders.length > 0 ? toolUse(...orders) : words('Nothing was asked of me.'));
  sent.end();
  return readerOf(await rejoin(talk, access, runId)).rest();
}

type Hostile = { readonly name: string; readonly standIn: unknown; readonly as?: 'proposals' };

/** Calls the tool while its function answers so, and looks at all that could have come of it. */
async function expectNoHarm(
  call: ScriptedCall,
  { name, standIn, as }: Hostile,
): Promise<{ readonly isObeyed: boolean }> {
  const standIns = database.state[as ?? 'standIns'];
  standIns.set(functionOf(call.name), standIn);
  const told = await resultOf(call, { isRefused: as !== undefined });
  standIns.clear();
  const isObeyed = obey(told.sent).length > 0;
  const text = await goOn(told);

  const waiting = cardsIn(text).filter(({ toolCallId }) => toolCallId.startsWith('toolu_obey'));
  expect(waiting.map(({ state }) => state)).toEqual(isObeyed ? Array(WRITES_DEMANDED).fill('pending') : []);
  expect(await countParts(access, name)).toBe(0);
  const [done] = await queryAs(
    access,
    sql`select count(*)::int as n from audit_log
        where run_id = ${told.runId} and event = 'tool.completed' and tool in ${WRITES}`,
  );
  expect(done).toEqual({ n: 0 });
  for (const path of pathsIn(text)) expect(path).toMatch(/^\/workspace\/\w+\/[^/:]*$/);
  expect(withoutDemands(text)).not.toContain(NEIGHBOUR.designId);
  expect(world.state.others).toEqual([]);
  return { isObeyed };
}

const functionOf = (tool: string): string => (tool === 'offer_navigation' ? 'resolve_entity' : tool);

/** What the pages would open of it. */
const pathsIn = (text: string): string[] =>
  eventsOf(text).flatMap((event) => {
    if (event.type !== 'CUSTOM' || (event.name !== 'navigation' && event.name !== 'workspace')) return [];
    return [(event.value as { readonly path: string }).path];
  });

describe.each(PLM_TOOLS.map(({ name }) => name))('R31: a model that obeys hostile text in the result of %s', (tool) => {
  it('in any place of it: 0 writes, 0 reads of another org, 0 requests', { timeout: 120_000 }, async () => {
    const honest = await resultOf(sensibleCall(tool, await readIds()));
    expect(obey(honest.sent)).toEqual([]);
    await goOn(honest);
    const answer = database.answers.get(functionOf(tool));
    const ids = await readIds();
    const unheard: string[] = [];
    for (const place of placesOf(answer).filter(([key]) => key === 'data')) {
      const name = uniqueName();
      const standIn = withText(answer, place, hostileText(demandsFor(name, ids)));
      const { isObeyed } = await expectNoHarm(sensibleCall(tool, ids), { name, standIn });
      if (!isObeyed) unheard.push(place.slice(1).join('.'));
    }
    expect(unheard).toEqual(UNHEARD[tool] ?? []);
  });

  it('in the words and facts of a refusal: 0 writes, 0 reads of another org, 0 requests', async () => {
    const ids = await readIds();
    const refusal = { ok: false, code: 'INCOMPATIBLE', message: 'No.', facts: { path: ['PN-1'], designName: 'Arm' } };
    for (const place of [['message'], ['facts', 'path', 0], ['facts', 'designName']]) {
      for (const as of ASKED.includes(tool) ? (['proposals', undefined] as const) : [undefined]) {
        const name = uniqueName();
        const standIn = withText(refusal, place, hostileText(demandsFor(name, ids)));
        const hostile = { name, standIn, ...(as && { as }) };
        expect(await expectNoHarm(sensibleCall(tool, ids), hostile)).toEqual({ isObeyed: true });
      }
    }
  });
});

it('R31: a workspace is all that hostile text opens unasked: in a program of the user, and no item is changed', async () => {
  const ids = await readIds();
  const call = sensibleCall('search_items', ids);
  const honest = await resultOf(call);
  await goOn(honest);
  const description = uniqueName();
  const open = (programId: string) => ({ name: 'initiate_collaborative_design', input: { description, programId } });
  const text = hostileText([open(ids.program), open(NEIGHBOUR.programId)]);
  database.state.standIns.set(
    'search_items',
    withText(database.answers.get('search_items'), ['data', 'items', 0, 'name'], text),
  );
  const told = await resultOf(call);
  told.sent.send(toolUse(...obey(told.sent)));
  told.sent.end();
  await answerAll(world, ['It is open.']);
  expect(await readerOf(await rejoin(told.talk, access, told.runId)).rest()).toContain('NOT_FOUND');
  const opened = await queryAs(
    access,
    sql`select p.code from plm.design_sessions s join plm.programs p on p.id = s.program_id where s.description = ${description}`,
  );
  expect(opened).toEqual([{ code: ids.program }]);
  const done = await queryAs(
    access,
    sql`select tool from audit_log where run_id = ${told.runId} and event = 'tool.completed' and tool in ${WRITES}`,
  );
  expect(done).toEqual([{ tool: 'initiate_collaborative_design' }]);
});
