// Walks the hash chain of each org's audit log, and names the first place where it does not hold.
import { type Command, EXIT } from '../command.ts';
import { requireOrg } from '../find-org.ts';
import { textOf } from '../options.ts';
import { plain } from '../terminal.ts';

type Broken = { seq: string; reason: 'missing' | 'changed' | 'redaction' };
type Named = { id: string; event: string; created_at: Date };

const WORDS: Readonly<Record<Broken['reason'], string>> = {
  missing: 'is missing',
  changed: 'is not as it was written',
  redaction: 'tells of other redactions than there are',
};

export const verifyAudit: Command = {
  name: 'verify-audit',
  summary: 'Check the hash chain of the audit log',
  parameters: [],
  options: { org: { type: 'string', value: 'SLUG', help: 'Of this organisation alone' } },
  notes: ['Exits with 3 where a chain is broken.'],
  run: async function runVerifyAudit({ database, say }, { values }) {
    const slug = textOf(values, 'org');
    const orgs =
      slug === undefined
        ? (await database.query<{ id: string; slug: string }>('select id, slug from orgs order by slug')).rows
        : [await requireOrg(database, slug)];
    const results = [];
    for (const org of orgs) {
      const [counted] = (
        await database.query<{ rows: number; redacted: number }>(
          `select (select count(*)::int from audit_log where org_id = $1) as rows,
             (select count(distinct seq)::int from private.audit_redactions where org_id = $1) as redacted`,
          [org.id],
        )
      ).rows;
      const [broken] = (await database.query<Broken>('select seq, reason from private.find_audit_break($1)', [org.id]))
        .rows;
      const [row] = broken
        ? (
            await database.query<Named>('select id, event, created_at from audit_log where org_id = $1 and seq = $2', [
              org.id,
              broken.seq,
            ])
          ).rows
        : [];
      const rows = counted?.rows ?? 0;
      const redacted = counted?.redacted ?? 0;
      results.push({ org: org.slug, rows, redacted, broken: broken ? { ...broken, row: row ?? null } : null });
      say(lineOf(org.slug, rows, redacted, broken, row));
    }
    const isWhole = results.every(({ broken }) => broken === null);
    return { lines: [], json: { ok: isWhole, orgs: results }, exitCode: isWhole ? EXIT.done : EXIT.found };
  },
};

function lineOf(
  slug: string,
  rows: number,
  redacted: number,
  broken: Broken | undefined,
  row: Named | undefined,
): string {
  const count = `${rows} rows${redacted > 0 ? `, ${redacted} of them redacted` : ''}`;
  if (!broken) return `${slug}: whole, ${count}`;
  const what = row ? ` (${row.event}, id ${plain(row.id)}, ${row.created_at.toISOString()})` : '';
  return `${slug}: BROKEN at row ${broken.seq}${what}: it ${WORDS[broken.reason]}; ${count}`;
}
