// The PLM side of the two organizations: a program with one row of everything for the victim, and a program with the
// same id in the other organization, so that no policy can rely on the program alone.
import { randomUUID } from 'node:crypto';

type Row = Readonly<Record<string, unknown>>;
type Ids = Readonly<Record<'orgA' | 'orgB' | 'victim' | 'colleague' | 'secondAdmin' | 'outsider' | 'partner', string>>;

/** With the UUID version that marks places. */
const placeId = (): string => randomUUID().replace(/^(.{14})./, '$18');

export function createPlmRows(people: Ids) {
  const { orgA, orgB, victim, colleague, secondAdmin, outsider, partner } = people;
  const ids = {
    ...{ program: randomUUID(), farProgram: randomUUID(), design: randomUUID(), farDesign: randomUUID() },
    ...{ item: randomUUID(), component: randomUUID(), changeOrder: randomUUID(), farOrder: randomUUID() },
    ...{ branch: randomUUID(), farBranch: randomUUID(), farOrderBranch: randomUUID() },
    ...{ link: randomUUID(), history: randomUUID(), workflow: randomUUID(), step: randomUUID(), session: placeId() },
  };
  const inProgram = { org_id: orgB, program_id: ids.program };
  const id = (fresh: boolean, known: string) => (fresh ? randomUUID() : known);

  const rows: Readonly<Record<string, (fresh: boolean, person?: string) => Row>> = {
    'plm.programs': (fresh) => ({ org_id: orgB, id: id(fresh, ids.program), code: fresh ? 'NEW' : 'ONE', name: 'One' }),
    'plm.program_members': (fresh) => ({ ...inProgram, user_id: fresh ? outsider : victim, role: 'lead' }),
    'plm.designs': (fresh) => ({ ...inProgram, id: id(fresh, ids.design), code: fresh ? 'NEW' : 'D-1', name: 'One' }),
    'plm.branches': (fresh) => ({
      ...{ ...inProgram, id: id(fresh, ids.branch), design_id: ids.design, name: 'eco-000001' },
      ...{ branch_type: 'eco', change_order_id: ids.changeOrder },
    }),
    'plm.items': (fresh, person = victim) => {
      const itemId = id(fresh, ids.item);
      return {
        ...{
          ...inProgram,
          id: itemId,
          master_id: itemId,
          design_id: ids.design,
          branch_id: ids.design,
          name: 'Spindle',
        },
        ...{ item_number: fresh ? 'PN-000009' : 'PN-000001', item_type: 'Part', state: 'Draft', created_by: person },
      };
    },
    'plm.parts': (fresh) => ({ ...inProgram, item_id: id(fresh, ids.item), part_type: 'Purchase' }),
    'plm.documents': (fresh) => ({ ...inProgram, item_id: id(fresh, ids.item), document_type: 'Report' }),
    'plm.requirements': (fresh) => ({ ...inProgram, item_id: id(fresh, ids.item), requirement_type: 'Other' }),
    'plm.tasks': (fresh) => ({ ...inProgram, item_id: id(fresh, ids.item), priority: 'low' }),
    'plm.item_history': (fresh, person = victim) => ({
      ...{ ...inProgram, item_id: ids.item, master_id: ids.item, user_id: person, action: 'created', revision: 'A' },
      id: id(fresh, ids.history),
    }),
    'plm.item_relationships': (fresh) => ({
      ...{ ...inProgram, id: id(fresh, ids.link), source_master_id: ids.item, target_master_id: ids.component },
      ...{ relationship_type: 'BOM', quantity: 2 },
    }),
    'plm.change_orders': (fresh) => ({ ...inProgram, item_id: id(fresh, ids.changeOrder), reason: 'worn' }),
    'plm.change_order_designs': (fresh) => ({
      ...{ ...inProgram, change_order_id: id(fresh, ids.changeOrder), design_id: ids.design, branch_id: ids.branch },
    }),
    'plm.change_order_items': (fresh) => ({
      ...{ ...inProgram, change_order_id: id(fresh, ids.changeOrder), master_id: ids.item, design_id: ids.design },
      ...{ action: 'release', base_item_id: ids.item },
    }),
    'plm.branch_items': (fresh) => ({ ...inProgram, branch_id: ids.branch, item_id: id(fresh, ids.item) }),
    'plm.workflow_definitions': (fresh) => ({
      ...{ org_id: orgB, name: fresh ? 'New' : 'Standard change', steps: '["Draft"]' },
    }),
    'plm.workflow_instances': (fresh) => ({
      ...{ ...inProgram, change_order_id: ids.changeOrder, definition_name: 'Standard change', step: 'Draft' },
      id: id(fresh, ids.workflow),
    }),
    'plm.workflow_history': (fresh, person = victim) => ({
      ...{ ...inProgram, change_order_id: ids.changeOrder, user_id: person, to_step: 'Draft' },
      id: id(fresh, ids.step),
    }),
    'plm.approval_votes': (fresh, person = victim) => ({
      ...{ ...inProgram, change_order_id: id(fresh, ids.changeOrder), user_id: person, vote: 'approve' },
    }),
    'plm.design_sessions': (fresh, person = victim) => ({
      ...{ ...inProgram, id: fresh ? placeId() : ids.session, description: 'A new spindle', created_by: person },
    }),
  };
  const row = (table: string): Row => rows[table]?.(false) ?? {};
  const order = (orderId: string, number: string) => ({
    ...{ ...row('plm.items'), id: orderId, master_id: orderId, design_id: null, branch_id: null },
    ...{ item_number: number, item_type: 'ChangeOrder' },
  });
  const far = { org_id: orgB, program_id: ids.farProgram };
  const member = (org: string, user: string, role: string) => ({
    ...{ org_id: org, program_id: ids.program, user_id: user, role },
    ...{ can_create_eco: role !== 'viewer', can_approve_eco: role !== 'viewer' },
  });

  const setUp: [string, Row][] = [
    ['plm.programs', row('plm.programs')],
    ['plm.programs', { ...row('plm.programs'), org_id: orgA }],
    ['plm.programs', { org_id: orgB, id: ids.farProgram, code: 'FAR', name: 'Far' }],
    ['plm.program_members', member(orgB, victim, 'lead')],
    ['plm.program_members', member(orgB, partner, 'lead')],
    ['plm.program_members', member(orgB, colleague, 'engineer')],
    ['plm.program_members', member(orgB, secondAdmin, 'viewer')],
    ['plm.program_members', member(orgA, victim, 'lead')],
    ['plm.program_members', member(orgA, outsider, 'lead')],
    ['plm.designs', row('plm.designs')],
    ['plm.designs', { ...far, id: ids.farDesign, code: 'D-2', name: 'Far' }],
    ['plm.items', row('plm.items')],
    ['plm.items', { ...row('plm.items'), id: ids.component, master_id: ids.component, item_number: 'PN-000002' }],
    ['plm.items', order(ids.changeOrder, 'ECO-000001')],
    // A change order of the other program that touches this one as well.
    ['plm.items', { ...order(ids.farOrder, 'ECO-000002'), ...far }],
    ['plm.branches', row('plm.branches')],
    ['plm.branches', { ...row('plm.branches'), ...far, id: ids.farBranch, design_id: ids.farDesign }],
    ['plm.branches', { ...row('plm.branches'), id: ids.farOrderBranch, change_order_id: ids.farOrder }],
    ['plm.change_order_designs', row('plm.change_order_designs')],
    [
      'plm.change_order_designs',
      { ...far, change_order_id: ids.changeOrder, design_id: ids.farDesign, branch_id: ids.farBranch },
    ],
    [
      'plm.change_order_designs',
      { ...row('plm.change_order_designs'), change_order_id: ids.farOrder, branch_id: ids.farOrderBranch },
    ],
  ];
  const placed = new Set(setUp.map(([table]) => table).concat('plm.workflow_definitions'));
  for (const table of Object.keys(rows)) if (!placed.has(table)) setUp.push([table, row(table)]);
  return { ids, rows, setUp };
}
