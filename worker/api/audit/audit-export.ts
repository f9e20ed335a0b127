// Exports the audit log as one file, a page at a time, so that memory stays flat for any number of rows.
// The last line of an incomplete file says that rows are missing.

import { AppError } from '../../../durable/errors.ts';
import { logFailure } from '../../../durable/log.ts';
import type { AuditLine, AuditPlace } from '../../../durable/postgres/queries/audit-log.ts';
import { CSV_START, type CsvValue, csvRecord } from '../../http/csv.ts';
import { AuditEntry, type EXPORT_FORMATS } from './audit-schema.ts';

export type ExportDeps = {
  /** @throws AppError if the reader has lost access or the database can't be reached */
  readPage(before: AuditPlace | null): Promise<readonly AuditLine[]>;
  /** @throws AppError if the user is no longer signed in or a member */
  confirm(): Promise<void>;
  readonly requestId: string;
};

type Form = {
  readonly head: string;
  line(json: string): string;
  incomplete(end: { readonly code: string; readonly detail: string; readonly rows: number }): string;
};

const COLUMNS = Object.keys(AuditEntry.shape);

export const FORMS: Readonly<Record<(typeof EXPORT_FORMATS)[number], Form>> = {
  ndjson: {
    head: '',
    line: (json) => `${json}\n`,
    incomplete: (end) => `${JSON.stringify({ incomplete: true, ...end })}\n`,
  },
  csv: {
    head: CSV_START + csvRecord(COLUMNS),
    line: (json) => {
      const row = JSON.parse(json) as Record<string, unknown>;
      return csvRecord(COLUMNS.map((column) => toCsv(row[column])));
    },
    // Every record has the same number of fields.
    incomplete: ({ code, detail, rows }) =>
      csvRecord(COLUMNS.map((_column, at) => ['incomplete', code, detail, rows][at] ?? null)),
  },
};

/** Reads one page ahead of the client, and no further. */
export async function* exportRows(deps: ExportDeps, form: Form): AsyncGenerator<string> {
  let rows = 0;
  const read = (before: AuditPlace | null) => {
    const page = Promise.all([deps.readPage(before), deps.confirm()]).then(([lines]) => lines);
    // The client may leave before this page is awaited; a failure then needs no handling.
    page.catch(() => undefined);
    return page;
  };
  try {
    let next = read(null);
    if (form.head !== '') yield form.head;
    for (;;) {
      const page = await next;
      const last = page.at(-1);
      if (!last) return;
      next = read(last.place);
      yield page.map(({ json }) => form.line(json)).join('');
      rows += page.length;
    }
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
    logFailure('audit_export.cut_off', error, { requestId: deps.requestId, rows });
    yield form.incomplete({ code: known.code, detail: known.detail, rows });
  }
}

const toCsv = (value: unknown): CsvValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === undefined
      ? null
      : JSON.stringify(value);
