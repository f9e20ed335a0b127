// Signing in at the organisation's own provider: there, back again, and which ways there are.
import { type Context, Hono } from 'hono';
import { type Settings, settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { type SignInMethods, SignInQuery } from '../members-contract.ts';
import { getOidcIssuer, type OidcIssuer } from '../oidc/oidc-issuer.ts';
import { safeReturnPath } from '../oidc/return-path.ts';
import { beginSignIn, finishSignIn } from '../oidc/sign-in-flow.ts';
import { openTransaction, sealTransaction, TRANSACTION_LIFETIME_SECONDS } from '../oidc/transaction.ts';
import { ownOrigin } from '../origin-check.ts';
import { parseInput } from '../problem.ts';
import { problemPage } from '../problem-page.ts';
import { clearSignInCookie, setSignInCookie, signInCookie } from '../session-cookie.ts';
import { signIn } from '../sign-in.ts';

const START = '/auth/sign-in';
const CALLBACK = '/auth/callback';

export const signInRoutes = new Hono<EdgeEnv>();

/** What the sign-in page offers. */
signInRoutes.get('/methods', (c) => {
  const { OIDC_ISSUER, OIDC_NAME } = settingsOf(c.env);
  const methods: SignInMethods = { oidc: OIDC_ISSUER === undefined ? null : { name: OIDC_NAME ?? null, path: START } };
  return c.json(methods);
});

signInRoutes.get('/sign-in', async (c) => {
  const query = parseInput(SignInQuery, c.req.query());
  const settings = settingsOf(c.env);
  const issuer = await requireIssuer(c, settings);
  const { address, transaction } = await beginSignIn(issuer, {
    redirectUri: ownOrigin(c) + CALLBACK,
    returnTo: safeReturnPath(query.return),
  });
  const sealed = await sealTransaction(settings.SESSION_KEY, transaction, new Date());
  setSignInCookie(c, sealed, TRANSACTION_LIFETIME_SECONDS);
  return c.redirect(address, 303);
});

signInRoutes.get('/callback', async (c) => {
  const settings = settingsOf(c.env);
  const sealed = signInCookie(c);
  // Whatever comes of it, it was the only try.
  clearSignInCookie(c);
  const transaction = sealed === undefined ? null : await openTransaction(settings.SESSION_KEY, sealed, new Date());
  if (!transaction) throw new AppError('SIGN_IN_EXPIRED');
  const outcome = await finishSignIn(await requireIssuer(c, settings), transaction, {
    answer: new URL(c.req.url).searchParams,
    redirectUri: ownOrigin(c) + CALLBACK,
    trustEmail: settings.OIDC_TRUST_EMAIL === '1',
  });
  if (!outcome.ok) {
    logFailure('sign-in refused', outcome.cause, { requestId: c.get('requestId'), code: outcome.code });
    throw new AppError(outcome.code);
  }
  const { identity, idToken } = outcome;
  await signIn(c, subjectOf(outcome, settings), { identity, idToken });
  return c.redirect(transaction.returnTo, 303);
});

/** These are addresses that people open: what goes wrong is told on a page, with a way to begin again. */
signInRoutes.onError((error, c) => problemPage(c, error, { label: 'Sign in again', path: '/' }));

/** @throws AppError NOT_FOUND where there is no such sign-in, SIGN_IN_FAILED where the provider is away */
async function requireIssuer(c: Context<EdgeEnv>, settings: Settings): Promise<OidcIssuer> {
  let issuer: OidcIssuer | null;
  try {
    issuer = await getOidcIssuer(settings, () => Date.now());
  } catch (error) {
    logFailure('the identity provider could not be asked', error, { requestId: c.get('requestId') });
    throw new AppError('SIGN_IN_FAILED', { cause: error });
  }
  if (!issuer) throw new AppError('NOT_FOUND');
  return issuer;
}

/**
 * A person is the `sub` of the issuer whose bearer tokens we take, so that both ways lead to the same one. Of any other
 * issuer the name goes with it: no two issuers can mean the same person.
 */
const subjectOf = ({ issuer, subject }: { issuer: string; subject: string }, { JWT_ISSUER }: Settings): string =>
  issuer === JWT_ISSUER ? subject : `${issuer}|${subject}`;
