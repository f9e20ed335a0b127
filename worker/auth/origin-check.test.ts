import { describe, expect, test } from 'vitest';
import { isSameOrigin } from './origin-check.ts';

const OWN = 'https://groundwire.example.test';
type Request = Parameters<typeof isSameOrigin>[0];
const ask = (change: Partial<Request>): boolean =>
  isSameOrigin({
    method: 'POST',
    ownOrigin: OWN,
    origin: undefined,
    fetchSite: undefined,
    hasSessionCookie: true,
    ...change,
  });

describe('requests that another site makes a browser send (R17)', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])('%s is checked', (method) => {
    expect(ask({ method, fetchSite: 'cross-site' })).toBe(false);
    expect(ask({ method, fetchSite: 'same-origin' })).toBe(true);
  });

  test.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing and passes', (method) => {
    expect(ask({ method, fetchSite: 'cross-site', origin: 'https://evil.test' })).toBe(true);
  });

  test.each(['cross-site', 'same-site', 'none', 'unheard-of'])('Sec-Fetch-Site %s is refused', (fetchSite) => {
    expect(ask({ fetchSite })).toBe(false);
    expect(ask({ fetchSite, hasSessionCookie: false })).toBe(false);
  });

  test.each([
    'null',
    'https://evil.test',
    'http://groundwire.example.test',
    'https://groundwire.example.test:8443',
    'https://groundwire.example.test.evil.test',
    'https://sub.groundwire.example.test',
    '',
  ])('the origin %j is not ours', (origin) => {
    expect(ask({ origin })).toBe(false);
    expect(ask({ origin, fetchSite: 'same-origin' })).toBe(false);
    expect(ask({ origin, hasSessionCookie: false })).toBe(false);
  });

  test('accepts our own origin, with or without Sec-Fetch-Site', () => {
    expect(ask({ origin: OWN })).toBe(true);
    expect(ask({ origin: OWN, fetchSite: 'same-origin' })).toBe(true);
    expect(ask({ origin: OWN, fetchSite: 'cross-site' })).toBe(false);
  });

  test('without either header, refuses a request with a cookie and accepts one without', () => {
    expect(ask({})).toBe(false);
    expect(ask({ hasSessionCookie: false })).toBe(true);
  });
});
