// The calls that the Worker and other objects can make to a Conversation, and its replies. Both sides can run neighboring
// releases: add optional fields, never change one. Schemas are not strict: the older side drops fields it doesn't know.
import type { Interrupt } from '@ag-ui/core';
import * as z from 'zod';
import { type AppError, ERRORS, type ErrorCode } from '../errors.ts';
import { cleanedText } from '../input-text.ts';
import { Access } from '../principal.ts';
import { AiSettings } from './ai-settings.ts';
import { CopiedApproval, type ShownApproval } from './approval.ts';
import { DraftBrief, type ShownDraft } from './draft.ts';
import { PageContext, type ShownContextItem } from './page-context.ts';
import { stubOf } from './placement.ts';
import { EffortChoice, RunMode, type SessionDraft, type SessionPatch, type SessionRecord } from './session.ts';
import { type Author, Feedback, RunId, type ToolReply, TranscriptMessage } from './transcript.ts';

/** The org is part of the object's name: another org's session id leads to an empty object. */
export function conversationOf(env: Env, orgId: string, sessionId: string): DurableObjectStub<ConversationRpc> {
  return stubOf<ConversationRpc>(env, 'CONVERSATIONS', `${orgId}:${sessionId}`);
}

/** Streams go over `fetch`: see the conversation's `serve-streams.ts`. Everything else is one of these calls. */
export interface ConversationRpc extends Rpc.DurableObjectBranded {
  /** Creates the conversation, or returns it if it exists and `access` takes part in it. */
  create(call: CreateCall): Promise<ConversationReply<SessionReply>>;
  read(call: { access: Access }): Promise<ConversationReply<SessionReply>>;
  patch(call: PatchCall): Promise<ConversationReply<SessionReply>>;
  /** Deletes the conversation permanently. A run that hasn't ended is stopped first. */
  remove(call: { access: Access; requestId: string }): Promise<ConversationReply<{ removed: true }>>;
  /**
   * For the org's retention rules. `lastChangedAt` is the time that the sweep based its decision on; a newer change keeps
   * the conversation.
   */
  removeByRetention(call: { orgId: string; subject: string; lastChangedAt: number }): Promise<Expiry>;
  messages(call: PageCall): Promise<ConversationReply<MessagePage>>;
  estimate(call: z.input<typeof EstimateCall>): Promise<ConversationReply<RunEstimate>>;
  /** Stops a run, or takes it out of the queue. */
  cancel(call: { access: Access; runId: string }): Promise<ConversationReply<{ status: RunStatus | 'stopping' }>>;
  /** Confirms or cancels an approval. Returns the run that executes the decision; follow it like any other run. */
  decide(call: z.input<typeof DecideCall>): Promise<ConversationReply<{ runId: string; confirmation: ShownApproval }>>;
  saveFeedback(call: FeedbackCall): Promise<ConversationReply<{ feedback: Feedback | null }>>;
  showBranch(call: ShowBranchCall): Promise<ConversationReply<SessionReply>>;
  /** The shown turns up to a message, as text. Pass it to `fork` of the new conversation's object. */
  copyForFork(call: CopyForForkCall): Promise<ConversationReply<{ copy: string }>>;
  /** Creates this conversation from a copy of another one. */
  fork(call: z.input<typeof ForkCall>): Promise<ConversationReply<SessionReply>>;
  /** For operators only. @throws also after the whole conversation was erased, because the instance then ends */
  chore(chore: ConversationChore): Promise<void>;
}

export type Refusal = { readonly ok: false; readonly code: ErrorCode; readonly detail?: string };
export type ConversationReply<T> = ({ readonly ok: true } & T) | Refusal;
// Sessions
export type CreateCall = { access: Access; settings?: AiSettings; draft: SessionDraft; requestId: string };
export type PatchCall = { access: Access; settings?: AiSettings; patch: SessionPatch; requestId: string };
export type SessionReply = { readonly session: SessionRecord; readonly activeRunId: string | null };

// Runs
export type RunStatus = 'queued' | 'running' | 'complete' | 'stopped' | 'interrupted' | 'failed';

/** A message of a transcript that the client stores itself. */
const EarlierMessage = z.object({ role: z.enum(['user', 'assistant']), text: cleanedText().min(1) });
export type EarlierMessage = z.infer<typeof EarlierMessage>;

