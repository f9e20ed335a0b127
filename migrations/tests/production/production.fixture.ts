// Calls of the production tests: as the login role, with the signed claim of a member of Northlight Live or of another
// organization, each in its own read-only transaction.
import { randomUUID } from 'node:crypto';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import type { TestDatabase } from '../../../local/testing/test-database.ts';
import { insert } from '../isolation/two-orgs.fixture.ts';
import { type FunctionAnswer, type Json, openPlm, type PlmUser } from '../plm/plm.fixture.ts';

export type ProductionUser = {
  readonly id: string;
  query: PlmUser['query'];
  read(name: string, input: Json): Promise<FunctionAnswer>;
  /** @throws Error on a refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  must(name: string, input: Json): Promise<any>;
};

export type Production = Awaited<ReturnType<typeof openProduction>>;

export const NORTHLIGHT = requireDemoOrg('northlight').id;

export async function openProduction(database: TestDatabase) {
  const { as: asPlm, close } = await openPlm(database);
  const as = (email: string, slug: string): ProductionUser => {
    const user = asPlm(email, slug);
    async function read(name: string, input: Json): Promise<FunctionAnswer> {
      const asked = `select production.${name}($1) as answer`;
      const [row] = await user.query(asked, [JSON.stringify(input)], { readOnly: true });
      return row?.['answer'] as FunctionAnswer;
    }
    async function must(name: string, input: Json) {
      const answer = await read(name, input);
      if (!answer.ok) throw new Error(`${name}: ${answer.code} ${answer.message}`);
      return answer.data;
    }
    return { id: user.id, query: (...asked) => user.query(...asked), read, must };
  };

  /** Gives a member of Northlight a role with exactly these permissions. */
  async function setPermissions(email: string, permissions: readonly string[]): Promise<void> {
    const name = `only-${randomUUID()}`;
    await insert(database.owner, 'roles', { org_id: NORTHLIGHT, name, permissions });
    await database.owner.query('update memberships set role = $1 where org_id = $2 and user_id = $3', [
      name,
      NORTHLIGHT,
      requireDemoPerson(email).id,
    ]);
  }

  return {
    nora: as('nora@northlight.test', 'northlight'),
    max: as('max@northlight.test', 'northlight'),
    both: as('both@cascade.test', 'northlight'),
    bothInCascade: as('both@cascade.test', 'cascade'),
    ada: as('ada@cascade.test', 'cascade'),
    as,
    setPermissions,
    /** Stores a row without policies, in Northlight by default. */
    add: (table: string, row: Json) => insert(database.owner, `production.${table}`, { org_id: NORTHLIGHT, ...row }),
    close,
  };
}
