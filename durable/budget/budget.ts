// The Durable Object of one org's token budget: wiring only. Each call is parsed and done in one synchronous step, so that
// however many ask at once, no token is given out twice.
import { DurableObject } from 'cloudflare:workers';
import { z } from 'zod';
import { logFailure } from '../log.ts';
import { schemaVersion } from '../sqlite-migrate.ts';
import { createLedger, LEASE_MS, type Ledger } from './ledger.ts';
import { type BudgetFigures, type ReserveAnswer, ReserveInput, Settlement, StatusInput } from './requests.ts';

export class Budget extends DurableObject<Env> {
  readonly #ledger: Ledger;
  #alarmIsSet = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#ledger = createLedger({ sql: ctx.storage.sql, now: () => Date.now() });
  }

  /** Takes tokens out of what is left of the month, or says how the month stands. */
  async reserve(input: ReserveInput): Promise<ReserveAnswer> {
    const parsed = ReserveInput.parse(input);
    const answer = this.ctx.storage.transactionSync(() => this.#ledger.reserve(parsed));
    if (answer.ok) this.#wakeLater(Date.now() + LEASE_MS);
    return answer;
  }

  /** Charges answers that are over. Telling one again changes nothing. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    const parsed = z.array(Settlement).parse(settlements);
    this.ctx.storage.transactionSync(() => {
      for (const settlement of parsed) this.#ledger.settle(settlement);
    });
  }

  async status(input: StatusInput): Promise<BudgetFigures> {
    const parsed = StatusInput.parse(input);
    return this.ctx.storage.transactionSync(() => this.#ledger.status(parsed));
  }

  /** For the installation's chores, when the org is erased. @throws where all is erased: this instance ends with it */
  async erase(): Promise<void> {
    if (schemaVersion(this.ctx.storage.sql) === 0) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.ctx.abort('erased');
  }

  /** Leases of conversations that never came back are let go of, whether anybody asks or not. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    if (schemaVersion(this.ctx.storage.sql) === 0) return;
    const next = this.ctx.storage.transactionSync(() => this.#ledger.expire());
    if (next !== null) this.#wakeLater(next);
  }

  #wakeLater(at: number): void {
    if (this.#alarmIsSet) return;
    this.#alarmIsSet = true;
    const set = this.ctx.storage.setAlarm(at).catch((error: unknown) => {
      this.#alarmIsSet = false;
      logFailure('alarm not set', error);
    });
    this.ctx.waitUntil(set);
  }
}
