// drizzle's tables match the migrated database: columns, types, nullability and primary keys.
import { getTableColumns, is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import * as schema from '../schema/core.ts';
import * as plmSchema from '../schema/plm.ts';
import * as plmChangeSchema from '../schema/plm-changes.ts';
import * as productionSchema from '../schema/production.ts';
import * as productionPeopleSchema from '../schema/production-people.ts';
import { findTenantSchemas } from './isolation/catalog-holes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** What the app role has no right to write or read is not in the schema. */
const HIDDEN = [
  ...['users.subject', 'invitations.token_hash', 'ai_keys.sealed'],
  ...['audit_log.seq', 'audit_log.prev_hash', 'audit_log.hash', 'audit_log.created_at'],
];

test('the drizzle schema lists every table, column, type, null and key of the database, and no other', async () => {
  const { rows } = await database.owner.query<{ place: string; type: string; required: boolean; key: boolean }>(
    `
    select c.oid::regclass || '.' || a.attname as place, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
      coalesce(a.attnum = any (i.indkey), false) as key
    from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = any ($1::regnamespace[]) and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
    [await findTenantSchemas(database.owner)],
  );
  const inDatabase = rows.filter(({ place }) => !HIDDEN.includes(place));

  const files = [schema, plmSchema, plmChangeSchema, productionSchema, productionPeopleSchema];
  const exported: readonly unknown[] = files.flatMap((file) => Object.values(file));
  const tables = exported.filter((value): value is PgTable => is(value, PgTable));
  const inSchema = tables.flatMap((table) => {
    const { name, schema: namespace, primaryKeys } = getTableConfig(table);
    const keys = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
    return Object.values(getTableColumns(table)).map((column) => ({
      place: `${namespace ? `${namespace}.` : ''}${name}.${column.name}`,
      type: column.getSQLType().replace('timestamp (3)', 'timestamp(3)').replace(', ', ','),
      required: column.notNull,
      key: column.primary || keys.includes(column.name),
    }));
  });
  const byPlace = (a: { place: string }, b: { place: string }) => a.place.localeCompare(b.place);
  expect(inSchema.sort(byPlace)).toEqual(inDatabase.sort(byPlace));
});
