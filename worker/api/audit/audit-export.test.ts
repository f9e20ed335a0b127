import { afterEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../durable/errors.ts';
import type { AuditLine, AuditPlace } from '../../../durable/postgres/queries/audit-log.ts';
import { CSV_START } from '../../http/csv.ts';
import { streamOf } from '../../http/generator-stream.ts';
import { type ExportDeps, exportRows, FORMS } from './audit-export.ts';

const lineOf = (seq: number, more: object = {}): AuditLine => ({
  place: { at: '2026-11-25T09:00:00.000Z', seq },
  json: JSON.stringify({ seq, id: `fact-${seq}`, event: 'message.sent', ...more }),
});

/** Pages of two, newest first. */
function depsOf(count: number, more: Partial<ExportDeps> = {}) {
  const asked: (number | null)[] = [];
  const deps: ExportDeps = {
    requestId: 'request-1',
    confirm: () => Promise.resolve(),
    readPage: (before: AuditPlace | null) => {
      asked.push(before?.seq ?? null);
      const from = before?.seq ?? count + 1;
      return Promise.resolve([from - 1, from - 2].filter((seq) => seq > 0).map((seq) => lineOf(seq)));
    },
    ...more,
  };
  return { deps, asked };
}

async function textOf(parts: AsyncGenerator<string>): Promise<string> {
  return new Response(streamOf(parts)).text();
}

function quiet(): void {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
}
afterEach(() => vi.restoreAllMocks());

test('exports every row, page by page', async () => {
  const { deps, asked } = depsOf(5);
  const lines = (await textOf(exportRows(deps, FORMS.ndjson))).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).seq)).toEqual([5, 4, 3, 2, 1]);
  expect(asked).toEqual([null, 4, 2, 1]);
});

test('reads at most one page ahead of a slow client', async () => {
  const { deps, asked } = depsOf(1_000);
  const reader = streamOf(exportRows(deps, FORMS.ndjson)).getReader();
  expect(asked).toEqual([]);
  await reader.read();
  expect(asked).toEqual([null, 999]);
  await reader.read();
  expect(asked).toEqual([null, 999, 997]);
  await reader.cancel();
  expect(asked).toEqual([null, 999, 997]);
});

describe('an export that ends early says so in its last line', () => {
  const rights = () => Promise.reject(new AppError('ACCESS_REVOKED'));

  test('as NDJSON', async () => {
    quiet();
    let confirmed = 0;
    const { deps } = depsOf(9, { confirm: () => (++confirmed > 2 ? rights() : Promise.resolve()) });
    const lines = (await textOf(exportRows(deps, FORMS.ndjson))).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      ...{ incomplete: true, code: 'ACCESS_REVOKED', rows: 4 },
      detail: expect.stringContaining('access'),
    });
  });

  test('as a CSV record with the same number of fields', async () => {
    quiet();
    let pages = 0;
    const { deps } = depsOf(9);
    const failing: ExportDeps = {
      ...deps,
      readPage: (before) =>
        ++pages > 1 ? Promise.reject(new AppError('DATABASE_UNAVAILABLE')) : deps.readPage(before),
    };
    const records = (await textOf(exportRows(failing, FORMS.csv))).trimEnd().split('\r\n');
    expect(records).toHaveLength(4);
    expect(records.at(-1)).toMatch(/^incomplete,DATABASE_UNAVAILABLE,[^,]+,2,+$/);
    expect(new Set(records.map((record) => record.split(',').length)).size).toBe(1);
  });

  test('without details of the internal error', async () => {
    quiet();
    const { deps } = depsOf(9, { readPage: () => Promise.reject(new Error('select secret from audit_log')) });
    const text = await textOf(exportRows(deps, FORMS.ndjson));
    expect(text).toContain('"code":"INTERNAL"');
    expect(text).not.toContain('secret');
  });
});

test('CSV has a header, each value in its column, and nested values as JSON', async () => {
  const { deps } = depsOf(0);
  const row = lineOf(1, { actorName: '=HYPERLINK("x")', parameters: { a: [1, 'two'] }, costMicros: 12, result: null });
  const one: ExportDeps = { ...deps, readPage: (before) => Promise.resolve(before ? [] : [row]) };
  const [head = '', record = ''] = (await textOf(exportRows(one, FORMS.csv))).split('\r\n');
  expect(head.split(',').slice(0, 4)).toEqual(['seq', 'id', 'at', 'event']);
  expect(FORMS.csv.head.startsWith(CSV_START)).toBe(true);
  expect(record).toContain(`"'=HYPERLINK(""x"")"`);
  expect(record).toContain('"{""a"":[1,""two""]}"');
});
