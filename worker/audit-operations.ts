// The operations on the audit log, as data; see operations.ts.
import { z } from 'zod';
import { AuditEntry, AuditEntryParams, AuditExportQuery, AuditPage, AuditQuery, VerifyFact } from './audit-contract.ts';
import type { Operation } from './operation.ts';

const ERRORS = ['NOT_FOUND', 'ACCESS_REVOKED', 'DATABASE_UNAVAILABLE'] as const;

export const AUDIT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/audit',
    group: 'organisation',
    needs: 'audit:read',
    summary: 'List the audit log',
    description: 'Newest first. What happened in a conversation stands here some seconds later.',
    query: AuditQuery,
    reply: { status: 200, description: 'A page of rows.', schema: AuditPage },
    errors: ERRORS,
  },
  {
    method: 'get',
    path: '/api/v1/audit/export',
    group: 'organisation',
    needs: 'audit:read',
    summary: 'Export the audit log',
    description:
      'All rows that the filter takes, newest first, whole, as long as it takes; as NDJSON each line is an AuditEntry, as CSV each record. An export that had to end early says so in its last line: `{"incomplete":true,"code":…,"detail":…,"rows":…}`, or a record whose first fields are `incomplete`, code, detail and the number of rows. In CSV, text that a spreadsheet would compute begins with an apostrophe.',
    query: AuditExportQuery,
    reply: {
      status: 200,
      description: 'A file that is written while it is read.',
      schema: z.string(),
      type: 'application/x-ndjson',
    },
    errors: ERRORS,
  },
  {
    method: 'post',
    path: '/api/v1/audit/verify',
    group: 'organisation',
    needs: 'audit:read',
    summary: 'Check that the audit log is whole',
    description:
      'Follows the chain of hashes from the first row to the last. Each line of the reply is one VerifyFact: progress, then what was found.',
    reply: {
      status: 200,
      description: 'Progress, then the finding.',
      schema: VerifyFact,
      type: 'application/x-ndjson',
    },
    errors: ERRORS,
  },
  {
    method: 'get',
    path: '/api/v1/audit/{entryId}',
    group: 'organisation',
    needs: 'audit:read',
    summary: 'Read one row of the audit log',
    params: AuditEntryParams,
    reply: { status: 200, description: 'All there is of it.', schema: AuditEntry },
    errors: ERRORS,
  },
];
