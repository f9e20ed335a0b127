// Generated from the OpenAPI document. After a change there, run
// `npm test -- --project unit client-types -u`.

export type Confirmation = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly card: {
    readonly action: 'create' | 'update' | 'transition' | 'delete';
    readonly title: string;
    readonly message: string;
    readonly details: readonly ({
      readonly label: string;
      readonly before?: string;
      readonly value: string;
    })[];
  };
  /** The user whose message led to it. Only they can decide. */
  readonly askedBy: {
    readonly id: string;
    readonly name: string;
  } | null;
  /** ISO 8601, UTC */
  readonly expiresAt: string;
  readonly state: 'pending' | 'confirmed' | 'cancelled' | 'expired' | 'failed' | 'unknown' | 'elsewhere';
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  /** When a decision was taken back because the access check failed. The user can decide again. */
  readonly reopenedAt: string | null;
  readonly outcome: {
    readonly message: string;
    readonly path: string | null;
    readonly label: string | null;
  } | null;
};

export type Decided = {
  readonly confirmation: Confirmation;
  /** The run that makes the change and reports the result. Follow it like any run. */
  readonly runId: string;
};

export type Feedback = {
  readonly verdict: 'up' | 'down';
  readonly comment: string | null;
};

export type ListedSession = {
  readonly id: string;
  readonly title: string | null;
  readonly model: string | null;
  /** The id of the first program named in the session. */
  readonly programId: string | null;
  readonly designId: string | null;
  readonly pinned: boolean;
  /** `shared`: everyone who can see the program or design it belongs to can take part. */
  readonly audience: 'private' | 'shared';
  /** Where it was copied from: the original session, the last message copied from it, that message’s id here, and the original’s title at the time. */
  readonly forkedFrom: {
    readonly sessionId: string;
    readonly messageId: string;
    readonly copyId: string;
    readonly title: string | null;
  } | null;
  /** ISO 8601, UTC */
  readonly createdAt: string;
  /** ISO 8601, UTC */
  readonly updatedAt: string;
  /** The run in progress. Always null in lists. */
  readonly activeRunId: string | null;
  /** Text around the words that matched the search. */
  readonly snippet?: string | null;
};

export type Message = {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** Who wrote it. Null for the assistant. */
  readonly author: {
    readonly id: string;
    readonly name: string;
  } | null;
  readonly parts: readonly ({
    readonly type: 'text';
    readonly content: string;
  } | {
    readonly type: 'thinking';
    readonly content: string;
  } | {
    readonly type: 'tool-call';
    readonly id: string;
    readonly name: string;
    readonly arguments: string;
  })[];
  /** ISO 8601, UTC */
  readonly createdAt: string;
  readonly status: 'streaming' | 'complete' | 'stopped' | 'interrupted' | 'failed';
  readonly model: string | null;
  readonly provider: string | null;
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadTokens: number;
    readonly cacheWriteTokens: number;
    readonly longCacheWriteTokens?: number;
    readonly reasoningTokens: number;
    readonly estimated: boolean;
  } | null;
  /** Micro-dollars (1e-6 USD). */
  readonly costMicros: number | null;
  readonly priceVersion: string | null;
  readonly runId: string;
  readonly error: {
    readonly code: string;
    readonly detail: string;
  } | null;
  /** How an answer ended; null while it streams and on questions. `cut` is incomplete because of a limit on its length, `refused` by the model or its safety filter, `limited` by a limit of the product. `cause` is `user` if the user stopped it, what cut it, or an error code. Support finds the run by `requestId`. */
  readonly ending: {
    readonly kind: 'complete' | 'cut' | 'stopped' | 'refused' | 'failed' | 'interrupted' | 'limited';
    readonly cause: string | null;
    readonly requestId: string | null;
  } | null;
  /** The results of the message’s tool calls. `content` is JSON. */
  readonly replies: readonly ({
    readonly callId: string;
    readonly name: string;
    readonly isError: boolean;
    readonly link: {
      readonly kind: 'navigation' | 'workspace';
      readonly path: string;
      readonly label: string;
    } | null;
    readonly content: string;
  })[];
  readonly confirmations: readonly (Confirmation)[];
  /** Null if there are no other versions. */
  readonly versions: {
    readonly questions: readonly (string)[];
    readonly answers: readonly (string)[];
  } | null;
  /** On the first message that the model still reads: what it reads instead of the messages before it. Null elsewhere. */
  readonly earlier: {
    /** Null if the model reads nothing instead of them. */
    readonly summary: {
      readonly text: string;
      readonly model: string;
      /** ISO 8601, UTC */
      readonly createdAt: string;
    } | null;
    /** Some of them are not in the summary. */
    readonly isPartial: boolean;
    /** Micro-dollars of all summaries of the session. */
    readonly costMicros: number;
  } | null;
  /** Your feedback on it. */
  readonly feedback: Feedback | null;
  /** On a draft’s question: the records it uses. On its answer: the statements that no record supports. */
  readonly draft: {
    readonly type: 'brief';
    readonly templateId: string;
    readonly templateName: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly notes: readonly (string)[];
    readonly sources: readonly ({
      readonly kind: string;
      readonly title: string;
      readonly path: string | null;
      readonly number: number;
    })[];
  } | {
    readonly type: 'check';
    readonly checked: number;
    readonly findings: readonly ({
      readonly kind: 'date' | 'time' | 'name' | 'amount' | 'phone' | 'email';
      readonly text: string;
      readonly reason: string;
    })[];
    readonly missing: readonly (string)[];
  } | null;
  /** On a question: what the user’s page sent with it for the model. Null if it sent nothing. */
  readonly context: readonly ({
    readonly type: string | null;
    readonly title: string;
  })[] | null;
};

