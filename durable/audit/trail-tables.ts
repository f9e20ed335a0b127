// The AuditTrail's own tables and the notes that it keeps in them.
import type { LogHead, Witness } from '../contracts/audit-event.ts';

/** Append steps; never edit one that has been released. */
export const TRAIL_STEPS: readonly string[] = [
  `create table org (id text not null);
   -- The last row that each key signed.
   create table signed (key_id text primary key, seq integer not null, hash text not null) without rowid;
   create table observed (id integer primary key check (id = 1), seq integer not null, hash text not null);
   -- Events of the edge that are not in the log yet, and those of this minute that are.
   create table noted (
     id text primary key, key text not null, minute integer not null,
     -- 0: the first of its minute, written at once. 1: all others, written when the minute is over.
     part integer not null, payload text not null, count integer not null, request_ids text not null,
     first_at integer not null, last_at integer not null, is_stored integer not null default 0,
     unique (key, minute, part)
   ) without rowid;`,
];

export function putOrg(sql: SqlStorage, orgId: string): void {
  sql.exec('insert into org (id) select ? where not exists (select 1 from org)', orgId);
}

export const getOrg = (sql: SqlStorage): string | null =>
  sql.exec<{ id: string }>('select id from org').toArray()[0]?.id ?? null;

export const readWitness = (sql: SqlStorage): Witness => ({
  signed: sql.exec<LogHead>('select seq, hash from signed order by seq').toArray(),
  observed: sql.exec<LogHead>('select seq, hash from observed').toArray()[0] ?? null,
});

export function putSigned(sql: SqlStorage, keyId: string, { seq, hash }: LogHead): void {
  sql.exec('insert or replace into signed (key_id, seq, hash) values (?, ?, ?)', keyId, seq, hash);
}

/** False if another row with this number was seen before. */
export function putObserved(sql: SqlStorage, head: LogHead): boolean {
  const { rowsWritten } = sql.exec(
    `insert into observed (id, seq, hash) values (1, ?, ?)
     on conflict (id) do update set seq = excluded.seq, hash = excluded.hash where excluded.seq > observed.seq`,
    head.seq,
    head.hash,
  );
  if (rowsWritten > 0) return true;
  const { observed } = readWitness(sql);
  return observed?.seq !== head.seq || observed.hash === head.hash;
}
