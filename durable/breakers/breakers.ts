// An org's circuit breakers, one row for each connection that failed. Only called when a request failed, so it never delays
// a first token. It sees the failures of all conversations of the org.
import { DurableObject } from 'cloudflare:workers';
import {
  type BreakersRpc,
  type BreakerVerdict,
  ConnectionId,
  FailureReport,
  SuccessReport,
} from '../contracts/breakers.ts';
import { migrate } from '../sqlite-migrate.ts';
import { afterAnswers, afterFailure, BreakerState, newBreaker, takeRetry } from './breaker.ts';

const STEPS: readonly string[] = [
  'create table breakers (connection text primary key, touched_at integer not null, state text not null) without rowid;',
];
/** Changed keys and addresses leave unused connections behind. */
const KEPT_MS = 24 * 60 * 60_000;

export class Breakers extends DurableObject<Env> implements BreakersRpc {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(this.#sql, STEPS);
  }

  /** Whether a failed request may be retried. */
  async mayRetry(connection: string): Promise<boolean> {
    const name = ConnectionId.parse(connection);
    const now = Date.now();
    const { state, granted } = takeRetry(this.#load(name) ?? newBreaker(now), now);
    this.#store(name, state);
    return granted;
  }

  /** Records a request that failed after all its retries. */
  async failed(input: FailureReport): Promise<BreakerVerdict> {
    const { connection, ...failure } = FailureReport.parse(input);
    const now = Date.now();
    const state = afterFailure(this.#load(connection) ?? newBreaker(now), failure, now, Math.random());
    this.#store(connection, state);
    return { openUntil: state.openUntil };
  }

  async answered(input: SuccessReport): Promise<void> {
    const { connection, count } = SuccessReport.parse(input);
    const state = this.#load(connection);
    // A connection that never failed needs no row.
    if (state) this.#store(connection, afterAnswers(state, count, Date.now()));
  }

  /** For chores, when the org is erased. */
  async erase(): Promise<void> {
    this.#sql.exec('delete from breakers');
  }

  #load(connection: string): BreakerState | null {
    const [row] = this.#sql
      .exec<{ state: string }>('select state from breakers where connection = ?', connection)
      .toArray();
    const state = row && BreakerState.safeParse(JSON.parse(row.state));
    return state?.success ? state.data : null;
  }

  #store(connection: string, state: BreakerState): void {
    this.#sql.exec(
      'insert or replace into breakers (connection, touched_at, state) values (?, ?, ?)',
      connection,
      state.touchedAt,
      JSON.stringify(state),
    );
    this.#sql.exec('delete from breakers where touched_at < ?', state.touchedAt - KEPT_MS);
  }
}
