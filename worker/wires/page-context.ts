// What a client says about the page that its user has open, as data for the model: AG-UI's untyped items and our typed ones,
// in one form. It is the same on every wire.
import * as z from 'zod';
import type { Json } from '../../durable/canonical-json.ts';
import {
  contextBytes,
  MAX_CONTEXT_BYTES,
  MAX_CONTEXT_ITEMS,
  type PageContext,
} from '../../durable/contracts/page-context.ts';
import { AppError } from '../../durable/errors.ts';
import { cleanedText, exactText, toStorableJson } from '../../durable/input-text.ts';

const Id = z.union([exactText().max(256), z.number().transform(String)]);

const SentItem = z
  .object({
    type: exactText().max(64).nullish().meta({ description: 'What kind of thing it is, such as `ticket`.' }),
    id: Id.nullish(),
    title: cleanedText().nullish().meta({ description: 'Shown to the user.' }),
    description: cleanedText().nullish().meta({ description: 'AG-UI’s word for `title`.' }),
    data: z.unknown().optional().meta({ description: 'Any JSON.' }),
    value: z.unknown().optional().meta({ description: 'AG-UI’s word for `data`.' }),
  })
  .refine(({ title, description }) => title != null || description != null, 'needs a title or a description')
  .transform(({ type, id, title, description, data, value }) => ({
    type: type ?? null,
    id: id ?? null,
    title: title ?? description ?? '',
    data: toStorableJson(data ?? value ?? null) as Json,
  }));

export const SentContext = z.array(SentItem).max(MAX_CONTEXT_ITEMS).meta({
  description:
    'What the user’s page shows: AG-UI’s `{description, value}` or `{type, id, title, data}`, at most 8 kB in total. The model reads it as data, never as instructions. Readers of the transcript see types and titles.',
});
type SentContext = z.output<typeof SentContext>;

/** Null if there is none. @throws AppError CONTEXT_TOO_LARGE */
export function readPageContext(...sent: readonly (SentContext | null | undefined)[]): PageContext | null {
  const context = sent.flatMap((items) => items ?? []);
  if (context.length === 0) return null;
  if (context.length > MAX_CONTEXT_ITEMS || contextBytes(context) > MAX_CONTEXT_BYTES)
    throw new AppError('CONTEXT_TOO_LARGE');
  return context;
}
