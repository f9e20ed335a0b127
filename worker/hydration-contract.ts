// A transcript as TanStack AI's clients take it up, as zod shapes; see contract.ts.
import { z } from 'zod';
import { MessagePart } from '../durable/conversation/requests.ts';
import { Message, Page, Timestamp } from './contract.ts';
import { Standing } from './watch-contract.ts';

/** A call and its result in TanStack AI's own form. */
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

/** A message as TanStack AI's clients hold it; what AG-UI has no place for stands under `metadata.groundwire`. */
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
        confirmations: true,
        author: true,
        versions: true,
        feedback: true,
      }).extend({ navigation: z.array(Offer), workspaces: z.array(Offer) }),
    }),
  })
  .meta({ id: 'HydratedMessage' });
export type HydratedMessage = z.infer<typeof HydratedMessage>;

export const Hydration = z
  .object({
    messages: z.array(HydratedMessage),
    activeRun: z.object({ runId: z.string() }).nullable(),
    standing: Standing,
    interrupts: z.object({ runId: z.string(), pending: z.array(z.unknown()) }).nullable(),
    page: Page,
  })
  .meta({ id: 'Hydration' });
export type Hydration = z.infer<typeof Hydration>;
