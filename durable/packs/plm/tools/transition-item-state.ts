import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { transitionCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { targetState } from '../item-types.ts';
import { ItemRow, ScopeRow } from '../shapes.ts';

export const transitionItemState = defineTool({
  name: 'transition_item_state',
  description:
    'Propose to change the lifecycle state of an item or change order; the user approves it in a card. Only the transitions of its type are allowed, one step at a time; a refusal lists them. Approving a change order merges all its changes: new revisions become current and replace the old ones.',
  effect: 'write',
  action: 'transition',
  // Postgres decides which one applies, by item type: tasks have their own.
  permission: ['change_orders:update', 'tasks:update'],
  input: z.strictObject({
    itemId: fields.itemId('UUID of the item or change order'),
    targetState: targetState.describe('New state'),
    comments: fields.comments.optional().describe('Reason, for the history'),
  }),
  output: z.object({
    item: ItemRow,
    fromState: z.string(),
    /** The items merged by the approval of a change order; null for other transitions. */
    merged: z.array(ScopeRow).nullable(),
    allowedTransitions: z.array(z.string()),
  }),
  affected: ({ itemId }) => [itemId],
  ...writeBy('transition_item_state', transitionCard),
  link: linkToItem,
});
