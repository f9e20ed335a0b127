// Maps errors to HTTP (RFC 9457), the only place that does. Unknown errors become INTERNAL: a client sees texts from the
// error table and a request id, never an error message, SQL, a parameter or a stack.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as z from 'zod';
import type { Refusal } from '../../durable/contracts/conversation.ts';
import { AppError, ERRORS } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { inWireForm, type ProblemIssue, type WireProblem } from '../wires/wire-problem.ts';
import { Conflict } from './conflict.ts';

/** An error's `type` links to its row on this page. */
const ERRORS_PAGE = '/docs/errors';

/** Enough to fix a request; a hostile one could have thousands. */
const MAX_ISSUES = 20;

export function toProblem(error: unknown, requestId: string): WireProblem {
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
  if (problem.code === 'INTERNAL') logFailure('request.failed', error, { requestId });
  if (error instanceof AppError) setRetryHeaders(c, error);
  c.header('Cache-Control', 'no-store');
  const { body, type } = inWireForm(c.req.path, problem);
  return c.body(JSON.stringify(body), problem.status as ContentfulStatusCode, { 'Content-Type': type });
}

/** Validates unknown input. @throws AppError BAD_REQUEST with the schema's issues. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AppError('BAD_REQUEST', { cause: result.error });
}

/** An object's refusal as an error, with the object's own words if it has some. */
export const refusedBy = ({ code, detail }: Refusal): AppError =>
  new AppError(code, detail === undefined ? {} : { detail });

const toConflict = ({ version, values }: Conflict) => ({ version, values: [...values] });

const toIssues = (error: z.ZodError): ProblemIssue[] =>
  error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

function setRetryHeaders(c: Context<EdgeEnv>, error: AppError): void {
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
}
