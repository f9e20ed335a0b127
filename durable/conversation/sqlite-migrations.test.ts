import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { CONVERSATION_SCHEMA, CONVERSATION_STEPS } from './sqlite-migrations.ts';

/** Columns with types and defaults, keys and indexes: all that a statement can depend on. */
function shapeOf(script: string) {
  const db = new DatabaseSync(':memory:');
  db.exec(script);
  const tables = db.prepare("select name, wr, strict from pragma_table_list where schema = 'main' order by name").all();
  return tables.map((table) => ({
    ...table,
    columns: db.prepare('select * from pragma_table_xinfo(?)').all(String(table.name)),
    indexes: db
      .prepare('select name, "unique", origin, partial from pragma_index_list(?)')
      .all(String(table.name))
      .map((index) => ({
        ...index,
        columns: db.prepare('select * from pragma_index_info(?)').all(String(index.name)),
      })),
  }));
}

it('a new conversation gets the same tables as one that took every step', () => {
  expect(shapeOf(CONVERSATION_SCHEMA)).toEqual(shapeOf(CONVERSATION_STEPS.join('')));
});
