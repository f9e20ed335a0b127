// The read tools against a real Postgres, and the model's knowledge compared with the database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTenant } from '../../tools/tenant-access.ts';
import { findInView, findScope } from '../registry.ts';
import { ITEM_TYPES, SUPERSEDED } from './item-types.ts';
import { accessOf, createPlmWorld, type Data, type PlmWorld } from './plm-world.fixture.ts';

let world: PlmWorld;
let arm: Data;
let motor: Data;
let screw: Data;
let drawing: Data;
let base: Data;

beforeAll(async () => {
  world = await createPlmWorld();
  ({ arm, motor, screw, drawing, base } = await world.addItems());
});
afterAll(() => world.database.drop());

describe('reading', () => {
  test('search_items matches part of a name or number, type, state and design, and returns the total', async () => {
    expect(await world.read('vic', 'search_items', { query: 'drive mot' })).toMatchObject({
      items: [
        {
          id: motor.id,
          itemNumber: motor.itemNumber,
          name: 'Drive Motor',
          revision: 'A',
          state: 'Draft',
          itemType: 'Part',
        },
      ],
      total: 1,
    });
    expect(await world.read('vic', 'search_items', { query: base.itemNumber })).toMatchObject({
      items: [{ state: 'Released' }],
    });
    const inDesign = { designId: 'DRAFT-ARM' };
    expect(await world.read('vic', 'search_items', { ...inDesign, limit: 1 })).toMatchObject({ items: [{}], total: 5 });
    expect(await world.read('vic', 'search_items', { ...inDesign, itemType: 'Document' })).toMatchObject({ total: 1 });
    expect(await world.read('vic', 'search_items', { ...inDesign, state: 'Released' })).toMatchObject({
      items: [],
      total: 0,
    });
  });

  test('get_item_details finds by id and by number, with the fields of the type', async () => {
    await world.make('eli', 'update_item', {
      itemId: screw.id,
      material: 'A2 steel',
      weight: 4.5,
      weightUnit: 'g',
      cost: 0.12,
      currency: 'eur',
    });
    const byId = await world.read('vic', 'get_item_details', { id: screw.id });
    expect(byId).toMatchObject({
      name: 'Hex Screw',
      details: { material: 'A2 steel', weight: 4.5, weightUnit: 'g', cost: 0.12, currency: 'EUR' },
    });
    expect(await world.read('vic', 'get_item_details', { itemNumber: screw.itemNumber })).toEqual(byId);
    expect(await world.read('vic', 'get_item_details', { itemNumber: screw.itemNumber, revision: 'a' })).toEqual(byId);
  });

  test('get_bom returns the requested depth', async () => {
    expect(await world.read('vic', 'get_bom', { itemId: arm.id })).toMatchObject({
      children: [{ id: motor.id, quantity: 2, findNumber: 10, referenceDesignator: 'M1, M2' }],
    });
    const two = await world.read('vic', 'get_bom', { itemId: arm.id, depth: 2 });
    expect(two).toMatchObject({ children: [{ id: motor.id, children: [{ id: screw.id, quantity: 8 }] }] });
  });

  test('get_where_used returns assemblies with their depth', async () => {
    expect(await world.read('vic', 'get_where_used', { itemId: screw.id })).toMatchObject({
      parents: [
        { id: motor.id, depth: 1 },
        { id: arm.id, depth: 2 },
      ],
    });
  });

  test('analyze_change_impact returns assemblies, documents and a risk with reasons', async () => {
    const impact = await world.read('vic', 'analyze_change_impact', { itemId: screw.id });
    expect(impact).toMatchObject({
      affectedAssemblies: [{ id: motor.id }, { id: arm.id }],
      risk: { severity: 'low', reasons: [] },
    });
    const documents = await world.read('vic', 'analyze_change_impact', { itemId: arm.id });
    expect(JSON.stringify(documents)).toContain(drawing.id);
    expect(
      JSON.stringify(await world.read('vic', 'analyze_change_impact', { itemId: arm.id, includeDocuments: false })),
    ).not.toContain(drawing.id);
  });

  test('analyze_change_impact fails as a whole when one part fails', async () => {
    const { owner } = world.database;
    for (const broken of ['function private.active_change_orders', 'function private.where_used']) {
      await owner.query(`revoke execute on ${broken} from groundwire_app`);
      const outcome = await world.call('eli', 'analyze_change_impact', { itemId: screw.id });
      await owner.query(`grant execute on ${broken} to groundwire_app`);
      expect(outcome).toMatchObject({ kind: 'refused', isError: true });
      expect(JSON.stringify(outcome)).not.toMatch(/risk|severity/);
      expect(await world.call('eli', 'analyze_change_impact', { itemId: screw.id })).toMatchObject({ kind: 'result' });
    }
  });

  test('search_programs and search_designs find what the user is a member of', async () => {
    expect(await world.read('vic', 'search_programs', { query: 'open-1' })).toMatchObject({
      programs: [{ id: world.ids.open, code: 'OPEN-1', customer: 'Acme', status: 'Active' }],
      total: 1,
    });
    expect(await world.read('vic', 'search_programs', { query: 'hidden' })).toMatchObject({ programs: [], total: 0 });
    expect(await world.read('vic', 'search_designs', { programId: 'OPEN-1' })).toMatchObject({
      designs: [{}, {}],
      total: 2,
    });
    expect(await world.read('vic', 'search_designs', { query: 'guarded', programId: world.ids.open })).toMatchObject({
      designs: [{ id: world.ids.guarded, code: 'GUARDED-BASE' }],
    });
  });

  test.each([
    [
      'an item',
      () => ({ itemId: arm.id, itemNumber: arm.itemNumber, itemType: 'Part' }),
      () => `/workspace/items/${arm.id}`,
      () => `View ${arm.itemNumber}`,
    ],
    [
      'its tab',
      () => ({ itemId: arm.id, itemNumber: 'x', itemType: 'Part', tab: 'bom', label: 'The BOM' }),
      () => `/workspace/items/${arm.id}?tab=bom`,
      () => 'The BOM',
    ],
    [
      'a tab it does not have',
      () => ({ itemId: arm.id, itemNumber: 'x', itemType: 'Part', tab: 'affected-items' }),
      () => `/workspace/items/${arm.id}`,
      () => `View ${arm.itemNumber}`,
    ],
    [
      'a design',
      () => ({ itemId: world.ids.draft, itemNumber: 'DRAFT-ARM', itemType: 'Design' }),
      () => `/workspace/designs/${world.ids.draft}`,
      () => 'View DRAFT-ARM',
    ],
    [
      'a program',
      () => ({ itemId: world.ids.open, itemNumber: 'OPEN-1', itemType: 'Program' }),
      () => `/workspace/programs/${world.ids.open}`,
      () => 'View OPEN-1',
    ],
  ])('offer_navigation leads to %s', async (_what, args, path, label) => {
    const outcome = await world.call('vic', 'offer_navigation', args());
    expect(outcome).toMatchObject({ kind: 'result', link: { kind: 'navigation', path: path(), label: label() } });
    if (outcome.kind === 'result')
      expect(JSON.parse(outcome.content)).toMatchObject({ path: path(), label: label(), external: false });
  });
});

