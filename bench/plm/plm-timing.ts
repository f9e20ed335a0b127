// Times a product query repeatedly: the time that PostgreSQL reports for the statement, with a user's claim and the Worker's
// login role. It includes planning inside the functions, but not the time that the server waited for a busy processor.
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import * as z from 'zod';
import type { PlmQuery } from './plm-samples.ts';

/** Claims are valid for a minute; a new one is signed after this many rounds. */
const CLAIM_ROUNDS = 50;
const WARM_UP_ROUNDS = 20;

const Explained = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ 'Planning Time': z.number(), 'Execution Time': z.number() })]) }),
]);

export type DatabaseSession = {
  readonly app: pg.Client;
  /** The server process of the connection `app`. */
  readonly pid: number;
  signClaim(): Promise<string>;
};

/** Milliseconds of each round. @throws if the database rejects a query */
export async function timeQuery(
  session: DatabaseSession,
  rounds: number,
  ask: (round: number) => PlmQuery,
): Promise<number[]> {
  const { app } = session;
  const times: number[] = [];
  let claim = '';
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    if ((round + WARM_UP_ROUNDS) % CLAIM_ROUNDS === 0) claim = await session.signClaim();
    const [query, input] = ask(round < 0 ? rounds + round : round);
    await app.query('begin read only');
    await app.query(`select set_config('groundwire.claim', $1, true)`, [claim]);
    const ms = await timeStatement(session, `plm.${query}('${JSON.stringify(input).replaceAll("'", "''")}')`);
    // Checks the result only afterwards, because checking warms the caches.
    const { rows } = await app.query(`select plm.${query}($1) as answer`, [JSON.stringify(input)]);
    await app.query('commit');
    if (rows[0].answer.ok !== true)
      throw new Error(`${query} ${JSON.stringify(input)}: ${JSON.stringify(rows[0].answer)}`);
    if (round >= 0) times.push(ms);
  }
  return times;
}

/** Times a statement that only verifies the claim, and one that only reads the same setting. */
export async function timeClaim(
  session: DatabaseSession,
  rounds: number,
): Promise<{ checked: number[]; setting: number[] }> {
  const checked: number[] = [];
  const setting: number[] = [];
  await session.app.query('begin read only');
  await session.app.query(`select set_config('groundwire.claim', $1, true)`, [await session.signClaim()]);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const plain = await timeStatement(session, `current_setting('groundwire.claim', true)`);
    const claimed = await timeStatement(session, '(select c.org_id from private.claim() c)');
    if (round < 0) continue;
    checked.push(claimed);
    setting.push(plain);
  }
  const { rows } = await session.app.query('select c.org_id from private.claim() c');
  await session.app.query('commit');
  if (!rows[0]?.org_id) throw new Error('the claim was refused');
  return { checked, setting };
}

async function timeStatement({ app, pid }: DatabaseSession, expression: string): Promise<number> {
  const waitedBefore = readRunDelayMs(pid);
  const { rows } = await app.query(`explain (analyze, timing off, serialize text, format json) select ${expression}`);
  const waited = readRunDelayMs(pid) - waitedBefore;
  const [{ 'QUERY PLAN': plan }] = Explained.parse(rows);
  return Math.max(0, plan[0]['Planning Time'] + plan[0]['Execution Time'] - waited);
}

/** Milliseconds that a process has waited for a processor since it started; 0 on systems other than Linux. */
function readRunDelayMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0; // Not Linux, or a kernel without scheduler statistics.
  }
}
