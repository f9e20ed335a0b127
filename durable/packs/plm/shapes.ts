// What the tools answer with. Only what stands here reaches the model.
import { z } from 'zod';

/** What every list of items shows of one. */
export const ItemRow = z.object({
  id: z.string(),
  itemNumber: z.string(),
  name: z.string(),
  revision: z.string(),
  state: z.string(),
  itemType: z.string(),
  designId: z.string().nullable(),
  /** Lies on the branch of an open change order. */
  isWorkingCopy: z.boolean().optional(),
});

/** An assembly above an item, `depth` levels up. */
export const Assembly = z.object({
  ...ItemRow.omit({ itemType: true }).shape,
  depth: z.int(),
  quantity: z.number().nullish(),
  isCrossDesign: z.boolean().nullable(),
});

/** A design or program by the way. */
export const Place = z.object({ id: z.string(), code: z.string(), name: z.string() });

/** A change order that is not approved yet, and what it does with the item. */
export const ActiveChangeOrder = z.object({
  id: z.string(),
  itemNumber: z.string(),
  name: z.string(),
  state: z.string(),
  action: z.string(),
});

const UnderChangeOrder = z.object({ id: z.string(), itemNumber: z.string() }).nullish();

/** What a write answers with: the item as it is now, and under which change order. */
export const Written = z.object({ item: ItemRow, changeOrder: UnderChangeOrder });

export const Related = z.object({
  relationship: z.object({
    id: z.string(),
    type: z.string(),
    quantity: z.number().nullable(),
    findNumber: z.int().nullable(),
    referenceDesignator: z.string().nullable(),
  }),
  source: ItemRow,
  target: ItemRow,
  changeOrder: UnderChangeOrder,
});

/** One item in the scope of a change order: what is done with it, from which revision to which. */
export const ScopeRow = z.object({
  action: z.string(),
  itemNumber: z.string(),
  itemType: z.string(),
  name: z.string(),
  itemId: z.string(),
  workingItemId: z.string().nullable(),
  designId: z.string().nullable(),
  fromRevision: z.string().nullable(),
  toRevision: z.string(),
  state: z.string(),
});
