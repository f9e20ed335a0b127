// Migrates an object's SQLite database along an append-only list of steps. A new object gets no tables until its first
// write, so that reading it costs no commit.

import { databaseCache } from './sqlite-cache.ts';

/** The version as last read or written. */
const versions = databaseCache<number>();

/** The number of steps applied; 0 for an object that never wrote. */
export function schemaVersion(sql: SqlStorage): number {
  const known = versions.get(sql);
  if (known !== undefined) return known;
  const version = readVersion(sql);
  // A database without tables is asked again: an erasure can leave one behind.
  if (version > 0) versions.set(sql, version);
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
