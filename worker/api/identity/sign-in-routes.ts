// Signing in at the organization's identity provider, coming back from it, and signing out.
import type { Context } from 'hono';
import { accountOf } from '../../../durable/contracts/account.ts';
import { type Settings, settingsOf } from '../../../durable/env.ts';
import { AppError } from '../../../durable/errors.ts';
import { logFailure } from '../../../durable/log.ts';
import { noteSignIn } from '../../admission/edge-events.ts';
import { subjectOf } from '../../auth/issuer-token.ts';
import { getOidcIssuer, type OidcIssuer } from '../../auth/oidc/oidc-issuer.ts';
import { safeReturnPath } from '../../auth/oidc/return-path.ts';
import { beginSignIn, endSessionAddress, finishSignIn } from '../../auth/oidc/sign-in-flow.ts';
import { openTransaction, sealTransaction, TRANSACTION_LIFETIME_SECONDS } from '../../auth/oidc/transaction.ts';
import { ownOrigin } from '../../auth/origin-check.ts';
import { clearBrowser, clearSignInCookie, setSignInCookie, signInCookie } from '../../auth/session-cookie.ts';
import { signIn } from '../../auth/sign-in.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { CallbackQuery, SignedOut, SignInMethods, SignInQuery } from './identity-schema.ts';

const SIGN_IN = '/auth/sign-in';
const CALLBACK = '/auth/callback';
const START_PAGE = '/';
const SIGN_IN_AGAIN = { label: 'Sign in again', path: START_PAGE };

export const signInRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/auth/methods'],
    tag: 'account',
    permission: 'public',
    summary: 'List sign-in methods',
    reply: { status: 200, description: 'What the sign-in page offers.', schema: SignInMethods },
    handler: (c) => {
      const { OIDC_ISSUER, OIDC_NAME } = settingsOf(c.env);
      return { oidc: OIDC_ISSUER === undefined ? null : { name: OIDC_NAME ?? null, path: SIGN_IN } };
    },
  }),
  defineRoute({
    method: 'get',
    paths: [SIGN_IN],
    tag: 'account',
    permission: 'public',
    summary: 'Sign in with the organization’s provider',
    description: 'For browsers: OpenID Connect, authorization code with PKCE. Returns to `/auth/callback`.',
    query: SignInQuery,
    reply: { status: 303, description: 'Redirects to the provider.' },
    errors: ['NOT_FOUND', 'SIGN_IN_FAILED'],
    errorPage: SIGN_IN_AGAIN,
    handler: async (c, { query }) => {
      const settings = settingsOf(c.env);
      const issuer = await requireIssuer(c, settings);
      const { address, transaction } = await beginSignIn(issuer, {
        redirectUri: ownOrigin(c) + CALLBACK,
        returnTo: safeReturnPath(query.return),
        isFresh: query.fresh === '1',
      });
      const sealed = await sealTransaction(settings.SESSION_KEY, transaction, new Date());
      setSignInCookie(c, sealed, TRANSACTION_LIFETIME_SECONDS);
      return c.redirect(address, 303);
    },
  }),
  defineRoute({
    method: 'get',
    paths: [CALLBACK],
    tag: 'account',
    permission: 'public',
    summary: 'Finish signing in',
    description: 'The provider redirects the browser here.',
    query: CallbackQuery,
    reply: { status: 303, description: 'Signed in. Redirects to the page that the user wanted to open.' },
    errors: ['NOT_FOUND', 'SIGN_IN_EXPIRED', 'SIGN_IN_DENIED', 'SIGN_IN_FAILED'],
    errorPage: SIGN_IN_AGAIN,
    handler: async (c) => {
      const settings = settingsOf(c.env);
      const sealed = signInCookie(c);
      // Each sign-in gets one try, whatever its outcome.
      clearSignInCookie(c);
      const transaction = sealed === undefined ? null : await openTransaction(settings.SESSION_KEY, sealed, new Date());
      if (!transaction) throw new AppError('SIGN_IN_EXPIRED');
      const outcome = await finishSignIn(await requireIssuer(c, settings), transaction, {
        answer: new URL(c.req.url).searchParams,
        redirectUri: ownOrigin(c) + CALLBACK,
        trustEmail: settings.OIDC_TRUST_EMAIL === '1',
      });
      if (!outcome.ok) {
        logFailure('sign_in.refused', outcome.cause, { requestId: c.get('requestId'), code: outcome.code });
        throw new AppError(outcome.code);
      }
      const { identity, idToken, provedAt } = outcome;
      await signIn(c, subjectOf(outcome.issuer, outcome.subject), {
        identity,
        idToken,
        ...(provedAt !== null && { provedAt }),
      });
      return c.redirect(transaction.returnTo, 303);
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/auth/sign-out'],
    tag: 'account',
    permission: 'signed-in',
    summary: 'Sign out',
    reply: {
      status: 200,
      description: 'The session’s token no longer works. Open `next` to sign out at the provider too.',
      schema: SignedOut,
    },
    handler: async (c) => {
      const { subject, signInId } = c.get('principal');
      const idToken = signInId === undefined ? null : await accountOf(c.env, subject).closeSignIn(signInId);
      clearBrowser(c);
      noteSignIn(c, subject, 'sign_in.ended');
      return { next: (idToken !== null && (await providerSignOut(c, idToken))) || START_PAGE };
    },
  }),
];

/** @throws AppError NOT_FOUND if no provider is set up, SIGN_IN_FAILED if it can't be reached */
async function requireIssuer(c: Context<EdgeEnv>, settings: Settings): Promise<OidcIssuer> {
  let issuer: OidcIssuer | null;
  try {
    issuer = await getOidcIssuer(settings, () => Date.now());
  } catch (error) {
    logFailure('identity_provider.unreachable', error, { requestId: c.get('requestId') });
    throw new AppError('SIGN_IN_FAILED', { cause: error });
  }
  if (!issuer) throw new AppError('NOT_FOUND');
  return issuer;
}

/** Null if the provider has no sign-out page or can't be reached. The user is signed out here either way. */
async function providerSignOut(c: Context<EdgeEnv>, idToken: string): Promise<string | null> {
  try {
    const issuer = await getOidcIssuer(settingsOf(c.env), () => Date.now());
    return issuer && endSessionAddress(issuer, { idToken, returnTo: ownOrigin(c) + START_PAGE });
  } catch (error) {
    logFailure('identity_provider.unreachable', error, { requestId: c.get('requestId') });
    return null;
  }
}
