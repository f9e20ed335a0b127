// Sends requests with the user's token. A token that the server refuses is replaced once, and requests that fail at the same
// time wait for the same new one.
import { errorOf, GroundwireError } from './errors.ts';

export type TokenRequest = {
  /** True if the server refused the last token: a cached one won't do. */
  readonly isRefused: boolean;
};

export type ClientOptions = {
  /** Where Groundwire runs, such as `https://assistant.example.com`. */
  readonly origin: string;
  /** The user's bearer token. */
  getToken(request: TokenRequest): string | Promise<string>;
  /** The organization's slug, if the user belongs to several. */
  readonly org?: string;
  readonly fetch?: typeof fetch;
};

export type Call = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

export type Http = ReturnType<typeof createHttp>;

export function createHttp(options: ClientOptions) {
  const send = options.fetch ?? fetch;
  let token: Promise<string> | null = null;

  /** @param refused the token that the server refused */
  function tokenAfter(refused: Promise<string> | null): Promise<string> {
    if (token !== null && token !== refused) return token;
    const next = askForToken(refused !== null);
    token = next;
    // A failed attempt must not be kept.
    next.catch(() => {
      if (token === next) token = null;
    });
    return next;
  }

  async function askForToken(isRefused: boolean): Promise<string> {
    try {
      return await options.getToken({ isRefused });
    } catch (cause) {
      throw new GroundwireError({ code: 'TOKEN', message: 'The sign-in token could not be read.' }, { cause });
    }
  }

  /** @throws GroundwireError for every reply that isn't a success; the signal's reason if it was aborted */
  async function request(path: string, call: Call = {}): Promise<Response> {
    const used = tokenAfter(null);
    const response = await attempt(path, call, await used);
    if (response.status !== 401) return requireOk(response);
    await response.body?.cancel();
    return requireOk(await attempt(path, call, await tokenAfter(used)));
  }

  async function attempt(
    path: string,
    { method = 'GET', body, headers, signal }: Call,
    bearer: string,
  ): Promise<Response> {
    try {
      const init: RequestInit & { credentials: 'omit' } = {
        method,
        headers: {
          ...headers,
          Authorization: `Bearer ${bearer}`,
          ...(options.org !== undefined && { 'X-Org': options.org }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        // Cookies of a page of ours must not count for another user's token.
        credentials: 'omit',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      };
      return await send(new URL(path, options.origin), init);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new GroundwireError({ code: 'NETWORK', message: 'The server could not be reached.' }, { cause });
    }
  }

  async function json<T>(path: string, call?: Call): Promise<T> {
    const response = await request(path, call);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new GroundwireError(
        { code: 'REPLY', message: 'The reply is not JSON.', status: response.status },
        { cause },
      );
    }
  }

  return { request, json };
}

async function requireOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw await errorOf(response);
}
