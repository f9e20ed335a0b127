// The output schemas of the tools. Only fields listed here reach the model.
import * as z from 'zod';

/** An item in a list. */
export const ItemRow = z.object({
  id: z.string(),
  itemNumber: z.string(),
  name: z.string(),
  revision: z.string(),
  state: z.string(),
  itemType: z.string(),
  designId: z.string().nullable(),
  /** On the branch of an open change order. */
  isWorkingCopy: z.boolean().optional(),
});

/** An assembly above an item, `depth` levels up. */
export const Assembly = z.object({
  ...ItemRow.omit({ itemType: true }).shape,
  depth: z.int(),
  quantity: z.number().nullish(),
  isCrossDesign: z.boolean().nullable(),
});

/** A reference to a design or program. */
export const EntityRef = z.object({ id: z.string(), code: z.string(), name: z.string() });

/** An unapproved change order, and its action on the item. */
export const ActiveChangeOrder = z.object({
  id: z.string(),
  itemNumber: z.string(),
  name: z.string(),
  state: z.string(),
  action: z.string(),
});

const UnderChangeOrder = z.object({ id: z.string(), itemNumber: z.string() }).nullish();

/** The result of a write: the item as it is now, and its change order. */
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

/** An item in the scope of a change order: the action, and the revisions before and after. */
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
