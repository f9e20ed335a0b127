// Shapes of forks, branches and feedback; see contract.ts. Inputs are strict.
import { z } from 'zod';
import { VERDICTS } from '../durable/conversation/requests.ts';
import { ModelId, Session, SessionId, Timestamp } from './contract.ts';

/** Messages have the ids that the server gave them. */
export const MessageId = z.uuid().toLowerCase();

export const NewFork = z
  .strictObject({
    messageId: MessageId.meta({
      description: 'The last message to copy. Of an answer that is being written, what is shown of it now.',
    }),
    id: SessionId.optional().meta({ description: 'The new session’s id. Sent again, it makes no second fork.' }),
  })
  .meta({ id: 'NewFork' });

export const ForkList = z.object({ forks: z.array(Session) }).meta({ id: 'ForkList' });
export type ForkList = z.infer<typeof ForkList>;

export const BranchChoice = z
  .strictObject({ messageId: MessageId.meta({ description: 'A message of the branch to show.' }) })
  .meta({ id: 'BranchChoice' });

export const FeedbackGiven = z
  .strictObject({ verdict: z.enum(VERDICTS), comment: z.string().trim().min(1).max(2_000).nullish() })
  .meta({ id: 'FeedbackGiven' });

export const FeedbackQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(512).optional(),
  verdict: z.enum(VERDICTS).optional(),
  model: ModelId.optional(),
  user: z.uuid().toLowerCase().optional().meta({ description: 'The id of whose feedback.' }),
  comment: z.enum(['any', 'with']).default('any').meta({ description: '`with`: only what has a comment.' }),
  from: z.iso.date().optional().meta({ description: 'A day in UTC, as YYYY-MM-DD.' }),
  to: z.iso.date().optional().meta({ description: 'Included.' }),
});

export const FeedbackList = z
  .object({
    feedback: z.array(
      z.object({
        sessionId: z.uuid(),
        messageId: z.string(),
        user: z.object({ id: z.uuid(), name: z.string().nullable() }),
        verdict: z.enum(VERDICTS),
        comment: z.string().nullable(),
        model: z.string().nullable(),
        at: Timestamp,
      }),
    ),
    cursor: z.string().nullable(),
  })
  .meta({ id: 'FeedbackList', description: 'What people think of answers, never the answers themselves.' });
export type FeedbackList = z.infer<typeof FeedbackList>;
