// The authorization code flow with PKCE: to the provider and back, until the user's identity is proven. The library checks
// every response against the request; nothing here trusts an unchecked claim.
import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import type { Identity } from '../../../durable/contracts/account.ts';
import type { ErrorCode } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import type { OidcIssuer } from './oidc-issuer.ts';
import type { SignInTransaction } from './transaction.ts';

const SCOPE = 'openid email profile';
/** A year, in seconds: older than any session of a provider. */
const ANY_AGE = String(365 * 24 * 60 * 60);

/** Where to send the browser, and the state to keep until it comes back. */
export async function beginSignIn(
  issuer: OidcIssuer,
  options: { redirectUri: string; returnTo: string; isFresh: boolean },
): Promise<{ address: string; transaction: SignInTransaction }> {
  if (issuer.server.authorization_endpoint === undefined) throw new Error('the provider has no authorization endpoint');
  const transaction: SignInTransaction = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
    returnTo: options.returnTo,
    isFresh: options.isFresh,
  };
  const address = new URL(issuer.server.authorization_endpoint);
  const parameters = {
    client_id: issuer.client.client_id,
    redirect_uri: options.redirectUri,
    response_type: 'code',
    scope: SCOPE,
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
    // With a maximum age, whatever it is, the provider has to say when the user proved who they are.
    max_age: options.isFresh ? '0' : ANY_AGE,
    ...(options.isFresh && { prompt: 'login' }),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return { address: address.href, transaction };
}

export type SignInOutcome =
  | {
      readonly ok: true;
      /** The exact `iss` and the `sub` of the ID token. */
      readonly issuer: string;
      readonly subject: string;
      readonly identity: Identity;
      readonly idToken: string;
      /** When the user proved who they are, in Unix seconds; null for now. */
      readonly provedAt: number | null;
    }
  | {
      readonly ok: false;
      readonly code: Extract<ErrorCode, 'SIGN_IN_EXPIRED' | 'SIGN_IN_DENIED' | 'SIGN_IN_FAILED'>;
      readonly cause: unknown;
    };

/** @param answer the callback's parameters */
export async function finishSignIn(
  issuer: OidcIssuer,
  transaction: SignInTransaction,
  options: { answer: URLSearchParams; redirectUri: string; trustEmail: boolean },
): Promise<SignInOutcome> {
  const { answer, redirectUri, trustEmail } = options;
  if (answer.get('state') !== transaction.state) return { ok: false, code: 'SIGN_IN_EXPIRED', cause: 'another state' };
  try {
    const { server, client, clientAuth, http, keys } = issuer;
    const code = oauth.validateAuthResponse(server, client, answer, transaction.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      code,
      redirectUri,
      transaction.codeVerifier,
      http,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: transaction.nonce,
      requireIdToken: true,
    });
    // The token came over TLS, so checking its signature is defense in depth. It costs one fetch per isolate.
    await oauth.validateApplicationLevelSignature(server, response, { ...http, [oauth.jwksCache]: keys });
    const claims = Claims.parse(oauth.getValidatedIdTokenClaims(tokens));
    const profile = isComplete(claims) ? claims : await askUserInfo(issuer, tokens.access_token, claims);
    return {
      ok: true,
      issuer: claims.iss,
      subject: claims.sub,
      identity: toIdentity(profile, trustEmail),
      idToken: z.string().parse(tokens.id_token),
      // A provider that doesn't say may have kept the user signed in for days.
      provedAt: claims.auth_time ?? (transaction.isFresh ? null : 0),
    };
  } catch (error) {
    return { ok: false, code: codeOf(error), cause: error };
  }
}

const Profile = z.object({
  email: exactText().max(320).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(false),
  name: exactText().max(200).optional().catch(undefined),
});
type Profile = z.infer<typeof Profile>;
const Claims = Profile.extend({
  iss: exactText(),
  sub: exactText().min(1).max(255),
  auth_time: z.int().optional().catch(undefined),
});

const isComplete = (claims: Profile): boolean => claims.email !== undefined && claims.email_verified !== undefined;

/**
 * Many providers describe the user only there, not in the token. The two are never mixed: a verified email in one proves
 * nothing about the email in the other.
 */
async function askUserInfo(issuer: OidcIssuer, accessToken: string, claims: z.infer<typeof Claims>): Promise<Profile> {
  const { server, client, http } = issuer;
  if (server.userinfo_endpoint === undefined) return claims;
  const response = await oauth.userInfoRequest(server, client, accessToken, http);
  const profile = Profile.parse(await oauth.processUserInfoResponse(server, client, claims.sub, response));
  return profile.email === undefined ? claims : { ...profile, name: profile.name ?? claims.name };
}

const toIdentity = (profile: Profile, trustEmail: boolean): Identity => ({
  email: profile.email?.trim() || null,
  emailVerified: profile.email_verified ?? trustEmail,
  name: profile.name?.trim() || null,
});

/** Distinguishes an unavailable provider, a refusal and an expired sign-in, as far as the provider says. */
function codeOf(error: unknown): Extract<SignInOutcome, { ok: false }>['code'] {
  if (error instanceof oauth.AuthorizationResponseError) {
    return ['server_error', 'temporarily_unavailable'].includes(error.error) ? 'SIGN_IN_FAILED' : 'SIGN_IN_DENIED';
  }
  // The code was used before, or is too old.
  if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return 'SIGN_IN_EXPIRED';
  return 'SIGN_IN_FAILED';
}

/** The provider's sign-out page; null if it has none. */
export function endSessionAddress(
  issuer: OidcIssuer,
  options: { idToken: string | null; returnTo: string },
): string | null {
  const endpoint = issuer.server.end_session_endpoint;
  if (endpoint === undefined) return null;
  const address = new URL(endpoint);
  address.searchParams.set('client_id', issuer.client.client_id);
  address.searchParams.set('post_logout_redirect_uri', options.returnTo);
  if (options.idToken !== null) address.searchParams.set('id_token_hint', options.idToken);
  return address.href;
}
