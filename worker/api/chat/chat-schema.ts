// Chatting: the live status of a session, its transcript as AG-UI clients load it, and runs.

import * as z from 'zod';
import { Author, MessagePart, RunId } from '../../../durable/contracts/transcript.ts';
import { exactText } from '../../../durable/input-text.ts';
import { SessionId, Timestamp } from '../fields-schema.ts';
import { Message, MessageListQuery, Page } from '../messages/messages-schema.ts';

const TurnOf = z.object({ runId: z.string(), author: Author });

/** Which run is active, which ones wait, and a version that grows with every change. */
export const ConversationStatus = z.object({
  active: TurnOf.nullable(),
  queue: z.array(TurnOf),
  last: z.string().nullable().meta({ description: 'The run that ended last, if known.' }),
  version: z.int(),
});

/** One event of a watch. The last one is `end`, if the server ends it. */
export const WatchFact = z
  .discriminatedUnion('type', [
    ConversationStatus.extend({ type: z.literal('state') }),
    z.object({ type: z.literal('people'), people: z.array(Author) }),
    z.object({
      type: z.literal('end'),
      reason: z.enum(['idle', 'reopen', 'replaced', 'refused']),
      code: z.string().nullable(),
    }),
  ])
  .meta({ id: 'WatchFact' });
export type WatchFact = z.infer<typeof WatchFact>;

/** A call and its result in TanStack AI's form. */
const HydratedPart = z.union([
  MessagePart,
  z.object({
    type: z.literal('tool-call'),
    id: z.string(),
    name: z.string(),
    arguments: z.string(),
    input: z.unknown(),
    state: z.enum(['input-complete', 'approval-requested', 'complete', 'error']),
    output: z.unknown().optional(),
  }),
  z.object({
    type: z.literal('tool-result'),
    toolCallId: z.string(),
    content: z.string(),
    state: z.enum(['complete', 'error']),
  }),
]);
export type HydratedPart = z.infer<typeof HydratedPart>;

const Offer = z.object({ toolCallId: z.string(), path: z.string(), label: z.string() });

/** A message as TanStack AI's clients hold it. What AG-UI has no field for is under `metadata.groundwire`. */
export const HydratedMessage = z
  .object({
    id: z.uuid(),
    role: z.enum(['user', 'assistant']),
    parts: z.array(HydratedPart),
    createdAt: Timestamp,
    metadata: z.object({
      groundwire: Message.pick({
        status: true,
        model: true,
        provider: true,
        usage: true,
        costMicros: true,
        priceVersion: true,
        runId: true,
        error: true,
        ending: true,
        confirmations: true,
        author: true,
        versions: true,
        earlier: true,
        feedback: true,
        draft: true,
        context: true,
      }).extend({ navigation: z.array(Offer), workspaces: z.array(Offer) }),
    }),
  })
  .meta({ id: 'HydratedMessage' });
export type HydratedMessage = z.infer<typeof HydratedMessage>;

export const Hydration = z
  .object({
    messages: z.array(HydratedMessage),
    activeRun: z.object({ runId: z.string() }).nullable(),
    standing: ConversationStatus,
    interrupts: z.object({ runId: z.string(), pending: z.array(z.unknown()) }).nullable(),
    page: Page,
  })
  .meta({ id: 'Hydration' });
export type Hydration = z.infer<typeof Hydration>;

/** Loads a thread or rejoins a run. */
export const ChatQuery = z
  .strictObject({
    threadId: SessionId.optional(),
    runId: exactText().max(128).optional(),
    offset: exactText()
      .max(160)
      .optional()
      .meta({ description: '-1 starts from the beginning; otherwise an event’s id or number.' }),
    ...MessageListQuery.shape,
  })
  .refine((query) => query.threadId !== undefined || query.runId !== undefined, 'names neither threadId nor runId');

export const RunParams = z.object({ runId: RunId });

export const CancelRun = z.strictObject({ threadId: SessionId.optional() }).meta({
  id: 'CancelRun',
  description:
    'The session, if the client knows it. Without it, a run that started within the last second may not be found.',
});

export const CanceledRun = z
  .object({
    runId: z.string(),
    status: z
      .enum(['stopping', 'queued', 'running', 'complete', 'stopped', 'interrupted', 'failed'])
      .meta({ description: '`stopping`, or how the run had already ended.' }),
  })
  .meta({ id: 'Cancelled' });
export type CanceledRun = z.infer<typeof CanceledRun>;
