// Every refusal and failure that a client can meet, in one table: code, HTTP status, public words.
// Nothing else may put words in front of a user; a thrown AppError's cause stays in the logs.

/** One row of the table: HTTP status, short title (RFC 9457 `title`), and the words shown to people. */
type ErrorRow = { readonly status: number; readonly title: string; readonly detail: string };

export const ERRORS = {
  UNAUTHENTICATED: { status: 401, title: 'Sign-in needed', detail: 'Sign in and send the request again.' },
  NOT_FOUND: { status: 404, title: 'Not found', detail: 'There is nothing here that you can see.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', detail: 'This address does not answer that method.' },
  CROSS_SITE: {
    status: 403,
    title: 'Cross-site request refused',
    detail: 'Send this request from the page that it belongs to.',
  },
  ASSISTANT_DISABLED: {
    status: 403,
    title: 'Assistant not enabled',
    detail: 'AI Assistant is not enabled for this tenant',
  },
  FORBIDDEN: {
    status: 403,
    title: 'Not permitted',
    detail: 'Your role does not permit this. Ask an admin of your organisation.',
  },
  MODEL_NOT_IN_PLAN: {
    status: 403,
    title: 'Model not in plan',
    detail: 'Your plan does not include this model. Choose another one or ask an admin.',
  },
  FEATURE_DISABLED: {
    status: 503,
    title: 'Feature disabled',
    detail: 'The assistant is turned off in the settings of this scope.',
  },
  PROVIDER_UNCONFIGURED: {
    status: 503,
    title: 'No provider configured',
    detail: 'No model provider is configured. An admin can add one in the settings.',
  },
  MODEL_UNKNOWN: { status: 400, title: 'Unknown model', detail: 'Choose a model that GET /api/v1/ai/models lists.' },
  QUOTA_EXCEEDED: {
    status: 402,
    title: 'Allowance used up',
    detail: 'The token allowance of your plan is used up for this month.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    detail: 'Wait as long as Retry-After says, then send it again.',
  },
  SETTINGS_CONFLICT: {
    status: 409,
    title: 'Changed meanwhile',
    detail: 'Somebody else saved these settings meanwhile. Nothing of yours was saved; look at both and save again.',
  },
  SETTINGS_EXIST: {
    status: 409,
    title: 'Settings exist',
    detail: 'This scope has settings already. Change them with PUT.',
  },
  APPROVAL_DECIDED: {
    status: 409,
    title: 'Decided already',
    detail: 'This was confirmed or cancelled before, perhaps in another tab.',
  },
  APPROVAL_EXPIRED: {
    status: 410,
    title: 'Expired',
    detail: 'The time to confirm this is over, and nothing was changed. Ask for it again.',
  },
  TURN_LIMIT: {
    status: 500,
    title: 'Turn too long',
    detail: 'The assistant used all the steps that one turn may take. What it found so far is kept; ask it to go on.',
  },
  QUEUE_FULL: {
    status: 429,
    title: 'Conversation busy',
    detail: 'Several messages already wait in this conversation. Send this one when an answer has come.',
  },
  BAD_REQUEST: {
    status: 400,
    title: 'Request not understood',
    detail: 'The request does not have the documented form.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Request too large',
    detail: 'The request is larger than this address takes.',
  },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Not JSON', detail: 'Send the body as application/json.' },
  RUN_ID_REUSED: {
    status: 422,
    title: 'Run id used before',
    detail: 'This runId belongs to another message. Send a new one.',
  },
  BACKLOG_FULL: { status: 503, title: 'Storage behind', detail: 'Too much waits to be stored. Try again in a minute.' },
  BUDGET_UNAVAILABLE: {
    status: 503,
    title: 'Token budget unavailable',
    detail: 'The token budget of your organisation does not answer. Try again in a minute.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    title: 'Database unavailable',
    detail: 'The database does not answer. Try again in a minute.',
  },
  PROVIDER_REFUSED: {
    status: 502,
    title: 'Provider refused the request',
    detail: 'The model provider refused this request.',
  },
  PROVIDER_AUTH: {
    status: 502,
    title: 'Provider key refused',
    detail: 'The model provider refused its key. An admin can replace it in the settings.',
  },
  PROVIDER_RATE_LIMITED: {
    status: 502,
    title: 'Provider busy',
    detail: 'The model provider is limiting requests. Try again in a minute.',
  },
  PROVIDER_OVERLOADED: {
    status: 502,
    title: 'Provider overloaded',
    detail: 'The model provider is overloaded. Try again in a minute.',
  },
  PROVIDER_UNREACHABLE: {
    status: 502,
    title: 'Provider unreachable',
    detail: 'The model provider could not be reached. Try again in a minute.',
  },
  PROVIDER_STALLED: {
    status: 504,
    title: 'Provider stalled',
    detail: 'The model provider stopped answering. Retry to ask again.',
  },
  PROVIDER_BROKEN_STREAM: {
    status: 502,
    title: 'Answer cut off',
    detail: 'The model provider ended the answer before it was complete. Retry to ask again.',
  },
  RUN_INTERRUPTED: {
    status: 500,
    title: 'Answer interrupted',
    detail: 'The answer was interrupted. What came so far is kept; retry to ask again.',
  },
  ACCESS_REVOKED: {
    status: 403,
    title: 'Access changed',
    detail: 'Your access to this organisation changed while the answer was prepared.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something failed here',
    detail: 'Something failed on our side. Try again, and quote the request id if it happens again.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export type ProblemMembers = Readonly<Record<string, string | number | null>>;

/** A failure that ends the work at hand. `detail` replaces the table's words where they can say more; it must be safe to show. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds until a retry can succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined;
  /** Figures that programs want besides the words: members of the problem reply. Safe to show. */
  readonly members: ProblemMembers | undefined;

  constructor(
    code: ErrorCode,
    options: { detail?: string; retryAfterSeconds?: number; members?: ProblemMembers; cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = options.detail ?? ERRORS[code].detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members;
  }
}
