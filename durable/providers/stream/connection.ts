// How an adapter reaches its provider: address, key, and dependencies that tests replace. Keys are only sent to checked
// addresses, and redirects are not followed.
import { type Clock, systemClock } from '../../clock.ts';
import type { WireName } from '../provider.ts';
import type { StallLimits } from './stall-watchdog.ts';

/** Differences between servers of one wire format. */
export type ServerQuirks = {
  /** The name of the output limit: newer OpenAI models reject the old one, most other servers only know the old one. */
  readonly outputLimitField: 'max_completion_tokens' | 'max_tokens';
  /** And a safety identifier. False if the server rejects fields it does not know. */
  readonly acceptsPromptCacheKey: boolean;
  /** The longest that it may send nothing. Servers that send keep-alives need less than those that reason in silence. */
  readonly silenceMs: number;
};

export type Connection = {
  /** The provider's name in rows and usage. */
  readonly name: string;
  /** Checked by `parseBaseUrl`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly wire: WireName;
  readonly quirks: ServerQuirks;
};

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export type ProviderDeps = {
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** In place of those of the connection and the request. */
  readonly limits?: StallLimits;
};

// Called through globalThis: workerd rejects a detached fetch, and tests may replace the global.
const systemFetch: Fetch = (input, init) => globalThis.fetch(input, init);

export const systemDeps: ProviderDeps = { fetch: systemFetch, clock: systemClock, random: Math.random };

/** Passed through an SDK's `fetchOptions` to `sdkFetch`. */
type SendOptions = RequestInit & {
  /** Called when the request leaves. An SDK may give a request up before that. */
  readonly onSend?: () => void;
};

/** The `fetchOptions` of one request. The SDKs' types don't know what is passed through. */
export const noteSending = (onSend: () => void): Record<never, never> => ({ onSend });

/**
 * The fetch for the SDKs. Returns a redirect as a 3xx response, which the SDKs turn into an error: following it to another
 * origin would send `x-api-key` there.
 */
export function sdkFetch(fetch: Fetch): Fetch {
  return async function fetchForSdk(input, init: SendOptions = {}) {
    const { onSend, ...rest } = init;
    if (!rest.signal?.aborted) onSend?.();
    return withPlainError(await fetch(input, { ...rest, redirect: 'manual' }));
  };
}

const MAX_ERROR_BYTES = 65_536;

/** Google sends errors as a list of one, in which the SDKs find no message. */
async function withPlainError(response: Response): Promise<Response> {
  const isSmall = Number(response.headers.get('content-length') ?? 0) <= MAX_ERROR_BYTES;
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  if (response.status < 400 || !isJson || !isSmall) return response;
  const text = await response.text();
  return new Response(plainError(text), { status: response.status, headers: withoutLength(response.headers) });
}

export function plainError(text: string): string {
  if (!text.trimStart().startsWith('[')) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 ? JSON.stringify(list[0]) : text;
  } catch {
    // Not JSON. The SDKs show it as it is.
    return text;
  }
}

function withoutLength(given: Headers): Headers {
  const headers = new Headers(given);
  for (const name of ['content-length', 'content-encoding']) headers.delete(name);
  return headers;
}

/** Whether a server on this machine answers, which may have to load its model first. */
export const isLocal = (baseUrl: string): boolean => LOCAL_HOSTS.has(URL.parse(baseUrl)?.hostname ?? '');

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address without a trailing slash, or null if a key must not be sent there. Allowed are https, and with
 * `allowLocalHttp` plain http to this machine; not user info, query or fragment. Checks only the text of the address.
 */
export function parseBaseUrl(text: string, options: { readonly allowLocalHttp: boolean }): string | null {
  const url = URL.parse(text);
  if (!url) return null;
  if (url.username || url.password || url.search || url.hash) return null;
  const isLocalHttp = url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname);
  if (url.protocol !== 'https:' && !(isLocalHttp && options.allowLocalHttp)) return null;
  return url.href.replace(/\/+$/, '');
}
