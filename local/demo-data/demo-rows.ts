// Inserts the demo data into its tables. Existing rows stay as they are; missing rows are added.
import type pg from 'pg';

export type DemoRow = Readonly<Record<string, unknown>>;

export async function putRows(client: pg.Client, table: string, rows: readonly DemoRow[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await client.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1) on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}
