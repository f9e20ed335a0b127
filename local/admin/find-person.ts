// A person as an operator names them: by id, or by an address within an org.
import type pg from 'pg';
import { AdminError } from './command.ts';
import type { Org } from './find-org.ts';
import { plain } from './terminal.ts';

export type Person = { readonly id: string; readonly email: string; readonly name: string; readonly isMember: boolean };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Members, and those who left and of whom the org still has something. @throws AdminError for nobody, and for several */
export async function requirePerson(database: pg.Client, org: Org, named: string): Promise<Person> {
  const isId = UUID.test(named);
  const { rows } = await database.query<Person>(
    `select u.id, u.email, u.name, m.user_id is not null as "isMember"
     from users u left join memberships m on m.org_id = $1 and m.user_id = u.id
     where ${isId ? 'u.id = $2::uuid' : 'lower(u.email) = lower($2)'} and (m.user_id is not null
       or exists (select from ai_conversations c where c.org_id = $1 and c.user_id = u.id)
       or exists (select from audit_log a where a.org_id = $1 and a.actor_user_id = u.id))
     order by u.id`,
    [org.id, named],
  );
  const [person, ...others] = rows;
  if (!person) throw new AdminError(`${org.slug} knows nobody as ${plain(named)}`);
  if (others.length > 0)
    throw new AdminError(
      `several people of ${org.slug} have that address; name one by id: ${rows.map(({ id }) => id).join(', ')}`,
    );
  return person;
}
