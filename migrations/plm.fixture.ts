// How the PLM tests ask: as the login role, with a demo person's signed claim, each call a transaction of its own.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { requireDemoOrg, requireDemoPerson } from '../local/demo-people.ts';
import type { TestDatabase } from '../local/test-database.ts';
import { sign } from './two-orgs.fixture.ts';

export type Json = Record<string, unknown>;

/** An answer of any plm function, loosely typed: what a test expects of it, it says itself. */
export type Answer = {
  readonly ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  readonly data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly preview?: any;
  readonly versions?: readonly Json[];
  readonly code?: string;
  readonly message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly facts?: any;
};

export type Write =
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

  async read(name: string, input: Json): Promise<Answer> {
    const [row] = await this.query(`select plm.${name}($1) as answer`, [JSON.stringify(input)], { readOnly: true });
    return row?.['answer'] as Answer;
  }

  /** What the card would show; in a transaction that Postgres keeps read-only. */
  async propose(name: Write, input: Json): Promise<Answer> {
    const [row] = await this.query(`select plm.${name}($1, true) as answer`, [JSON.stringify(input)], {
      readOnly: true,
    });
    return row?.['answer'] as Answer;
  }

  async run(
    name: Write,
    input: Json,
    expected: readonly Json[] | undefined,
    key: string = randomUUID(),
  ): Promise<Answer> {
    const audit = { id: key, event: 'tool.finished', tool: name, parameters: input };
    const [row] = await this.query(`select plm.${name}($1, false, $2, $3, $4) as answer`, [
      JSON.stringify(input),
      JSON.stringify(expected ?? null),
      key,
      JSON.stringify(audit),
    ]);
    return row?.['answer'] as Answer;
  }

  /** Proposes and, unless that is refused, runs it. */
  async write(name: Write, input: Json): Promise<Answer> {
    const proposal = await this.propose(name, input);
    return proposal.ok ? this.run(name, input, proposal.versions) : proposal;
  }

  /** @throws Error on a refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  async must(name: Write, input: Json): Promise<any> {
    const answer = await this.write(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.code} ${answer.message}`);
    return answer.data;
  }
}

export type Plm = Awaited<ReturnType<typeof openPlm>>;

/** The demo people at work in a test database. */
export async function openPlm(database: TestDatabase) {
  const pool = new pg.Pool({ connectionString: database.appUrl, max: 12 });
  // A database that is dropped ends the connections that rest in the pool.
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
