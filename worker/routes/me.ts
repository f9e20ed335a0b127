// Who the person is and in which org they act.
import { type Context, Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { settingsOf } from '../../durable/env.ts';
import { AppError, ERRORS } from '../../durable/errors.ts';
import { askAccount, chosenOrg } from '../access.ts';
import type { Me } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { orgCookie, setOrgCookie } from '../session-cookie.ts';

export const meRoutes = new Hono<EdgeEnv>();

meRoutes.get('/me', async (c) => {
  const named = c.req.header('X-Org');
  // Whoever loads a page sees what was saved before: settings are effective at a reload, and for all others within 30 s.
  let admission = await askAccount(c, chosenOrg(c), 'confirmed', { fresh: true });
  // A browser whose remembered org is gone finds its way back here; all other routes refuse it, so that nothing
  // meant for one org lands in another.
  if (!admission.ok && admission.code === 'NOT_FOUND' && named === undefined) {
    admission = await askAccount(c, undefined, 'confirmed');
  }
  if (!admission.ok && admission.code === 'NOT_FOUND' && named === undefined) throw await noMembership(c);
  if (!admission.ok) throw new AppError(admission.code);
  const { access, orgs } = admission;
  const isBrowser = c.req.header('Authorization') === undefined;
  if (isBrowser && named === undefined && orgCookie(c) !== access.orgSlug) setOrgCookie(c, access.orgSlug);
  const settings = settingsOf(c.env);
  const me: Me = {
    user: { id: access.userId, name: access.userName, email: access.userEmail },
    org: {
      id: access.orgId,
      slug: access.orgSlug,
      name: access.orgName,
      plan: access.plan,
      role: access.role,
      permissions: [...access.permissions],
      features: { ...access.features },
    },
    orgs: orgs.map((org) => ({ ...org })),
    environment: settings.ENVIRONMENT,
    demo: settings.DEMO_MODEL === '1',
  };
  return c.json(me);
});

/** Says with which address they came: often it is not the one that was invited. */
async function noMembership(c: Context<EdgeEnv>): Promise<AppError> {
  const { subject, signInId } = c.get('principal');
  const signIn = signInId === undefined ? null : await accountOf(c.env, subject).identityAt(signInId);
  const email = signIn?.identity?.email;
  if (!email) return new AppError('NO_MEMBERSHIP');
  return new AppError('NO_MEMBERSHIP', { detail: `You are signed in as ${email}. ${ERRORS.NO_MEMBERSHIP.detail}` });
}
