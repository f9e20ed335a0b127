// An error response of the API (RFC 9457 problem details), or the page's own one if there was no response.

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** All fields, for codes that carry extra figures. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(init: {
    status: number;
    code: string;
    title: string;
    detail: string;
    requestId?: string | null;
    retryAfterSeconds?: number | null;
    members?: Readonly<Record<string, unknown>>;
  }) {
    super(init.code);
    this.name = 'Problem';
    this.status = init.status;
    this.code = init.code;
    this.title = init.title;
    this.detail = init.detail;
    this.requestId = init.requestId ?? null;
    this.retryAfterSeconds = init.retryAfterSeconds ?? null;
    this.members = init.members ?? {};
  }
}

/** There was no response: the device is offline, the server is down, or the connection was cut. */
export const unreachable = (): Problem =>
  new Problem({
    status: 0,
    code: 'UNREACHABLE',
    title: 'Can’t reach the server',
    detail: 'Check your connection, then try again.',
  });

/** Reads the problem of an error response. With any other body it still has the status and request id. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown, fallback: string): string =>
    typeof value === 'string' && value !== '' ? value : fallback;
  return new Problem({
    status: response.status,
    code: text(fields['code'], `HTTP_${response.status}`),
    title: text(fields['title'], 'Request failed'),
    detail: text(fields['detail'], 'Try again in a minute. If it happens again, contact support with the request ID.'),
    requestId: text(fields['requestId'], response.headers.get('x-request-id') ?? '') || null,
    retryAfterSeconds: readRetryAfter(response.headers.get('retry-after')),
    members: fields,
  });
}

function readRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
