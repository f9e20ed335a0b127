// Two open change orders: one under review in a single program, one in Draft across two.
import { requireDemoPerson } from '../demo-people.ts';
import type { DemoRow } from '../demo-rows.ts';
import { type DemoItems, demoId, demoTime, placeOf } from './items.ts';

const CHANGES = [
  {
    name: 'Stiffer elbow housing',
    state: 'In Review',
    priority: 'high',
    reason: 'The elbow gives way by 0.08 mm at full load; the rib on the inner wall is too thin.',
    impact: 'New machining program; the cover keeps its screws.',
    designs: ['KES-ARM'],
    revises: ['elbowhous', 'cover-l'],
    hours: 4_100,
  },
  {
    name: 'One holding brake for all small joints',
    state: 'Draft',
    priority: 'medium',
    reason: 'The 4 Nm brake is discontinued by its maker in 2027.',
    impact: 'Longer wrist housing, four grams more at the flange.',
    designs: ['COM-ACT', 'KES-ARM'],
    revises: ['brake-s', 'wristhous'],
    hours: 4_300,
  },
] as const;

/** Table → rows, in the order in which they can be stored. */
export function listDemoChanges(items: DemoItems): { tables: [string, DemoRow[]][]; count: number } {
  const eli = requireDemoPerson('eli@cascade.test').id;
  const orders: DemoRow[] = [];
  const copies: DemoRow[] = [];
  const parts: DemoRow[] = [];
  const branches: DemoRow[] = [];
  const designs: DemoRow[] = [];
  const changeOrders: DemoRow[] = [];
  const scope: DemoRow[] = [];
  const branchItems: DemoRow[] = [];
  const links: DemoRow[] = [];
  const instances: DemoRow[] = [];
  const steps: DemoRow[] = [];
  const history: DemoRow[] = [];

  for (const [index, change] of CHANGES.entries()) {
    const number = index + 1;
    const id = demoId('changeOrder', number);
    const home = placeOf(change.designs[0]).program_id;
    const times = { created_at: demoTime(change.hours), updated_at: demoTime(change.hours + 2) };
    const people = { created_by: eli, updated_by: eli };
    orders.push({
      ...{
        id,
        master_id: id,
        program_id: home,
        design_id: null,
        branch_id: null,
        revision: 'A',
        item_type: 'ChangeOrder',
      },
      ...{
        item_number: `ECO-${String(number).padStart(6, '0')}`,
        name: change.name,
        description: '',
        state: change.state,
      },
      ...{ is_current: true, is_working: false, version: change.state === 'Draft' ? 1 : 2, ...people, ...times },
    });
    changeOrders.push({
      ...{ item_id: id, program_id: home, change_type: 'ECO', priority: change.priority },
      ...{ reason: change.reason, impact: change.impact, state: change.state },
    });
    for (const [place, code] of change.designs.entries()) {
      const { program_id, design_id } = placeOf(code);
      const branch = demoId('branch', number * 10 + place);
      branches.push({
        ...{ id: branch, program_id, design_id, change_order_id: id, branch_type: 'eco' },
        ...{ name: `eco-${String(number).padStart(6, '0')}`, is_locked: change.state !== 'Draft' },
      });
      designs.push({ change_order_id: id, design_id, program_id, branch_id: branch });
    }
    for (const [place, key] of change.revises.entries()) {
      const base = items.masterOf(key);
      const copyId = demoId('revision', number * 10 + place);
      const branch = designs.find((row) => row['change_order_id'] === id && row['design_id'] === base['design_id']);
      const copy = {
        ...{
          ...base,
          id: copyId,
          state: 'Draft',
          is_current: false,
          is_working: true,
          version: 1,
          ...people,
          ...times,
        },
        ...{ branch_id: branch?.['branch_id'], revision: base['revision'] === 'A' ? 'B' : 'C' },
      };
      copies.push(copy);
      const details = items.parts.find((row) => row['item_id'] === base['id']);
      parts.push({ ...details, item_id: copyId });
      const where = { program_id: base['program_id'], master_id: base['master_id'] };
      scope.push({
        ...{ change_order_id: id, ...where, design_id: base['design_id'], action: 'revise' },
        ...{ base_item_id: base['id'], working_item_id: copyId },
      });
      branchItems.push({ branch_id: branch?.['branch_id'], item_id: copyId, program_id: base['program_id'] });
      links.push({
        ...{ id: demoId('link', 10_000 + number * 10 + place), program_id: home, source_master_id: id },
        ...{ target_master_id: base['master_id'], relationship_type: 'Affects' },
      });
      history.push({
        ...{ id: demoId('history', 10_000 + number * 10 + place), ...where, item_id: copyId, user_id: eli },
        ...{
          action: 'checked out',
          revision: copy.revision,
          changes: {},
          change_order_id: id,
          created_at: times.created_at,
        },
      });
    }
    const workflow = { change_order_id: id, program_id: home };
    instances.push({
      id: demoId('workflow', number),
      ...workflow,
      definition_name: 'Standard change',
      step: change.state,
    });
    for (const [place, step] of (change.state === 'Draft' ? ['Draft'] : ['Draft', 'In Review']).entries()) {
      const at = demoTime(change.hours + place);
      const from = place === 0 ? null : 'Draft';
      const common = { user_id: eli, created_at: at };
      steps.push({
        id: demoId('workflow', number * 10 + place),
        ...workflow,
        ...common,
        from_step: from,
        to_step: step,
      });
      history.push({
        ...{
          id: demoId('history', 20_000 + number * 10 + place),
          program_id: home,
          item_id: id,
          master_id: id,
          ...common,
        },
        ...{ action: place === 0 ? 'created' : 'moved', revision: 'A', change_order_id: id },
        changes: place === 0 ? {} : { state: { from, to: step } },
      });
    }
  }
  return {
    count: CHANGES.length,
    tables: [
      ['plm.items', orders],
      ['plm.change_orders', changeOrders],
      ['plm.branches', branches],
      ['plm.change_order_designs', designs],
      ['plm.items', copies],
      ['plm.parts', parts],
      ['plm.change_order_items', scope],
      ['plm.branch_items', branchItems],
      ['plm.item_relationships', links],
      ['plm.workflow_instances', instances],
      ['plm.workflow_history', steps],
      ['plm.item_history', history],
    ],
  };
}
