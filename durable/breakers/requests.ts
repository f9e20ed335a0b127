// What Conversations tell the Breakers of their org, and what they learn. They may be of neighbouring releases: add
// optional fields, never change one.
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** Tells one address and key from another, and holds no key. */
export const ConnectionId = z.string().min(1).max(2_000);

export const FailureReport = z.object({
  connection: ConnectionId,
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  retryAfterMs: z.number().nonnegative(),
});
export type FailureReport = z.infer<typeof FailureReport>;

export const AnswerReport = z.object({ connection: ConnectionId, count: z.int().positive() });
export type AnswerReport = z.infer<typeof AnswerReport>;

/** Unix milliseconds until which the provider is left alone; 0 where it may be asked. */
export type Verdict = { readonly openUntil: number };
