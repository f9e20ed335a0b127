// The fetch that the SDKs get. A redirect is handed back as the 3xx it is, which the SDKs turn into an error:
// following it across origins would hand `x-api-key` to whoever the redirect names.

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export function refuseRedirects(fetch: Fetch): Fetch {
  return function fetchWithoutRedirects(input, init) {
    return fetch(input, { ...init, redirect: 'manual' });
  };
}

// Called through globalThis: workerd refuses a detached fetch, and tests may replace the global.
export const systemFetch: Fetch = (input, init) => globalThis.fetch(input, init);
