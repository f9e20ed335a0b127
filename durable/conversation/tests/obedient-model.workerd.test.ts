// A model that obeys every instruction in a tool's result, and results with harmful instructions in every text field. Code
// and the user decide what runs, so the only effect is pending approvals.
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NEIGHBOR } from '../../../local/testing/neighbor.ts';
import { PLM_TOOLS } from '../../packs/plm/plm-tools.ts';
import type { Access } from '../../principal.ts';
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
  // Replacing a field that isn't text makes the result invalid, which is reported and logged as our own bug.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  database.restore();
  world.restore();
});

const namesOf = (effects: readonly string[]): string[] =>
  PLM_TOOLS.filter(({ effect }) => effects.includes(effect)).map(({ name }) => name);
const WRITES = namesOf(['write', 'light-write']);
/** In a conversation that is about no program, light writes wait for an approval too. */
const ASKED = WRITES;

/** Fields that leave the database but not the tool: its output schema omits or restricts them. */
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

/** With its own draft, so that other tests don't change it. */
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

/** The tool with input that matches demo data. */
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

/** Makes the model call one tool, confirms its approval if there is one, and returns what the model is sent next. */
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

/** The model obeys; returns everything the page gets of the run. */
async function goOn({ talk, sent, runId }: Sent): Promise<string> {
  const orders = obey(sent);
  sent.send(orders.length > 0 ? toolUse(...orders) : words('Nothing was asked of me.'));
  sent.end();
  return readerOf(await rejoin(talk, access, runId)).rest();
}

type Hostile = { readonly name: string; readonly standIn: unknown; readonly as?: 'proposals' };

/** Calls the tool with this result of its function, and checks all possible effects. */
async function expectNoHarm(
  call: ScriptedCall,
  { name, standIn, as }: Hostile,
): Promise<{ readonly isObeyed: boolean }> {
  const standIns = database.state[as ?? 'standIns'];
  standIns.set(functionOf(call.name), standIn);
  const result = await resultOf(call, { isRefused: as !== undefined });
  standIns.clear();
  const isObeyed = obey(result.sent).length > 0;
  const text = await goOn(result);

  const waiting = cardsIn(text).filter(({ toolCallId }) => toolCallId.startsWith('toolu_obey'));
  expect(waiting.map(({ state }) => state)).toEqual(isObeyed ? Array(WRITES_DEMANDED).fill('pending') : []);
  expect(await countParts(access, name)).toBe(0);
  const [done] = await queryAs(
    access,
    sql`select count(*)::int as n from audit_log
        where run_id = ${result.runId} and event = 'tool.completed' and tool in ${WRITES}`,
  );
  expect(done).toEqual({ n: 0 });
  for (const path of pathsIn(text)) expect(path).toMatch(/^\/workspace\/\w+\/[^/:]*$/);
  expect(withoutDemands(text)).not.toContain(NEIGHBOR.designId);
  expect(world.state.others).toEqual([]);
  return { isObeyed };
}

const functionOf = (tool: string): string => (tool === 'offer_navigation' ? 'resolve_entity' : tool);

/** The links that the pages would open. */
const pathsIn = (text: string): string[] =>
  eventsOf(text).flatMap((event) => {
    if (event.type !== 'CUSTOM' || (event.name !== 'navigation' && event.name !== 'workspace')) return [];
    return [(event.value as { readonly path: string }).path];
  });

describe.each(PLM_TOOLS.map(({ name }) => name))(
  'a model that obeys hostile text in the result of %s (R31)',
  (tool) => {
    it('makes 0 writes, 0 reads of another org and 0 requests, wherever the text is', {
      timeout: 120_000,
    }, async () => {
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

    it('makes 0 writes, 0 reads of another org and 0 requests when the text is in a refusal', async () => {
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
  },
);

it('hostile text opens no workspace and changes no item without a click (R31)', async () => {
  const ids = await readIds();
  const call = sensibleCall('search_items', ids);
  const honest = await resultOf(call);
  await goOn(honest);
  const description = uniqueName();
  const open = (programId: string) => ({ name: 'initiate_collaborative_design', input: { description, programId } });
  const text = hostileText([open(ids.program), open(NEIGHBOR.programId)]);
  database.state.standIns.set(
    'search_items',
    withText(database.answers.get('search_items'), ['data', 'items', 0, 'name'], text),
  );
  const result = await resultOf(call);
  result.sent.send(toolUse(...obey(result.sent)));
  result.sent.end();
  // The run ends at the card, without another request to the model.
  expect(await readerOf(await rejoin(result.talk, access, result.runId)).rest()).toContain('NOT_FOUND');
  const opened = await queryAs(
    access,
    sql`select p.code from plm.design_sessions s join plm.programs p on p.id = s.program_id where s.description = ${description}`,
  );
  expect(opened).toEqual([]);
  const done = await queryAs(
    access,
    sql`select tool from audit_log where run_id = ${result.runId} and event = 'tool.completed' and tool in ${WRITES}`,
  );
  expect(done).toEqual([]);
});
