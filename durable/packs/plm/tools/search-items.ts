import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { anyState, itemType } from '../item-types.ts';
import { ItemRow } from '../shapes.ts';

export const searchItems = defineTool({
  name: 'search_items',
  description:
    'Search parts, documents, change orders, requirements and tasks by type, text, lifecycle state or design. Use it first when you have a name or number and need the id. Without a query it lists all. Returns current revisions and the total number of matches.',
  effect: 'read',
  permission: 'parts:read',
  input: z.strictObject({
    itemType: itemType.optional().describe('Only items of this type'),
    query: fields.query('Part of an item number or name').optional(),
    state: anyState.optional().describe('Only items in this lifecycle state'),
    designId: fields.idOrCode('Design ID or code to search in').optional(),
    limit: fields.limit,
  }),
  output: z.object({ items: z.array(ItemRow), total: z.int(), totalIsExact: z.boolean() }),
  run: readBy('search_items'),
});
