import * as z from 'zod';
import { exactText } from '../../../input-text.ts';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { ActiveChangeOrder, EntityRef, ItemRow } from '../shapes.ts';

export const getItemDetails = defineTool({
  name: 'get_item_details',
  description:
    'Get all details of an item by its id or item number: description, state, revision, design, and the fields of its type, such as material, weight and cost of a part. Give one of the two; add a revision letter for an older revision.',
  effect: 'read',
  permission: 'parts:read',
  input: z
    .strictObject({
      id: fields.id('Item UUID').optional(),
      itemNumber: fields.itemNumber.optional().describe('Item number, for example PN-000001'),
      revision: exactText()
        .trim()
        .toUpperCase()
        .min(1)
        .max(6)
        .optional()
        .describe('Revision letter; default: the current revision'),
    })
    .refine((input) => input.id !== undefined || input.itemNumber !== undefined, {
      error: 'must have an id or an itemNumber',
    }),
  output: ItemRow.extend({
    description: z.string(),
    isCurrent: z.boolean(),
    details: z.record(z.string(), z.unknown()),
    design: EntityRef.nullable(),
    program: EntityRef.nullable(),
    allowedTransitions: z.array(z.string()),
    revisions: z.array(z.object({ id: z.string(), revision: z.string(), state: z.string() })).nullable(),
    activeChangeOrders: z.array(ActiveChangeOrder),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
  affected: ({ id }) => (id === undefined ? [] : [id]),
  run: readBy('get_item_details'),
});
