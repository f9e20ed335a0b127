// Which addresses a provider key may be sent to.
// It looks at the text of the address only; that redirects are not followed is provider-fetch's part.

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address without a trailing slash, or null where a key must not go there: anything but https,
 * save plain http to this machine when `allowLocalHttp`; user info, query and fragment are refused.
 */
export function parseBaseUrl(text: string, options: { readonly allowLocalHttp: boolean }): string | null {
  const url = URL.parse(text);
  if (!url) return null;
  if (url.username || url.password || url.search || url.hash) return null;
  const isLocalHttp = url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname);
  if (url.protocol !== 'https:' && !(isLocalHttp && options.allowLocalHttp)) return null;
  return url.href.replace(/\/+$/, '');
}
