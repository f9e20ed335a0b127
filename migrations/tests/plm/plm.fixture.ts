// Calls of the PLM tests: as the login role, with a demo person's signed claim, each in its own transaction.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import type { TestDatabase } from '../../../local/testing/test-database.ts';
import { sign } from '../isolation/two-orgs.fixture.ts';

export type Json = Record<string, unknown>;

/** A result of any plm function, loosely typed; each test checks the fields it needs. */
export type FunctionAnswer = {
  readonly ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  readonly data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly proposal?: any;
  readonly versions?: readonly Json[];
  readonly code?: string;
  readonly message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly facts?: any;
};

export type WriteCall =
  | 'create_item'
  | 'update_item'
  | 'create_relationship'
  | 'transition_item_state'
  | 'create_change_order'
  | 'initiate_collaborative_design';

export class PlmUser {
  readonly #pool: pg.Pool;
  readonly #claim: () => string;
  readonly id: string;

  constructor(pool: pg.Pool, claim: () => string, id: string) {
    this.#pool = pool;
    this.#claim = claim;
    this.id = id;
  }

  /** Runs one statement under the claim. */
  async query(text: string, values: readonly unknown[] = [], options: { readOnly?: boolean } = {}): Promise<Json[]> {
    const client = await this.#pool.connect();
    try {
      await client.query(options.readOnly ? 'begin read only' : 'begin');
      await client.query(`select set_config('groundwire.claim', $1, true)`, [this.#claim()]);
      const { rows } = await client.query(text, [...values]);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  async read(name: string, input: Json): Promise<FunctionAnswer> {
    const [row] = await this.query(`select plm.${name}($1) as answer`, [JSON.stringify(input)], { readOnly: true });
    return row?.['answer'] as FunctionAnswer;
  }

  /** A dry run in a read-only transaction. */
  async propose(name: WriteCall, input: Json): Promise<FunctionAnswer> {
    const [row] = await this.query(`select plm.${name}($1, true) as answer`, [JSON.stringify(input)], {
      readOnly: true,
    });
    return row?.['answer'] as FunctionAnswer;
  }

  async run(
    name: WriteCall,
    input: Json,
    expected: readonly Json[] | undefined,
    key: string = randomUUID(),
  ): Promise<FunctionAnswer> {
    const audit = { id: key, event: 'tool.finished', tool: name, parameters: input };
    const [row] = await this.query(`select plm.${name}($1, false, $2, $3, $4) as answer`, [
      JSON.stringify(input),
      JSON.stringify(expected ?? null),
      key,
      JSON.stringify(audit),
    ]);
    return row?.['answer'] as FunctionAnswer;
  }

  /** Proposes the change and, unless that is refused, runs it. */
  async write(name: WriteCall, input: Json): Promise<FunctionAnswer> {
    const proposal = await this.propose(name, input);
    return proposal.ok ? this.run(name, input, proposal.versions) : proposal;
  }

  /** @throws Error on a refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  async must(name: WriteCall, input: Json): Promise<any> {
    const answer = await this.write(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.code} ${answer.message}`);
    return answer.data;
  }
}

export type Plm = Awaited<ReturnType<typeof openPlm>>;

/** The demo users in a test database. */
export async function openPlm(database: TestDatabase) {
  const pool = new pg.Pool({ connectionString: database.appUrl, max: 12 });
  // Dropping the database ends idle connections of the pool.
  pool.on('error', () => {});
  const as = (email: string, slug = 'cascade') => {
    const user = requireDemoPerson(email).id;
    const claim = () =>
      sign(database.deps.claimKey, {
        kind: 'user',
        org: requireDemoOrg(slug).id,
        user,
        exp: Math.floor(Date.now() / 1000) + 600,
      });
    return new PlmUser(pool, claim, user);
  };
  return {
    ada: as('ada@cascade.test'),
    eli: as('eli@cascade.test'),
    vic: as('vic@cascade.test'),
    both: as('both@cascade.test'),
    nora: as('nora@northlight.test', 'northlight'),
    as,
    /** The current row of an item by number, behind the policies. */
    async itemOf(number: string): Promise<Json> {
      const { rows } = await database.owner.query(
        'select * from plm.items where item_number = $1 order by is_current desc, is_working desc limit 1',
        [number],
      );
      return rows[0];
    },
    close: () => pool.end(),
  };
}
