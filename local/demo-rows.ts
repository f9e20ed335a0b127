// How the demo data gets into its tables: what is there stays as somebody left it, what is missing is added.
import type pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;

export async function putRows(client: pg.Client, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await client.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1) on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}
