// The origins of other sites whose pages may use an organization's assistant: exact, and as browsers send them. Pure.
import * as z from 'zod';
import { exactText } from './input-text.ts';

export const MAX_ALLOWED_ORIGINS = 20;
const MAX_LENGTH = 255;

/** Plain http is for development on a developer's machine. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** URLs allow more, such as `;`, which means something else in a Content-Security-Policy. */
const HOST = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/;

/** What is wrong with a text as an allowed origin, as a sentence for people; null if nothing is. */
export function originFault(text: string): string | null {
  if (text === '') return 'Enter an origin, such as https://app.example.com.';
  if (text.length > MAX_LENGTH) return `Use at most ${MAX_LENGTH} characters.`;
  if (text === 'null') return 'The origin null stands for any sandboxed page, so it can’t be allowed.';
  if (text.includes('*')) return 'Wildcards aren’t allowed. List each origin.';
  if (/\s/.test(text)) return 'Use one origin, without spaces.';
  if (!/^https?:\/\//i.test(text)) return 'Start with https://.';
  const url = URL.parse(text);
  if (!url) return 'This isn’t a web address. Enter an origin, such as https://app.example.com.';
  if (url.username !== '' || url.password !== '' || text.includes('@')) return 'Leave out the user name and password.';
  if (url.protocol === 'http:' && !LOCAL_HOSTS.includes(url.hostname))
    return 'Use https. Plain http works only for localhost.';
  if (text.includes('?') || text.includes('#') || /^https?:\/\/[^/]*\//i.test(text))
    return `Leave out everything after the host: ${url.origin}`;
  if (url.hostname.endsWith('.')) return 'Leave out the dot at the end of the host.';
  if (!HOST.test(url.hostname)) return 'This host name has characters that host names don’t have.';
  if (text !== url.origin) return `Write it as browsers send it: ${url.origin}`;
  return null;
}

export const isLocalOrigin = (origin: string): boolean => origin.startsWith('http://');

export const AllowedOrigin = exactText().check((context) => {
  const fault = originFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});

export const AllowedOrigins = z
  .array(AllowedOrigin)
  .max(MAX_ALLOWED_ORIGINS)
  .refine((origins) => new Set(origins).size === origins.length, 'must not have an origin twice');
export type AllowedOrigins = z.infer<typeof AllowedOrigins>;
