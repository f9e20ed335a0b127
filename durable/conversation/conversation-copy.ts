// What goes from a conversation to its fork.
import { z } from 'zod';
import { CopiedCard } from './copied-cards.ts';
import { TranscriptMessage } from './requests.ts';

const CopiedMessage = z.object({
  ordinal: z.int().positive(),
  position: z.int().nonnegative(),
  message: TranscriptMessage,
  cards: z.array(CopiedCard),
});
export type CopiedMessage = z.infer<typeof CopiedMessage>;

export const ConversationCopy = z.object({
  sessionId: z.uuid(),
  /** The last message that is copied. */
  messageId: z.uuid(),
  title: z.string().nullable(),
  model: z.string().nullable(),
  programId: z.string().nullable(),
  designId: z.string().nullable(),
  /** Null where the prompt will be another one: several people share the conversation, and the copy is one person's. */
  cacheKey: z.string().nullable(),
  /** The copied turn that the model is sent first. */
  historyFrom: z.int().nonnegative(),
  messages: z.array(CopiedMessage).min(1),
});
export type ConversationCopy = z.infer<typeof ConversationCopy>;
