// The only place of the page that makes requests. Each says for which user and organization the page was loaded, because the
// cookies are shared by all tabs: another tab can switch the organization or sign in as someone else. The server refuses what
// doesn't match, and sign-in/identity-guard.tsx explains it.
import type { Me } from '../worker/api/identity/identity-schema.ts';
import { asRecord } from './unknown-value.ts';

const HEADER = 'X-Page-Identity';
const REFUSAL = 'IDENTITY_CHANGED';

/** Set by the first profile that loads, and never changed: another identity needs another page. */
let identity: string | null = null;
/** Numbers the times that the session changed under this page; null while it is the page's own. */
let refusal: number | null = null;
let refusals = 0;
const listeners = new Set<() => void>();

// Other tabs check their own session when this one switches, signs in or signs out.
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('groundwire:identity');

export const identityOf = ({ user, org }: Pick<Me, 'user' | 'org'>): string => `${user.id}/${org.id}`;

export async function request(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (identity !== null) headers.set(HEADER, identity);
  const response = await requestAsAnyone(input, { ...init, headers });
  if (response.status === 409 && (await codeOf(response.clone())) === REFUSAL) noteRefusal();
  return response;
}

/** Doesn't name the page's user: the reply is about the user who is signed in now. */
export const requestAsAnyone = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => send(input, init);

type Send = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

const sendWithCookies: Send = (input, init) => fetch(input, init);
let send = sendWithCookies;

/** For a frame on another site, which has a token instead of cookies; see embed/page/token-sender.ts. */
export function sendRequestsWith(wrap: (send: Send) => Send): void {
  send = wrap(sendWithCookies);
}

/** Called with every profile that loads. */
export function setPageIdentity(me: Me): void {
  if (identity !== null) return;
  identity = identityOf(me);
  channel?.postMessage(identity);
}

/** For a page without an organization, which doesn't know its user's id: the sign-in that it was loaded with. */
export function setPageSignIn(signInId: string): void {
  identity ??= `sign-in/${signInId}`;
}

/** `<user id>/<org id>`; null before the first profile has loaded. */
export const pageIdentity = (): string | null => identity;

export const hasPageIdentity = (): boolean => identity !== null;

export const isPageOf = (me: Me): boolean => identity === null || identityOf(me) === identity;

/** Called after a request that signs in or out, or switches the organization. */
export const announceSession = (): void => channel?.postMessage(null);

export function onSessionChange(check: () => void): () => void {
  const listen = ({ data }: MessageEvent<string | null>): void => {
    if (data === null || data !== identity) check();
  };
  channel?.addEventListener('message', listen);
  return () => channel?.removeEventListener('message', listen);
}

/** Set while the server refuses this page's requests because the session changed. */
export const identityRefusal = (): number | null => refusal;

export function subscribeToRefusal(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function noteRefusal(): void {
  if (refusal !== null) return;
  refusals += 1;
  show(refusals);
}

/** The session is this page's again. */
export const forgetRefusal = (): void => show(null);

function show(next: number | null): void {
  refusal = next;
  for (const listener of listeners) listener();
}

const codeOf = async (response: Response): Promise<unknown> =>
  asRecord(await response.json().catch(() => null))['code'];
