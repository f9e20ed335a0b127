// Where an org's settings may send its key: https, to a host that is on the list by its exact name. Whoever may write
// settings is an admin of one org, not of the installation, so an address of their own choosing is never enough.
import { parseBaseUrl } from './base-url.ts';
import { PROVIDERS } from './registry.ts';

export type HostRules = {
  /** As `URL` writes a host, with the port where it is not the usual one. */
  readonly hosts: ReadonlySet<string>;
  /** Plain http to this machine, in development. */
  readonly allowLocalHttp: boolean;
};

/** @param listed hosts of the operator's, comma-separated, besides the providers' own */
export function readHostRules(listed: string | undefined, options: { readonly allowLocalHttp: boolean }): HostRules {
  const own = PROVIDERS.flatMap(({ baseUrl }) => (baseUrl?.startsWith('https://') ? [new URL(baseUrl).host] : []));
  const named = (listed ?? '').split(',').flatMap((text) => {
    const host = URL.parse(`https://${text.trim()}`)?.host;
    return host ? [host] : [];
  });
  return { hosts: new Set([...own, ...named]), allowLocalHttp: options.allowLocalHttp };
}

/** The address in its one normal form, or null where a key must not go there. */
export function acceptBaseUrl(text: string, rules: HostRules): string | null {
  const baseUrl = parseBaseUrl(text, rules);
  if (baseUrl === null) return null;
  const { protocol, host, hostname } = new URL(baseUrl);
  // Only to this machine, and only in development: parseBaseUrl lets no other plain http through.
  if (protocol === 'http:') return baseUrl;
  return rules.hosts.has(host) && !isInternal(hostname) ? baseUrl : null;
}

/** Names and literals that mean a machine or network of our own; `URL` has written every spelling of an address in one way. */
export function isInternal(hostname: string): boolean {
  if (/(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(hostname)) return true;
  // Of IPv6 only what is routed on the internet, 2000::/3, less what wraps IPv4 (6to4, Teredo).
  if (hostname.startsWith('[')) return !/^\[[23][0-9a-f]{3}:/.test(hostname) || /^\[(2002|2001:0?):/.test(hostname);
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname);
  if (!parts) return false;
  const [first, second] = [Number(parts[1]), Number(parts[2])];
  return (
    first === 0 ||
    first === 10 ||
    first === 127 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && (second === 168 || second === 0)) ||
    (first === 198 && (second === 18 || second === 19)) ||
    first >= 224
  );
}
