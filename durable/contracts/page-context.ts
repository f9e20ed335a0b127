// What the user's page showed when a message was sent: records and texts that the page's program sends with the message. It is
// data from outside, stored with the message, and the model reads it behind the message's text.
import * as z from 'zod';
import { cleanedText, exactText, toStorableJson } from '../input-text.ts';

/** Of all items together, as JSON in UTF-8. Each turn pays for it again. */
export const MAX_CONTEXT_BYTES = 8 * 1024;
export const MAX_CONTEXT_ITEMS = 64;

type ContextData =
  | string
  | number
  | boolean
  | null
  | readonly ContextData[]
  | { readonly [key: string]: ContextData | undefined };

export const ContextItem = z.object({
  /** What kind of thing it is, such as `ticket`; null if the page doesn't say. */
  type: exactText().max(64).nullable(),
  /** The page's id for it. */
  id: exactText().max(256).nullable(),
  title: cleanedText(),
  /** JSON. */
  data: z.unknown().transform((value) => toStorableJson(value) as ContextData),
});
export type ContextItem = z.infer<typeof ContextItem>;

export const PageContext = z.array(ContextItem).min(1).max(MAX_CONTEXT_ITEMS);
export type PageContext = z.infer<typeof PageContext>;

/** An item as readers of the transcript see it. */
export const ShownContextItem = z.object({ type: z.string().nullable(), title: z.string() });
export type ShownContextItem = z.infer<typeof ShownContextItem>;

export const toShownContext = (context: PageContext): ShownContextItem[] =>
  context.map(({ type, title }) => ({ type, title }));

export const contextBytes = (context: PageContext): number =>
  new TextEncoder().encode(JSON.stringify(context)).byteLength;
