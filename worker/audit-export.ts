// The rows of the audit log as one long file, a page at a time, so that memory stays flat however many there are.
// A file that lacks rows says so in its last line: nobody takes half a log for all of it.

import { AppError } from '../durable/errors.ts';
import { logFailure } from '../durable/log.ts';
import type { AuditLine, AuditPlace } from '../durable/postgres/audit-log.ts';
import { AuditEntry, type EXPORT_FORMATS } from './audit-contract.ts';
import { type CsvValue, csvRecord } from './csv.ts';

export type ExportDeps = {
  /** @throws AppError where the reader may no longer read, or the database is away */
  readPage(before: AuditPlace | null): Promise<readonly AuditLine[]>;
  /** Whether the person is still signed in and a member. @throws AppError where not */
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
    head: csvRecord(COLUMNS),
    line: (json) => {
      const row = JSON.parse(json) as Record<string, unknown>;
      return csvRecord(COLUMNS.map((column) => toCsv(row[column])));
    },
    // As many fields as each record has.
    incomplete: ({ code, detail, rows }) =>
      csvRecord(COLUMNS.map((_column, at) => ['incomplete', code, detail, rows][at] ?? null)),
  },
};

/** Asks for the next page while the client takes the last one, and no further. */
export async function* exportRows(deps: ExportDeps, form: Form): AsyncGenerator<string> {
  let rows = 0;
  const read = (before: AuditPlace | null) => {
    const page = Promise.all([deps.readPage(before), deps.confirm()]).then(([lines]) => lines);
    // Where nobody waits for it any more it may fail.
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
    logFailure('audit export cut off', error, { requestId: deps.requestId, rows });
    yield form.incomplete({ code: known.code, detail: known.detail, rows });
  }
}

const toCsv = (value: unknown): CsvValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === undefined
      ? null
      : JSON.stringify(value);
