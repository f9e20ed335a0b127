// Stores the product data of Cascade Robotics. Ids never change; a second run only adds missing rows.
import type pg from 'pg';
import { requireDemoOrg, requireDemoPerson } from '../demo-people.ts';
import { type DemoRow, putRows } from '../demo-rows.ts';
import { listDemoChanges } from './change-orders.ts';
import { demoId, demoTime, listDemoItems } from './items.ts';
import { DEMO_BOMS } from './parts.ts';
import { DEMO_DESIGNS, DEMO_DOCUMENTS, DEMO_PROGRAMS, DEMO_WORKSPACES } from './records.ts';

export async function seedDemoPlm(client: pg.Client): Promise<void> {
  const org = requireDemoOrg('cascade').id;
  const put = (table: string, rows: readonly DemoRow[]) =>
    putRows(
      client,
      table,
      rows.map((row) => ({ org_id: org, ...row })),
    );
  const items = listDemoItems();
  const changes = listDemoChanges(items);

  await put('plm.programs', listPrograms());
  await put('plm.program_members', listMembers());
  await put('plm.designs', listDesigns());
  await put('plm.design_sessions', listWorkspaces());
  await put('plm.items', items.rows);
  await put('plm.parts', items.parts);
  await put('plm.documents', items.documents);
  await put('plm.requirements', items.requirements);
  await put('plm.tasks', items.tasks);
  await put('plm.item_history', items.history);
  await put('plm.item_relationships', listRelationships(items.masterOf));
  for (const [table, rows] of changes.tables) await put(table, rows);
  for (const [prefix, last] of Object.entries({ ...items.counts, ECO: changes.count })) {
    await client.query(
      `insert into private.item_counters as k (org_id, prefix, last) values ($1, $2, $3)
       on conflict (org_id, prefix) do update set last = greatest(k.last, excluded.last)`,
      [org, prefix, last],
    );
  }
}

/** The id of a demo program. @throws Error if no program has this code. */
export const requireDemoProgramId = (code: string): string =>
  demoId(
    'program',
    requirePlace(
      DEMO_PROGRAMS.map((program) => program.code),
      code,
    ),
  );

/** The id of a demo design. @throws Error if no design has this code. */
export const requireDemoDesignId = (code: string): string =>
  demoId(
    'design',
    requirePlace(
      DEMO_DESIGNS.map(([design]) => design),
      code,
    ),
  );

function requirePlace(codes: readonly string[], code: string): number {
  const place = codes.indexOf(code) + 1;
  if (place === 0) throw new Error(`${code} is not in the demo data`);
  return place;
}

function listPrograms(): DemoRow[] {
  return DEMO_PROGRAMS.map(({ members: _, ...program }) => ({ id: requireDemoProgramId(program.code), ...program }));
}

function listMembers(): DemoRow[] {
  return DEMO_PROGRAMS.flatMap(({ code, members }) =>
    members.map(([email, role, rights]) => ({
      program_id: requireDemoProgramId(code),
      user_id: requireDemoPerson(email).id,
      role,
      can_create_eco: rights.includes('create'),
      can_approve_eco: rights.includes('approve'),
    })),
  );
}

function listDesigns(): DemoRow[] {
  return DEMO_DESIGNS.map(([code, program, name, type, description]) => ({
    id: requireDemoDesignId(code),
    program_id: requireDemoProgramId(program),
    code,
    name,
    description,
    design_type: type,
  }));
}

/** The id of a demo design workspace, counted from 1. Its UUID version marks it as a place. */
export const demoWorkspaceId = (number: number): string => demoId('workspace', number).replace('-4000-', '-8000-');

function listWorkspaces(): DemoRow[] {
  return DEMO_WORKSPACES.map(([program, design, email, description, hours], index) => ({
    id: demoWorkspaceId(index + 1),
    program_id: requireDemoProgramId(program),
    design_id: requireDemoDesignId(design),
    description,
    created_by: requireDemoPerson(email).id,
    created_at: demoTime(hours),
  }));
}

function listRelationships(masterOf: (key: string) => DemoRow): DemoRow[] {
  const rows: DemoRow[] = [];
  const relate = (source: DemoRow, target: DemoRow, rest: DemoRow) =>
    rows.push({
      id: demoId('link', rows.length + 1),
      program_id: source['program_id'],
      source_master_id: source['master_id'],
      target_master_id: target['master_id'],
      ...{ quantity: null, find_number: null, ...rest },
    });
  for (const [assembly, components] of Object.entries(DEMO_BOMS)) {
    for (const [index, component] of components.split(' ').entries()) {
      const [key = '', quantity = '1'] = component.split(':');
      relate(masterOf(assembly), masterOf(key), {
        relationship_type: 'BOM',
        quantity: Number(quantity),
        find_number: (index + 1) * 10,
      });
    }
  }
  for (const [, name, , , parts] of DEMO_DOCUMENTS) {
    for (const key of parts.split(' ')) relate(masterOf(key), masterOf(name), { relationship_type: 'Document' });
  }
  return rows;
}
