// Every refusal and failure that a client can meet, in one table: code, HTTP status, public words.
// Nothing else may put words in front of a user; a thrown AppError's cause stays in the logs.

/** One row of the table: HTTP status, short title (RFC 9457 `title`), and the words shown to people. */
type ErrorRow = { readonly status: number; readonly title: string; readonly detail: string };

export const ERRORS = {
  UNAUTHENTICATED: { status: 401, title: 'Sign-in needed', detail: 'Sign in and send the request again.' },
  NOT_FOUND: { status: 404, title: 'Not found', detail: 'There is nothing here that you can see.' },
  NO_MEMBERSHIP: {
    status: 403,
    title: 'No organisation',
    detail: 'You belong to no organisation here. Ask an admin of yours to invite you.',
  },
  SIGN_IN_EXPIRED: {
    status: 400,
    title: 'Sign-in out of date',
    detail: 'This sign-in began in another browser, was finished before, or took too long. Sign in again.',
  },
  SIGN_IN_DENIED: {
    status: 403,
    title: 'Sign-in refused',
    detail: 'The sign-in of your organisation did not let you in. Try again, or ask whoever runs it.',
  },
  SIGN_IN_FAILED: {
    status: 502,
    title: 'Sign-in failed',
    detail: 'The sign-in of your organisation could not be reached or gave an answer that proves nothing. Try again.',
  },
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
  EMAIL_UNVERIFIED: {
    status: 403,
    title: 'Address not proven',
    detail: 'Your sign-in does not say that your e-mail address was verified. Verify it there, then sign in again.',
  },
  INVITATION_FOR_ANOTHER: {
    status: 403,
    title: 'For another address',
    detail: 'This invitation is for another e-mail address than the one that you signed in with.',
  },
  ROLE_BEYOND_OWN: {
    status: 403,
    title: 'Role beyond your own',
    detail: 'That role permits more than your own does. Ask somebody who has those rights.',
  },
  ROLE_UNKNOWN: { status: 400, title: 'Unknown role', detail: 'Choose a role that GET /api/v1/roles lists.' },
  ALREADY_MEMBER: {
    status: 409,
    title: 'A member already',
    detail: 'This person belongs to the organisation already.',
  },
  LAST_ADMIN: {
    status: 409,
    title: 'Last admin',
    detail: 'Somebody must be left who manages the members. Give another person such a role first.',
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
  APPROVAL_OF_ANOTHER: {
    status: 403,
    title: 'Not yours to decide',
    detail: 'Only the person whose question led to this can confirm or cancel it.',
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
  APPROVAL_ELSEWHERE: {
    status: 409,
    title: 'On another branch',
    detail: 'This belongs to a version of the conversation that is not shown. Go back to that version to decide it.',
  },
  MESSAGE_OF_ANOTHER: {
    status: 403,
    title: 'Not your question',
    detail: 'Only the person who asked this question can edit it or have it answered again.',
  },
  ANSWER_UNDER_WAY: {
    status: 409,
    title: 'Answer under way',
    detail: 'An answer is being written. Wait for it or stop it, then go back to what was said before.',
  },
  SESSION_ID_TAKEN: {
    status: 409,
    title: 'Session id taken',
    detail: 'Another conversation of yours has this id already. Send the request with a new one.',
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
  UNSUPPORTED: {
    status: 400,
    title: 'Not supported here',
    detail: 'This address does not do what the request asks for.',
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
  STREAM_LOST: {
    status: 502,
    title: 'Answer lost on its way',
    detail: 'The connection to the answer was lost. It goes on all the same; open the conversation to read it.',
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
