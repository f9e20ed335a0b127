// What the Worker has still to do in objects.
import { type Command, EXIT } from '../command.ts';
import { requireOrg } from '../find-org.ts';
import { textOf } from '../options.ts';
import { table } from '../terminal.ts';

type Row = { org: string; kind: string; chores: number; attempts: number; reason: string | null; oldest: Date };

/** Beats of the cron trigger come every minute; what failed so often needs somebody to look. */
const MANY_ATTEMPTS = 10;

export const pending: Command = {
  name: 'pending',
  summary: 'List what the Worker has still to do in objects',
  parameters: [],
  options: { org: { type: 'string', value: 'SLUG', help: 'Of this organisation alone' } },
  notes: [`Exits with 3 where something failed ${MANY_ATTEMPTS} times. The Worker’s log has the reason.`],
  run: async function runPending({ database }, { values }) {
    const slug = textOf(values, 'org');
    // An erased org has another slug; its old one is known no more.
    const org = slug === undefined ? null : await requireOrg(database, slug).catch(() => null);
    const { rows } = await database.query<Row>(
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
    const lines = rows.length === 0 ? ['nothing waits'] : table(head, cells);
    return { lines, json: rows, exitCode: isStuck ? EXIT.found : EXIT.done };
  },
};