export type MessageList = {
  readonly messages: readonly (Message)[];
  readonly page: Page;
};

export type NewSession = {
  /** A session’s id: a UUID that the client may choose, of any version except 8. Version 8 is reserved for shared conversations. */
  readonly id?: string;
  readonly title?: string | null;
  readonly model?: string | null;
  readonly programId?: string | null;
  readonly designId?: string | null;
};

export type Page = {
  readonly truncated: false;
} | {
  readonly truncated: true;
  readonly cursor: string;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: 'UNAUTHENTICATED' | 'NOT_FOUND' | 'NO_MEMBERSHIP' | 'ORG_REQUIRED' | 'ORG_MISMATCH' | 'SIGN_IN_EXPIRED' | 'SIGN_IN_DENIED' | 'SIGN_IN_FAILED' | 'SIGN_IN_AGAIN' | 'METHOD_NOT_ALLOWED' | 'IDENTITY_CHANGED' | 'CROSS_SITE' | 'ORIGIN_NOT_ALLOWED' | 'ASSISTANT_DISABLED' | 'FORBIDDEN' | 'EMAIL_UNVERIFIED' | 'INVITATION_FOR_ANOTHER' | 'ROLE_BEYOND_OWN' | 'ROLE_UNKNOWN' | 'ALREADY_MEMBER' | 'LAST_ADMIN' | 'MODEL_NOT_IN_PLAN' | 'MODEL_NEEDS_OWN_KEY' | 'MODEL_RETIRED' | 'FEATURE_DISABLED' | 'PROVIDER_UNCONFIGURED' | 'MODEL_UNKNOWN' | 'QUOTA_EXCEEDED' | 'RATE_LIMITED' | 'APPROVAL_OF_ANOTHER' | 'SETTINGS_CONFLICT' | 'ISSUER_EXISTS' | 'SETTINGS_EXIST' | 'APPROVAL_DECIDED' | 'APPROVAL_ELSEWHERE' | 'MESSAGE_OF_ANOTHER' | 'ANSWER_UNDER_WAY' | 'SESSION_ID_TAKEN' | 'APPROVAL_EXPIRED' | 'TURN_LIMIT' | 'TIME_LIMIT' | 'MODEL_DECLINED' | 'ANSWER_FILTERED' | 'CONVERSATION_DELETED' | 'QUEUE_FULL' | 'BAD_REQUEST' | 'UNSUPPORTED' | 'PAYLOAD_TOO_LARGE' | 'CONTEXT_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'RUN_ID_REUSED' | 'BACKLOG_FULL' | 'BUDGET_UNAVAILABLE' | 'DATABASE_UNAVAILABLE' | 'PROVIDER_REFUSED' | 'PROVIDER_NO_MODEL' | 'PROVIDER_CONTEXT' | 'PROVIDER_AUTH' | 'PROVIDER_RATE_LIMITED' | 'PROVIDER_OVERLOADED' | 'PROVIDER_UNREACHABLE' | 'PROVIDER_STALLED' | 'PROVIDER_BROKEN_STREAM' | 'PROVIDER_NO_ANSWER' | 'PROVIDER_NOT_A_STREAM' | 'STREAM_LOST' | 'RUN_INTERRUPTED' | 'ACCESS_REVOKED' | 'INTERNAL';
  readonly requestId: string;
  readonly issues?: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
  readonly used?: number;
  readonly limit?: number;
  readonly left?: number;
  readonly renewsAt?: string;
  /** If someone else saved the settings in the meantime: both values, and the version to save on top of. */
  readonly conflict?: {
    readonly version: number;
    readonly values: readonly ({
      readonly field: string;
      readonly stored: unknown;
      readonly sent: unknown;
    })[];
  };
};

export type Session = {
  readonly id: string;
  readonly title: string | null;
  readonly model: string | null;
  /** The id of the first program named in the session. */
  readonly programId: string | null;
  readonly designId: string | null;
  readonly pinned: boolean;
  /** `shared`: everyone who can see the program or design it belongs to can take part. */
  readonly audience: 'private' | 'shared';
  /** Where it was copied from: the original session, the last message copied from it, that message’s id here, and the original’s title at the time. */
  readonly forkedFrom: {
    readonly sessionId: string;
    readonly messageId: string;
    readonly copyId: string;
    readonly title: string | null;
  } | null;
  /** ISO 8601, UTC */
  readonly createdAt: string;
  /** ISO 8601, UTC */
  readonly updatedAt: string;
  /** The run in progress. Always null in lists. */
  readonly activeRunId: string | null;
};

export type SessionChange = {
  readonly title?: string;
  readonly model?: string;
  readonly pinned?: boolean;
};

export type SessionList = {
  readonly sessions: readonly (ListedSession)[];
  /** Send it back as `cursor` for the next page. Null on the last page. */
  readonly cursor: string | null;
};
