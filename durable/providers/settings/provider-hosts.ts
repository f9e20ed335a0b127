// Where an org's settings may send its key: over https, to a host whose exact name is on the list. People who can
// change settings are admins of one org, not of the installation, so they can't choose an address freely.

import { PROVIDERS } from '../registry.ts';
import { SERVER_PRESETS } from '../server-presets.ts';
import { parseBaseUrl } from '../stream/connection.ts';

export type HostRules = {
  /** Formatted like `URL.host`, with the port if it is not the default. */
  readonly hosts: ReadonlySet<string>;
  /** Plain http to this machine, in development. */
  readonly allowLocalHttp: boolean;
};

/** @param listed the operator’s comma-separated hosts, added to those of the registry and the presets */
export function readHostRules(listed: string | undefined, options: { readonly allowLocalHttp: boolean }): HostRules {
  const known = [...PROVIDERS, ...SERVER_PRESETS].flatMap(({ baseUrl }) => baseUrl ?? []);
  const own = known.filter(isComplete).map((baseUrl) => new URL(baseUrl).host);
  const named = (listed ?? '').split(',').flatMap((text) => {
    const host = URL.parse(`https://${text.trim()}`)?.host;
    return host ? [host] : [];
  });
  return { hosts: new Set([...own, ...named]), allowLocalHttp: options.allowLocalHttp };
}

/** Not a local server, and not an address with a part to fill in. */
const isComplete = (baseUrl: string): boolean => baseUrl.startsWith('https://') && !/[A-Z]/.test(baseUrl);

/** The normalized address, or null if a key must not be sent there. */
export function acceptBaseUrl(text: string, rules: HostRules): string | null {
  const baseUrl = parseBaseUrl(text, rules);
  if (baseUrl === null) return null;
  const { protocol, host, hostname } = new URL(baseUrl);
  // parseBaseUrl accepts plain http only to this machine, and only in development.
  if (protocol === 'http:') return baseUrl;
  return rules.hosts.has(host) && !isInternal(hostname) ? baseUrl : null;
}

/** True for names and addresses of local or private networks. `URL` has already normalized the spelling of addresses. */
export function isInternal(hostname: string): boolean {
  if (/(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(hostname)) return true;
  // For IPv6, only 2000::/3 is public, except the ranges that wrap IPv4 (6to4, Teredo).
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
