// A minimal browser for sign-in tests in the Workers runtime: keeps cookies per origin, follows no redirects by itself, and
// can go through the demo issuer's pages.
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { createApp } from '../app.ts';
import { ORIGIN } from '../visitor.fixture.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Provided by local/testing/test-worker.ts. */
    issuerSettings: Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>;
  }
}

export type Browser = ReturnType<typeof createBrowser>;

type Open = { method?: string; body?: BodyInit; headers?: Record<string, string>; server?: Server };
/** Handles requests to our own origin. */
export type Server = (request: Request) => Promise<Response> | Response;

/** The app with the demo issuer and the given settings. */
export function serverWith(changed: Readonly<Record<string, string | undefined>> = {}): Server {
  const app = createApp();
  const settings = { ...env, ...inject('issuerSettings'), ...changed };
  return (request) => app.request(request, {}, settings);
}

export function createBrowser(server: Server = serverWith()) {
  const jars = new Map<string, Map<string, string>>();

  async function open(address: string, init: Open = {}): Promise<Response> {
    const url = new URL(address, ORIGIN);
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const isOurs = url.hostname === new URL(ORIGIN).hostname;
    const headers = new Headers({
      Accept: 'text/html',
      Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(init.method === 'POST' && { Origin: url.origin }),
      ...init.headers,
    });
    const request = new Request(url, { ...init, headers, redirect: 'manual' });
    const response = await (isOurs ? (init.server ?? server)(request) : fetch(request));
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie);
    return response;
  }

  /** POSTs JSON to our own API. */
  const post = (path: string, body: unknown = {}): Promise<Response> =>
    open(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    });

  /** Signs in at the issuer as `account`. Returns the callback address without opening it. */
  async function walkToCallback(account: string, returnTo = '/'): Promise<string> {
    const started = await open(`/auth/sign-in?return=${encodeURIComponent(returnTo)}`);
    let address = locationOf(started, ORIGIN);
    for (let steps = 0; steps < 6; steps += 1) {
      if (new URL(address).pathname === '/auth/callback') return address;
      const page = await open(address);
      if (page.status === 200) {
        const chosen = await open(address, { method: 'POST', body: new URLSearchParams({ account }) });
        address = locationOf(chosen, address);
      } else address = locationOf(page, address);
    }
    throw new Error('the issuer did not send the browser back');
  }

  return {
    open,
    post,
    walkToCallback,
    signIn: async (account: string, returnTo?: string) => open(await walkToCallback(account, returnTo)),
    cookie: (name: string, origin: string = ORIGIN) => jars.get(origin)?.get(name),
    setCookie: (name: string, value: string, origin: string = ORIGIN) => void jars.get(origin)?.set(name, value),
  };
}

export function locationOf(response: Response, base: string): string {
  const location = response.headers.get('Location');
  if (location === null) throw new Error(`no redirect but ${response.status}`);
  return new URL(location, base).href;
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = '', ...attributes] = cookie.split('; ');
  const [name = '', ...value] = pair.split('=');
  const isGone = attributes.some((attribute) => {
    const [key = '', text = ''] = attribute.toLowerCase().split('=');
    return (key === 'max-age' && text === '0') || (key === 'expires' && Date.parse(text) <= Date.now());
  });
  if (isGone) jar.delete(name);
  else jar.set(name, value.join('='));
}
