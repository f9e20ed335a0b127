// A fake issuer over local HTTP that returns the invalid tokens and replies a test asks for.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

export type Script = {
  /** Override the valid claims; `undefined` removes one. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Replaces the signed token. */
  idToken?: string;
  key?: CryptoKey | Uint8Array;
  /** Overrides fields of the token reply. */
  answer?: Record<string, unknown>;
  status?: number;
  redirect?: string;
  userInfo?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
};

export type ScriptedIssuer = Awaited<ReturnType<typeof startScriptedIssuer>>;

const CLIENT = 'client-1';

export async function startScriptedIssuer() {
  const keys = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256', { extractable: true });
  let script: Script = {};
  let nonce = '';
  const seen: { path: string; body: URLSearchParams; authorization: string | undefined }[] = [];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = new URLSearchParams(Buffer.concat(chunks).toString());
      const path = request.url ?? '';
      seen.push({ path, body, authorization: request.headers.authorization });
      void serve(path, response).catch(() => response.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(path: string, response: ServerResponse): Promise<void> {
    if (path === '/.well-known/openid-configuration') return json(response, 200, metadata());
    if (path === '/jwks') return json(response, 200, { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1' }] });
    if (path === '/userinfo') return json(response, 200, script.userInfo ?? { sub: 'person-1' });
    if (path === '/token' && script.redirect !== undefined) {
      response.writeHead(307, { Location: script.redirect });
      response.end();
      return;
    }
    if (path === '/token') {
      const honest = { access_token: 'at', token_type: 'Bearer', id_token: script.idToken ?? (await idToken(keys)) };
      return json(response, script.status ?? 200, without({ ...honest, ...script.answer }));
    }
    json(response, 404, {});
  }

  const metadata = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize?tenant=1`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    userinfo_endpoint: `${url}/userinfo`,
    ...script.metadata,
  });

  function idToken({ privateKey }: Keys): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const honest = { iss: url, aud: CLIENT, sub: 'person-1', iat: now, exp: now + 300, nonce };
    return new SignJWT(without({ ...honest, ...script.claims }) as JWTPayload)
      .setProtectedHeader(without({ alg: 'RS256', kid: 'k1', ...script.header }) as { alg: string })
      .sign(script.key ?? privateKey);
  }

  return {
    url,
    clientId: CLIENT,
    stranger,
    seen,
    /** Sets the script for the next replies. */
    play: (next: Script) => {
      script = next;
    },
    /** Sets the nonce of the authorization request. */
    remember: (asked: string) => {
      nonce = asked;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const without = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}
