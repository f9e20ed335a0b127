// The snapshot as a row of the Account's own database.
import { z } from 'zod';
import { Membership } from '../postgres/memberships.ts';
import type { Snapshot } from './access-snapshot.ts';

/** Null where there is none, or where another release wrote it in a form that we no longer read. */
export function loadSnapshot(sql: SqlStorage): Snapshot | null {
  const [row] = sql
    .exec<{ subject: string; memberships: string; confirmed_at: number }>(
      'select subject, memberships, confirmed_at from snapshot',
    )
    .toArray();
  if (!row) return null;
  const memberships = z.array(Membership).safeParse(JSON.parse(row.memberships));
  if (!memberships.success) return null;
  return { subject: row.subject, memberships: memberships.data, confirmedAt: row.confirmed_at };
}

/** An answer that overtook a later one does not replace it. */
export function storeSnapshot(sql: SqlStorage, snapshot: Snapshot): void {
  sql.exec(
    `insert into snapshot (only_row, subject, memberships, confirmed_at) values (1, ?, ?, ?)
     on conflict (only_row) do update set memberships = excluded.memberships, confirmed_at = excluded.confirmed_at
       where excluded.confirmed_at >= snapshot.confirmed_at`,
    snapshot.subject,
    JSON.stringify(snapshot.memberships),
    snapshot.confirmedAt,
  );
}
