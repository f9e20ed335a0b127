// The organization's OpenID provider, for browser sign-in: its metadata and keys, and our client credentials.
// Both are public and the same for every org of the deployment, so they may be cached for the isolate's lifetime.
import * as oauth from 'oauth4webapi';
import type { Settings } from '../../../durable/env.ts';

export type OidcIssuer = {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly clientAuth: oauth.ClientAuth;
  /** For each request to the provider. */
  readonly http: HttpOptions;
  /** The provider's keys, filled and renewed by the library. */
  readonly keys: oauth.JWKSCacheInput;
};

export type HttpOptions = {
  readonly [oauth.allowInsecureRequests]: boolean;
  readonly signal: () => AbortSignal;
};

/** Metadata is fetched again after this. If that fails, the known metadata is kept. */
const METADATA_MAX_AGE_MS = 60 * 60_000;
const TIMEOUT_MS = 5_000;
/** As for bearer tokens. */
const CLOCK_TOLERANCE_SECONDS = 5;

type CachedIssuer = {
  readonly server: oauth.AuthorizationServer;
  readonly readAt: number;
  readonly keys: oauth.JWKSCacheInput;
};
const known = new Map<string, CachedIssuer>();

/** Null if no provider is configured. @throws Error if the provider can't be reached and is not cached */
export async function getOidcIssuer(settings: Settings, now: () => number): Promise<OidcIssuer | null> {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret } = settings;
  if (issuer === undefined || clientId === undefined) return null;
  const http: HttpOptions = {
    // Settings allow plain http only for an issuer on the developer's own machine.
    [oauth.allowInsecureRequests]: new URL(issuer).protocol === 'http:',
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
  };
  const { server, keys } = await knowServer(issuer, http, now);
  return {
    server,
    keys,
    client: { client_id: clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    clientAuth: clientAuthOf(secret, server),
    http,
  };
}

async function knowServer(issuer: string, http: HttpOptions, now: () => number): Promise<CachedIssuer> {
  const last = known.get(issuer);
  if (last && now() - last.readAt < METADATA_MAX_AGE_MS) return last;
  try {
    const address = new URL(issuer);
    const response = await oauth.discoveryRequest(address, http);
    const server = await oauth.processDiscoveryResponse(address, response);
    const fresh = { server, readAt: now(), keys: last?.keys ?? {} };
    known.set(issuer, fresh);
    return fresh;
  } catch (error) {
    if (last) return last;
    throw error;
  }
}

/** How to send the client secret: in the header, unless the provider accepts only the body. */
function clientAuthOf(secret: string | undefined, server: oauth.AuthorizationServer): oauth.ClientAuth {
  if (secret === undefined) return oauth.None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret);
}
