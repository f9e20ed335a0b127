// What a call can fail with: an error of the server with its stable code, or one that never reached it.
import type { Problem } from './api-types.ts';

/** `NETWORK`: no connection, also after retries. `TOKEN`: `getToken` failed. `REPLY`: something else than the server answered. */
export type LocalErrorCode = 'NETWORK' | 'TOKEN' | 'REPLY';
export type GroundwireErrorCode = Problem['code'] | LocalErrorCode;

type Details = {
  readonly code: GroundwireErrorCode;
  /** For people. */
  readonly message: string;
  readonly status?: number | undefined;
  readonly requestId?: string | null | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly problem?: Problem | undefined;
};

export class GroundwireError extends Error {
  override readonly name = 'GroundwireError';
  readonly code: GroundwireErrorCode;
  /** Of the reply; null without one. */
  readonly status: number | null;
  /** Support finds the request by it. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** All that the server said, such as `issues` of an invalid request. */
  readonly problem: Problem | null;

  constructor({ code, message, status, requestId, retryAfterSeconds, problem }: Details, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status ?? null;
    this.requestId = requestId ?? null;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
    this.problem = problem ?? null;
  }
}

export async function errorOf(response: Response): Promise<GroundwireError> {
  const { status, headers } = response;
  const body: unknown = await response.json().catch(() => null);
  const retryAfter = Number(headers.get('Retry-After') ?? Number.NaN);
  const details = {
    status,
    requestId: headers.get('X-Request-Id'),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
  if (isProblem(body)) return new GroundwireError({ ...details, code: body.code, message: body.detail, problem: body });
  return new GroundwireError({
    ...details,
    code: 'REPLY',
    message: `The server's address answered with status ${status}.`,
  });
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && typeof body.detail === 'string';
