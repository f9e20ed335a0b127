import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';

const OTHER_VERSION = '6f0c1d7a-21c4-4f0e-9a3b-5d2e8c7b1a90';
const PLACE = '6f0c1d7a-21c4-8f0e-9a3b-5d2e8c7b1a90';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('ids of design sessions', () => {
  it('are new UUIDs of version 8', async () => {
    const { rows } = await database.owner.query<{ id: string }>(
      'select private.new_place_id()::text as id from generate_series(1, 100)',
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(100);
    for (const { id } of rows) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('are found by the same UUID with another version', async () => {
    const { rows } = await database.owner.query('select private.place_id_of($1) as id', [OTHER_VERSION]);
    expect(rows).toEqual([{ id: PLACE }]);
  });

  it('have no other version in the table', async () => {
    const open = (id: string) =>
      database.owner.query(
        `insert into plm.design_sessions (org_id, id, program_id, description, created_by)
         select p.org_id, $1, p.id, 'A brief', m.user_id
         from plm.programs p join plm.program_members m on m.org_id = p.org_id and m.program_id = p.id limit 1`,
        [id],
      );
    await expect(open(randomUUID())).rejects.toThrow('design_sessions_id_of_place');
    expect((await open(PLACE)).rowCount).toBe(1);
  });
});
