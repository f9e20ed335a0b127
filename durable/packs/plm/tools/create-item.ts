import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { creatableType, ITEM_TYPES } from '../item-types.ts';
import { Written } from '../shapes.ts';

/** Parameters that only some types have. */
const OWN_FIELDS = ['partType', 'material', 'priority', 'requirementType', 'assignee', 'dueDate'] as const;

export const createItem = defineTool({
  name: 'create_item',
  description:
    'Propose a new part, document, requirement or task. The user confirms it in a card before it is made; its number is given then. Where the design needs a change order, the answer has suggestCreateEco: offer to create one first, then call this again with its changeOrderId.',
  effect: 'write',
  action: 'create',
  permission: 'parts:create',
  input: z
    .strictObject({
      itemType: creatableType,
      name: fields.name.describe('Name of the item, in the words of the user'),
      designId: fields.idOrCode('Design ID or code; required for Part, Document and Requirement').optional(),
      programId: fields.idOrCode('Program ID or code; for a Task without a design').optional(),
      changeOrderId: fields.idOrCode('Change order ID or number, for a design with released items').optional(),
      description: fields.description.optional(),
      partType: fields.partType.optional().describe('Parts only'),
      material: fields.material.optional().describe('Material specification; Parts only'),
      priority: fields.priority.optional().describe('Tasks only'),
      requirementType: fields.requirementType.optional().describe('Requirements only'),
      assignee: fields.assignee.optional().describe('Name or e-mail address of a person; Tasks only'),
      dueDate: fields.dueDate.optional().describe('Day as YYYY-MM-DD; Tasks only'),
    })
    .superRefine((input, issues) => {
      const { inDesign, fields: own } = ITEM_TYPES[input.itemType];
      if (inDesign && input.designId === undefined)
        issues.addIssue({
          code: 'custom',
          path: ['designId'],
          message: `is missing: a ${input.itemType} lives in a design`,
        });
      if (input.programId !== undefined && (inDesign || input.designId !== undefined))
        issues.addIssue({
          code: 'custom',
          path: ['programId'],
          message: 'is for a Task without a design: a design has its own',
        });
      for (const field of OWN_FIELDS) {
        if (input[field] !== undefined && !(field in own.shape))
          issues.addIssue({ code: 'custom', path: [field], message: `is nothing that a ${input.itemType} has` });
      }
    }),
  output: Written,
  affected: ({ changeOrderId }) => (changeOrderId === undefined ? [] : [changeOrderId]),
  ...writeBy('create_item'),
  link: linkToItem,
});
