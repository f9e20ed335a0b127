// Sign-out and the choice of org. How one signs in is the deployment's: see the local entry, or the organisation's issuer.
import { Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { AppError } from '../../durable/errors.ts';
import { askAccount, authenticated } from '../access.ts';
import { OrgSelection } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { clearCookies, setOrgCookie } from '../session-cookie.ts';

export const authRoutes = new Hono<EdgeEnv>();

/** Ends the sign-in itself, so that a copy of the token is worth nothing afterwards. */
authRoutes.post('/sign-out', authenticated, async (c) => {
  const { subject, signInId } = c.get('principal');
  if (signInId !== undefined) await accountOf(c.env, subject).closeSignIn(signInId);
  clearCookies(c);
  return c.body(null, 204);
});

/** Remembers in the browser which of the person's orgs they act in. */
authRoutes.post('/org', authenticated, async (c) => {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { slug } = parseInput(OrgSelection, body.value);
  const admission = await askAccount(c, slug, 'confirmed');
  if (!admission.ok) throw new AppError(admission.code);
  setOrgCookie(c, admission.access.orgSlug);
  return c.body(null, 204);
});
