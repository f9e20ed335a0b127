// AppError → HTTP (RFC 9457), the only mapper. What it does not know becomes INTERNAL:
// a client sees words of the table and a request id, never a message, SQL, parameter or stack.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { AppError, ERRORS } from '../durable/errors.ts';
import { logFailure } from '../durable/log.ts';
import { Conflict } from './conflict.ts';
import type { EdgeEnv } from './edge-env.ts';
import { inWireForm, type Problem, type ProblemIssue } from './wire-problem.ts';

/** Where an error's `type` leads: a row of the errors page. */
const ERRORS_PAGE = '/docs/errors';

/** Enough to mend a request; a hostile one could name thousands. */
const MAX_ISSUES = 20;

export function toProblem(error: unknown, requestId: string): Problem {
  const known = error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
  const { status, title } = ERRORS[known.code];
  const issues = known.cause instanceof z.ZodError ? toIssues(known.cause) : [];
  return {
    type: `${ERRORS_PAGE}#${known.code}`,
    title,
    status,
    detail: known.detail,
    code: known.code,
    requestId,
    ...(issues.length > 0 && { issues }),
    ...known.members,
    ...(known.cause instanceof Conflict && { conflict: toConflict(known.cause) }),
  };
}

export function problemResponse(c: Context<EdgeEnv>, error: unknown): Response {
  const requestId = c.get('requestId');
  const problem = toProblem(error, requestId);
  if (problem.code === 'INTERNAL') logFailure('request failed', error, { requestId });
  if (error instanceof AppError) setRetryHeaders(c, error);
  c.header('Cache-Control', 'no-store');
  const { body, type } = inWireForm(c.req.path, problem);
  return c.body(JSON.stringify(body), problem.status as ContentfulStatusCode, { 'Content-Type': type });
}

/** Reads unknown input by its schema. @throws AppError BAD_REQUEST with the schema's issues. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AppError('BAD_REQUEST', { cause: result.error });
}

const toConflict = ({ version, values }: Conflict) => ({ version, values: [...values] });

const toIssues = (error: z.ZodError): ProblemIssue[] =>
  error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

function setRetryHeaders(c: Context<EdgeEnv>, error: AppError): void {
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
}
