import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { relationshipCreationCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { writeBy } from '../functions.ts';
import { Related } from '../shapes.ts';

export const createRelationship = defineTool({
  name: 'create_relationship',
  description:
    'Propose a relationship between two items; the user approves it in a card. BOM: source is the assembly, target the component, both parts. Document: source is the item, target the document. Affects: source is the change order, target the item. Circular structures are refused. The result can have suggestCreateEco: offer to create a change order, then call this again with its changeOrderId.',
  effect: 'write',
  action: 'create',
  permission: 'parts:update',
  input: z
    .strictObject({
      sourceItemId: fields.itemId('Source item UUID: the assembly, the described item or the change order'),
      targetItemId: fields.itemId('Target item UUID: the component, the document or the affected item'),
      type: fields.relationshipType,
      quantity: fields.quantity.optional().describe('Quantity of the target; BOM only; default 1'),
      findNumber: fields.findNumber.optional().describe('Position on the drawing; BOM only'),
      referenceDesignator: fields.referenceDesignator.optional().describe('Such as R1, R2; BOM only'),
      changeOrderId: fields.idOrCode('Change order ID or number, for a design with released items').optional(),
    })
    .superRefine((input, issues) => {
      if (input.type === 'BOM') return;
      for (const field of ['quantity', 'findNumber', 'referenceDesignator'] as const) {
        if (input[field] !== undefined)
          issues.addIssue({
            code: 'custom',
            path: [field],
            message: `does not apply to a ${input.type} relationship`,
          });
      }
    }),
  output: Related,
  affected: ({ sourceItemId, targetItemId }) => [sourceItemId, targetItemId],
  ...writeBy('create_relationship', relationshipCreationCard),
});
