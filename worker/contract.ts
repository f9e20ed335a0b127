// The HTTP API as zod shapes: what routes answer with, what the OpenAPI document is made from, what the web types infer.
// Inputs are strict: an unknown key is refused, so nobody believes that it had an effect.
import { z } from 'zod';
import {
  Audience,
  Author,
  CONFIRMATION_STATES,
  ForkedFrom,
  MessagePart,
  MessageStatus,
  Feedback as StoredFeedback,
  ToolReply,
} from '../durable/conversation/requests.ts';
import * as pages from '../durable/packs/workspace-page.ts';
import { Plan } from '../durable/principal.ts';
import { Usage } from '../durable/providers/models.ts';
import { ShownDraft } from '../durable/templates/draft.ts';
import { CARD_ACTIONS } from '../durable/tools/tool.ts';

/** Ids are compared as text further in, so they have one spelling. */
export const SessionId = z.uuid().toLowerCase().meta({
  description:
    'A session’s id: a UUID that the client may mint, of any version but 8. Ids of version 8 are those of places that several people share.',
});

const Title = z.string().trim().min(1).max(255);
/** A program or a design; what is then stored is its id. */
export const ScopeName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .meta({ description: 'By its id, code or name. What the person does not see is not there: 404.' });
export const ModelId = z.string().trim().min(1).max(128);
export const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });

