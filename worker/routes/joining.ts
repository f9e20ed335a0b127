// Taking up an invitation, and leaving an org: what a person does about their own membership.
import { type Context, Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import { acceptInvitation, findInvitation, type Joiner, leaveOrg } from '../../durable/postgres/change-members.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { askAccount, authenticated } from '../access.ts';
import { OrgSelection } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { InvitationToken, type Joined, type OpenInvitation } from '../members-contract.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { clearOrgCookie, setOrgCookie } from '../session-cookie.ts';

const CLOSED = 'This invitation was used or taken back, or its time is over.';
const NEW_NAME_LENGTH = 200;

export const joiningRoutes = new Hono<EdgeEnv>();

/** Asked before anybody signs in: the token is the only thing that is known, and the only thing that is needed. */
joiningRoutes.post('/invitations/look', async (c) => {
  const token = await readToken(c);
  const found = await findInvitation(postgresDepsOf(c.env), token, null);
  if (!found) throw new AppError('NOT_FOUND', { detail: CLOSED });
  const invitation: OpenInvitation = {
    org: { slug: found.orgSlug, name: found.orgName },
    role: found.role,
    email: found.email,
    invitedBy: found.invitedBy,
    expiresAt: new Date(found.expiresAt).toISOString(),
  };
  return c.json(invitation);
});

joiningRoutes.post('/invitations/accept', authenticated, async (c) => {
  const token = await readToken(c);
  const joiner = await requireJoiner(c);
  const answer = await acceptInvitation(postgresDepsOf(c.env), joiner, { token, requestId: c.get('requestId') });
  if (!answer.ok) throw new AppError(answer.code, answer.code === 'NOT_FOUND' ? { detail: CLOSED } : {});
  await renewRights(c, joiner.subject);
  const { orgSlug, orgName } = answer.invitation;
  if (isBrowser(c)) setOrgCookie(c, orgSlug);
  const joined: Joined = { org: { slug: orgSlug, name: orgName } };
  return c.json(joined);
});

/** The org is named, so that nobody leaves one that they did not mean. */
joiningRoutes.post('/leave', authenticated, async (c) => {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { slug } = parseInput(OrgSelection, body.value);
  const admission = await askAccount(c, slug, 'confirmed');
  if (!admission.ok) throw new AppError(admission.code);
  const { orgId, userId, subject } = admission.access;
  const answer = await leaveOrg(postgresDepsOf(c.env), { orgId, userId, requestId: c.get('requestId') });
  if (!answer.ok) throw new AppError(answer.code);
  await renewRights(c, subject);
  if (isBrowser(c)) clearOrgCookie(c);
  return c.body(null, 204);
});

/** The change itself stands whether or not this can be done now; the next question asks Postgres again soon enough. */
async function renewRights(c: Context<EdgeEnv>, subject: string): Promise<void> {
  try {
    await accountOf(c.env, subject).renew({ subject });
  } catch (error) {
    logFailure('rights not renewed', error, { requestId: c.get('requestId') });
  }
}

const isBrowser = (c: Context<EdgeEnv>): boolean => c.req.header('Authorization') === undefined;

async function readToken(c: Context<EdgeEnv>): Promise<string> {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  return parseInput(InvitationToken, body.value).token;
}

/** The person as their sign-in has proven them. @throws AppError EMAIL_UNVERIFIED where it has proven no address */
async function requireJoiner(c: Context<EdgeEnv>): Promise<Joiner> {
  const { subject, signInId } = c.get('principal');
  // A bearer token of an issuer proves no address.
  if (signInId === undefined) throw new AppError('EMAIL_UNVERIFIED');
  const signIn = await accountOf(c.env, subject).identityAt(signInId);
  if (!signIn) throw new AppError('UNAUTHENTICATED');
  const { identity } = signIn;
  if (!identity?.email || !identity.emailVerified) throw new AppError('EMAIL_UNVERIFIED');
  const name = identity.name ?? identity.email;
  return { subject, email: identity.email, name: name.slice(0, NEW_NAME_LENGTH) };
}
