// Sign-out and the choice of org.
import { type Context, Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import { askAccount, authenticated } from '../access.ts';
import { OrgSelection } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import type { SignedOut } from '../members-contract.ts';
import { getOidcIssuer } from '../oidc/oidc-issuer.ts';
import { endSessionAddress } from '../oidc/sign-in-flow.ts';
import { ownOrigin } from '../origin-check.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { clearCookies, setOrgCookie } from '../session-cookie.ts';

const START = '/';

export const authRoutes = new Hono<EdgeEnv>();

/** Ends the sign-in itself, so that a copy of the token is worth nothing afterwards; then says where the provider ends its own. */
authRoutes.post('/sign-out', authenticated, async (c) => {
  const { subject, signInId } = c.get('principal');
  const idToken = signInId === undefined ? null : await accountOf(c.env, subject).closeSignIn(signInId);
  clearCookies(c);
  const signedOut: SignedOut = { next: (idToken !== null && (await providerSignOut(c, idToken))) || START };
  return c.json(signedOut);
});

/** Null where the provider offers none, or is away: signing out here has worked either way. */
async function providerSignOut(c: Context<EdgeEnv>, idToken: string): Promise<string | null> {
  try {
    const issuer = await getOidcIssuer(settingsOf(c.env), () => Date.now());
    return issuer && endSessionAddress(issuer, { idToken, returnTo: ownOrigin(c) + START });
  } catch (error) {
    logFailure('the identity provider could not be asked', error, { requestId: c.get('requestId') });
    return null;
  }
}

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
