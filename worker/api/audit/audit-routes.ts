// The audit log. It is not behind the assistant's flag: what happened must stay readable after the assistant is turned off.
import * as z from 'zod';
import { auditKeysOf } from '../../../durable/audit/signature.ts';
import { verifyLog } from '../../../durable/audit/verify-log.ts';
import { auditTrailOf } from '../../../durable/contracts/audit-trail.ts';
import { AppError } from '../../../durable/errors.ts';
import { readChainStep } from '../../../durable/postgres/queries/audit-chain.ts';
import {
  type AuditFilter,
  type AuditPlace,
  findAuditEntry,
  noteAuditUse,
  readAuditPage,
} from '../../../durable/postgres/queries/audit-log.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { askAccount } from '../../admission/access.ts';
import { attachment, CSV_TYPE } from '../../http/csv.ts';
import { streamOf } from '../../http/generator-stream.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { exportRows, FORMS } from './audit-export.ts';
import {
  AuditEntry,
  AuditEntryParams,
  AuditExportQuery,
  AuditPage,
  AuditQuery,
  AuditRow,
  VerifyFact,
} from './audit-schema.ts';
import { streamCheck } from './audit-verify.ts';

/** Small enough to hold two pages in memory, large enough that few requests are needed. */
const EXPORT_PAGE = { limit: 2_000, maxLength: 2_000_000, whole: true };
/** A page for people leaves out long texts. */
const LIST_LENGTH = 1_000_000;
const NDJSON = 'application/x-ndjson';
const NDJSON_TYPE = `${NDJSON}; charset=utf-8`;

const FOR_AUDITORS = {
  tag: 'organization',
  permission: 'audit:read',
  feature: 'none',
  rights: 'confirmed',
  errors: ['NOT_FOUND', 'ACCESS_REVOKED', 'DATABASE_UNAVAILABLE'],
} as const;

export const auditRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/api/v1/audit'],
    ...FOR_AUDITORS,
    summary: 'List audit entries',
    description: 'Newest first. Activity in a conversation appears within a few seconds.',
    records: 'audit.read',
    query: AuditQuery,
    reply: { status: 200, description: 'A page of entries.', schema: AuditPage },
    handler: async (c, { query: { limit, cursor, ...filter } }) => {
      const before = cursor === undefined ? null : parseCursor(cursor);
      if (cursor !== undefined && before === null) throw new AppError('BAD_REQUEST');
      const question = { filter, before, limit: limit + 1, maxLength: LIST_LENGTH, whole: false };
      const lines = await readAuditPage(postgresDepsOf(c.env), c.get('access'), question);
      const shown = lines.slice(0, limit);
      const last = shown.at(-1);
      return {
        rows: shown.map(({ json }) => AuditRow.parse(JSON.parse(json))),
        cursor: lines.length > limit && last ? formatCursor(last.place) : null,
      };
    },
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/audit/export'],
    ...FOR_AUDITORS,
    cost: 60,
    needsRecentSignIn: true,
    summary: 'Export the audit log',
    description:
      'All entries that match the filter, newest first and in full. In NDJSON each line is an AuditEntry; in CSV each record is one. If the export can’t be completed, its last line says so: `{"incomplete":true,"code":…,"detail":…,"rows":…}`, or a CSV record that starts with `incomplete`, the code, the detail and the number of rows. In CSV, text that a spreadsheet would run as a formula is prefixed with an apostrophe.',
    query: AuditExportQuery,
    reply: {
      status: 200,
      description: 'A file, streamed as it is written.',
      media: { type: NDJSON, schema: z.string() },
    },
    handler: async (c, { query: { format, ...filter } }) => {
      const access = c.get('access');
      const postgres = postgresDepsOf(c.env);
      const requestId = c.get('requestId');
      // Before the first row, so that every export is on record.
      await noteAuditUse(postgres, access, {
        event: 'audit.exported',
        requestId,
        parameters: { format, ...given(filter) },
      });
      const rows = exportRows(
        {
          requestId,
          readPage: (before) => readAuditPage(postgres, access, { filter, before, ...EXPORT_PAGE }),
          confirm: async () => {
            const admission = await askAccount(c, access.orgSlug, 'confirmed');
            if (!admission.ok) throw new AppError(admission.code === 'NOT_FOUND' ? 'ACCESS_REVOKED' : admission.code);
          },
        },
        FORMS[format],
      );
      const name = `audit-${access.orgSlug}-${new Date().toISOString().slice(0, 10)}.${format}`;
      return c.body(streamOf(rows), 200, attachment(name, format === 'csv' ? CSV_TYPE : NDJSON_TYPE));
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/api/v1/audit/verify'],
    ...FOR_AUDITORS,
    cost: 60,
    summary: 'Verify the audit log',
    description:
      'Follows the chain of hashes from the first entry to the last, verifies the signatures, and compares the log with what the Worker remembers outside the database. Each line of the reply is a VerifyFact: progress, then the result.',
    reply: { status: 200, description: 'Progress, then the result.', media: { type: NDJSON, schema: VerifyFact } },
    handler: (c) => {
      const access = c.get('access');
      const postgres = postgresDepsOf(c.env);
      const requestId = c.get('requestId');
      const facts = streamCheck({
        requestId,
        checks: async function* checks() {
          yield* verifyLog({
            orgId: access.orgId,
            keys: auditKeysOf(c.env),
            // Signs what is not signed yet.
            witness: await auditTrailOf(c.env, access.orgId).witness({ orgId: access.orgId }),
            readStep: (question) => readChainStep(postgres, access, question),
          });
        },
        note: (result) => noteAuditUse(postgres, access, { event: 'audit.verified', requestId, result }),
      });
      return c.body(streamOf(facts), 200, { 'Content-Type': NDJSON_TYPE, 'Cache-Control': 'no-store' });
    },
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/audit/{entryId}'],
    ...FOR_AUDITORS,
    summary: 'Read an audit entry',
    records: 'audit.read',
    params: AuditEntryParams,
    invalidParams: 'BAD_REQUEST',
    reply: { status: 200, description: 'The entry in full.', schema: AuditEntry },
    handler: async (c, { params: { entryId } }) => {
      const json = await findAuditEntry(postgresDepsOf(c.env), c.get('access'), entryId);
      if (json === null) throw new AppError('NOT_FOUND');
      return AuditEntry.parse(JSON.parse(json));
    },
  }),
];

const given = (filter: AuditFilter): AuditFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));

const Cursor = z.tuple([z.iso.datetime(), z.int().nonnegative()]);

const formatCursor = ({ at, seq }: AuditPlace): string => btoa(JSON.stringify([at, seq]));

/** Null if we didn't issue the cursor. It grants no access: rights are checked for each page. */
function parseCursor(text: string): AuditPlace | null {
  try {
    const [at, seq] = Cursor.parse(JSON.parse(atob(text)));
    return { at, seq };
  } catch {
    // Not base64, not JSON or not a cursor: the caller treats them the same.
    return null;
  }
}
