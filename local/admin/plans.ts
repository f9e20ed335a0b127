// The plans that the database knows.
import type pg from 'pg';
import { wrong } from './options.ts';

/** @throws AdminError that lists them, where this is none. */
export async function requirePlan(database: pg.Client, plan: string): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    'select name from private.plans order by monthly_tokens nulls last',
  );
  const names = rows.map((row) => row.name);
  if (!names.includes(plan)) throw wrong(`there is no plan ${plan}; there are ${names.join(', ')}`);
}
