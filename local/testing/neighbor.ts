// A part of another org that no member of Cascade Robotics can see, for tests that try to reach it.
import type pg from 'pg';
import { requireDemoOrg } from '../demo-data/demo-people.ts';

export const NEIGHBOR = {
  programId: '0e0a0000-0000-4000-8000-000000000001',
  designId: '0e0a0000-0000-4000-8000-000000000002',
  itemId: '0e0a0000-0000-4000-8000-000000000003',
  itemNumber: 'PN-777001',
  name: 'Neighbor Secret Rotor',
} as const;

/** @param client bypasses row-level security */
export async function addNeighbor(client: pg.Client): Promise<void> {
  const { programId, designId, itemId, itemNumber, name } = NEIGHBOR;
  const org = requireDemoOrg('northlight').id;
  await client.query(`insert into plm.programs (org_id, id, code, name) values ($1, $2, 'NEIGHBOR', $3)`, [
    org,
    programId,
    name,
  ]);
  await client.query(
    `insert into plm.designs (org_id, id, program_id, code, name) values ($1, $2, $3, 'NEIGHBOR-1', $4)`,
    [org, designId, programId, name],
  );
  await client.query(
    `insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, state)
     values ($1, $2, $2, $3, $4, $4, $5, 'Part', $6, 'Draft')`,
    [org, itemId, programId, designId, itemNumber, name],
  );
}
