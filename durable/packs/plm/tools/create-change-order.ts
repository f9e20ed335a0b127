import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { changeOrderCreationCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { EntityRef, ItemRow, ScopeRow } from '../shapes.ts';

const MAX_AFFECTED = 100;
const MAX_DESIGNS = 20;

export const createChangeOrder = defineTool({
  name: 'create_change_order',
  description:
    'Propose a new change order; the user approves it in a card. It starts in Draft with a branch for each design. Affected items are included as working copies: released ones to be revised, drafts to be released.',
  effect: 'write',
  action: 'create',
  permission: 'change_orders:create',
  input: z.strictObject({
    name: fields.name.describe('The change, in a few words'),
    changeType: fields.changeType.default('ECO'),
    priority: fields.priority.default('medium'),
    reasonForChange: fields.reason.optional().describe('Why the change is needed'),
    impactDescription: fields.reason.optional().describe('What the change affects'),
    affectedItemIds: z.array(fields.itemId('Item UUID')).max(MAX_AFFECTED).default([]).describe('Items to change'),
    designIds: z.array(fields.idOrCode('Design ID or code')).max(MAX_DESIGNS).default([]).describe('Designs to branch'),
  }),
  output: z.object({
    item: ItemRow,
    changeType: z.string(),
    designs: z.array(EntityRef),
    affectedItems: z.array(ScopeRow),
  }),
  affected: ({ affectedItemIds }) => affectedItemIds,
  ...writeBy('create_change_order', changeOrderCreationCard),
  link: linkToItem,
});
