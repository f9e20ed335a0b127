// Changes of who belongs to an org. Each is one SQL function, which takes its turn, asks for the right, refuses or changes,
// and writes the audit row: all of it in one transaction.
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import type { Claim } from './session-claim.ts';
import { getDatabaseFault } from './sqlstate.ts';
import { type PostgresDeps, withTenant } from './with-tenant.ts';

/** By whom, and on account of which request. */
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

const Answer = z.discriminatedUnion('ok', [
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
  const answer = await change(deps, asUser(context), 'invite', {
    ...{ email, role, token, requestId: context.requestId },
    expiresAt: new Date(invitation.expiresAt).toISOString(),
  });
  return answer.ok ? { ok: true, ...Invited.parse(answer.data) } : answer;
}

export const revokeInvitation = (deps: PostgresDeps, context: ChangeContext, invitationId: string) =>
  done(change(deps, asUser(context), 'revoke', { invitationId, requestId: context.requestId }));

export const changeRole = (deps: PostgresDeps, context: ChangeContext, member: { userId: string; role: string }) =>
  done(change(deps, asUser(context), 'change_role', { ...member, requestId: context.requestId }));

export const removeMember = (deps: PostgresDeps, context: ChangeContext, userId: string) =>
  done(change(deps, asUser(context), 'remove', { userId, requestId: context.requestId }));

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
  /** Of the person who asks, where they are known already. */
  userId: z.uuid().nullable(),
});
export type FoundInvitation = z.output<typeof Found>;

/** What a token opens; null where it opens nothing (any more). @throws AppError */
export async function findInvitation(
  deps: PostgresDeps,
  token: string,
  /** Who asks, if they are signed in. */
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

/** Whoever signed in: `email` is proven to be theirs. */
export type Joiner = { readonly subject: string; readonly email: string; readonly name: string };

/** Takes up an invitation, once. @throws AppError */
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
      const answer = await change(deps, claim, 'accept', { ...joiner, ...options });
      return answer.ok ? { ok: true, invitation } : answer;
    } catch (error) {
      // The same person joined another org in this moment and got their row of users there.
      if (attempt > 1 || getDatabaseFault(error)?.constraint !== 'memberships_user_id_fkey') throw error;
    }
  }
}

async function change(
  deps: PostgresDeps,
  claim: Claim,
  what: string,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<typeof Answer>> {
  const [{ rows }] = await withTenant(deps, claim, (db) => [
    db.execute(sql`select change_members(${what}, ${JSON.stringify(input)}::jsonb) as answer`),
  ]);
  const answer = Answer.safeParse(rows[0]?.['answer']);
  if (!answer.success) throw new AppError('INTERNAL', { cause: 'change_members answered in no known form' });
  return answer.data;
}

const done = async (answer: ReturnType<typeof change>): Promise<{ readonly ok: true } | MemberRefusal> => {
  const settled = await answer;
  return settled.ok ? { ok: true } : settled;
};

const asUser = ({ orgId, userId }: ChangeContext): Claim => ({ kind: 'user', org: orgId, user: userId });
