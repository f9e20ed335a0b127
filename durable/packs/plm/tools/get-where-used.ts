import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Assembly, EntityRef, ItemRow } from '../shapes.ts';

export const getWhereUsed = defineTool({
  name: 'get_where_used',
  description:
    'Find all assemblies that use a part, directly or through other assemblies, with the level and design of each.',
  effect: 'read',
  permission: 'parts:read',
  input: z.strictObject({
    itemId: fields.itemId('Part UUID'),
    maxDepth: z.int().min(1).max(15).default(15).describe('Levels to go up, 1 to 15'),
  }),
  output: z.object({
    item: ItemRow,
    parents: z.array(Assembly),
    total: z.int(),
    /** False if there are more assemblies than could be counted. */
    totalIsExact: z.boolean(),
    otherDesigns: z.array(EntityRef),
    truncated: z.boolean(),
  }),
  affected: ({ itemId }) => [itemId],
  run: readBy('get_where_used'),
});
