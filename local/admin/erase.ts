// Shared by both erase commands: the dry run (the real one, rolled back), the confirmation, and waiting for the Worker.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { AdminError, type CommandContext, type CommandOutcome, type OptionValues } from './command.ts';
import type { FoundOrg } from './look-up.ts';
import { countOf, isSet } from './options.ts';

export const ERASE_OPTIONS = {
  'dry-run': { type: 'boolean', help: 'Count what would be erased, and change nothing' },
  yes: { type: 'boolean', help: 'Skip the confirmation' },
  wait: {
    type: 'string',
    value: 'SECONDS',
    help: 'Wait this long for the Worker to empty the objects; default: 0',
  },
} as const;

export const ERASE_NOTES = [
  'Rows in Postgres are deleted immediately. The Worker’s cron trigger empties the objects within minutes; `pending` shows',
  'its progress. The audit log keeps events and costs without the person. Backups are not covered; let them expire.',
];

type Counts = Readonly<Record<string, unknown>>;

const POLL_MS = 1_000;
const MAX_WAIT_SECONDS = 3_600;

export async function erase(
  context: CommandContext,
  given: {
    readonly what: string;
    readonly org: FoundOrg;
    readonly query: string;
    readonly ids: readonly string[];
    readonly values: OptionValues;
  },
): Promise<CommandOutcome> {
  const { database, say, confirm } = context;
  const { what, org, values } = given;
  const seconds = values['wait'] === '0' ? 0 : countOf(values, 'wait', { most: MAX_WAIT_SECONDS, otherwise: 0 });
  const counts = await attempt(database, given, false);
  const lines = linesOf(counts);
  if (isSet(values, 'dry-run')) return { lines: [`would erase ${what}:`, ...lines], json: { dryRun: true, counts } };
  if (!isSet(values, 'yes')) {
    for (const line of [`about to permanently erase ${what}:`, ...lines]) say(line);
    if (!(await confirm('This can’t be undone.'))) throw new AdminError('nothing was erased; --yes skips the question');
  }
  const erased = await attempt(database, given, true);
  const left = await waitForChores(database, org, seconds);
  const next =
    left === 0
      ? 'the Worker has emptied the objects'
      : `${left} objects still to be emptied by the Worker: npm run admin -- pending --org ${org.slug}`;
  return {
    lines: [`erased ${what}:`, ...linesOf(erased), next],
    json: { dryRun: false, counts: erased, objectsLeft: left },
  };
}

/** Table names stay as they are; other names become words. */
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
      // The connection is closed, which also ended the transaction.
    });
    throw error;
  }
}

async function waitForChores(database: pg.Client, org: FoundOrg, seconds: number): Promise<number> {
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
