// Who the user is, and in which org they act.
import type { Context } from 'hono';
import type { Admission } from '../../../durable/contracts/account.ts';
import { settingsOf } from '../../../durable/env.ts';
import { askAccount, chosenOrg, refusedAdmission } from '../../admission/access.ts';
import { isSignInRecent } from '../../admission/recent-sign-in.ts';
import { pageUser } from '../../auth/page-identity.ts';
import { orgCookie, setOrgCookie } from '../../auth/session-cookie.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { Me, OrgSelection } from './identity-schema.ts';

export const meRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/api/v1/me'],
    tag: 'account',
    permission: 'member',
    feature: 'none',
    rights: admitToAnyOrg,
    summary: 'Read your profile and current org',
    reply: { status: 200, description: 'You, the org, and the orgs you can switch to.', schema: Me },
    handler: (c) => {
      const { access, orgs } = { access: c.get('access'), orgs: c.get('orgs') };
      const isBrowser = c.req.header('Authorization') === undefined;
      const isNamed = c.req.header('X-Org') !== undefined;
      if (isBrowser && !isNamed && orgCookie(c) !== access.orgSlug) setOrgCookie(c, access.orgSlug);
      const settings = settingsOf(c.env);
      return {
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
        isSignInRecent: isSignInRecent(c),
        environment: settings.ENVIRONMENT,
        demo: settings.DEMO_MODEL === '1',
      };
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/auth/org'],
    tag: 'account',
    permission: 'signed-in',
    summary: 'Switch the org that this browser acts in',
    body: OrgSelection,
    reply: { status: 204, description: 'The choice is stored in a cookie.' },
    errors: ['NOT_FOUND', 'NO_MEMBERSHIP', 'IDENTITY_CHANGED', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { slug } }) => {
      const admission = await askAccount(c, slug, 'confirmed', { page: pageUser(c) });
      if (!admission.ok) throw await refusedAdmission(c, admission.code);
      setOrgCookie(c, admission.access.orgSlug);
      return undefined;
    },
  }),
];

/**
 * A browser whose remembered org no longer exists finds another one here. All other routes refuse it, so that nothing meant
 * for one org ends up in another.
 */
async function admitToAnyOrg(c: Context<EdgeEnv>): Promise<Admission> {
  // Fresh, so that a page that reloads shows settings that were just saved. Other pages get them within 30 seconds.
  const admission = await askAccount(c, chosenOrg(c), 'confirmed', { fresh: true, mustNameOrg: false });
  if (admission.ok || admission.code !== 'NOT_FOUND' || c.req.header('X-Org') !== undefined) return admission;
  return askAccount(c, undefined, 'confirmed', { mustNameOrg: false });
}
