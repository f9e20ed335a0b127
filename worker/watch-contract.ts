// How a session stands, and what whoever has it open is told, as zod shapes; see contract.ts.
import { z } from 'zod';
import { Author } from '../durable/conversation/requests.ts';

const TurnOf = z.object({ runId: z.string(), author: Author });

/** How a conversation stands: whose turn is answered, whose wait, and a version that grows with every change. */
export const Standing = z.object({
  active: TurnOf.nullable(),
  queue: z.array(TurnOf),
  last: z.string().nullable().meta({ description: 'The run that ended last, where that is known.' }),
  version: z.int(),
});

/** One event of a watch. The last one is `end`, where the server ends it. */
export const WatchFact = z
  .discriminatedUnion('type', [
    Standing.extend({ type: z.literal('state') }),
    z.object({ type: z.literal('people'), people: z.array(Author) }),
    z.object({
      type: z.literal('end'),
      reason: z.enum(['idle', 'reopen', 'replaced', 'refused']),
      code: z.string().nullable(),
    }),
  ])
  .meta({ id: 'WatchFact' });
export type WatchFact = z.infer<typeof WatchFact>;
