// Lists parked outbox rows. They are in their conversation's object, which reports each to the audit log without its
// content. Only the Worker can retry them, so --retry queues a chore.
import { type Command, EXIT } from '../command.ts';
import { requireOrg } from '../look-up.ts';
import { isSet, textOf } from '../options.ts';
import { table } from '../terminal.ts';

type ParkedRow = {
  org: string;
  orgId: string;
  session: string;
  rows: number;
  lanes: string;
  reasons: string;
  last: Date;
  retrying: boolean;
};

export const parked: Command = {
  name: 'parked',
  summary: 'List conversations with parked outbox rows, and retry those rows',
  parameters: [],
  options: {
    org: { type: 'string', value: 'SLUG', help: 'Only this organization' },
    retry: { type: 'boolean', help: 'Let the Worker retry the rows' },
  },
  notes: ['Exits with 3 if there are any. Rows that are rejected again are listed again.'],
  run: async function runParked({ database }, { values }) {
    const slug = textOf(values, 'org');
    const org = slug === undefined ? null : await requireOrg(database, slug);
    const { rows } = await database.query<ParkedRow>(
      `select o.slug as org, o.id as "orgId", a.session_id as session, count(*)::int as rows,
         string_agg(distinct a._meta ->> 'lane', ', ') as lanes, string_agg(distinct a._meta ->> 'reason', ', ') as reasons,
         max(a.created_at) as last, exists (
           select from private.object_chores c where c.org_id = o.id and c.kind = 'retry-parked' and c.name = a.session_id::text
         ) as retrying
       from audit_log a join orgs o on o.id = a.org_id
       where a.event = 'outbox.parked' and ($1::uuid is null or a.org_id = $1)
         and not exists (
           select from audit_log r where r.org_id = a.org_id and r.session_id = a.session_id and r.seq > a.seq
             and r.event in ('outbox.retried', 'session.deleted'))
       group by 1, 2, 3 order by 1, last`,
      [org?.id ?? null],
    );
    const lines = table(
      ['org', 'conversation', 'rows', 'receiver', 'reason', 'last'],
      rows.map((row) => [row.org, row.session, String(row.rows), row.lanes, row.reasons, row.last.toISOString()]),
    );
    if (!isSet(values, 'retry') || rows.length === 0) {
      const exitCode = rows.length === 0 ? EXIT.done : EXIT.found;
      return { lines: rows.length === 0 ? ['nothing is parked'] : lines, json: rows, exitCode };
    }
    for (const row of rows.filter(({ retrying }) => !retrying)) {
      await database.query(`insert into private.object_chores (kind, org_id, name) values ('retry-parked', $1, $2)`, [
        row.orgId,
        row.session,
      ]);
    }
    return { lines: [...lines, 'the Worker retries them within a minute'], json: rows };
  },
};
