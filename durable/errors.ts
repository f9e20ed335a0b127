// Every error a client can receive, in one table: code, HTTP status, title and public detail.
// An error's cause is for the logs only and never reaches a client.

/** `title` and `detail` as in RFC 9457; `detail` is shown to people. */
type ErrorRow = { readonly status: number; readonly title: string; readonly detail: string };

export const ERRORS = {
  UNAUTHENTICATED: { status: 401, title: 'Sign-in required', detail: 'Sign in and try again.' },
  NOT_FOUND: { status: 404, title: 'Not found', detail: "This doesn't exist, or you don't have access to it." },
  NO_MEMBERSHIP: {
    status: 403,
    title: 'No organization',
    detail: "You aren't a member of any organization here. Ask an admin to invite you.",
  },
  ORG_REQUIRED: {
    status: 400,
    title: 'Organization not named',
    detail: 'You belong to several organizations. Name one in the X-Org header; GET /api/v1/me lists them.',
  },
  ORG_MISMATCH: {
    status: 403,
    title: 'Another organization',
    detail: "Your token doesn't speak for the organization that the request names. Sign in to that organization.",
  },
  SIGN_IN_EXPIRED: {
    status: 400,
    title: 'Sign-in expired',
    detail: 'This sign-in started in another browser, was already used, or took too long. Sign in again.',
  },
  SIGN_IN_DENIED: {
    status: 403,
    title: 'Sign-in denied',
    detail: "Your organization's sign-in didn't let you in. Try again, or contact your admin.",
  },
  SIGN_IN_FAILED: {
    status: 502,
    title: 'Sign-in failed',
    detail:
      "We couldn't verify your sign-in. Your organization's sign-in is unreachable or sent a response we can't trust. Try again.",
  },
  SIGN_IN_AGAIN: {
    status: 403,
    title: 'Sign in again',
    detail: 'This needs a recent sign-in. Sign in again, then repeat it. Nothing was changed.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address does not support that method.',
  },
  IDENTITY_CHANGED: {
    status: 409,
    title: 'Signed in differently in another tab',
    detail:
      'You switched organizations or signed in as someone else after this page was loaded. Nothing was sent. Reload the page to continue.',
  },
  CROSS_SITE: {
    status: 403,
    title: 'Cross-site request blocked',
    detail: 'Send this request from the page it belongs to.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'Site not allowed',
    detail: "This site isn't allowed to use the assistant of this organization. An admin can allow it in Settings.",
  },
  ASSISTANT_DISABLED: {
    status: 403,
    title: 'Assistant not enabled',
    detail: 'AI Assistant is not enabled for this tenant',
  },
  FORBIDDEN: {
    status: 403,
    title: 'Not allowed',
    detail: "Your role doesn't allow this. Ask an admin of your organization.",
  },
  EMAIL_UNVERIFIED: {
    status: 403,
    title: 'Email not verified',
    detail: "Your sign-in provider hasn't verified your email address. Verify it there, then sign in again.",
  },
  INVITATION_FOR_ANOTHER: {
    status: 403,
    title: 'Wrong email address',
    detail: 'This invitation is for a different email address than the one you signed in with.',
  },
  ROLE_BEYOND_OWN: {
    status: 403,
    title: 'Role exceeds yours',
    detail: 'That role has permissions that yours lacks. Ask someone who has them.',
  },
  ROLE_UNKNOWN: { status: 400, title: 'Unknown role', detail: 'Choose a role from GET /api/v1/roles.' },
  ALREADY_MEMBER: {
    status: 409,
    title: 'Already a member',
    detail: 'This person is already a member of the organization.',
  },
  LAST_ADMIN: {
    status: 409,
    title: 'Last admin',
    detail: "The last admin can't be removed or demoted. Make someone else an admin first.",
  },
  MODEL_NOT_IN_PLAN: {
    status: 403,
    title: 'Model not in plan',
    detail: "Your plan doesn't include this model. Choose another model or ask an admin.",
  },
  MODEL_NEEDS_OWN_KEY: {
    status: 403,
    title: 'Model needs your own key',
    detail:
      "This model isn't listed for this installation, so it runs only with your organization's own key. Choose another model, or ask an admin to add a key.",
  },
  MODEL_RETIRED: {
    status: 410,
    title: 'Model retired',
    detail:
      'The AI provider no longer serves this model. Choose another model, or ask an admin to change it in Settings.',
  },
  FEATURE_DISABLED: {
    status: 503,
    title: 'Assistant turned off',
    detail: 'An admin turned the assistant off for this organization or program.',
  },
  PROVIDER_UNCONFIGURED: {
    status: 503,
    title: 'No provider configured',
    detail: 'No AI provider is configured. An admin can add one in Settings.',
  },
  MODEL_UNKNOWN: { status: 400, title: 'Unknown model', detail: 'Choose a model from GET /api/v1/ai/models.' },
  QUOTA_EXCEEDED: {
    status: 402,
    title: 'Token limit reached',
    detail: "Your organization has used this month's tokens.",
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    detail: 'Wait for the time in Retry-After, then try again.',
  },
  APPROVAL_OF_ANOTHER: {
    status: 403,
    title: "Someone else's approval",
    detail: 'Only the person who asked can confirm or cancel this.',
  },
  SETTINGS_CONFLICT: {
    status: 409,
    title: 'Changed by someone else',
    detail:
      'Someone else saved these settings while you were editing. Your changes were not saved. Review both versions and save again.',
  },
  ISSUER_EXISTS: {
    status: 409,
    title: 'Issuer already exists',
    detail: 'This issuer exists already. Change it with PUT, or remove JWT_ISSUER from the settings if it is that one.',
  },
  SETTINGS_EXIST: {
    status: 409,
    title: 'Settings already exist',
    detail: 'Settings already exist here. Change them with PUT.',
  },
  APPROVAL_DECIDED: {
    status: 409,
    title: 'Already decided',
    detail: 'This was already confirmed or canceled, perhaps in another tab.',
  },
  APPROVAL_ELSEWHERE: {
    status: 409,
    title: 'In another version',
    detail: 'This belongs to a version of the conversation that is not shown. Switch to that version to decide it.',
  },
  MESSAGE_OF_ANOTHER: {
    status: 403,
    title: "Someone else's question",
    detail: 'Only the person who asked this question can edit it or regenerate its answer.',
  },
  ANSWER_UNDER_WAY: {
    status: 409,
    title: 'Answer in progress',
    detail: 'An answer is still being generated. Wait for it or stop it, then try again.',
  },
  SESSION_ID_TAKEN: {
    status: 409,
    title: 'Session id already used',
    detail: 'Another of your conversations has this id. Send the request with a new one.',
  },
  APPROVAL_EXPIRED: {
    status: 410,
    title: 'Expired',
    detail: 'This approval expired and nothing was changed. Ask again to get a new one.',
  },
  TURN_LIMIT: {
    status: 500,
    title: 'Step limit reached',
    detail: 'The assistant reached the step limit for one question. Its results so far are saved. Ask it to continue.',
  },
  TIME_LIMIT: {
    status: 500,
    title: 'Time limit reached',
    detail: 'The assistant reached the time limit for one question. Its results so far are saved. Ask it to continue.',
  },
  MODEL_DECLINED: {
    status: 422,
    title: 'Model declined',
    detail: 'The model declined to answer this. Rephrase it, or choose another model.',
  },
  ANSWER_FILTERED: {
    status: 422,
    title: 'Answer blocked',
    detail: "The AI provider's safety filter blocked this answer. Rephrase the question, or choose another model.",
  },
  CONVERSATION_DELETED: {
    status: 410,
    title: 'Conversation deleted',
    detail: 'The conversation was deleted while this answer was being written.',
  },
  QUEUE_FULL: {
    status: 429,
    title: 'Conversation busy',
    detail: 'Several messages are already waiting in this conversation. Send this one after the next answer.',
  },
  BAD_REQUEST: { status: 400, title: 'Bad request', detail: "The request doesn't match the documented format." },
  UNSUPPORTED: {
    status: 400,
    title: 'Not supported',
    detail: 'This address does not support what the request asks for.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Request too large',
    detail: 'The request is larger than this address accepts.',
  },
  CONTEXT_TOO_LARGE: {
    status: 413,
    title: 'Too much context',
    detail:
      'The page sent more than 8 kB of context with this message. Nothing was sent to the model. Send less context.',
  },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Not JSON', detail: 'Send the body as application/json.' },
  RUN_ID_REUSED: {
    status: 422,
    title: 'Run id already used',
    detail: 'This runId belongs to another message. Send a new one.',
  },
  BACKLOG_FULL: { status: 503, title: 'Storage is busy', detail: 'Storage is falling behind. Try again in a minute.' },
  BUDGET_UNAVAILABLE: {
    status: 503,
    title: 'Token budget unavailable',
    detail: "Your organization's token budget isn't responding. Try again in a minute.",
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    title: 'Database unavailable',
    detail: "The database isn't responding. Try again in a minute.",
  },
  PROVIDER_REFUSED: {
    status: 502,
    title: 'Provider rejected the request',
    detail: 'The AI provider rejected this request.',
  },
  PROVIDER_NO_MODEL: {
    status: 502,
    title: 'Model not found',
    detail: "The AI provider doesn't have this model. An admin can choose another one in Settings.",
  },
  PROVIDER_CONTEXT: {
    status: 502,
    title: 'Too long for the model',
    detail:
      'The conversation is longer than the model can read. Start a new conversation, or choose a model with a larger context.',
  },
  PROVIDER_AUTH: {
    status: 502,
    title: 'Provider key rejected',
    detail: 'The AI provider rejected the API key. An admin can replace it in Settings.',
  },
  PROVIDER_RATE_LIMITED: {
    status: 502,
    title: 'Provider rate limit',
    detail: 'The AI provider is limiting requests. Try again in a minute.',
  },
  PROVIDER_OVERLOADED: {
    status: 502,
    title: 'Provider overloaded',
    detail: 'The AI provider is overloaded. Try again in a minute.',
  },
  PROVIDER_UNREACHABLE: {
    status: 502,
    title: 'Provider unreachable',
    detail: "The AI provider couldn't be reached. Try again in a minute.",
  },
  PROVIDER_STALLED: {
    status: 504,
    title: 'Provider stopped responding',
    detail: 'The AI provider stopped responding. Retry to ask again.',
  },
  PROVIDER_BROKEN_STREAM: {
    status: 502,
    title: 'Answer cut off',
    detail: 'The AI provider ended the answer before it was complete. Retry to ask again.',
  },
  PROVIDER_NO_ANSWER: {
    status: 502,
    title: 'Empty answer',
    detail: 'The model ended without an answer. Retry to ask again.',
  },
  PROVIDER_NOT_A_STREAM: {
    status: 502,
    title: 'Not an AI provider',
    detail: "The AI provider's address sent a reply that isn't an answer. An admin can check the address in Settings.",
  },
  STREAM_LOST: {
    status: 502,
    title: 'Connection lost',
    detail: 'The connection to the answer was lost. The answer is still running; open the conversation to read it.',
  },
  RUN_INTERRUPTED: {
    status: 500,
    title: 'Answer interrupted',
    detail: 'The answer was interrupted. The partial answer is saved. Retry to ask again.',
  },
  ACCESS_REVOKED: {
    status: 403,
    title: 'Access changed',
    detail: 'Your access to this organization changed while the answer was being prepared.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong',
    detail: 'Something went wrong on our side. Try again, and include the request id if it happens again.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The code's text with the time after which a retry can succeed, in place of "in a minute". */
export function detailWithWait(code: ErrorCode, seconds: number): string {
  const amount = seconds < 120 ? Math.max(1, seconds) : Math.ceil(seconds / 60);
  const unit = seconds < 120 ? 'second' : 'minute';
  return ERRORS[code].detail.replace('in a minute', `in ${amount} ${unit}${amount === 1 ? '' : 's'}`);
}

export type ProblemMembers = Readonly<Record<string, string | number | null>>;

/** Ends the work at hand. `detail` overrides the table's text with a more specific one; it must be safe to show. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds until a retry can succeed, if known. */
  readonly retryAfterSeconds: number | undefined;
  /** Extra members of the problem reply, for programs. Safe to show. */
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