/** User and assistant alternate, starting with the user. */
const EarlierMessages = z
  .array(EarlierMessage)
  .refine((messages) => messages.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant')));

/** The question that a turn replaces on its own branch: an edited question, or the same question for another answer. */
export const BranchStart = z.object({ kind: z.enum(['edit', 'again']), messageId: z.uuid() });
export type BranchStart = z.infer<typeof BranchStart>;

export const RunRequest = z.object({
  sessionId: z.uuid(),
  runId: RunId,
  /** Null if the request only decides on approvals. */
  message: z.object({ id: z.string().min(1).max(128), text: cleanedText().min(1) }).nullable(),
  decisions: z.array(z.object({ approvalId: z.uuid(), approve: z.boolean() })).default([]),
  /** The model for this conversation from now on; null keeps the current one. */
  model: z.string().nullable(),
  /** Ids. The Worker looks up names with the user's own rights. */
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
  mode: RunMode,
  /** How hard the model should think; absent: the settings' default. */
  effort: EffortChoice.nullish(),
  /** What the user sees next to the conversation, in the words of that page. */
  about: cleanedText().max(200).nullish(),
  /** What the user's page shows, as data for the model. */
  context: PageContext.nullish(),
  /** Names of what the client sent and this message can't use. The run's first events say so. */
  ignored: z.array(z.string()).optional(),
  parentRunId: RunId.nullable(),
  /** Absent if the turn follows the shown branch. */
  branch: BranchStart.optional(),
  /** Earlier messages for a conversation that starts with this request; ignored otherwise. */
  earlier: EarlierMessages.optional(),
  /** Instructions that the user's program adds to this turn. They have the user's rights and no more. */
  instructions: cleanedText().min(1).nullish(),
  /** A limit for each answer, below the product's own limit. */
  maxOutputTokens: z.int().positive().nullish(),
  /** The document that the message asks for, and its source rows. */
  draft: DraftBrief.nullish(),
  /** Replay only: the request is refused if the run was never admitted. */
  isRepetition: z.boolean().optional(),
  /**
   * SHA-256 (hex) of the request's content. It distinguishes a repeated request from a different one with the same runId.
   */
  digest: z.string().length(64),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** Body of `POST /run`. */
export const RunCall = z.object({
  run: RunRequest,
  access: Access,
  /** The org's provider settings as returned with the access, with sealed keys. Empty if it has none. */
  settings: AiSettings.default([]),
  requestId: z.string(),
  /** Send only what follows this event of the same run. */
  lastEventId: z.string().nullable(),
});
export type RunCall = z.infer<typeof RunCall>;

/** One click on an approval card. */
export const DecideCall = z.object({
  access: Access,
  settings: AiSettings.default([]),
  requestId: z.string(),
  runId: RunId,
  approvalId: z.uuid(),
  approve: z.boolean(),
  digest: z.string().length(64),
});
export type DecideCall = z.infer<typeof DecideCall>;

/** Asks for the estimated cost of a message without sending it. */
export const EstimateCall = z.object({
  access: Access,
  settings: AiSettings.default([]),
  draft: RunRequest.pick({
    sessionId: true,
    model: true,
    mode: true,
    programId: true,
    designId: true,
    about: true,
    context: true,
  }).extend({ text: cleanedText() }),
});
export type EstimateCall = z.infer<typeof EstimateCall>;

export type RunEstimate = {
  readonly model: string;
  readonly priceVersion: string;
  readonly promptTokens: number;
  readonly maxOutputTokens: number;
  readonly costMicros: {
    readonly least: number;
    readonly most: number;
    /** The part of `most` for summarizing earlier turns first. */
    readonly summary?: number;
  };
};

// The transcript

/** Asks for one page; the reply may hold fewer messages than `limit`. */
export const PageCall = z.object({
  access: Access,
  limit: z.int().min(1).max(200),
  before: z.string().max(64).nullable(),
});
export type PageCall = z.infer<typeof PageCall>;

/** Ids of questions: choosing one shows its branch. The message's own id is among them. */
export type ShownVersions = { readonly questions: readonly string[]; readonly answers: readonly string[] };

/** What the model reads instead of the messages before the one that has this. */
export type Earlier = {
  /** Null if it reads nothing instead. */
  readonly summary: { readonly text: string; readonly model: string; readonly createdAt: number } | null;
  /** Some of the messages are not in the summary. */
  readonly isPartial: boolean;
  /** Micro-dollars of all summaries of the conversation. */
  readonly costMicros: number;
};

/** A message of the user or the assistant, with the replies to its tool calls. */
export type ShownMessage = Omit<TranscriptMessage, 'draft' | 'note' | 'context'> & {
  readonly context?: readonly ShownContextItem[] | null;
  readonly draft?: ShownDraft | null;
  readonly replies: readonly (ToolReply & { readonly content: string })[];
  readonly confirmations: readonly ShownApproval[];
  /** On a question with several branches: the questions at that point, by message id. */
  readonly versions?: ShownVersions | null;
  /** On the first message that the model still reads, unless that is the first of the conversation. */
  readonly earlier?: Earlier | null;
  /** The reader's own feedback. */
  readonly feedback?: Feedback | null;
};

/** A turn and its author. */
export type TurnOf = { readonly runId: string; readonly author: Author };

/** A reader compares two of these: a higher `version` means that there is more to read. */
export type ConversationStatus = {
  readonly active: TurnOf | null;
  /** Turns that wait, in order. */
  readonly queue: readonly TurnOf[];
  /** The run that ended last, if this instance of the object saw it end. */
  readonly last: string | null;
  readonly version: number;
};

export type MessagePage = {
  readonly messages: readonly ShownMessage[];
  /** Send `cursor` back as `before` to get earlier messages; null if this page starts the conversation. */
  readonly cursor: string | null;
  readonly activeRunId: string | null;
  readonly standing: ConversationStatus;
  /** Approvals that need the reader's click, and the run that proposed them. */
  readonly waiting: { readonly runId: string; readonly interrupts: readonly Interrupt[] } | null;
};

export const FeedbackCall = z.object({
  access: Access,
  messageId: z.string(),
  feedback: Feedback.nullable(),
  requestId: z.string().optional(),
});
export type FeedbackCall = z.infer<typeof FeedbackCall>;

// Branches and forks

export const ShowBranchCall = z.object({ access: Access, messageId: z.string(), requestId: z.string() });
export type ShowBranchCall = z.infer<typeof ShowBranchCall>;

const CopiedMessage = z.object({
  ordinal: z.int().positive(),
  position: z.int().nonnegative(),
  message: TranscriptMessage,
  cards: z.array(CopiedApproval),
});
export type CopiedMessage = z.infer<typeof CopiedMessage>;

const CopiedSummary = z.object({
  /** The last copied turn that it covers. */
  through: z.int().positive(),
  text: z.string(),
  isPartial: z.boolean(),
  model: z.string(),
  createdAt: z.int(),
});

/** The content of a fork, as the original's object returns it. */
export const ConversationCopy = z.object({
  sessionId: z.uuid(),
  /** The last copied message. */
  messageId: z.uuid(),
  title: z.string().nullable(),
  model: z.string().nullable(),
  programId: z.string().nullable(),
  designId: z.string().nullable(),
  /** Null for a copy of a shared conversation: its prompt differs, so it can't use the provider's cached prompt. */
  cacheKey: z.string().nullable(),
  /** The first copied turn that is sent to the model. */
  historyFrom: z.int().nonnegative(),
  /** The newest summary of copied turns only. */
  summary: CopiedSummary.nullish(),
  messages: z.array(CopiedMessage).min(1),
});
export type ConversationCopy = z.infer<typeof ConversationCopy>;

export const CopyForForkCall = z.object({ access: Access, messageId: z.string() });
export type CopyForForkCall = z.infer<typeof CopyForForkCall>;

/** The copy is sent as text, so that the Worker doesn't need to know its shape. */
const CopyText = z.string().transform((text) => ConversationCopy.parse(JSON.parse(text)));
export const ForkCall = z.object({ access: Access, id: z.uuid(), copy: CopyText, requestId: z.string() });
export type ForkCall = z.infer<typeof ForkCall>;

// Retention and chores

/** `kept`: it changed after the version that Postgres has. `missing`: only its rows exist. */
export type Expiry = 'removed' | 'kept' | 'missing';

/** An erased user, and the stand-in user for rows that need one. */
export const ErasedPerson = z.object({ userId: z.uuid(), standInId: z.uuid() });
export type ErasedPerson = z.infer<typeof ErasedPerson>;

export type ConversationChore =
  | { readonly kind: 'erase' }
  /** Erases one person's words in a conversation that others share. */
  | { readonly kind: 'erase-words'; readonly person: ErasedPerson }
  /** Retries outbox rows that were parked. */
  | { readonly kind: 'retry-parked' };

/** Marks a refusal of the object's HTTP side; the Worker turns its JSON body into a problem reply. */
export const REFUSAL_HEADER = 'X-Groundwire-Refusal';

export function refusalResponse(error: AppError): Response {
  const body = {
    ok: false,
    code: error.code,
    detail: error.detail,
    retryAfterSeconds: error.retryAfterSeconds ?? null,
    members: error.members ?? null,
  };
  return Response.json(body, { status: ERRORS[error.code].status, headers: { [REFUSAL_HEADER]: error.code } });
}