export const Session = z
  .object({
    id: z.uuid(),
    title: z.string().nullable(),
    model: z.string().nullable(),
    programId: z.string().nullable().meta({ description: 'The id of the first program that was named in it.' }),
    designId: z.string().nullable(),
    pinned: z.boolean(),
    audience: Audience.meta({ description: '`shared`: everybody who sees its place takes part.' }),
    forkedFrom: ForkedFrom.nullable().meta({
      description:
        'What it was copied from: that session, its last message that was copied, that message here, and its title then.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    activeRunId: z.string().nullable().meta({ description: 'The run that is answering now; always null in lists.' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

const ListedSession = Session.extend({
  snippet: z.string().nullable().optional().meta({ description: 'Text around the words that were searched for.' }),
}).meta({ id: 'ListedSession' });

export const SessionList = z
  .object({
    sessions: z.array(ListedSession),
    cursor: z.string().nullable().meta({ description: 'Send it back as `cursor` for the next page.' }),
  })
  .meta({ id: 'SessionList' });
export type SessionList = z.infer<typeof SessionList>;

export const SessionListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(512).optional(),
  q: z.string().trim().min(1).max(200).optional().meta({ description: 'Words of titles and messages.' }),
});

export const NewSession = z
  .strictObject({
    id: SessionId.optional(),
    title: Title.nullish(),
    model: ModelId.nullish(),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
  })
  .meta({ id: 'NewSession' });

export const SessionChange = z
  .strictObject({ title: Title.optional(), model: ModelId.optional(), pinned: z.boolean().optional() })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'names nothing to change')
  .meta({ id: 'SessionChange' });

/** A card: what runs when the user confirms it, or what became of it. */
export const Confirmation = z
  .object({
    approvalId: z.uuid(),
    toolCallId: z.string(),
    toolName: z.string(),
    card: z.object({
      action: z.enum(CARD_ACTIONS),
      title: z.string(),
      message: z.string(),
      details: z.array(z.object({ label: z.string(), before: z.string().optional(), value: z.string() })),
    }),
    askedBy: Author.nullable().meta({ description: 'In whose turn it was proposed; nobody else can decide.' }),
    expiresAt: Timestamp,
    state: z.enum(CONFIRMATION_STATES),
    decidedAt: Timestamp.nullable(),
    decidedBy: z.string().nullable(),
    outcome: z.object({ message: z.string(), path: z.string().nullable(), label: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Confirmation' });
export type Confirmation = z.infer<typeof Confirmation>;

export const ApprovalId = z.uuid();
export const Decide = z.strictObject({ decision: z.enum(['approve', 'decline']) }).meta({ id: 'Decide' });
export const Decided = z
  .object({
    confirmation: Confirmation,
    runId: z.string().meta({ description: 'The run that carries it out and reports; follow it like any other.' }),
  })
  .meta({ id: 'Decided' });
export type Decided = z.infer<typeof Decided>;

export const Feedback = StoredFeedback.meta({ id: 'Feedback' });

const Versions = z.object({ questions: z.array(z.string()), answers: z.array(z.string()) }).meta({
  description:
    'Of a question: ids of those that were asked in its place and of those that ask it again, its own among each. Shown by PUT branch.',
});

export const Message = z
  .object({
    id: z.uuid(),
    role: z.enum(['user', 'assistant']),
    author: Author.nullable().meta({ description: 'Who wrote it; null for the assistant.' }),
    parts: z.array(MessagePart),
    createdAt: Timestamp,
    status: MessageStatus,
    model: z.string().nullable(),
    provider: z.string().nullable(),
    usage: Usage.nullable(),
    costMicros: z.int().nullable().meta({ description: 'Micro-dollars (1e-6 USD).' }),
    priceVersion: z.string().nullable(),
    runId: z.string(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    replies: z
      .array(ToolReply.extend({ content: z.string() }))
      .meta({ description: 'What came of the message’s tool calls; `content` is JSON.' }),
    confirmations: z.array(Confirmation),
    versions: Versions.nullable().meta({ description: 'Null where there is one way on.' }),
    feedback: Feedback.nullable().meta({ description: 'What this person said of it.' }),
    draft: ShownDraft.nullable().meta({
      description: 'Of a draft’s question: what it was made of. Of its answer: what of it stands in no source.',
    }),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

/** Where the page begins: with the conversation, or after older messages that `before=cursor` brings. */
export const Page = z
  .union([z.object({ truncated: z.literal(false) }), z.object({ truncated: z.literal(true), cursor: z.string() })])
  .meta({ id: 'Page' });
export type Page = z.infer<typeof Page>;

export const MessageList = z.object({ messages: z.array(Message), page: Page }).meta({ id: 'MessageList' });
export type MessageList = z.infer<typeof MessageList>;

const PageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(128).optional(),
};
export const MessageListQuery = z.strictObject(PageQuery);

/** Either hydrates a thread or rejoins a run. */
export const ChatQuery = z
  .strictObject({
    threadId: SessionId.optional(),
    runId: z.string().max(128).optional(),
    offset: z.string().max(160).optional().meta({ description: '-1 from the start, else an event’s id or number.' }),
    ...PageQuery,
  })
  .refine((query) => query.threadId !== undefined || query.runId !== undefined, 'names neither threadId nor runId');

export const CancelRun = z.strictObject({ threadId: SessionId.optional() }).meta({
  id: 'CancelRun',
  description: 'The session, where the client knows it: a run of this second may not be found without.',
});
export const Cancelled = z
  .object({
    runId: z.string(),
    status: z
      .enum(['stopping', 'queued', 'running', 'complete', 'stopped', 'interrupted', 'failed'])
      .meta({ description: '`stopping`, or how the run had ended already.' }),
  })
  .meta({ id: 'Cancelled' });
export type Cancelled = z.infer<typeof Cancelled>;

const ModelInfo = z
  .object({
    id: z.string(),
    label: z.string(),
    provider: z.string(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    prices: z
      .object({ input: z.int(), output: z.int(), cacheRead: z.int(), cacheWrite: z.int() })
      .meta({ description: 'Micro-dollars per million tokens.' }),
    capabilities: z.array(z.string()),
    lowestPlan: Plan,
    allowed: z.boolean(),
    reason: z.string().nullable().meta({ description: 'Why it is not allowed, in words for people.' }),
  })
  .meta({ id: 'Model' });

export const ModelListQuery = z.strictObject({ programId: ScopeName.optional() });

export const ModelList = z
  .object({
    models: z.array(ModelInfo),
    default: z.string().nullable().meta({ description: 'Null where no provider is configured.' }),
    demo: z.boolean().meta({ description: 'The demo model answers, which is no AI.' }),
  })
  .meta({ id: 'ModelList' });
export type ModelList = z.infer<typeof ModelList>;

const Org = z.object({ slug: z.string(), name: z.string(), role: z.string() });

export const Me = z
  .object({
    user: z.object({ id: z.uuid(), name: z.string(), email: z.string() }),
    org: z.object({
      id: z.uuid(),
      slug: z.string(),
      name: z.string(),
      plan: Plan,
      role: z.string(),
      permissions: z.array(z.string()),
      features: z.record(z.string(), z.boolean()),
    }),
    orgs: z.array(Org),
    environment: z.enum(['production', 'local']),
    demo: z.boolean(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const OrgSelection = z.strictObject({ slug: z.string().min(1).max(255) }).meta({ id: 'OrgSelection' });

export const WorkspacePage = pages.WorkspacePage.meta({ id: 'WorkspacePage' });
export type WorkspacePage = z.infer<typeof WorkspacePage>;
export const WorkspaceTab = pages.WorkspaceTab.meta({ id: 'WorkspaceTab' });
export type WorkspaceTab = z.infer<typeof WorkspaceTab>;
export type WorkspaceSection = WorkspaceTab['sections'][number];

export const WorkspaceParams = z.object({
  kind: pages.WorkspaceKind,
  id: z.union([z.guid().toLowerCase(), pages.WorkspaceName]),
});
export const WorkspaceQuery = z.strictObject({
  tab: z.string().max(64).optional().meta({ description: 'The tab to bring along; the first by default.' }),
});
export const WorkspaceTabQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Words of the rows, where the tab can be searched.' }),
});
