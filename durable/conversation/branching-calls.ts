// What the edge may ask of a Conversation about forks, branches and feedback; as in requests.ts optional fields only may be
// added, and unknown ones are dropped.
import { z } from 'zod';
import { Access } from '../principal.ts';
import { ConversationCopy } from './conversation-copy.ts';
import { Feedback } from './requests.ts';

export const CopyOutCall = z.object({ access: Access, messageId: z.string() });
export type CopyOutCall = z.infer<typeof CopyOutCall>;

export const CopyInCall = z.object({ access: Access, id: z.uuid(), copy: ConversationCopy, requestId: z.string() });
export type CopyInCall = z.infer<typeof CopyInCall>;

export const ShowBranchCall = z.object({ access: Access, messageId: z.string(), requestId: z.string() });
export type ShowBranchCall = z.infer<typeof ShowBranchCall>;

export const FeedbackCall = z.object({ access: Access, messageId: z.string(), feedback: Feedback.nullable() });
export type FeedbackCall = z.infer<typeof FeedbackCall>;
