import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { ItemRow } from '../shapes.ts';

type BomLine = z.output<typeof ItemRow> & {
  level: number;
  quantity: number;
  findNumber: number | null;
  referenceDesignator: string | null;
  children: BomLine[];
};

const BomLine: z.ZodType<BomLine> = ItemRow.extend({
  level: z.int(),
  quantity: z.number(),
  findNumber: z.int().nullable(),
  referenceDesignator: z.string().nullable(),
  children: z.lazy(() => z.array(BomLine)),
});

export const getBom = defineTool({
  name: 'get_bom',
  description:
    'Get the bill of materials of a part: its components with quantity, find number and reference designator, nested if depth is more than 1. hidden is the number of components in programs the user cannot see.',
  effect: 'read',
  permission: 'parts:read',
  input: z.strictObject({
    itemId: fields.itemId('Parent part UUID'),
    depth: z.int().min(1).max(10).default(1).describe('Levels to go down, 1 to 10'),
  }),
  output: z.object({
    item: ItemRow,
    depth: z.int(),
    count: z.int(),
    hidden: z.int(),
    truncated: z.boolean(),
    children: z.array(BomLine),
  }),
  affected: ({ itemId }) => [itemId],
  run: readBy('get_bom'),
});
