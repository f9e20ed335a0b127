// Lists the chores that the Worker still has to run in objects.
import { type Command, EXIT } from '../command.ts';
import { requireOrg } from '../look-up.ts';
import { textOf } from '../options.ts';
import { table } from '../terminal.ts';

type ChoreRow = { org: string; kind: string; chores: number; attempts: number; reason: string | null; oldest: Date };

/** The cron trigger fires every minute; a chore that failed this often needs an operator. */
const MANY_ATTEMPTS = 10;

export const pending: Command = {
  name: 'pending',
  summary: 'List the work that the Worker still has to do in objects',
  parameters: [],
  options: { org: { type: 'string', value: 'SLUG', help: 'Only this organization' } },
  notes: [`Exits with 3 if a task failed ${MANY_ATTEMPTS} times. The Worker’s log has the reason.`],
  run: async function runPending({ database }, { values }) {
    const slug = textOf(values, 'org');
    // Erasing an org replaces its slug, so it can't be found by the old one.
    const org = slug === undefined ? null : await requireOrg(database, slug).catch(() => null);
    const { rows } = await database.query<ChoreRow>(
      `select coalesce(o.slug, c.org_id::text) as org, c.kind, count(*)::int as chores, max(c.attempts) as attempts,
         max(c.last_error) as reason, min(c.created_at) as oldest
       from private.object_chores c left join orgs o on o.id = c.org_id
       where $1::uuid is null or c.org_id = $1 group by 1, 2 order by 1, 2`,
      [org?.id ?? null],
    );
    const cells = rows.map(({ org: name, kind, chores, attempts, reason, oldest }) => [
      ...[name, kind, String(chores), String(attempts), reason ?? '', oldest.toISOString()],
    ]);
    const head = ['org', 'what', 'objects', 'attempts', 'last error', 'since'];
    const isStuck = rows.some(({ attempts }) => attempts >= MANY_ATTEMPTS);
    const lines = rows.length === 0 ? ['nothing is pending'] : table(head, cells);
    return { lines, json: rows, exitCode: isStuck ? EXIT.found : EXIT.done };
  },
};