test('the lifecycles in the prompt match the database', async () => {
  const { rows } = await world.database.owner.query('select plm.lifecycles() as lifecycles');
  const { lifecycles } = rows[0];
  for (const [name, { lifecycle }] of Object.entries(ITEM_TYPES)) {
    const { [SUPERSEDED]: _superseded, ...moves } = lifecycles[name].transitions;
    const sorted = (all: Record<string, readonly string[]>) =>
      Object.fromEntries(Object.entries(all).map(([from, to]) => [from, [...to].sort()]));
    expect(sorted(moves)).toEqual(sorted(lifecycle));
  }
});

test('findInView returns only what the user can see', async () => {
  const { open, draft, hidden, secret, stage } = world.ids;
  const find = (person: 'eli' | 'ada', programId: string | null, designId: string | null) =>
    findInView(accessOf(person), { programId, designId }, openTenant(world.database.deps, accessOf(person)).reader);
  const program = { id: open, code: 'OPEN-1', name: 'OPEN-1 program' };
  expect(await find('eli', open, 'DRAFT-ARM')).toEqual({
    program,
    design: { id: draft, code: 'DRAFT-ARM', name: 'DRAFT-ARM design', programId: open },
  });
  expect(await find('eli', 'OPEN-1', null)).toEqual({ program, design: null });
  expect(await find('eli', hidden, stage)).toEqual({ program: null, design: null });
  expect(await find('eli', null, secret)).toEqual({ program: null, design: null });
  expect(await find('ada', open, secret)).toEqual({ program, design: null });
  expect(await find('eli', "'; drop table plm.items; --", '\u202E')).toEqual({ program: null, design: null });
  expect(await find('eli', null, null)).toEqual({ program: null, design: null });
});

test('findScope returns a scope only if the user can see all of it', async () => {
  const { open, draft, secret } = world.ids;
  const find = (person: 'eli' | 'ada' | 'nora', programId: string | null, designId: string | null) =>
    findScope(accessOf(person), { programId, designId }, openTenant(world.database.deps, accessOf(person)).reader);
  expect(await find('eli', 'open-1 PROGRAM', null)).toEqual({ found: true, programId: open, designId: null });
  expect(await find('eli', null, 'draft-arm')).toEqual({ found: true, programId: open, designId: draft });
  expect(await find('eli', null, secret)).toEqual({ found: false, unknown: 'designId' });
  expect(await find('ada', null, secret)).toMatchObject({ found: true, designId: secret });
  expect(await find('ada', open, secret)).toEqual({ found: false, unknown: 'designId' });
  expect(await find('eli', 'NOTHING', draft)).toEqual({ found: false, unknown: 'programId' });
  expect(await find('eli', 'OPEN-1\0', null)).toEqual({ found: false, unknown: 'programId' });
  expect(await find('nora', open, null)).toEqual({ found: false, unknown: 'programId' });
});
