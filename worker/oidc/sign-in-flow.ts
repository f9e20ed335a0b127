// The authorization code flow with PKCE: to the provider and back, until it is proven who came.
// The library holds every answer against what was asked; nothing here trusts a claim that it did not check.
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import type { Identity } from '../../durable/account/requests.ts';
import type { ErrorCode } from '../../durable/errors.ts';
import type { OidcIssuer } from './oidc-issuer.ts';
import type { SignInTransaction } from './transaction.ts';

const SCOPE = 'openid email profile';

/** Where to send the browser, and what to remember until it comes back. */
export async function beginSignIn(
  issuer: OidcIssuer,
  options: { redirectUri: string; returnTo: string },
): Promise<{ address: string; transaction: SignInTransaction }> {
  if (issuer.server.authorization_endpoint === undefined) throw new Error('the provider has no authorization endpoint');
  const transaction: SignInTransaction = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
    returnTo: options.returnTo,
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
    }
  | {
      readonly ok: false;
      readonly code: Extract<ErrorCode, 'SIGN_IN_EXPIRED' | 'SIGN_IN_DENIED' | 'SIGN_IN_FAILED'>;
      readonly cause: unknown;
    };

/** @param answer the parameters with which the browser came back */
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
    // TLS to the provider would do; the signature costs one fetch an isolate and does not lean on TLS alone.
    await oauth.validateApplicationLevelSignature(server, response, { ...http, [oauth.jwksCache]: keys });
    const claims = Claims.parse(oauth.getValidatedIdTokenClaims(tokens));
    const profile = isComplete(claims) ? claims : await askUserInfo(issuer, tokens.access_token, claims);
    return {
      ok: true,
      issuer: claims.iss,
      subject: claims.sub,
      identity: toIdentity(profile, trustEmail),
      idToken: z.string().parse(tokens.id_token),
    };
  } catch (error) {
    return { ok: false, code: codeOf(error), cause: error };
  }
}

const Profile = z.object({
  email: z.string().max(320).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(false),
  name: z.string().max(200).optional().catch(undefined),
});
type Profile = z.infer<typeof Profile>;
const Claims = Profile.extend({ iss: z.string(), sub: z.string().min(1).max(255) });

const isComplete = (claims: Profile): boolean => claims.email !== undefined && claims.email_verified !== undefined;

/**
 * Many providers say there who somebody is, and not in the token. One of the two is taken as a whole: that an address is
 * verified says nothing about another one.
 */
async function askUserInfo(issuer: OidcIssuer, accessToken: string, claims: z.infer<typeof Claims>): Promise<Profile> {
  const { server, client, http } = issuer;
  if (server.userinfo_endpoint === undefined) return claims;
  const response = await oauth.userInfoRequest(server, client, accessToken, http);
  const told = Profile.parse(await oauth.processUserInfoResponse(server, client, claims.sub, response));
  return told.email === undefined ? claims : { ...told, name: told.name ?? claims.name };
}

const toIdentity = (profile: Profile, trustEmail: boolean): Identity => ({
  email: profile.email?.trim() || null,
  emailVerified: profile.email_verified ?? trustEmail,
  name: profile.name?.trim() || null,
});

/** What the provider cannot do now, what it does not want, and what is out of date, told apart as far as it says. */
function codeOf(error: unknown): Extract<SignInOutcome, { ok: false }>['code'] {
  if (error instanceof oauth.AuthorizationResponseError) {
    return ['server_error', 'temporarily_unavailable'].includes(error.error) ? 'SIGN_IN_FAILED' : 'SIGN_IN_DENIED';
  }
  // The code was used before, or is too old.
  if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return 'SIGN_IN_EXPIRED';
  return 'SIGN_IN_FAILED';
}

/** Where the browser ends its session at the provider too; null where that is not offered. */
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
