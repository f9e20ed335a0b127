// What both erasing commands share: a dry run that is the real one undone, the question before it, and waiting for the Worker.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { AdminError, type Context, type Outcome, type Values } from './command.ts';
import type { Org } from './find-org.ts';
import { countOf, isSet } from './options.ts';

export const ERASE_OPTIONS = {
  'dry-run': { type: 'boolean', help: 'Count what would go, and change nothing' },
  yes: { type: 'boolean', help: 'Do not ask' },
  wait: {
    type: 'string',
    value: 'SECONDS',
    help: 'Wait so long for the Worker to have emptied the objects; 0 where it is left out',
  },
} as const;

export const ERASE_NOTES = [
  'Rows in Postgres go at once. What objects hold goes by the Worker’s cron trigger, within minutes; `pending` tells how far',
  'it is. The audit log keeps what happened and what it cost, without who it was. Backups are yours to let expire.',
];

type Counts = Readonly<Record<string, unknown>>;

const POLL_MS = 1_000;
const MAX_WAIT_SECONDS = 3_600;

export async function erase(
  context: Context,
  given: {
    readonly what: string;
    readonly org: Org;
    readonly query: string;
    readonly ids: readonly string[];
    readonly values: Values;
  },
): Promise<Outcome> {
  const { database, say, confirm } = context;
  const { what, org, values } = given;
  const seconds = values['wait'] === '0' ? 0 : countOf(values, 'wait', { most: MAX_WAIT_SECONDS, otherwise: 0 });
  const counts = await attempt(database, given, false);
  const lines = linesOf(counts);
  if (isSet(values, 'dry-run')) return { lines: [`would erase ${what}:`, ...lines], json: { dryRun: true, counts } };
  if (!isSet(values, 'yes')) {
    for (const line of [`about to erase ${what} for good:`, ...lines]) say(line);
    if (!(await confirm('There is no way back.')))
      throw new AdminError('nothing was erased; --yes goes on without asking');
  }
  const erased = await attempt(database, given, true);
  const left = await waitForChores(database, org, seconds);
  const next =
    left === 0
      ? 'the Worker has emptied the objects'
      : `${left} objects wait for the Worker: npm run admin -- pending --org ${org.slug}`;
  return {
    lines: [`erased ${what}:`, ...linesOf(erased), next],
    json: { dryRun: false, counts: erased, objectsLeft: left },
  };
}

/** Tables by their names, all else in words. */
const linesOf = (counts: Counts): string[] =>
  Object.entries(counts).map(
    ([name, count]) => `  ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${String(count)}`,
  );

async function attempt(
  database: pg.Client,
  { query, ids }: { readonly query: string; readonly ids: readonly string[] },
  isMeant: boolean,
): Promise<Counts> {
  await database.query('begin');
  try {
    const { rows } = await database.query<{ counts: Counts }>(`select ${query} as counts`, [...ids]);
    await database.query(isMeant ? 'commit' : 'rollback');
    return rows[0]?.counts ?? {};
  } catch (error) {
    await database.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw error;
  }
}

async function waitForChores(database: pg.Client, org: Org, seconds: number): Promise<number> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const { rows } = await database.query<{ left: number }>(
      `select count(*)::int as left from private.object_chores where org_id = $1 and kind like 'erase-%'`,
      [org.id],
    );
    const left = rows[0]?.left ?? 0;
    if (left === 0 || Date.now() >= until) return left;
    await sleep(POLL_MS);
  }
}
