// An identity provider for the local stack and the tests: a real one (oidc-provider, certified) with demo people and no
// passwords. `OIDC_ISSUER=demo npm run dev` starts it next to the Worker.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Adapter, type AdapterPayload, type Configuration } from 'oidc-provider';
import { HOST } from '../stack/ports.ts';

type DemoAccount = {
  readonly sub: string;
  readonly name: string;
  /** Absent if the issuer sends no email address. */
  readonly email?: string;
  readonly emailVerified?: boolean;
};

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { sub: 'noa', name: 'Noa Winter', email: 'noa@elsewhere.test', emailVerified: true },
  { sub: 'sam', name: 'Sam Rivers', email: 'sam@elsewhere.test', emailVerified: true },
  { sub: 'uma', name: 'Uma Doubt', email: 'uma@elsewhere.test', emailVerified: false },
  { sub: 'nemo', name: 'Nemo' },
];

export type DemoIssuer = {
  readonly url: string;
  /** Settings of a Worker whose users sign in here. */
  readonly settings: Readonly<Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>>;
  close(): Promise<void>;
};

const CLIENT_ID = 'groundwire';
const CLIENT_SECRET = 'no-secret-of-the-demo';
const INTERACTION = /^\/interaction\/([\w-]+)$/;

/** @param options.origins the Workers that can redirect users here */
export async function startDemoIssuer(options: { origins: readonly string[] }): Promise<DemoIssuer> {
  const server = createServer();
  // An idle connection that is closed just as it is reused would look like an outage.
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
    // The only client is ours, so users aren't asked for consent.
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

/** Lists the demo people, and accepts the choice. */
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
    : { error: 'access_denied', error_description: 'no one was chosen' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** @param action where the choice is sent */
function accountsPage(accounts: readonly DemoAccount[], action: string): string {
  const choices = accounts.map(
    ({ sub, name, email }) =>
      `<li><button name="account" value="${quote(sub)}"><b>${quote(name)}</b> ${quote(email ?? 'no address')}</button></li>`,
  );
  return page(
    'Demo issuer',
    `<p>A certified OpenID provider with made-up people, for trying the browser sign-in. Choose who to be.</p>
    <form method="post" action="${quote(action)}"><ul>${choices.join('')}</ul>
    <button name="account" value="">Do not sign in</button></form>`,
  );
}

/** @param form the provider's form, with its CSRF token */
const signOutPage = (form: string): string =>
  page(
    'Sign out of the demo issuer?',
    `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );

const plainPage = (title: string, text: string): string => page(title, `<p>${quote(text)}</p>`);

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${quote(title)}</title><style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; } main { max-width: 28rem; margin: 12vh auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; } li { margin: .5rem 0; } button { font: inherit; padding: .5rem .75rem; width: 100%; text-align: start; }
</style></head><body><main><h1>${quote(title)}</h1>${content}</main></body></html>`;

const quote = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** In memory. One store per kind of record, as oidc-provider expects. */
function createIssuerStorage(): (kind: string) => Adapter {
  const stores = new Map<string, Map<string, AdapterPayload>>();
  return function openStore(kind) {
    const entries = stores.get(kind) ?? new Map<string, AdapterPayload>();
    stores.set(kind, entries);
    const findBy = (matches: (payload: AdapterPayload) => boolean) => [...entries.values()].find(matches);
    return {
      upsert: async (id, payload) => void entries.set(id, payload),
      find: async (id) => entries.get(id),
      findByUid: async (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
      destroy: async (id) => void entries.delete(id),
      consume: async function consume(id) {
        const entry = entries.get(id);
        if (entry) entry.consumed = Math.floor(Date.now() / 1000);
      },
      revokeByGrantId: async function revoke(grantId) {
        for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
      },
    };
  };
}
