// Turns an SDK's error into an AppError with a public message. The cause keeps the status, type and request id for operators
// and never the key: SDK errors quote the provider's message, which can quote the key.
import { AppError, detailWithWait, type ErrorCode } from '../../errors.ts';

const MAX_CHARS = 300;

/** An error's body can have any size; the rest is ignored. */
const MAX_READ_CHARS = 4_000;

/** Shorter keys are placeholders (local servers, the demo model) and would match parts of words. */
const SHORTEST_KEY = 8;

const MAX_RETRY_AFTER_SECONDS = 86_400;

/** The common part of both SDKs' errors. Checked at runtime, because anything can be thrown. */
type StatusError = {
  readonly status: number;
  readonly headers: Headers | undefined;
  readonly message: string;
  /** The provider's own name for the error; empty if it has none. */
  readonly code: string;
};

/** What an error is about. Errors never quote the key. */
export type Sent = { readonly apiKey: string; readonly model: string };

export type OpenFailure = {
  readonly error: AppError;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  /** From the Retry-After header. */
  readonly retryAfterMs: number | undefined;
};

/** Describes a request that got no stream: an error status, or no response. */
export function describeOpenFailure(thrown: unknown, options: Sent & { readonly now: number }): OpenFailure {
  if (thrown instanceof AppError) return { error: thrown, retryable: false, retryAfterMs: undefined };
  const failure = asStatusError(thrown);
  const cause = new Error(redact(describe(thrown), options.apiKey));
  if (!failure)
    return { error: new AppError('PROVIDER_UNREACHABLE', { cause }), retryable: true, retryAfterMs: undefined };

  const { status, headers } = failure;
  const retryAfterMs = parseRetryAfter(headers, options.now);
  const isSpent = hasNoCredit(failure);
  const row = isSpent ? NO_CREDIT : (refusedModel(failure, options.model) ?? rowOfStatus(status));
  const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
  const detail = row.detail ?? (seconds === undefined ? undefined : detailWithWait(row.code, seconds));
  const error = new AppError(row.code, {
    cause,
    ...(detail === undefined ? {} : { detail }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  });
  return { error, retryable: !isSpent && isRetryable(status, headers), retryAfterMs };
}

/** Waiting doesn't help, so it isn't retried; another provider can answer. */
const NO_CREDIT = {
  code: 'PROVIDER_RATE_LIMITED',
  detail:
    'The account at the AI provider has no credit left or reached its spending limit. An admin can raise it there.',
} as const;

const SPENT =
  /insufficient.?(quota|funds|balance|credit)|billing|spend(ing)?.?(cap|limit)|credit.?balance|out of credit|exceeded your current quota|usage limits?.*(organization|workspace|account)/i;

/** Providers say so with several statuses; Anthropic's spending limits are a 400, 402 or 429 without a time to wait. */
function hasNoCredit({ status, message, headers }: StatusError): boolean {
  if (status === 402) return true;
  if (status !== 400 && status !== 403 && status !== 429) return false;
  const hasTime = headers?.has('retry-after') || headers?.has('retry-after-ms');
  // Gemini's limits per minute are "your current quota" too, with the time in the message.
  const namesTime = status === 429 && /\b(retry|try again) in\b/i.test(message);
  return !hasTime && !namesTime && SPENT.test(message);
}

/** How servers say that they don't serve a model. */
const NO_MODEL =
  /\bmodels?\b[^.]{0,120}\b(not found|not exist|doesn.t exist|no longer|decommissioned|shut down)\b|model_?not_?found|model_decommissioned|deployment_?not_?found|no endpoints found|not a valid model|\binvalid model\b|no models? (is |are )?loaded/i;

/** How they say that a request is longer than the model's context. */
const TOO_LONG =
  /context.?(length|window|limit|size)|maximum context|prompt is too long|\binput\b[^.]{0,60}\b(too long|exceeds?)\b|too many (input|prompt) tokens|reduce the length of the/i;

/** A refusal of this model that another one may not give; null if it is about something else. */
function refusedModel({ status, message, code }: StatusError, model: string): Row | null {
  if (![400, 403, 404, 410, 413, 422].includes(status)) return null;
  const said = `${code} ${message}`;
  if (status === 413 || (status !== 404 && TOO_LONG.test(said))) return { code: 'PROVIDER_CONTEXT' };
  if (NO_MODEL.test(said) || (status === 404 && message.includes(model)))
    return { code: 'PROVIDER_NO_MODEL', detail: noModelDetail(model) };
  if (status !== 404) return null;
  return {
    code: 'PROVIDER_NO_MODEL',
    detail: `The AI provider doesn’t have the model ${model}, or its address is wrong. An admin can change both in Settings.`,
  };
}

const noModelDetail = (model: string): string =>
  `The AI provider doesn’t have the model ${model}. An admin can choose another one in Settings.`;

const ERROR_TYPES: Readonly<Record<string, ErrorCode>> = {
  overloaded_error: 'PROVIDER_OVERLOADED',
  engine_overloaded: 'PROVIDER_OVERLOADED',
  server_is_overloaded: 'PROVIDER_OVERLOADED',
  slow_down: 'PROVIDER_OVERLOADED',
  service_unavailable: 'PROVIDER_OVERLOADED',
  '503': 'PROVIDER_OVERLOADED',
  '529': 'PROVIDER_OVERLOADED',
  timeout_error: 'PROVIDER_UNREACHABLE',
  '504': 'PROVIDER_UNREACHABLE',
  billing_error: 'PROVIDER_RATE_LIMITED',
  '402': 'PROVIDER_RATE_LIMITED',
  rate_limit_error: 'PROVIDER_RATE_LIMITED',
  rate_limit_exceeded: 'PROVIDER_RATE_LIMITED',
  insufficient_quota: 'PROVIDER_RATE_LIMITED',
  '429': 'PROVIDER_RATE_LIMITED',
  authentication_error: 'PROVIDER_AUTH',
  invalid_api_key: 'PROVIDER_AUTH',
  permission_error: 'PROVIDER_AUTH',
  '401': 'PROVIDER_AUTH',
  '403': 'PROVIDER_AUTH',
  invalid_request_error: 'PROVIDER_REFUSED',
  invalid_prompt: 'PROVIDER_REFUSED',
  context_length_exceeded: 'PROVIDER_CONTEXT',
  data_residency_mismatch: 'PROVIDER_REFUSED',
  model_not_found: 'PROVIDER_NO_MODEL',
  model_decommissioned: 'PROVIDER_NO_MODEL',
  not_found_error: 'PROVIDER_NO_MODEL',
  '404': 'PROVIDER_NO_MODEL',
  '400': 'PROVIDER_REFUSED',
};

/** An error event in a stream that started normally. @param kinds its type and code, if any */
export const streamError = (kinds: readonly unknown[], message: unknown, sent: Sent): AppError =>
  saidError('stream', { kinds, message, otherwise: 'PROVIDER_BROKEN_STREAM' }, sent);

/** An error in the body of a reply with a good status. @param kinds its type and code, if any */
export const bodyError = (kinds: readonly unknown[], message: unknown, sent: Sent): AppError =>
  saidError('body', { kinds, message, otherwise: 'PROVIDER_REFUSED' }, sent);

function saidError(
  where: 'stream' | 'body',
  { kinds, message, otherwise }: { kinds: readonly unknown[]; message: unknown; otherwise: ErrorCode },
  { apiKey, model }: Sent,
): AppError {
  const said = `${kinds.join(' ')} ${String(message)}`;
  const cause = new Error(redact(`error in the ${where}: ${said}`, apiKey));
  const known = kinds.map((kind) => ERROR_TYPES[String(kind)]).find((code) => code !== undefined);
  const isRefusal = known === undefined || known === 'PROVIDER_REFUSED';
  const code = isRefusal && TOO_LONG.test(said) ? 'PROVIDER_CONTEXT' : (known ?? otherwise);
  return new AppError(code, { cause, ...(code === 'PROVIDER_NO_MODEL' && { detail: noModelDetail(model) }) });
}

/** A stream that violates its format. @param why names the fault, without quoting the stream */
export function brokenStream(why: string): AppError {
  return new AppError('PROVIDER_BROKEN_STREAM', { cause: new Error(why) });
}

type Row = { readonly code: ErrorCode; readonly detail?: string };

function rowOfStatus(status: number): Row {
  if (status >= 300 && status < 400) {
    return {
      code: 'PROVIDER_REFUSED',
      detail: 'The address of the model provider redirects to another address. Redirects are not followed.',
    };
  }
  if (status === 401 || status === 403) return { code: 'PROVIDER_AUTH' };
  if (status === 429) return { code: 'PROVIDER_RATE_LIMITED' };
  if (status === 503 || status === 529) return { code: 'PROVIDER_OVERLOADED' };
  if (status === 408 || status >= 500) {
    return { code: 'PROVIDER_UNREACHABLE', detail: 'The model provider failed. Try again in a minute.' };
  }
  return { code: 'PROVIDER_REFUSED' };
}

function isRetryable(status: number, headers: Headers | undefined): boolean {
  // Both providers send this header to override the rule for the status.
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
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return { status: thrown.status, headers, message: thrown.message, code };
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'not an Error';
  const requestId = 'requestID' in thrown && typeof thrown.requestID === 'string' ? ` request ${thrown.requestID}` : '';
  const inner = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
  return `${thrown.name} ${thrown.message}${inner}${requestId}`;
}

/**
 * The provider's own message without what the SDKs add; null if there is none. It was redacted when the error was created.
 */
export function providerWords(error: AppError): string | null {
  if (!(error.cause instanceof Error)) return null;
  const said = error.cause.message.replace(/^\w*(Error|Failure)\b:? ?/, '').replace(/^\d{3}\s+/, '');
  const inner = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  return (inner ?? said).replaceAll(/\\(["\\/])/g, '$1').trim() || null;
}

/** The first part of `text`, without `apiKey`, long parts of it, or anything that looks like a key. */
export function redact(text: string, apiKey: string): string {
  // First anything that looks like a key, because a partly masked key contains more than the matching part.
  const read = text.slice(0, MAX_READ_CHARS).replace(/\b(sk|pk|key)[-_][\w*.-]{4,}/gi, '[key]');
  return (apiKey.length >= SHORTEST_KEY ? withoutParts(read, apiKey) : read).slice(0, MAX_CHARS);
}

/** Replaces each part of the text that is also in the key, if it has at least SHORTEST_KEY characters. */
function withoutParts(text: string, key: string): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    let end = at;
    while (end < text.length && key.includes(text.slice(at, end + 1))) end += 1;
    if (end - at >= SHORTEST_KEY) {
      out += '[key]';
      at = end;
    } else {
      out += text[at];
      at += 1;
    }
  }
  return out;
}
