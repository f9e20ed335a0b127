// What the edge may ask of a Conversation, and what it answers; some of it is stored too. Worker and object may be of
// neighbouring releases: add optional fields, never change one. Not strict, so that the older side drops what is new.
import type { Interrupt } from '@ag-ui/core';
import { z } from 'zod';
import { type AppError, ERRORS, type ErrorCode } from '../errors.ts';
import { Access } from '../principal.ts';
import { AiSettings } from '../providers/ai-settings.ts';
import { Usage } from '../providers/models.ts';
import { DraftBrief, DraftNote, type ShownDraft } from '../templates/draft.ts';
import type { Card } from '../tools/tool.ts';

/** A run's id as clients mint it; it stands in SSE ids, so it has no white space. */
export const RunId = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);

/** Who may take part: the owner alone, or everybody who sees the place that the conversation belongs to. */
export const Audience = z.enum(['private', 'shared']);
export type Audience = z.infer<typeof Audience>;

/** A person as others see them beside what they said. */
export const Author = z.object({ id: z.uuid(), name: z.string() });
export type Author = z.infer<typeof Author>;

export const RunMode = z.enum(['chat', 'search']);
export type RunMode = z.infer<typeof RunMode>;

/** A message of a transcript that the client kept itself. */
const EarlierMessage = z.object({ role: z.enum(['user', 'assistant']), text: z.string().min(1) });
export type EarlierMessage = z.infer<typeof EarlierMessage>;

/** User and assistant take turns, the user first. */
const EarlierMessages = z
  .array(EarlierMessage)
  .refine((messages) => messages.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant')));

/** What a turn takes the place of, on a branch of its own: a question is edited, or asked again for another answer. */
export const BranchOff = z.object({ kind: z.enum(['edit', 'again']), messageId: z.uuid() });
export type BranchOff = z.infer<typeof BranchOff>;

/** One turn that a user asks for. */
export const RunRequest = z.object({
  sessionId: z.uuid(),
  runId: RunId,
  /** Null where the request only decides on what an earlier turn asked. */
  message: z.object({ id: z.string().min(1).max(128), text: z.string().min(1) }).nullable(),
  /** The user's decisions on tool calls that wait for one. */
  decisions: z.array(z.object({ approvalId: z.uuid(), approve: z.boolean() })).default([]),
  /** The model for this conversation from now on; null keeps what it has. */
  model: z.string().nullable(),
  /** Looked up on the way here, as what the person sees: ids. */
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
  mode: RunMode,
  /** What the user has in view beside the conversation, in the words of the page that shows it. */
  about: z.string().max(200).nullish(),
  parentRunId: RunId.nullable(),
  /** Where the turn begins a branch; it follows what is shown where this is absent. */
  branch: BranchOff.optional(),
  /** What was said before, where the conversation begins with this request; else it has no effect. */
  earlier: EarlierMessages.optional(),
  /** What the user's program adds to the rules of this turn, with the user's rights and no more. */
  instructions: z.string().min(1).nullish(),
  /** A lower limit for each answer than the product's own. */
  maxOutputTokens: z.int().positive().nullish(),
  /** The document that the message asks for, and the rows that it is to be made of. */
  draft: DraftBrief.nullish(),
  /** Only to be answered where the same run was admitted before. */
  isRepetition: z.boolean().optional(),
  /** SHA-256 (hex) of what the request asks, so that a repeated runId is known to be the same request. */
  digest: z.string().length(64),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** One click on a card. */
export const DecideCall = z.object({
  access: Access,
  settings: AiSettings.default([]),
  requestId: z.string(),
  runId: RunId,
  approvalId: z.uuid(),
  approve: z.boolean(),
  digest: z.string().length(64),
});

/** Body of `POST /run`. */
export const RunCall = z.object({
  run: RunRequest,
  access: Access,
  /** The org's provider settings as they came with the access, keys sealed; none where it has none. */
  settings: AiSettings.default([]),
  requestId: z.string(),
  /** Deliver only what follows this event of the same run. */
  lastEventId: z.string().nullable(),
});
export type RunCall = z.infer<typeof RunCall>;

/** What a message would take, if it were sent as drafted. */
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
  }).extend({ text: z.string() }),
});
export type EstimateCall = z.infer<typeof EstimateCall>;

export type Estimate = {
  readonly model: string;
  readonly priceVersion: string;
  readonly promptTokens: number;
  readonly maxOutputTokens: number;
  readonly costMicros: { readonly least: number; readonly most: number };
};

export const SessionDraft = z.object({
  id: z.uuid(),
  title: z.string().max(255).nullable(),
  model: z.string().nullable(),
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
});
export type SessionDraft = z.infer<typeof SessionDraft>;

export const SessionPatch = z.object({
  title: z.string().min(1).max(255).optional(),
  model: z.string().optional(),
  pinned: z.boolean().optional(),
});
export type SessionPatch = z.infer<typeof SessionPatch>;

/** One page of the transcript is asked for; the object may answer with less. */
export const PageCall = z.object({
  access: Access,
  limit: z.int().min(1).max(200),
  before: z.string().max(64).nullable(),
});
export type PageCall = z.infer<typeof PageCall>;

/** Of a copied conversation: what it was copied from, and where the copy ends in it. */
export const ForkedFrom = z.object({
  sessionId: z.uuid(),
  /** The last message that was copied, there and here. */
  messageId: z.uuid(),
  copyId: z.uuid(),
  /** What the other one was called then. */
  title: z.string().nullable(),
});
export type ForkedFrom = z.infer<typeof ForkedFrom>;

