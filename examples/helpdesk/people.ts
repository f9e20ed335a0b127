// The people of Harbor Desk: sign-in, sessions, and who a request comes from.
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from './database.ts';
import { isPassword } from './passwords.ts';

export const SESSION_SECONDS = 7 * 24 * 60 * 60;

export type Person = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'manager' | 'agent';
  readonly theme: 'auto' | 'light' | 'dark';
  readonly language: 'en' | 'de';
  readonly customerId: string;
  readonly customerSlug: string;
  readonly customerName: string;
};

const COLUMNS = `p.id, p.name, p.email, p.role, p.theme, p.language,
  c.id as "customerId", c.slug as "customerSlug", c.name as "customerName"`;

/** The token of a new session, or null if the password is wrong. */
export async function signIn(database: Database, email: string, password: string): Promise<string | null> {
  const { rows } = await database.query<{ id: string; hash: string }>(
    'select id, password_hash as hash from people where email = $1 and removed_at is null',
    [email.trim().toLowerCase()],
  );
  const person = rows[0];
  // An unknown address takes as long as a wrong password, so that no one can find out who has an account.
  if (!(await isPassword(password, person?.hash ?? 'unknown.unknown')) || person === undefined) return null;
  const token = randomBytes(32).toString('base64url');
  await database.query(
    'insert into sessions (token_hash, person_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))',
    [hashToken(token), person.id, SESSION_SECONDS],
  );
  return token;
}

export async function signOut(database: Database, token: string): Promise<void> {
  await database.query('delete from sessions where token_hash = $1', [hashToken(token)]);
}

/** Who a session belongs to. Asked for each request, so that a removed person is out at once. */
export async function findPerson(database: Database, token: string): Promise<Person | null> {
  const { rows } = await database.query<Person>(
    `select ${COLUMNS} from sessions s join people p on p.id = s.person_id join customers c on c.id = p.customer_id
    where s.token_hash = $1 and s.expires_at > now() and p.removed_at is null`,
    [hashToken(token)],
  );
  return rows[0] ?? null;
}

export async function listPeople(database: Database, customerId: string): Promise<Person[]> {
  const { rows } = await database.query<Person>(
    `select ${COLUMNS} from people p join customers c on c.id = p.customer_id
    where c.id = $1 and p.removed_at is null order by p.name`,
    [customerId],
  );
  return rows;
}

/** One manager of each customer, the first by name. */
export async function findManagers(database: Database): Promise<Person[]> {
  const { rows } = await database.query<Person>(
    `select distinct on (c.id) ${COLUMNS} from people p join customers c on c.id = p.customer_id
    where p.role = 'manager' and p.removed_at is null order by c.id, p.name`,
  );
  return rows;
}

export async function listDemoPeople(database: Database): Promise<Person[]> {
  const { rows } = await database.query<Person>(
    `select ${COLUMNS} from people p join customers c on c.id = p.customer_id
    where p.removed_at is null order by c.name, p.role desc, p.name`,
  );
  return rows;
}

/** True if there was such a person to remove. No one removes themselves. */
export async function removePerson(database: Database, by: Person, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update people set removed_at = now()
    where id::text = $1 and customer_id = $2 and id <> $3 and removed_at is null`,
    [id, by.customerId, by.id],
  );
  return rowCount === 1;
}

export async function savePreferences(database: Database, id: string, theme: string, language: string): Promise<void> {
  await database.query('update people set theme = $2, language = $3 where id = $1', [id, theme, language]);
}

/** Only hashes are stored, so that a copy of the table signs no one in. */
const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
