// Creates an invitation without a sender, for the first admin of an org. The link is printed only here, because the
// database stores only a hash of its token. It is accepted like any other invitation.
import { createHash, randomBytes } from 'node:crypto';
import { recordAuditEvent } from '../audit-events.ts';
import { AdminError, type Command } from '../command.ts';
import { requireOrg } from '../look-up.ts';
import { countOf, textOf, wrong } from '../options.ts';
import { inTransaction } from '../transaction.ts';

const TOKEN_BYTES = 32;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const LIFETIME_DAYS = 7;

export const inviteAdmin: Command = {
  name: 'invite-admin',
  summary: 'Create an invitation for an organization’s first admin and print its link',
  parameters: ['slug', 'email'],
  options: {
    role: { type: 'string', value: 'NAME', help: 'The role; default: admin' },
    days: { type: 'string', value: 'N', help: `Days until the link expires; default: ${LIFETIME_DAYS}` },
    origin: { type: 'string', value: 'URL', help: 'Where people open the pages; default: PUBLIC_ORIGIN' },
  },
  notes: ['Give the link only to that person. It works once, for a sign-in with that address.'],
  run: async function runInviteAdmin({ database, settings }, { parameters: [slug = '', given = ''], values }) {
    const email = given.toLowerCase();
    if (!EMAIL.test(email) || email.length > 320) throw wrong(`${given} is not an email address`);
    const origin = requireOrigin(textOf(values, 'origin') ?? settings['PUBLIC_ORIGIN']);
    const days = countOf(values, 'days', { most: 30, otherwise: LIFETIME_DAYS });
    const role = textOf(values, 'role') ?? 'admin';
    const org = await requireOrg(database, slug);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = await inTransaction(database, async () => {
      await database.query('select private.lock_members($1)', [org.id]);
      const known = await database.query(
        'select from memberships m join users u on u.id = m.user_id where m.org_id = $1 and lower(u.email) = $2',
        [org.id, email],
      );
      if (known.rowCount) throw new AdminError(`${email} is already a member of ${slug}`);
      const roles = await database.query('select from roles where org_id = $1 and name = $2', [org.id, role]);
      if (!roles.rowCount) throw new AdminError(`${slug} has no role ${role}`);
      await database.query('delete from invitations where org_id = $1 and email = $2', [org.id, email]);
      const { rows } = await database.query<{ id: string; expires_at: Date }>(
        `insert into invitations (org_id, email, role, token_hash, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(days => $5)) returning id, expires_at`,
        [org.id, email, role, createHash('sha256').update(token).digest(), days],
      );
      const made = rows[0];
      if (!made) throw new AdminError('the invitation was not stored');
      const fact = { invitationId: made.id, email, role, expiresAt: made.expires_at };
      await recordAuditEvent(database, org.id, 'member.invited', fact);
      return made.expires_at.toISOString();
    });
    const link = `${origin}/invite#${token}`;
    return {
      lines: [`${email} can join ${slug} as ${role} until ${expiresAt}, with this link:`, link],
      json: { slug, email, role, expiresAt, link },
    };
  },
};

function requireOrigin(text: string | undefined): string {
  if (text === undefined)
    throw wrong('--origin is required: where people open the pages, such as https://assistant.example.com');
  try {
    const url = new URL(text);
    const isHere = ['localhost', '127.0.0.1'].includes(url.hostname);
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return url.origin;
  } catch {
    // Reported below.
  }
  throw wrong('--origin must be an https address');
}
