// One org's breakers, a row for each provider that failed it. Asked only when a request failed, so it stands in nobody's
// way to the first token; it is the one place that sees the failures of all conversations of the org.
import { DurableObject } from 'cloudflare:workers';
import { migrate } from '../sqlite-migrate.ts';
import { afterAnswers, afterFailure, BreakerState, newBreaker, takeRetry } from './breaker.ts';
import { AnswerReport, ConnectionId, FailureReport, type Verdict } from './requests.ts';

const STEPS: readonly string[] = [
  'create table breakers (connection text primary key, touched_at integer not null, state text not null) without rowid;',
];
/** Connections come and go with keys and addresses. */
const KEPT_MS = 24 * 60 * 60_000;

export class Breakers extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(this.#sql, STEPS);
  }

  /** Whether a request that failed may be sent once more. */
  async mayRetry(connection: string): Promise<boolean> {
    const name = ConnectionId.parse(connection);
    const now = Date.now();
    const { state, granted } = takeRetry(this.#load(name) ?? newBreaker(now), now);
    this.#store(name, state);
    return granted;
  }

  /** A request failed for good. */
  async failed(input: FailureReport): Promise<Verdict> {
    const { connection, ...failure } = FailureReport.parse(input);
    const now = Date.now();
    const state = afterFailure(this.#load(connection) ?? newBreaker(now), failure, now, Math.random());
    this.#store(connection, state);
    return { openUntil: state.openUntil };
  }

  async answered(input: AnswerReport): Promise<void> {
    const { connection, count } = AnswerReport.parse(input);
    const state = this.#load(connection);
    // Who never failed needs no row.
    if (state) this.#store(connection, afterAnswers(state, count, Date.now()));
  }

  /** For the installation's chores, when the org is erased. */
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
