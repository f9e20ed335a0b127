// Migrates an object's SQLite database along an append-only list of steps. A new object gets no tables until its first
// write, so that reading it costs no commit.

import { databaseCache } from './sqlite-cache.ts';

/** The version as last read or written. */
const versions = databaseCache<number>();

/** Instead of the number of steps: the tables were dropped for good. */
const DROPPED = -1;

/** Whether the object has its tables: not before its first write, and not after `dropTablesExcept`. */
export const hasTables = (sql: SqlStorage): boolean => schemaVersion(sql) > 0;

/** The number of steps applied; 0 for an object that never wrote; negative after `dropTablesExcept`. */
export function schemaVersion(sql: SqlStorage): number {
  const known = versions.get(sql);
  if (known !== undefined) return known;
  const version = readVersion(sql);
  // A database without tables is asked again: an erasure can leave one behind.
  if (version !== 0) versions.set(sql, version);
  return version;
}

function readVersion(sql: SqlStorage): number {
  const table = sql.exec("select 1 from sqlite_master where type = 'table' and name = 'schema_version'").toArray();
  if (table.length === 0) return 0;
  return sql.exec<{ version: number }>('select version from schema_version').one().version;
}

/**
 * Applies the missing steps. Synchronous: they commit together with the writes that follow.
 * @param fresh a script that creates what all steps together create; for a new object it is a fraction of the work
 */
export function migrate(sql: SqlStorage, steps: readonly string[], fresh: string = steps.join('\n')): void {
  const version = schemaVersion(sql);
  if (version === DROPPED) throw new Error('the tables of this object were dropped');
  if (version >= steps.length) return;
  if (version === 0) {
    sql.exec(`create table schema_version (version integer not null);
      insert into schema_version values (${steps.length});
      ${fresh}`);
  } else {
    for (const step of steps.slice(version)) sql.exec(step);
    sql.exec('update schema_version set version = ?', steps.length);
  }
  versions.set(sql, steps.length);
}

/** Drops all tables but `kept`, in an object that will write nothing more. Call it in a transaction. */
export function dropTablesExcept(sql: SqlStorage, kept: string): void {
  const tables = sql.exec<{ name: string }>(
    "select name from sqlite_master where type = 'table' and name not in ('schema_version', ?) and name not glob '[_]cf[_]*'",
    kept,
  );
  for (const { name } of tables.toArray()) sql.exec(`drop table ${name}`);
  sql.exec('update schema_version set version = ?', DROPPED);
  versions.set(sql, DROPPED);
}
