// The Durable Object of an org's token budget. Wiring only: each call is parsed and done in one synchronous step, so that
// concurrent calls can't reserve the same tokens.
import { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import {
  type BudgetFigures,
  type BudgetRpc,
  ExtendInput,
  type Extension,
  ReserveInput,
  type ReserveResult,
  Settlement,
  StatusInput,
} from '../contracts/budget.ts';
import { logFailure } from '../log.ts';
import { transact } from '../sqlite-cache.ts';
import { schemaVersion } from '../sqlite-migrate.ts';
import { createLedger, LEASE_MS, type Ledger } from './ledger.ts';

export class Budget extends DurableObject<Env> implements BudgetRpc {
  readonly #ledger: Ledger;
  #alarmIsSet = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#ledger = createLedger({ sql: ctx.storage.sql, now: () => Date.now() });
  }

  /** Reserves tokens from what is left of the month. */
  async reserve(input: ReserveInput): Promise<ReserveResult> {
    const parsed = ReserveInput.parse(input);
    const result = transact(this.ctx.storage, () => this.#ledger.reserve(parsed));
    if (result.ok) this.#wakeLater(Date.now() + LEASE_MS);
    return result;
  }

  /** Reserves more of what is left for a running answer. */
  async extend(input: ExtendInput): Promise<Extension> {
    const parsed = ExtendInput.parse(input);
    return transact(this.ctx.storage, () => this.#ledger.extend(parsed));
  }

  /** Charges finished answers. Repeating a settlement changes nothing. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    const parsed = z.array(Settlement).parse(settlements);
    transact(this.ctx.storage, () => {
      for (const settlement of parsed) this.#ledger.settle(settlement);
    });
  }

  async status(input: StatusInput): Promise<BudgetFigures> {
    const parsed = StatusInput.parse(input);
    return transact(this.ctx.storage, () => this.#ledger.status(parsed));
  }

  /** For chores, when the org is erased. @throws if there was something to erase, because the instance ends */
  async erase(): Promise<void> {
    if (schemaVersion(this.ctx.storage.sql) === 0) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.ctx.abort('erased');
  }

  /** Releases the reservations of conversations that crashed. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    if (schemaVersion(this.ctx.storage.sql) === 0) return;
    const next = transact(this.ctx.storage, () => this.#ledger.expire());
    if (next !== null) this.#wakeLater(next);
  }

  #wakeLater(at: number): void {
    if (this.#alarmIsSet) return;
    this.#alarmIsSet = true;
    const set = this.ctx.storage.setAlarm(at).catch((error: unknown) => {
      this.#alarmIsSet = false;
      logFailure('budget.alarm_failed', error);
    });
    this.ctx.waitUntil(set);
  }
}
