// Feedback on answers.

import * as z from 'zod';
import { Feedback as StoredFeedback, VERDICTS } from '../../../durable/contracts/transcript.ts';
import { cleanedText } from '../../../durable/input-text.ts';
import { Cursor, Day, MessageId, ModelId, Timestamp } from '../fields-schema.ts';
import { SessionParams } from '../sessions/sessions-schema.ts';

export const Feedback = StoredFeedback.meta({ id: 'Feedback' });

export const FeedbackParams = SessionParams.extend({ messageId: MessageId });

export const FeedbackGiven = z
  .strictObject({ verdict: z.enum(VERDICTS), comment: cleanedText().trim().min(1).max(2_000).nullish() })
  .meta({ id: 'FeedbackGiven' });

export const FeedbackQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: Cursor.optional(),
  verdict: z.enum(VERDICTS).optional(),
  model: ModelId.optional(),
  user: z.uuid().toLowerCase().optional().meta({ description: 'The id of the user who gave it.' }),
  comment: z.enum(['any', 'with']).default('any').meta({ description: '`with`: only feedback that has a comment.' }),
  from: Day.optional(),
  to: z.iso.date().optional().meta({ description: 'Inclusive.' }),
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
  .meta({ id: 'FeedbackList', description: 'Feedback on answers, never the answers themselves.' });
export type FeedbackList = z.infer<typeof FeedbackList>;
