// Finds an org by slug, a person by id or email, and a plan by name.
import type pg from 'pg';
import { AdminError } from './command.ts';
import { wrong } from './options.ts';
import { plain } from './terminal.ts';

export type FoundOrg = { readonly id: string; readonly slug: string; readonly name: string; readonly plan: string };

type FoundUser = { readonly id: string; readonly email: string; readonly name: string; readonly isMember: boolean };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws AdminError */
export async function requireOrg(database: pg.Client, slug: string): Promise<FoundOrg> {
  const { rows } = await database.query<FoundOrg>('select id, slug, name, plan from orgs where slug = $1', [slug]);
  if (rows[0]) return rows[0];
  throw new AdminError(`unknown org ${plain(slug)}; \`npm run admin -- list-orgs\` lists them`);
}

/** Members, and former members with data in the org. @throws AdminError when no one or several people match */
export async function requirePerson(database: pg.Client, org: FoundOrg, named: string): Promise<FoundUser> {
  const isId = UUID.test(named);
  const { rows } = await database.query<FoundUser>(
    `select u.id, u.email, u.name, m.user_id is not null as "isMember"
     from users u left join memberships m on m.org_id = $1 and m.user_id = u.id
     where ${isId ? 'u.id = $2::uuid' : 'lower(u.email) = lower($2)'} and (m.user_id is not null
       or exists (select from ai_conversations c where c.org_id = $1 and c.user_id = u.id)
       or exists (select from audit_log a where a.org_id = $1 and a.actor_user_id = u.id))
     order by u.id`,
    [org.id, named],
  );
  const [person, ...others] = rows;
  if (!person) throw new AdminError(`${org.slug} has no one named ${plain(named)}`);
  if (others.length > 0)
    throw new AdminError(
      `several people in ${org.slug} have that address; name one by id: ${rows.map(({ id }) => id).join(', ')}`,
    );
  return person;
}

/** @throws AdminError with the list of plans if there is no such plan. */
export async function requirePlan(database: pg.Client, plan: string): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    'select name from private.plans order by monthly_tokens nulls last',
  );
  const names = rows.map((row) => row.name);
  if (!names.includes(plan)) throw wrong(`unknown plan ${plan}; choose ${names.join(', ')}`);
}
