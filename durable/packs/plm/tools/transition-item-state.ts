import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { linkToItem, writeBy } from '../functions.ts';
import { targetState } from '../item-types.ts';
import { ItemRow, ScopeRow } from '../shapes.ts';

export const transitionItemState = defineTool({
  name: 'transition_item_state',
  description:
    'Propose to move an item or a change order to another lifecycle state; the user confirms it in a card. Only the moves of its type are allowed, one step at a time; a refusal names them. Approving a change order merges all of its changes: new revisions become current and replace the old ones.',
  effect: 'write',
  action: 'transition',
  // Which of them decides is for the item's type to say, in Postgres: tasks have their own.
  permission: ['change_orders:update', 'tasks:update'],
  input: z.strictObject({
    itemId: fields.itemId('UUID of the item or change order'),
    targetState: targetState.describe('State to move to'),
    comments: fields.comments.optional().describe('Why, for the history'),
  }),
  output: z.object({
    item: ItemRow,
    fromState: z.string(),
    /** What the approval of a change order merged; null for any other move. */
    merged: z.array(ScopeRow).nullable(),
    allowedTransitions: z.array(z.string()),
  }),
  affected: ({ itemId }) => [itemId],
  ...writeBy('transition_item_state'),
  link: linkToItem,
});
