// Where to report vulnerabilities (RFC 9116).
import type { Context } from 'hono';
import { settingsOf } from '../../durable/env.ts';
import { AppError } from '../../durable/errors.ts';
import { ownOrigin } from '../auth/origin-check.ts';
import type { EdgeEnv } from '../edge-env.ts';

export const SECURITY_TXT = '/.well-known/security.txt';

/** The file says how long it may be relied on. RFC 9116 recommends less than a year. */
const VALID_MS = 180 * 24 * 60 * 60 * 1000;

/** @throws AppError NOT_FOUND if the deployment names no contact */
export function serveSecurityTxt(c: Context<EdgeEnv>): Response {
  const { SECURITY_CONTACT: contact } = settingsOf(c.env);
  if (contact === undefined) throw new AppError('NOT_FOUND');
  const expires = new Date(Date.now() + VALID_MS);
  expires.setUTCHours(0, 0, 0, 0);
  const lines = [
    `Contact: ${contact}`,
    `Expires: ${expires.toISOString()}`,
    `Canonical: ${ownOrigin(c)}${SECURITY_TXT}`,
    'Preferred-Languages: en',
  ];
  return c.text(`${lines.join('\n')}\n`);
}
