// The audit log, for those who may read it. Not behind the assistant's flag: what happened is to be seen also where it is off.
import { Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import { checkChainStep } from '../../durable/postgres/audit-chain.ts';
import { type AuditFilter, findAuditEntry, noteAuditUse, readAuditPage } from '../../durable/postgres/audit-log.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { askAccount } from '../access.ts';
import {
  AuditEntry,
  AuditEntryParams,
  AuditExportQuery,
  type AuditPage,
  AuditQuery,
  AuditRow,
} from '../audit-contract.ts';
import { formatAuditCursor, parseAuditCursor } from '../audit-cursor.ts';
import { exportRows, FORMS } from '../audit-export.ts';
import { verifyChain } from '../audit-verify.ts';
import { attachment, CSV_TYPE } from '../csv.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { streamOf } from '../stream-of.ts';

/** A page of an export: few enough to hold twice, enough that asking takes little of the time. */
const EXPORT_PAGE = { limit: 2_000, maxLength: 2_000_000, whole: true };
/** A page that people look at has no long texts. */
const LIST_LENGTH = 1_000_000;
const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

export const auditRoutes = new Hono<EdgeEnv>();

auditRoutes.use('/audit', permitted('audit:read'));
auditRoutes.use('/audit/*', permitted('audit:read'));

auditRoutes.get('/audit', async (c) => {
  const { limit, cursor, ...filter } = parseInput(AuditQuery, c.req.query());
  const before = cursor === undefined ? null : parseAuditCursor(cursor);
  if (cursor !== undefined && before === null) throw new AppError('BAD_REQUEST');
  const question = { filter, before, limit: limit + 1, maxLength: LIST_LENGTH, whole: false };
  const lines = await readAuditPage(postgresDepsOf(c.env), c.get('access'), question);
  const shown = lines.slice(0, limit);
  const last = shown.at(-1);
  const page: AuditPage = {
    rows: shown.map(({ json }) => AuditRow.parse(JSON.parse(json))),
    cursor: lines.length > limit && last ? formatAuditCursor(last.place) : null,
  };
  return c.json(page);
});

auditRoutes.get('/audit/export', async (c) => {
  const access = c.get('access');
  const { format, ...filter } = parseInput(AuditExportQuery, c.req.query());
  const postgres = postgresDepsOf(c.env);
  const requestId = c.get('requestId');
  // Before the first row, so that no copy is without its record.
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
});

auditRoutes.post('/audit/verify', (c) => {
  const access = c.get('access');
  const postgres = postgresDepsOf(c.env);
  const requestId = c.get('requestId');
  const facts = verifyChain({
    requestId,
    checkStep: (after) => checkChainStep(postgres, access, after),
    note: (result) => noteAuditUse(postgres, access, { event: 'audit.verified', requestId, result }),
  });
  return c.body(streamOf(facts), 200, { 'Content-Type': NDJSON_TYPE, 'Cache-Control': 'no-store' });
});

auditRoutes.get('/audit/:entryId', async (c) => {
  const { entryId } = parseInput(AuditEntryParams, c.req.param());
  const json = await findAuditEntry(postgresDepsOf(c.env), c.get('access'), entryId);
  if (json === null) throw new AppError('NOT_FOUND');
  return c.json(AuditEntry.parse(JSON.parse(json)));
});

const given = (filter: AuditFilter): AuditFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
