// An identity provider for the local stack and the tests: a real one (oidc-provider, certified) with made-up people and no
// passwords. `OIDC_ISSUER=demo npm run dev` starts it beside the Worker.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { HOST } from '../ports.ts';
import { accountsPage, type DemoAccount, plainPage, signOutPage } from './issuer-pages.ts';
import { createIssuerStorage } from './issuer-storage.ts';

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { sub: 'noa', name: 'Noa Winter', email: 'noa@elsewhere.test', emailVerified: true },
  { sub: 'sam', name: 'Sam Rivers', email: 'sam@elsewhere.test', emailVerified: true },
  { sub: 'uma', name: 'Uma Doubt', email: 'uma@elsewhere.test', emailVerified: false },
  { sub: 'nemo', name: 'Nemo' },
];

export type DemoIssuer = {
  readonly url: string;
  /** Of a Worker whose people sign in here. */
  readonly settings: Readonly<Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>>;
  close(): Promise<void>;
};

const CLIENT_ID = 'groundwire';
const CLIENT_SECRET = 'no-secret-of-the-demo';
const INTERACTION = /^\/interaction\/([\w-]+)$/;

/** @param options.origins of the Workers that may send people here */
export async function startDemoIssuer(options: { origins: readonly string[] }): Promise<DemoIssuer> {
  const server = createServer();
  // A connection that is closed for idleness in the moment of its reuse would look like an outage.
  server.keepAliveTimeout = 0;
  server.listen(0, HOST);
  await once(server, 'listening');
  const url = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, await configure(options.origins));
  const serveProvider = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const uid = INTERACTION.exec(request.url ?? '')?.[1];
    const served = uid === undefined ? serveProvider(request, response) : interact(provider, uid, request, response);
    served.catch(() => response.destroy());
  });
  return {
    url,
    settings: { OIDC_ISSUER: url, OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET },
    close: async function closeIssuer() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function configure(origins: readonly string[]): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'demo', alg: 'RS256', use: 'sig' };
  return {
    adapter: createIssuerStorage(),
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: origins.map((origin) => `${origin}/auth/callback`),
        post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [key as never] },
    cookies: { keys: [crypto.randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => {
      const account = DEMO_ACCOUNTS.find((candidate) => candidate.sub === sub);
      return account && { accountId: sub, claims: () => claimsOf(account) };
    },
    // There is one client, and it is ours: nobody is asked whether it may know them.
    loadExistingGrant: async function grantAll({ oidc }) {
      const grant = new oidc.provider.Grant({
        ...(oidc.client && { clientId: oidc.client.clientId }),
        ...(oidc.session?.accountId !== undefined && { accountId: oidc.session.accountId }),
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = signOutPage(form);
        },
        postLogoutSuccessSource: (context) => {
          context.body = plainPage('Signed out', 'You are signed out of the demo issuer.');
        },
      },
    },
    renderError: (context, { error, error_description: description }) => {
      context.type = 'html';
      context.body = plainPage(error, description ?? '');
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600 },
  };
}

const claimsOf = ({ sub, name, email, emailVerified }: DemoAccount) => ({
  sub,
  name,
  ...(email !== undefined && { email, email_verified: emailVerified }),
});

/** Shows who one can be, and takes the choice. */
async function interact(
  provider: Provider,
  uid: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(accountsPage(DEMO_ACCOUNTS, `/interaction/${uid}`));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const account = new URLSearchParams(Buffer.concat(chunks).toString()).get('account');
  const result = account
    ? { login: { accountId: account } }
    : { error: 'access_denied', error_description: 'nobody was chosen' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