/** A conversation as who takes part sees it. Times are Unix milliseconds. */
export const SessionRecord = z.object({
  id: z.uuid(),
  title: z.string().nullable(),
  model: z.string().nullable(),
  programId: z.string().max(64).nullable(),
  designId: z.string().max(64).nullable(),
  pinned: z.boolean(),
  /** Private where absent. */
  audience: Audience.optional(),
  forkedFrom: ForkedFrom.nullish(),
  createdAt: z.int(),
  updatedAt: z.int(),
  /** Grows with every change, so that a late copy never replaces a newer one. */
  version: z.int(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

export const MESSAGE_STATUSES = ['streaming', 'complete', 'stopped', 'interrupted', 'failed'] as const;
export const MessageStatus = z.enum(MESSAGE_STATUSES);
export type MessageStatus = z.infer<typeof MessageStatus>;

export const MessagePart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), content: z.string() }),
  z.object({ type: z.literal('thinking'), content: z.string() }),
  /** A whole call: its arguments are a JSON object as the model wrote it. */
  z.object({ type: z.literal('tool-call'), id: z.string(), name: z.string(), arguments: z.string() }),
]);
export type MessagePart = z.infer<typeof MessagePart>;

/** A button that a tool offered: a place in the product. */
export const OfferedLink = z.object({
  kind: z.enum(['navigation', 'workspace']),
  path: z.string(),
  label: z.string(),
});
export type OfferedLink = z.infer<typeof OfferedLink>;

/** What a message of role `tool` answers: its text is JSON, as the model reads it. */
export const ToolReply = z.object({
  callId: z.string(),
  name: z.string(),
  isError: z.boolean(),
  link: OfferedLink.nullable(),
});
export type ToolReply = z.infer<typeof ToolReply>;

/** One message of the transcript. `createdAt` is Unix milliseconds, `costMicros` micro-dollars. */
export const TranscriptMessage = z.object({
  id: z.uuid(),
  runId: RunId,
  role: z.enum(['user', 'assistant', 'tool']),
  /** Who wrote it, where a person did. Unknown of what was said before this was kept. */
  author: Author.nullish(),
  parts: z.array(MessagePart),
  status: MessageStatus,
  createdAt: z.int(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  usage: Usage.nullable(),
  costMicros: z.int().nullable(),
  priceVersion: z.string().nullable(),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  tool: ToolReply.nullish(),
  /** Of a question: the document that it asks for. Of its answer: what of it was looked up. */
  draft: DraftNote.nullish(),
});
export type TranscriptMessage = z.infer<typeof TranscriptMessage>;

export const CONFIRMATION_STATES = [
  ...(['pending', 'confirmed', 'cancelled', 'expired', 'failed', 'unknown'] as const),
  /** Copied with its message: it waited in the original, and is decided there. */
  'elsewhere',
] as const;

/** A card: what runs when the user confirms it, or what became of it. Times are Unix milliseconds. */
export type Confirmation = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly card: Card;
  /** In whose turn it was proposed: nobody else may decide. Null where that was not kept. */
  readonly askedBy: Author | null;
  readonly expiresAt: number;
  readonly state: (typeof CONFIRMATION_STATES)[number];
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  readonly outcome: { readonly message: string; readonly path: string | null; readonly label: string | null } | null;
};

/** A message of the user or the assistant, with what came of its tool calls. */
export type ShownMessage = Omit<TranscriptMessage, 'draft'> & {
  readonly draft?: ShownDraft | null;
  readonly replies: readonly (ToolReply & { readonly content: string })[];
  readonly confirmations: readonly Confirmation[];
  /** Of a question, where there is more than one way on: the questions asked in its place, each by its message's id. */
  readonly versions?: ShownVersions | null;
  /** What this person thinks of it. */
  readonly feedback?: Feedback | null;
};

/** Ids of questions: choosing one shows its branch. The message's own id is among them. */
export type ShownVersions = { readonly questions: readonly string[]; readonly answers: readonly string[] };

export const VERDICTS = ['up', 'down'] as const;
export const Feedback = z.object({ verdict: z.enum(VERDICTS), comment: z.string().max(2_000).nullable() });
export type Feedback = z.infer<typeof Feedback>;

/** A turn and whose it is. */
export type TurnOf = { readonly runId: string; readonly author: Author };

/** How a conversation stands. Who follows it compares: a `version` that has grown means that there is more to read. */
export type Standing = {
  readonly active: TurnOf | null;
  /** Turns that wait for it, in their order. */
  readonly queue: readonly TurnOf[];
  /** The run that ended last, where this instance of the object saw it end. */
  readonly last: string | null;
  readonly version: number;
};

export type MessagePage = {
  readonly messages: readonly ShownMessage[];
  /** Send `cursor` back as `before` for what came earlier; null when this page begins the conversation. */
  readonly cursor: string | null;
  readonly activeRunId: string | null;
  readonly standing: Standing;
  /** What waits for the user's click, and the run that it ended; null where nothing does. */
  readonly waiting: { readonly runId: string; readonly interrupts: readonly Interrupt[] } | null;
};

export type Refused = { readonly ok: false; readonly code: ErrorCode; readonly detail?: string };
export type Answer<T> = ({ readonly ok: true } & T) | Refused;

/** Marks a refusal of the object's HTTP side; the edge turns its JSON `Refused` body into a problem reply. */
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
