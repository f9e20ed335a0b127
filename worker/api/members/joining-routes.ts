// Accepting an invitation and leaving an org: what users do about their own membership.
import type { Context } from 'hono';
import { accountOf } from '../../../durable/contracts/account.ts';
import { AppError } from '../../../durable/errors.ts';
import { logFailure } from '../../../durable/log.ts';
import {
  acceptInvitation,
  findInvitation,
  type Joiner,
  leaveOrg,
} from '../../../durable/postgres/queries/change-members.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { askAccount } from '../../admission/access.ts';
import { pageUser } from '../../auth/page-identity.ts';
import { clearOrgCookie, setOrgCookie } from '../../auth/session-cookie.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { OrgSelection } from '../identity/identity-schema.ts';
import { InvitationToken, Joined, OpenInvitation } from './members-schema.ts';

const CLOSED = 'This invitation was already used, was revoked or has expired.';
const NEW_NAME_LENGTH = 200;

export const joiningRoutes = [
  defineRoute({
    method: 'post',
    paths: ['/auth/leave'],
    tag: 'account',
    permission: 'signed-in',
    summary: 'Leave an org',
    description: 'The body names the org, so that no one leaves the wrong one.',
    body: OrgSelection,
    reply: { status: 204, description: 'You are no longer a member. Your activity stays in the audit log.' },
    errors: ['NOT_FOUND', 'IDENTITY_CHANGED', 'LAST_ADMIN', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { slug } }) => {
      const admission = await askAccount(c, slug, 'confirmed', { page: pageUser(c) });
      if (!admission.ok) throw new AppError(admission.code);
      const { orgId, userId, subject } = admission.access;
      const answer = await leaveOrg(postgresDepsOf(c.env), { orgId, userId, requestId: c.get('requestId') });
      if (!answer.ok) throw new AppError(answer.code);
      await renewRights(c, subject);
      if (isBrowser(c)) clearOrgCookie(c);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/auth/invitations/look'],
    tag: 'account',
    // Opened before signing in: the token is all that the page has, and all that is needed.
    permission: 'public',
    summary: 'Preview an invitation',
    body: InvitationToken,
    reply: { status: 200, description: 'The invitation.', schema: OpenInvitation },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { token } }) => {
      const found = await findInvitation(postgresDepsOf(c.env), token, null);
      if (!found) throw new AppError('NOT_FOUND', { detail: CLOSED });
      return {
        org: { slug: found.orgSlug, name: found.orgName },
        role: found.role,
        email: found.email,
        invitedBy: found.invitedBy,
        expiresAt: new Date(found.expiresAt).toISOString(),
      };
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/auth/invitations/accept'],
    tag: 'account',
    permission: 'signed-in',
    summary: 'Accept an invitation',
    description: 'Works once, and only if you signed in with the invited email and it is verified.',
    body: InvitationToken,
    reply: { status: 200, description: 'You are a member.', schema: Joined },
    errors: ['NOT_FOUND', 'EMAIL_UNVERIFIED', 'INVITATION_FOR_ANOTHER', 'ALREADY_MEMBER', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { token } }) => {
      const joiner = await requireJoiner(c);
      const answer = await acceptInvitation(postgresDepsOf(c.env), joiner, { token, requestId: c.get('requestId') });
      if (!answer.ok) throw new AppError(answer.code, answer.code === 'NOT_FOUND' ? { detail: CLOSED } : {});
      await renewRights(c, joiner.subject);
      const { orgSlug, orgName } = answer.invitation;
      if (isBrowser(c)) setOrgCookie(c, orgSlug);
      return { org: { slug: orgSlug, name: orgName } };
    },
  }),
];

/** The change is saved even if this fails; rights are read from Postgres again soon enough. */
async function renewRights(c: Context<EdgeEnv>, subject: string): Promise<void> {
  try {
    await accountOf(c.env, subject).renew({ subject });
  } catch (error) {
    logFailure('rights.renewal_failed', error, { requestId: c.get('requestId') });
  }
}

const isBrowser = (c: Context<EdgeEnv>): boolean => c.req.header('Authorization') === undefined;

/** The user as their sign-in proved them. @throws AppError EMAIL_UNVERIFIED if it proved no email */
async function requireJoiner(c: Context<EdgeEnv>): Promise<Joiner> {
  const { subject, signInId } = c.get('principal');
  // An issuer's bearer token proves no email.
  if (signInId === undefined) throw new AppError('EMAIL_UNVERIFIED');
  const signIn = await accountOf(c.env, subject).identityAt(signInId);
  if (!signIn) throw new AppError('UNAUTHENTICATED');
  const { identity } = signIn;
  if (!identity?.email || !identity.emailVerified) throw new AppError('EMAIL_UNVERIFIED');
  const name = identity.name ?? identity.email;
  return { subject, email: identity.email, name: name.slice(0, NEW_NAME_LENGTH) };
}
