import { describe, expect, test } from 'vitest';
import { describeOpenFailure } from './provider-error.ts';

function failureOf(status: number, message: string, headers: Record<string, string> = {}) {
  const thrown = Object.assign(new Error(message), { status, headers: new Headers(headers) });
  return describeOpenFailure(thrown, { apiKey: 'key-0123456789', now: 0 });
}

const QUOTA = 'You exceeded your current quota, please check your plan and billing details.';

describe('a 429 about the quota', () => {
  test('is a lack of credit when it names no time', () => {
    const { error, retryable } = failureOf(429, QUOTA);
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', detail: expect.stringContaining('no credit') });
    expect(retryable).toBe(false);
  });

  test.each<[string, string, Record<string, string>]>([
    ['as Gemini', `${QUOTA} Please retry in 34.07s.`, {}],
    ['as OpenAI', `${QUOTA} Please try again in 20s.`, {}],
    ['in milliseconds', QUOTA, { 'retry-after-ms': '1500' }],
    ['in seconds', QUOTA, { 'retry-after': '2' }],
  ])('is a limit that passes when it says when to try again, %s', (_how, message, headers) => {
    const { error, retryable } = failureOf(429, message, headers);
    expect(error.code).toBe('PROVIDER_RATE_LIMITED');
    expect(error.detail ?? '').not.toContain('credit');
    expect(retryable).toBe(true);
  });
});

test('a spending limit that ends on a date is a lack of credit', () => {
  const { retryable } = failureOf(400, 'You reached your API usage limits of the organization. Try again in January.');
  expect(retryable).toBe(false);
});
