// An error in the form that a wire's clients expect. Texts, codes and statuses are the same on every wire.
import type { ErrorCode } from '../../durable/errors.ts';
import type { ConflictingValue } from '../http/conflict.ts';

export type ProblemIssue = { readonly path: string; readonly message: string };

type ProblemFields = {
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string;
  readonly issues?: readonly ProblemIssue[];
  /** If someone else saved in the meantime: both values, and the version to save on top of. */
  readonly conflict?: { readonly version: number; readonly values: readonly ConflictingValue[] };
  /** Figures that belong to the code. */
  readonly [member: string]: unknown;
};

export type WireProblem = ProblemFields & { readonly type: string; readonly title: string };

type WireForm = { readonly prefix: string; readonly type: string; toBody(problem: WireProblem): object };

const JSON_TYPE = 'application/json';

const FORMS: readonly WireForm[] = [
  {
    prefix: '/api/chat/',
    type: JSON_TYPE,
    toBody: (problem) => ({ ...problem, type: 'error', error: problem.detail }),
  },
  { prefix: '/v1/', type: JSON_TYPE, toBody: toOpenAiError },
];

/** The form for an address: RFC 9457, unless its wire has its own. */
export function inWireForm(path: string, problem: WireProblem): { readonly body: object; readonly type: string } {
  const form = FORMS.find(({ prefix }) => path.startsWith(prefix));
  return form ? { body: form.toBody(problem), type: form.type } : { body: problem, type: 'application/problem+json' };
}

export function toOpenAiError(failure: ProblemFields): { readonly error: object } {
  const { detail, code, status, requestId, issues, type: _type, title: _title, ...figures } = failure;
  const param = issues?.[0]?.path || null;
  const message = issues?.[0] ? `${detail} ${param === null ? '' : `${param}: `}${issues[0].message}` : detail;
  return {
    error: {
      message,
      type: openAiTypeOf(status),
      param,
      code,
      request_id: requestId,
      ...(issues && { issues }),
      ...figures,
    },
  };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  429: 'rate_limit_error',
};

export const openAiTypeOf = (status: number): string =>
  TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
