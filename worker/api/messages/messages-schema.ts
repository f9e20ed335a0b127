// The messages of a session.

import * as z from 'zod';
import { ShownDraft } from '../../../durable/contracts/draft.ts';
import { EndingRecord } from '../../../durable/contracts/ending.ts';
import { ShownContextItem } from '../../../durable/contracts/page-context.ts';
import { Author, MessagePart, MessageStatus, ToolReply } from '../../../durable/contracts/transcript.ts';
import { Usage } from '../../../durable/contracts/usage.ts';
import { exactText } from '../../../durable/input-text.ts';
import { Confirmation } from '../approvals/approvals-schema.ts';
import { Feedback } from '../feedback/feedback-schema.ts';
import { Timestamp } from '../fields-schema.ts';

const Versions = z.object({ questions: z.array(z.string()), answers: z.array(z.string()) }).meta({
  description:
    'For a question: the ids of its edited versions and of its regenerated versions, each list including the question itself. Show one with PUT branch.',
});

const Earlier = z.object({
  summary: z
    .object({ text: z.string(), model: z.string(), createdAt: Timestamp })
    .nullable()
    .meta({ description: 'Null if the model reads nothing instead of them.' }),
  isPartial: z.boolean().meta({ description: 'Some of them are not in the summary.' }),
  costMicros: z.int().meta({ description: 'Micro-dollars of all summaries of the session.' }),
});

export const Message = z
  .object({
    id: z.uuid(),
    role: z.enum(['user', 'assistant']),
    author: Author.nullable().meta({ description: 'Who wrote it. Null for the assistant.' }),
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
    ending: EndingRecord.nullable().meta({
      description:
        'How an answer ended; null while it streams and on questions. `cut` is incomplete because of a limit on its length, `refused` by the model or its safety filter, `limited` by a limit of the product. `cause` is `user` if the user stopped it, what cut it, or an error code. Support finds the run by `requestId`.',
    }),
    replies: z
      .array(ToolReply.extend({ content: z.string() }))
      .meta({ description: 'The results of the message’s tool calls. `content` is JSON.' }),
    confirmations: z.array(Confirmation),
    versions: Versions.nullable().meta({ description: 'Null if there are no other versions.' }),
    earlier: Earlier.nullable().meta({
      description:
        'On the first message that the model still reads: what it reads instead of the messages before it. Null elsewhere.',
    }),
    feedback: Feedback.nullable().meta({ description: 'Your feedback on it.' }),
    draft: ShownDraft.nullable().meta({
      description: 'On a draft’s question: the records it uses. On its answer: the statements that no record supports.',
    }),
    context: z.array(ShownContextItem).nullable().meta({
      description: 'On a question: what the user’s page sent with it for the model. Null if it sent nothing.',
    }),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

/** A page either starts with the first message, or older ones follow with `before=cursor`. */
export const Page = z
  .union([z.object({ truncated: z.literal(false) }), z.object({ truncated: z.literal(true), cursor: z.string() })])
  .meta({ id: 'Page' });
export type Page = z.infer<typeof Page>;

export const MessageList = z.object({ messages: z.array(Message), page: Page }).meta({ id: 'MessageList' });
export type MessageList = z.infer<typeof MessageList>;

export const MessageListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: exactText().max(128).optional(),
});
