// Turns what an SDK throws into an AppError with public words. The cause keeps what an operator needs to know
// (status, type, request id) and never the key: SDK errors quote the provider, and providers quote keys.
import { AppError, type ErrorCode } from '../errors.ts';
import { redact } from './redact.ts';

const MAX_RETRY_AFTER_SECONDS = 86_400;

/** The parts that both SDKs' errors share. Anything may throw, so nothing is taken on trust. */
type StatusError = { readonly status: number; readonly headers: Headers | undefined; readonly message: string };

export type OpenFailure = {
  readonly error: AppError;
  /** A later try of the same request may succeed. */
  readonly retryable: boolean;
  /** What Retry-After asks for. */
  readonly retryAfterMs: number | undefined;
};

/** A request that got no stream: a refusal by status, or no response at all. */
export function describeOpenFailure(
  thrown: unknown,
  options: { readonly apiKey: string; readonly now: number },
): OpenFailure {
  if (thrown instanceof AppError) return { error: thrown, retryable: false, retryAfterMs: undefined };
  const failure = asStatusError(thrown);
  const cause = new Error(redact(describe(thrown), options.apiKey));
  if (!failure)
    return { error: new AppError('PROVIDER_UNREACHABLE', { cause }), retryable: true, retryAfterMs: undefined };

  const { status, headers } = failure;
  const retryAfterMs = parseRetryAfter(headers, options.now);
  const row = rowOfStatus(status);
  const error = new AppError(row.code, {
    cause,
    ...(row.detail ? { detail: row.detail } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  });
  return { error, retryable: isRetryable(status, headers), retryAfterMs };
}

const ERROR_TYPES: Readonly<Record<string, ErrorCode>> = {
  overloaded_error: 'PROVIDER_OVERLOADED',
  engine_overloaded: 'PROVIDER_OVERLOADED',
  service_unavailable: 'PROVIDER_OVERLOADED',
  '503': 'PROVIDER_OVERLOADED',
  '529': 'PROVIDER_OVERLOADED',
  rate_limit_error: 'PROVIDER_RATE_LIMITED',
  rate_limit_exceeded: 'PROVIDER_RATE_LIMITED',
  insufficient_quota: 'PROVIDER_RATE_LIMITED',
  '429': 'PROVIDER_RATE_LIMITED',
  authentication_error: 'PROVIDER_AUTH',
  permission_error: 'PROVIDER_AUTH',
  '401': 'PROVIDER_AUTH',
  '403': 'PROVIDER_AUTH',
  invalid_request_error: 'PROVIDER_REFUSED',
  '400': 'PROVIDER_REFUSED',
};

/** An error that came as an event inside a stream that had begun well. `kinds` are its type and code, as far as given. */
export function streamError(kinds: readonly unknown[], message: unknown, apiKey: string): AppError {
  const known = kinds.map((kind) => ERROR_TYPES[String(kind)]).find((code) => code !== undefined);
  const cause = new Error(redact(`error in the stream: ${kinds.join(' ')} ${String(message)}`, apiKey));
  return new AppError(known ?? 'PROVIDER_BROKEN_STREAM', { cause });
}

/** A stream that does not keep to its wire. `why` names the fault and quotes nothing from the stream. */
export function brokenStream(why: string): AppError {
  return new AppError('PROVIDER_BROKEN_STREAM', { cause: new Error(why) });
}

function rowOfStatus(status: number): { code: ErrorCode; detail?: string } {
  if (status >= 300 && status < 400) {
    return {
      code: 'PROVIDER_REFUSED',
      detail: 'The address of the model provider redirects elsewhere, which is not followed.',
    };
  }
  if (status === 401 || status === 403) return { code: 'PROVIDER_AUTH' };
  if (status === 404) {
    return { code: 'PROVIDER_REFUSED', detail: 'The model provider does not know this model or address.' };
  }
  if (status === 413) {
    return { code: 'PROVIDER_REFUSED', detail: 'The conversation is larger than the model provider takes.' };
  }
  if (status === 429) return { code: 'PROVIDER_RATE_LIMITED' };
  if (status === 503 || status === 529) return { code: 'PROVIDER_OVERLOADED' };
  if (status === 408 || status >= 500) {
    return { code: 'PROVIDER_UNREACHABLE', detail: 'The model provider failed. Try again in a minute.' };
  }
  return { code: 'PROVIDER_REFUSED' };
}

function isRetryable(status: number, headers: Headers | undefined): boolean {
  // Both providers send this header where they know better than the status.
  const advice = headers?.get('x-should-retry');
  if (advice === 'true') return true;
  if (advice === 'false') return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function parseRetryAfter(headers: Headers | undefined, now: number): number | undefined {
  const millis = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (millis >= 0) return Math.min(millis, MAX_RETRY_AFTER_SECONDS * 1000);
  const text = headers?.get('retry-after') ?? '';
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number.parseFloat(text) : (Date.parse(text) - now) / 1000;
  if (!(seconds >= 0)) return undefined;
  return Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000;
}

function asStatusError(thrown: unknown): StatusError | null {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number') return null;
  const headers = 'headers' in thrown && thrown.headers instanceof Headers ? thrown.headers : undefined;
  return { status: thrown.status, headers, message: thrown.message };
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'not an Error';
  const requestId = 'requestID' in thrown && typeof thrown.requestID === 'string' ? ` request ${thrown.requestID}` : '';
  const inner = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
  return `${thrown.name} ${thrown.message}${inner}${requestId}`;
}

/**
 * What the provider itself said, without what the SDKs put around it; null where it said nothing. It was redacted when the
 * error was made.
 */
export function providerWords(error: AppError): string | null {
  if (!(error.cause instanceof Error)) return null;
  const said = error.cause.message.replace(/^\w*(Error|Failure)\b:? ?/, '').replace(/^\d{3}\s+/, '');
  const inner = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  return (inner ?? said).replaceAll(/\\(["\\/])/g, '$1').trim() || null;
}
