// Verifies each org's audit log and names the first row that can't be proven.
import { parseAuditKeys } from '../../../durable/audit/signature.ts';
import type { Finding } from '../../../durable/audit/verify-log.ts';
import { AdminError, type Command, EXIT } from '../command.ts';
import { requireOrg } from '../look-up.ts';
import { textOf } from '../options.ts';
import type { LogVerdict } from '../read-chain.ts';
import { plain } from '../terminal.ts';

type AuditRowRef = { id: string; event: string; created_at: Date };

const WORDS: Readonly<Record<Finding['reason'], string>> = {
  missing: 'is missing',
  changed: 'was changed after it was written',
  extra: 'was not written by this product',
  signature: 'has no valid signature',
  key: 'was signed with a key that AUDIT_KEYS does not list',
  redaction: 'lists redactions that differ from the actual ones',
  parked: 'reports rows that could not be stored; see `parked`',
};

export const verifyAudit: Command = {
  name: 'verify-audit',
  summary: 'Verify the hash chain and the signatures of each audit log',
  parameters: [],
  options: { org: { type: 'string', value: 'SLUG', help: 'Only this organization' } },
  notes: [
    'Exits with 3 if a row can’t be proven.',
    'AUDIT_KEYS must be the Worker’s value. Without it, only the hashes are verified.',
    'A removed end is found by the page and the API, which also ask the organization’s object.',
  ],
  run: async function runVerifyAudit({ database, say, settings }, { values }) {
    const slug = textOf(values, 'org');
    const keys = keysOf(settings['AUDIT_KEYS']);
    // Its query builder takes longer to load than most commands to run.
    const { verifyOrgLog } = await import('../read-chain.ts');
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
      const verdict = await verifyOrgLog(database, org.id, keys);
      const finding = verdict.state === 'broken' ? { seq: verdict.seq, reason: verdict.reason } : null;
      const [row] = finding
        ? (
            await database.query<AuditRowRef>(
              'select id, event, created_at from audit_log where org_id = $1 and seq = $2',
              [org.id, finding.seq],
            )
          ).rows
        : [];
      const rows = counted?.rows ?? 0;
      const redacted = counted?.redacted ?? 0;
      const signed = verdict.state === 'whole' ? verdict.signed : null;
      results.push({ org: org.slug, rows, redacted, signed, broken: finding && { ...finding, row: row ?? null } });
      say(lineOf(org.slug, { rows, redacted }, verdict, row));
    }
    const isWhole = results.every(({ broken }) => broken === null);
    return { lines: [], json: { ok: isWhole, orgs: results }, exitCode: isWhole ? EXIT.done : EXIT.found };
  },
};

function keysOf(text: string | undefined) {
  if (!text) return null;
  try {
    return parseAuditKeys(text);
  } catch (cause) {
    throw new AdminError(`AUDIT_KEYS ${(cause as Error).message}`, { cause });
  }
}

function lineOf(
  slug: string,
  { rows, redacted }: { readonly rows: number; readonly redacted: number },
  verdict: LogVerdict,
  row: AuditRowRef | undefined,
): string {
  const count = `${rows} rows${redacted > 0 ? `, ${redacted} of them redacted` : ''}`;
  if (verdict.state === 'whole') return `${slug}: intact, ${count}, ${signedIn(verdict.signed)}`;
  const what = row ? ` (${row.event}, id ${plain(row.id)}, ${row.created_at.toISOString()})` : '';
  return `${slug}: BROKEN at row ${verdict.seq}${what}: it ${WORDS[verdict.reason]}; ${count}`;
}

const signedIn = (signed: number | null): string =>
  signed === null
    ? 'unsigned: AUDIT_KEYS is not set'
    : signed === 0
      ? 'none of them signed'
      : `signed up to row ${signed}`;
