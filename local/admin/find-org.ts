// An org by its slug, as an operator names it.
import type pg from 'pg';
import { AdminError } from './command.ts';
import { plain } from './terminal.ts';

export type Org = { readonly id: string; readonly slug: string; readonly name: string; readonly plan: string };

/** @throws AdminError */
export async function requireOrg(database: pg.Client, slug: string): Promise<Org> {
  const { rows } = await database.query<Org>('select id, slug, name, plan from orgs where slug = $1', [slug]);
  if (rows[0]) return rows[0];
  throw new AdminError(`there is no org ${plain(slug)}; \`npm run admin -- list-orgs\` lists them`);
}
