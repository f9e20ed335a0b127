// Invitations, for the org's admins. The link is returned once, to the inviting user. The stored hash can't open anything.
import type { Context } from 'hono';
import { settingsOf } from '../../../durable/env.ts';
import { AppError } from '../../../durable/errors.ts';
import { inviteMember, revokeInvitation } from '../../../durable/postgres/queries/change-members.ts';
import { type InvitationRow, listInvitations } from '../../../durable/postgres/queries/members.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { ownOrigin } from '../../auth/origin-check.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { sendInvitation } from './invite-webhook.ts';
import { type Invitation, InvitationList, InvitationParams, Invited, NewInvitation } from './members-schema.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60_000;
const TOKEN_BYTES = 32;

export const invitationRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/api/v1/invitations'],
    tag: 'organization',
    permission: 'members:read',
    feature: 'none',
    rights: 'confirmed',
    summary: 'List open invitations',
    records: 'members.read',
    reply: { status: 200, description: 'Invitations ordered by email, without their links.', schema: InvitationList },
    handler: async (c) => {
      const rows = await listInvitations(postgresDepsOf(c.env), c.get('access'));
      return { invitations: rows.map(toInvitation) };
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/api/v1/invitations'],
    tag: 'organization',
    permission: 'members:manage',
    feature: 'none',
    rights: 'confirmed',
    needsRecentSignIn: true,
    cost: 20,
    summary: 'Invite someone',
    description: 'Inviting an email again creates a new link; the old one no longer works.',
    body: NewInvitation,
    reply: { status: 201, description: 'The invitation and its link. The link is shown only here.', schema: Invited },
    errors: ['ROLE_UNKNOWN', 'ROLE_BEYOND_OWN', 'ALREADY_MEMBER'],
    handler: async (c, { body: { email, role } }) => {
      const access = c.get('access');
      const token = randomToken();
      const expiresAt = Date.now() + LIFETIME_MS;
      const answer = await inviteMember(postgresDepsOf(c.env), contextOf(c), { email, role, token, expiresAt });
      if (!answer.ok) throw new AppError(answer.code);
      const { id, createdAt } = answer;
      const invitation = toInvitation({ id, email, role, invitedBy: access.userName, createdAt, expiresAt });
      const link = `${ownOrigin(c)}/invite#${token}`;
      const sent = await sendInvitation(settingsOf(c.env), {
        invitation,
        link,
        org: { slug: access.orgSlug, name: access.orgName },
      });
      return { invitation, link, sent };
    },
  }),
  defineRoute({
    method: 'delete',
    paths: ['/api/v1/invitations/{invitationId}'],
    tag: 'organization',
    permission: 'members:manage',
    feature: 'none',
    rights: 'confirmed',
    summary: 'Revoke an invitation',
    params: InvitationParams,
    reply: { status: 204, description: 'Its link no longer works.' },
    handler: async (c, { params: { invitationId } }) => {
      const answer = await revokeInvitation(postgresDepsOf(c.env), contextOf(c), invitationId);
      if (!answer.ok) throw new AppError(answer.code);
      return undefined;
    },
  }),
];

function contextOf(c: Context<EdgeEnv>) {
  const { orgId, userId } = c.get('access');
  return { orgId, userId, requestId: c.get('requestId') };
}

const toInvitation = ({ createdAt, expiresAt, ...row }: InvitationRow): Invitation => ({
  ...row,
  createdAt: new Date(createdAt).toISOString(),
  expiresAt: new Date(expiresAt).toISOString(),
  isExpired: expiresAt <= Date.now(),
});

function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
