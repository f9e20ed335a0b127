// Times one product query again and again, in the database: what PostgreSQL itself says that running the statement took,
// under the claim of a user and as the Worker's login role. Planning what is inside the functions is part of it; waiting for a
// processor that something else on the machine had is not.
import type pg from 'pg';
import { z } from 'zod';
import type { Question } from './plm-questions.ts';
import { readRunDelayMs } from './run-delay.ts';

/** Claims live a minute; a new one comes after so many rounds. */
const CLAIM_ROUNDS = 50;
const WARM_UP_ROUNDS = 20;

const Explained = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ 'Planning Time': z.number(), 'Execution Time': z.number() })]) }),
]);

export type Asker = {
  readonly app: pg.Client;
  /** Of the server's process that answers `app`. */
  readonly pid: number;
  signClaim(): Promise<string>;
};

/** Milliseconds of each round. @throws where the database refuses a question */
export async function timeQuestion(asker: Asker, rounds: number, ask: (round: number) => Question): Promise<number[]> {
  const { app } = asker;
  const times: number[] = [];
  let claim = '';
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    if ((round + WARM_UP_ROUNDS) % CLAIM_ROUNDS === 0) claim = await asker.signClaim();
    const [query, input] = ask(round < 0 ? rounds + round : round);
    await app.query('begin read only');
    await app.query(`select set_config('groundwire.claim', $1, true)`, [claim]);
    const ms = await timeStatement(asker, `plm.${query}('${JSON.stringify(input).replaceAll("'", "''")}')`);
    // After it was timed, so that asking whether it was answered does not warm what is measured.
    const { rows } = await app.query(`select plm.${query}($1) as answer`, [JSON.stringify(input)]);
    await app.query('commit');
    if (rows[0].answer.ok !== true)
      throw new Error(`${query} ${JSON.stringify(input)}: ${JSON.stringify(rows[0].answer)}`);
    if (round >= 0) times.push(ms);
  }
  return times;
}

/** What one statement takes that asks for the claim and nothing else, and one that reads the same setting. */
export async function timeClaim(asker: Asker, rounds: number): Promise<{ checked: number[]; setting: number[] }> {
  const checked: number[] = [];
  const setting: number[] = [];
  await asker.app.query('begin read only');
  await asker.app.query(`select set_config('groundwire.claim', $1, true)`, [await asker.signClaim()]);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const plain = await timeStatement(asker, `current_setting('groundwire.claim', true)`);
    const claimed = await timeStatement(asker, '(select c.org_id from private.claim() c)');
    if (round < 0) continue;
    checked.push(claimed);
    setting.push(plain);
  }
  const { rows } = await asker.app.query('select c.org_id from private.claim() c');
  await asker.app.query('commit');
  if (!rows[0]?.org_id) throw new Error('the claim was refused');
  return { checked, setting };
}

async function timeStatement({ app, pid }: Asker, expression: string): Promise<number> {
  const waitedBefore = readRunDelayMs(pid);
  const { rows } = await app.query(`explain (analyze, timing off, serialize text, format json) select ${expression}`);
  const waited = readRunDelayMs(pid) - waitedBefore;
  const [{ 'QUERY PLAN': plan }] = Explained.parse(rows);
  return Math.max(0, plan[0]['Planning Time'] + plan[0]['Execution Time'] - waited);
}
