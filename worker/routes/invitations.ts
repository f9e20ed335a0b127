// Invitations as an org's admins see and make them. The link is told once, to whoever made it; what is stored cannot open anything.
import { type Context, Hono } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { inviteMember, revokeInvitation } from '../../durable/postgres/change-members.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { type InvitationRow, listInvitations } from '../../durable/postgres/members.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import { handOver } from '../invite-webhook.ts';
import {
  type Invitation,
  type InvitationList,
  InvitationParams,
  type Invited,
  NewInvitation,
} from '../members-contract.ts';
import { ownOrigin } from '../origin-check.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60_000;
const TOKEN_BYTES = 32;

export const invitationRoutes = new Hono<EdgeEnv>();

invitationRoutes.get('/invitations', permitted('members:read'), async (c) => {
  const rows = await listInvitations(postgresDepsOf(c.env), c.get('access'));
  const list: InvitationList = { invitations: rows.map(toInvitation) };
  return c.json(list);
});

invitationRoutes.post('/invitations', permitted('members:manage'), async (c) => {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { email, role } = parseInput(NewInvitation, body.value);
  const access = c.get('access');
  const token = randomToken();
  const expiresAt = Date.now() + LIFETIME_MS;
  const answer = await inviteMember(postgresDepsOf(c.env), contextOf(c), { email, role, token, expiresAt });
  if (!answer.ok) throw new AppError(answer.code);
  const { id, createdAt } = answer;
  const invitation = toInvitation({ id, email, role, invitedBy: access.userName, createdAt, expiresAt });
  const link = `${ownOrigin(c)}/invite#${token}`;
  const sent = await handOver(settingsOf(c.env), {
    invitation,
    link,
    org: { slug: access.orgSlug, name: access.orgName },
  });
  const invited: Invited = { invitation, link, sent };
  return c.json(invited, 201);
});

invitationRoutes.delete('/invitations/:invitationId', permitted('members:manage'), async (c) => {
  const params = InvitationParams.safeParse(c.req.param());
  if (!params.success) throw new AppError('NOT_FOUND');
  const answer = await revokeInvitation(postgresDepsOf(c.env), contextOf(c), params.data.invitationId);
  if (!answer.ok) throw new AppError(answer.code);
  return c.body(null, 204);
});

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
