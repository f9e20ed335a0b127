// Changes to an org's members. Each is one SQL function that takes a lock, checks the permission, makes the change and
// writes the audit row, all in one transaction.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import type { Access } from '../../principal.ts';
import type { Claim } from '../session-claim.ts';
import { getDatabaseFault } from '../sqlstate.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

/** Who makes the change, and for which request. */
export type ChangeContext = Pick<Access, 'orgId' | 'userId'> & { readonly requestId: string };

const REFUSALS = [
  'NOT_FOUND',
  'FORBIDDEN',
  'ROLE_UNKNOWN',
  'ROLE_BEYOND_OWN',
  'ALREADY_MEMBER',
  'LAST_ADMIN',
  'INVITATION_FOR_ANOTHER',
] as const;
type MemberRefusal = { readonly ok: false; readonly code: (typeof REFUSALS)[number] };

const ChangeResult = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(REFUSALS) }),
]);
const Invited = z.object({ id: z.uuid(), createdAt: z.string().transform((text) => Date.parse(text)) });

/** @param invitation `email` in lower case; `expiresAt` in Unix milliseconds. @throws AppError */
export async function inviteMember(
  deps: PostgresDeps,
  context: ChangeContext,
  invitation: { email: string; role: string; token: string; expiresAt: number },
): Promise<{ readonly ok: true; readonly id: string; readonly createdAt: number } | MemberRefusal> {
  const { email, role, token } = invitation;
  const result = await change(deps, asUser(context), 'invite', {
    email,
    role,
    token,
    requestId: context.requestId,
    expiresAt: new Date(invitation.expiresAt).toISOString(),
  });
  return result.ok ? { ok: true, ...Invited.parse(result.data) } : result;
}

export const revokeInvitation = (deps: PostgresDeps, context: ChangeContext, invitationId: string) =>
  done(change(deps, asUser(context), 'revoke', { invitationId, requestId: context.requestId }));

export const changeRole = (deps: PostgresDeps, context: ChangeContext, member: { userId: string; role: string }) =>
  done(change(deps, asUser(context), 'change_role', { ...member, requestId: context.requestId }));

export const removeMember = (deps: PostgresDeps, context: ChangeContext, userId: string) =>
  done(change(deps, asUser(context), 'remove', { userId, requestId: context.requestId }));

/** Lets the next token of a removed member in again, if the member's issuer had granted the membership. */
export const restoreMember = (deps: PostgresDeps, context: ChangeContext, userId: string) =>
  done(change(deps, asUser(context), 'restore', { userId, requestId: context.requestId }));

export const leaveOrg = (deps: PostgresDeps, context: ChangeContext) =>
  done(change(deps, asUser(context), 'leave', { requestId: context.requestId }));

const Found = z.object({
  id: z.uuid(),
  orgId: z.uuid(),
  orgSlug: z.string(),
  orgName: z.string(),
  role: z.string(),
  email: z.string(),
  invitedBy: z.string(),
  expiresAt: z.string().transform((text) => Date.parse(text)),
  /** The requesting user's, if they are already known. */
  userId: z.uuid().nullable(),
});
export type FoundInvitation = z.output<typeof Found>;

/** The invitation of a token; null if the token is unknown, used or expired. @throws AppError */
export async function findInvitation(
  deps: PostgresDeps,
  token: string,
  /** The requesting user, if signed in. */
  subject: string | null,
): Promise<FoundInvitation | null> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'subject', sub: subject ?? '' },
    (db) => [
      db.execute(sql`
        select id, org_id as "orgId", org_slug as "orgSlug", org_name as "orgName", role, email,
          invited_by as "invitedBy", expires_at as "expiresAt", user_id as "userId"
        from find_invitation(${token})`),
    ],
    { readOnly: true },
  );
  return rows[0] === undefined ? null : Found.parse(rows[0]);
}

/** The signed-in user; the identity provider has verified `email`. */
export type Joiner = { readonly subject: string; readonly email: string; readonly name: string };

/** Accepts an invitation, once. @throws AppError */
export async function acceptInvitation(
  deps: PostgresDeps,
  joiner: Joiner,
  options: { token: string; requestId: string },
): Promise<{ readonly ok: true; readonly invitation: FoundInvitation } | MemberRefusal> {
  for (let attempt = 1; ; attempt += 1) {
    const invitation = await findInvitation(deps, options.token, joiner.subject);
    if (!invitation) return { ok: false, code: 'NOT_FOUND' };
    const claim: Claim = { kind: 'system', org: invitation.orgId, user: invitation.userId ?? crypto.randomUUID() };
    try {
      const result = await change(deps, claim, 'accept', { ...joiner, ...options });
      return result.ok ? { ok: true, invitation } : result;
    } catch (error) {
      // The same user joined another org at the same time, which created their row in `users`.
      if (attempt > 1 || getDatabaseFault(error)?.constraint !== 'memberships_user_id_fkey') throw error;
    }
  }
}

async function change(
  deps: PostgresDeps,
  claim: Claim,
  what: string,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<typeof ChangeResult>> {
  const [{ rows }] = await withTenant(deps, claim, (db) => [
    db.execute(sql`select change_members(${what}, ${JSON.stringify(input)}::jsonb) as result`),
  ]);
  const result = ChangeResult.safeParse(rows[0]?.['result']);
  if (!result.success) throw new AppError('INTERNAL', { cause: 'change_members returned an unknown result' });
  return result.data;
}

const done = async (changing: ReturnType<typeof change>): Promise<{ readonly ok: true } | MemberRefusal> => {
  const result = await changing;
  return result.ok ? { ok: true } : result;
};

const asUser = ({ orgId, userId }: ChangeContext): Claim => ({ kind: 'user', org: orgId, user: userId });
