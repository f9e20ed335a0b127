// Headers of every reply, including errors, and the Content-Security-Policy.
import type { MiddlewareHandler } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import type { EdgeEnv } from '../edge-env.ts';

const HSTS_SECONDS = 365 * 24 * 60 * 60;

/**
 * Only scripts with this response's nonce run, and scripts that those load.
 * @param embedders the origins whose pages may show this page in a frame, and pass it a logo as a `data:` URL
 */
export const contentSecurityPolicy = (nonce: string, embedders: readonly string[] = []): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    embedders.length === 0 ? "img-src 'self'" : "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    `frame-ancestors ${embedders.length === 0 ? "'none'" : embedders.join(' ')}`,
    "form-action 'self'",
  ].join('; ');

/** Gives the request its id (never taken from outside) and the reply its headers. */
export const secureHeaders: MiddlewareHandler<EdgeEnv> = async function secureHeaders(c, next) {
  const nonce = randomNonce();
  c.set('requestId', crypto.randomUUID());
  c.set('nonce', nonce);
  await next();
  c.header('X-Request-Id', c.get('requestId'));
  c.header('Content-Security-Policy', contentSecurityPolicy(nonce, c.get('embedders')));
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'same-origin');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  if (!c.res.headers.has('Cross-Origin-Resource-Policy')) c.header('Cross-Origin-Resource-Policy', 'same-origin');
  c.header('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  if (settingsOf(c.env).ENVIRONMENT === 'production') {
    c.header('Strict-Transport-Security', `max-age=${HSTS_SECONDS}; includeSubDomains`);
  }
};

function randomNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes));
}
