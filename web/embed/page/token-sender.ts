// Sends the frame's requests with the host's token instead of cookies, which browsers block in frames. The token is kept in
// memory only, renewed before it expires and when the server refuses it, one renewal at a time.
import { asNumber, asRecord, parseJson } from '../../unknown-value.ts';
import type { TokenFailure } from '../protocol.ts';
import type { TokenReply } from './host-link.ts';

type Send = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

export type TokenSenderDeps = {
  /** The organization that the frame acts for, in every request. */
  readonly org: string;
  readonly askForToken: (isRenewal: boolean) => Promise<TokenReply>;
  readonly send: Send;
  readonly now: () => number;
  /** The server refused a fresh token. */
  readonly onSignedOut: (code: string) => void;
  readonly wordsFor: (reason: TokenFailure) => { readonly title: string; readonly detail: string };
};

/** Renewed this long before it expires, or after three quarters of a shorter life. */
const RESERVE_MS = 30_000;
/** A new token is used this long whatever it says: the clocks can differ. */
const MIN_LIFE_MS = 10_000;

type Held = { readonly token: string; readonly renewAt: number };

export function createTokenSender(deps: TokenSenderDeps): Send {
  let held: Held | null = null;
  let asking: Promise<TokenReply> | null = null;

  /** A token that differs from `refused`, or why there is none. */
  async function tokenAfter(refused: string | null): Promise<TokenReply> {
    const isGood = held !== null && held.token !== refused && deps.now() < held.renewAt;
    if (isGood && held) return { ok: true, token: held.token };
    asking ??= renew(held !== null).finally(() => {
      asking = null;
    });
    return asking;
  }

  async function renew(isRenewal: boolean): Promise<TokenReply> {
    const reply = await deps.askForToken(isRenewal);
    if (reply.ok) held = { token: reply.token, renewAt: renewalOf(reply.token, deps.now()) };
    return reply;
  }

  const sendWith = (token: string, input: RequestInfo | URL, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    headers.set('X-Org', deps.org);
    return deps.send(input, { ...init, headers, credentials: 'omit' });
  };

  return async function sendWithToken(input, init = {}) {
    const first = await tokenAfter(null);
    if (!first.ok) return unavailable(first.reason);
    const response = await sendWith(first.token, input, init);
    if (response.status !== 401) return response;
    const second = await tokenAfter(first.token);
    if (!second.ok) return unavailable(second.reason);
    const again = second.token === first.token ? response : await sendWith(second.token, input, init);
    if (again.status === 401) deps.onSignedOut('UNAUTHENTICATED');
    return again;
  };

  /** In the form of the server's errors. Its status makes a dropped answer resume again. */
  function unavailable(reason: TokenFailure): Response {
    const problem = { status: 503, code: 'TOKEN_UNAVAILABLE', ...deps.wordsFor(reason) };
    return new Response(JSON.stringify(problem), {
      status: 503,
      headers: { 'Content-Type': 'application/problem+json' },
    });
  }
}

/** When to renew a token, in Unix milliseconds. It isn't verified: the server decides whether it is good. */
export function renewalOf(token: string, now: number): number {
  const [, payload = ''] = token.split('.');
  const expiresAt = (asNumber(asRecord(parseJson(decode(payload)))['exp']) ?? Number.POSITIVE_INFINITY) * 1000;
  const left = Math.max(0, expiresAt - now);
  return now + Math.max(MIN_LIFE_MS, left - Math.min(RESERVE_MS, left / 4));
}

function decode(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return ''; // Not a JWT: renewed only when the server refuses it.
  }
}
