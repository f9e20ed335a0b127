// What the Responses API wants back with the parts of an answer. A reasoning item is sent again as it was; of a message, only its
// phase. Nothing else has state: a call is linked to its output by `call_id`.
import type { ResponseReasoningItem } from 'openai/resources/responses/responses';
import * as z from 'zod';
import type { PartState } from '../provider.ts';

/** Without `status`, which the API sends but some servers refuse. */
const ReasoningItem = z.object({
  type: z.literal('reasoning'),
  id: z.string().min(1),
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })).catch([]),
  encrypted_content: z.string().min(1).optional().catch(undefined),
  content: z
    .array(z.object({ type: z.literal('reasoning_text'), text: z.string() }))
    .min(1)
    .optional()
    .catch(undefined),
});

const Message = z.object({ phase: z.enum(['commentary', 'final_answer']) });
export type Phase = z.infer<typeof Message>['phase'];

/**
 * The item to send back; null if it can't be sent. A provider that stores nothing knows an item only by its encrypted content,
 * or on local servers by its plain text.
 */
export function readReasoning(item: unknown): ResponseReasoningItem | null {
  const parsed = ReasoningItem.safeParse(item);
  if (!parsed.success) return null;
  const { type, id, summary, encrypted_content, content } = parsed.data;
  if (encrypted_content !== undefined) return { type, id, summary, encrypted_content };
  return content === undefined ? null : { type, id, summary, content };
}

/** The phase of a message; null if it has none. */
export function readPhase(item: unknown): Phase | null {
  const parsed = Message.safeParse(item);
  return parsed.success ? parsed.data.phase : null;
}

/** The payload of a part's state, if it is of this wire. */
export const payloadOf = (state: PartState | undefined): unknown =>
  state?.wire === 'openai-responses' ? state.payload : null;
