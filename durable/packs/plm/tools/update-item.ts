import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { itemUpdateCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { Written } from '../shapes.ts';

export const updateItem = defineTool({
  name: 'update_item',
  description:
    'Propose new values for properties of an item; the user approves them in a card that shows old and new values. Give only what changes. A released item requires a change order: the result then has suggestCreateEco; offer to create one, then call this again with its changeOrderId. To change states, use transition_item_state.',
  effect: 'write',
  action: 'update',
  permission: 'parts:update',
  input: z
    .strictObject({
      itemId: fields.itemId('Item UUID'),
      name: fields.name.optional(),
      description: fields.description.optional(),
      partType: fields.partType.optional().describe('Parts only'),
      material: fields.material.optional().describe('Parts only'),
      weight: fields.weight.optional().describe('Parts only; 0 or more'),
      weightUnit: fields.weightUnit.optional().describe('Unit of the weight'),
      cost: fields.cost.optional().describe('Cost of one piece; Parts only; 0 or more'),
      currency: fields.currency.optional().describe('Currency of the cost, three letters such as USD'),
      assignee: fields.assignee.optional().describe('Name or email address of a person; Tasks only'),
      priority: fields.priority.optional().describe('Tasks and change orders only'),
      dueDate: fields.dueDate.optional().describe('Day as YYYY-MM-DD; Tasks only'),
      changeOrderId: fields.idOrCode('Change order ID or number, for a released item').optional(),
    })
    .refine(
      ({ itemId: _item, changeOrderId: _order, ...changes }) =>
        Object.values(changes).some((value) => value !== undefined),
      {
        error: 'must name at least one property to change',
      },
    ),
  output: Written.extend({ changed: z.array(z.string()) }),
  affected: ({ itemId, changeOrderId }) => (changeOrderId === undefined ? [itemId] : [itemId, changeOrderId]),
  ...writeBy('update_item', itemUpdateCard),
  link: linkToItem,
});
