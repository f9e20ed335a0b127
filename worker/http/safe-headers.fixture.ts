// R18: what every reply of the edge carries, whatever else it is.
import { expect } from 'vitest';

export function expectSafeHeaders({ headers }: Response): void {
  const policy = Object.fromEntries(
    (headers.get('Content-Security-Policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
  );
  expect(policy).toMatchObject({
    'default-src': "'none'",
    'img-src': "'self'",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'object-src': "'none'",
    'frame-ancestors': "'none'",
    'form-action': "'self'",
    'script-src': expect.stringMatching(/^'nonce-[A-Za-z0-9+/]{24}' 'strict-dynamic'$/),
  });
  expect(headers.get('Content-Security-Policy')).not.toMatch(/unsafe|\*|https?:|data:/);
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Referrer-Policy')).toBe('same-origin');
  expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.has('Access-Control-Allow-Origin')).toBe(false);
}
