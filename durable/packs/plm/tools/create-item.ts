import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { itemCreationCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { creatableType, ITEM_TYPES } from '../item-types.ts';
import { Written } from '../shapes.ts';

/** Parameters that only apply to some types. */
const OWN_FIELDS = ['partType', 'material', 'priority', 'requirementType', 'assignee', 'dueDate'] as const;

export const createItem = defineTool({
  name: 'create_item',
  description:
    'Propose a new part, document, requirement or task. The user approves it in a card; it gets its number then. If the design requires a change order, the result has suggestCreateEco: offer to create one first, then call this again with its changeOrderId.',
  effect: 'write',
  action: 'create',
  permission: 'parts:create',
  input: z
    .strictObject({
      itemType: creatableType,
      name: fields.name.describe('Name of the item, as the user worded it'),
      designId: fields.idOrCode('Design ID or code; required for Part, Document and Requirement').optional(),
      programId: fields.idOrCode('Program ID or code; for a Task without a design').optional(),
      changeOrderId: fields.idOrCode('Change order ID or number, for a design with released items').optional(),
      description: fields.description.optional(),
      partType: fields.partType.optional().describe('Parts only'),
      material: fields.material.optional().describe('Material specification; Parts only'),
      priority: fields.priority.optional().describe('Tasks only'),
      requirementType: fields.requirementType.optional().describe('Requirements only'),
      assignee: fields.assignee.optional().describe('Name or email address of a person; Tasks only'),
      dueDate: fields.dueDate.optional().describe('Day as YYYY-MM-DD; Tasks only'),
    })
    .superRefine((input, issues) => {
      const { inDesign, fields: own } = ITEM_TYPES[input.itemType];
      if (inDesign && input.designId === undefined)
        issues.addIssue({
          code: 'custom',
          path: ['designId'],
          message: `is required: a ${input.itemType} belongs to a design`,
        });
      if (input.programId !== undefined && (inDesign || input.designId !== undefined))
        issues.addIssue({
          code: 'custom',
          path: ['programId'],
          message: 'only applies to a Task without a design',
        });
      for (const field of OWN_FIELDS) {
        if (input[field] !== undefined && !(field in own.shape))
          issues.addIssue({ code: 'custom', path: [field], message: `does not apply to a ${input.itemType}` });
      }
    }),
  output: Written,
  affected: ({ changeOrderId }) => (changeOrderId === undefined ? [] : [changeOrderId]),
  ...writeBy('create_item', itemCreationCard),
  link: linkToItem,
});
