// A small product's items and what its tools give back, for the tests.
import type { JsonObject } from './chat.ts';
import { type Results, startConversation, uuid } from './conversation.fixture.ts';
import { PLM_TOOLS } from './tools.fixture.ts';

export const ARM = {
  id: uuid(1),
  itemNumber: 'PN-000001',
  name: 'Gripper Arm',
  revision: 'A',
  state: 'Released',
  itemType: 'Part',
};
export const MOTOR = {
  id: uuid(2),
  itemNumber: 'PN-000002',
  name: 'Drive Motor',
  revision: 'A',
  state: 'Draft',
  itemType: 'Part',
};
export const SHAFT = {
  id: uuid(3),
  itemNumber: 'PN-000003',
  name: 'Drive Shaft',
  revision: 'B',
  state: 'Draft',
  itemType: 'Part',
};
export const DRAWING = {
  id: uuid(4),
  itemNumber: 'DOC-000001',
  name: 'Arm Drawing',
  revision: 'A',
  state: 'Draft',
  itemType: 'Document',
};
export const ORDER = {
  id: uuid(5),
  itemNumber: 'ECO-000001',
  name: 'Lighter arm',
  revision: 'A',
  state: 'Draft',
  itemType: 'ChangeOrder',
};
const ITEMS = [ARM, MOTOR, SHAFT, DRAWING, ORDER];
export const GRIPPER = { id: uuid(100), code: 'ARM-GRIPPER', name: 'Gripper' };
export const BASE = { id: uuid(101), code: 'BASE-2', name: 'Base Frame' };
const ORION = { id: uuid(200), code: 'ORION', name: 'Orion Robot', status: 'Active' };

function matching<Row extends JsonObject>(rows: readonly Row[], args: JsonObject): readonly Row[] {
  const query = String(args.query ?? '').toLowerCase();
  const text = (row: Row) => `${String(row.itemNumber ?? row.code)} ${String(row.name)}`.toLowerCase();
  return rows.filter(
    (row) => text(row).includes(query) && (args.itemType === undefined || row.itemType === args.itemType),
  );
}

export const RESULTS: Results = {
  search_items: (args: JsonObject) => ({ items: matching(ITEMS, args), total: matching(ITEMS, args).length }),
  search_designs: (args: JsonObject) => ({ designs: matching([GRIPPER, BASE], args) }),
  search_programs: (args: JsonObject) => ({ programs: matching([ORION], args) }),
  get_item_details: (args: JsonObject) => {
    const item = ITEMS.find((one) => one.id === args.id || one.itemNumber === args.itemNumber);
    return item === undefined
      ? { error: { code: 'NOT_FOUND', message: 'No such item.' } }
      : { ...item, weight: 2.5, weightUnit: 'kg' };
  },
  get_bom: { item: ARM, children: [{ ...MOTOR, quantity: 2, children: [{ ...SHAFT, quantity: 1, children: [] }] }] },
  get_where_used: { item: MOTOR, assemblies: [{ ...ARM, depth: 1 }] },
  analyze_change_impact: {
    item: ARM,
    affectedAssemblies: [{ ...ARM, depth: 1 }],
    risk: { overall: 'high', reasons: [{ level: 'high', reason: 'Used in 51 places' }] },
  },
  create_item: (args: JsonObject) => ({
    id: uuid(50),
    itemNumber: 'PN-000151',
    name: args.name,
    state: 'Draft',
    itemType: args.itemType,
  }),
  update_item: MOTOR,
  create_relationship: { id: uuid(70) },
  transition_item_state: (args: JsonObject) => ({ ...MOTOR, state: args.targetState }),
  create_change_order: (args: JsonObject) => ({
    id: uuid(60),
    itemNumber: 'ECO-000009',
    name: args.name,
    state: 'Draft',
    itemType: 'ChangeOrder',
  }),
  initiate_collaborative_design: { workspaceUrl: `/designs/workspace/${uuid(80)}` },
  offer_navigation: { url: '/items/1', label: 'View' },
};

export function ask(text: string, results: Results = RESULTS) {
  return startConversation({ tools: PLM_TOOLS, results }).ask(text);
}
